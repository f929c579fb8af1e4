"""Which view answers which address below the prompts' own."""

from django.urls import path

from generations.views import improvements, prompts
from generations.views import prompt_templates as templates

urlpatterns = [
    path("", prompts.prompts, name="prompts"),
    path("words/<uuid:public_id>/", prompts.prompt_words, name="prompt_words"),
    path("improvements/", improvements.improvement_list, name="prompt_improvements"),
    path("improvements/price/", improvements.improvement_price, name="prompt_improvement_price"),
    path("improvements/<uuid:public_id>/", improvements.improvement, name="prompt_improvement"),
    path("improvements/<uuid:public_id>/stop/", improvements.improvement_stop, name="prompt_improvement_stop"),
    path(
        "improvements/<uuid:public_id>/acceptance/",
        improvements.improvement_acceptance,
        name="prompt_improvement_acceptance",
    ),
    path("templates/", templates.template_list, name="prompt_templates"),
    path("templates/new/", templates.template_making, name="prompt_template_making"),
    path("templates/picker/", templates.template_picker, name="prompt_template_picker"),
    path("templates/<uuid:public_id>/", templates.prompt_template, name="prompt_template"),
    path("templates/<uuid:public_id>/filling/", templates.template_filling, name="prompt_template_filling"),
    path("templates/<uuid:public_id>/order/", templates.template_order, name="prompt_template_order"),
    path("templates/<uuid:public_id>/preview/", templates.template_preview, name="prompt_template_preview"),
    path("templates/<uuid:public_id>/deletion/", templates.template_deletion, name="prompt_template_deletion"),
    path("templates/<uuid:public_id>/restoration/", templates.template_restoration, name="prompt_template_restoration"),
]
