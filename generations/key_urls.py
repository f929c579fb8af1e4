"""Addresses of API keys and the log of their calls."""

from django.urls import path

from generations.api.urls import is_served
from generations.views import api_calls, api_reference, keys

urlpatterns = [
    path("", keys.key_list, name="keys"),
    path("reference/", api_reference.api_reference, {"is_served": is_served}, name="api_reference"),
    path("calls/", api_calls.call_list, name="api_calls"),
    path("calls/<uuid:public_id>/", api_calls.call_detail, name="api_call_detail"),
    path("<uuid:public_id>/", keys.key_detail, name="key_detail"),
    path("<uuid:public_id>/name/", keys.key_name, name="key_name"),
    path("<uuid:public_id>/settings/", keys.key_settings, name="key_settings"),
    path("<uuid:public_id>/webhook/", keys.key_webhook, name="key_webhook"),
    path("<uuid:public_id>/revocation/", keys.key_revocation, name="key_revocation"),
]
