"""The account pages that are ours: overview, preferences, invitation, set-up, and what a tab asks about its session."""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from allauth.account.views import SignupView
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import invitations, setup
from accounts.forms import InvitationSignupForm, PreferencesForm, SetupForm
from accounts.http import AuthenticatedHttpRequest
from accounts.middleware import is_open_path, sign_in_again
from accounts.models import User

THEME_COOKIE_NAME = "studio_theme"
PREFERENCE_COOKIE_SECONDS = 365 * 24 * 3600


@require_GET
def account_index(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Show the overview: how one signs in, where one is signed in, and the preferences."""
    types = list(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    context = {
        "has_totp": Authenticator.Type.TOTP in types,
        "has_recovery_codes": Authenticator.Type.RECOVERY_CODES in types,
        "passkey_count": types.count(Authenticator.Type.WEBAUTHN),
        "session_count": UserSession.objects.filter(user=request.user).count(),
        "has_pending_email": EmailAddress.objects.filter(user=request.user, primary=False).exists(),
        "preferences_form": _preferences_form_of(request.user),
    }
    return render(request, "accounts/account_index.html", context)


def _preferences_form_of(user: User) -> PreferencesForm:
    return PreferencesForm(initial={"language": user.language, "theme": user.theme, "time_zone": user.time_zone})


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep a choice of language, theme or time zone: with the person, and in this browser for the sign-in page."""
    form = PreferencesForm(request.POST)
    if not form.is_valid():
        return render(request, "accounts/_preferences.html", {"preferences_form": form}, status=422)
    chosen = form.chosen()
    if isinstance(request.user, User) and chosen:
        User.objects.filter(pk=request.user.pk).update(**chosen)
        # The account page posts all of them and shows no other change; a single one is seen at once.
        if len(chosen) == len(form.fields):
            messages.success(request, _("Saved."))
    response = _answer_to_choice(request, chosen=chosen)
    _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, chosen.get("language"))
    _set_cookie(response, THEME_COOKIE_NAME, chosen.get("theme"))
    return response


def _answer_to_choice(request: HttpRequest, *, chosen: dict[str, str]) -> HttpResponse:
    """Lead back to where the choice was made; a swap gets no content and is told what to do."""
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        if chosen.keys() & {"language", "time_zone"}:
            response.headers["HX-Refresh"] = "true"
        response.headers["HX-Trigger"] = json.dumps({"preferences-changed": chosen})
        return response
    target = request.POST.get("next", "")
    if not target or not get_adapter(request).is_safe_url(target):
        target = resolve_url("account_index" if request.user.is_authenticated else settings.LOGIN_URL)
    return HttpResponseRedirect(target)


def _set_cookie(response: HttpResponse, name: str, value: str | None) -> None:
    """Set, or with an empty value delete, a cookie of this browser; None leaves it."""
    if value is None:
        return
    if not value:
        response.delete_cookie(name, samesite="Lax")
        return
    response.set_cookie(
        name, value, max_age=PREFERENCE_COOKIE_SECONDS, secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )


@require_GET
@never_cache
def session(request: HttpRequest) -> JsonResponse:
    """Tell a tab whether it is signed in, and the token that its next form must carry."""
    return JsonResponse({"authenticated": request.user.is_authenticated, "csrf": get_token(request)})


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token does not fit: sign in again if the session ended, else load the page again."""
    if not request.user.is_authenticated and not is_open_path(request.path_info):
        return sign_in_again(request)
    is_swap = request.headers.get("HX-Request") == "true"
    template = "accounts/_form_expired.html" if is_swap else "accounts/form_expired.html"
    return render(request, template, {"reload_path": request.path}, status=403)


def link_gone(request: HttpRequest) -> HttpResponse:
    """Answer for a link that does not work, with one sentence whatever the reason is."""
    response = render(request, "accounts/link_gone.html", status=404)
    response.headers["Cache-Control"] = "no-store"
    return response


class InvitationView(SignupView):  # type: ignore[misc]
    """Joining by invitation: allauth's sign-up, opened by the token in the address."""

    template_name = "accounts/invitation.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Mark the request with its invitation, which the adapter asks for, or answer that the link is gone."""
        try:
            self.invitation = invitations.find_open(kwargs["token"], now=timezone.now())
        except invitations.InvitationGone:
            return link_gone(request)
        request.invitation = self.invitation  # type: ignore[attr-defined]
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def get_form_class(self) -> type[InvitationSignupForm]:
        """Return our form in place of allauth's."""
        return InvitationSignupForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Hand the invitation to the form, which fixes the address."""
        return {**super().get_form_kwargs(), "invitation": self.invitation}

    def form_valid(self, form: InvitationSignupForm) -> HttpResponse:
        """Make the person and sign them in, unless somebody else was faster with the link or the name."""
        try:
            response: HttpResponse = super().form_valid(form)
        except invitations.InvitationGone:
            return link_gone(self.request)
        except IntegrityError:
            form.add_error("username", _("This name or address was taken a moment ago."))
            return self.form_invalid(form)
        return response

    def form_invalid(self, form: InvitationSignupForm) -> HttpResponse:
        """Show the form again with what was typed."""
        response: HttpResponse = super().form_invalid(form)
        response.status_code = 422
        return response


invitation = never_cache(InvitationView.as_view())


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def first_administrator(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first administrator by the link that `start` printed, and sign them in."""
    if not setup.is_setup_token_valid(token):
        return link_gone(request)
    form = SetupForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/setup.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        user = setup.create_first_administrator(form.prepared_user(), token=token, request=request)
    except setup.SetupGone:
        return link_gone(request)
    record_authentication(request, user, method="password", username=user.username)
    response: HttpResponse = perform_login(request, user, signup=True)
    return response
