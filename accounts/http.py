"""Request types: for annotations only."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import User


class HtmxRequest(HttpRequest):
    """A request that passed django-htmx's middleware."""

    htmx: HtmxDetails


class AuthenticatedHttpRequest(HtmxRequest):
    """A request that passed the session check, so that a person stands behind it."""

    user: User
