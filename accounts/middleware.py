"""Who is asking: language and time zone, the door closed to strangers, and when a session was last used."""

import re
import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from accounts.models import User

# Keys, never sessions, open these; the API itself answers there.
API_PATH = re.compile(r"/(?:v1|ai|chat/completions|images/generations|images/edits|models)(?:/|\Z)")

# What a stranger must reach to become known: allauth's pages for people without a session, the two links that make
# an account, the choice of language, probes, files of the layout, and media whose address itself is the key.
OPEN_PATH = re.compile(
    r"""
    /accounts/(?:
        login | logout | signup | inactive | preferences |
        password/reset(?:/.*)? | confirm-email/.+ | login/code(?:/.*)? |
        2fa/authenticate | 2fa/webauthn/login | invitation/[^/]+ | setup/[^/]+
    )/?\Z
    | /(?:healthz|readyz|metrics|session/|favicon\.ico)\Z
    | /media/signed/
    """,
    re.VERBOSE,
)


def is_open_path(path: str) -> bool:
    """Tell whether a path answers people without a session."""
    return bool(OPEN_PATH.match(path) or API_PATH.match(path) or path.startswith(f"/{settings.STATIC_URL.lstrip('/')}"))


def expects_page(request: HttpRequest) -> bool:
    """Tell whether a browser asked for a whole page, so that a redirect leads a person somewhere."""
    accept = request.headers.get("Accept", "")
    return (
        request.method in {"GET", "HEAD"}
        and request.headers.get("HX-Request") != "true"
        and request.headers.get("Sec-Fetch-Dest", "document") in {"document", "iframe", "frame"}
        and "application/json" not in accept
        and "text/event-stream" not in accept
    )


def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Answer 401 with the notice that leads to sign-in in a new tab, so that nothing typed here is lost.

    A form posted without htmx replaces the whole page, so there the same notice stands in a page of its own.
    """
    is_navigation = request.headers.get("HX-Request") != "true" and "text/html" in request.headers.get("Accept", "")
    template = "accounts/sign_in_again.html" if is_navigation else "accounts/_sign_in_again.html"
    response = render(request, template, status=401)
    response.headers["Cache-Control"] = "no-store"
    return response


class PersonLocaleMiddleware(MiddlewareMixin):
    """Activates the person's language and time zone.

    The person's own choice outranks the cookie of this browser, which outranks the browser's list of languages.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate both for this request; nothing of an earlier request on this thread remains."""
        # API paths and probes never read the session cookie, not even for a language.
        has_person = not API_PATH.match(request.path_info) and request.user.is_authenticated
        language = getattr(request.user, "language", "") if has_person else ""
        if language not in dict(settings.LANGUAGES):
            language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()

        time_zone = getattr(request.user, "time_zone", "") if has_person else ""
        if time_zone:
            timezone.activate(ZoneInfo(time_zone))
        else:
            timezone.deactivate()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say in which language the answer is, and that it depends on who asks."""
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response


class SessionRequiredMiddleware(MiddlewareMixin):
    """Closes every path, known or unknown, to people without a session.

    It stands before the check of the form's token, so that a stale form of an ended session is answered 401, not 403.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Let known people and open paths through; answer strangers the same whether or not the page exists."""
        if is_open_path(request.path_info) or request.user.is_authenticated:
            return None
        if not expects_page(request):
            return sign_in_again(request)
        target = request.get_full_path()
        query = "" if target == "/" else "?" + urlencode({"next": target})
        return HttpResponseRedirect(resolve_url(settings.LOGIN_URL) + query)


class SessionActivityMiddleware(MiddlewareMixin):
    """Notes when a session was last used, at most once in five minutes for each session and process.

    allauth's own middleware writes on every request; open tabs ask every few seconds.
    """

    interval_seconds = 300
    remembered_sessions = 10_000

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.noted_at_monotonic: dict[str, float] = {}

    def process_request(self, request: HttpRequest) -> None:
        """Write the time, the address and the browser of a session that was not noted lately."""
        if API_PATH.match(request.path_info) or not isinstance(request.user, User):
            return
        noted = self.noted_at_monotonic
        key = request.session.session_key or ""
        passed_seconds = time.monotonic()
        if passed_seconds - noted.get(key, float("-inf")) < self.interval_seconds:
            return
        if len(noted) >= self.remembered_sessions:
            noted.clear()
        noted[key] = passed_seconds
        UserSession.objects.create_from_request(request)
