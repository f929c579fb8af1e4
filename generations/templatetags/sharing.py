"""The product's part of the account page, which itself knows nothing of generations."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext

from generations.forms.sharing import SharingForm
from generations.library.news import wants_notifications

register = template.Library()


@register.simple_tag(takes_context=True)
def sharing_form(context: RequestContext) -> SharingForm:
    """Return the form with the person's own defaults."""
    return SharingForm(person=context["request"].user)


@register.simple_tag(takes_context=True)
def notifications_wanted(context: RequestContext) -> bool:
    """Return whether the person lets the browser speak up."""
    return wants_notifications(context["request"].user.pk)
