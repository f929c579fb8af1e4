"""The Django admin as the studio runs it: for administrators only, with the studio's own sign-in."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.access import is_administrator


class StudioAdminSite(AdminSite):
    """Admits administrators; for other people it does not exist, and strangers are sent to sign in first.

    The admin's own sign-in form would bypass second factors and rate limits, so it is never shown.
    """

    site_header = _("Studio administration")
    site_title = _("Studio administration")
    index_title = _("Administration")

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether this person may be here at all."""
        return is_administrator(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the studio's sign-in; people who are known already may not come in."""
        target = request.GET.get("next") or resolve_url("admin:index")
        if self.has_permission(request):
            return HttpResponseRedirect(resolve_url("admin:index"))
        if request.user.is_authenticated:
            raise Http404
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': target})}")
