"""Who is asking, found out before a large body is read: one look into the session store."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from django.utils import translation

from studio.routing import Headers, header


@dataclass(frozen=True)
class Visitor:
    """What an answer without a view needs to know."""

    is_signed_in: bool
    language: str


def request_from_headers(headers: Headers) -> HttpRequest:
    """Return a request that carries cookies and languages, and nothing else."""
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = header(headers, b"accept-language")
    try:
        cookies: SimpleCookie = SimpleCookie(header(headers, b"cookie"))
    except CookieError:
        return request
    request.COOKIES = {name: morsel.value for name, morsel in cookies.items()}
    return request


def find_visitor(headers: Headers) -> Visitor:
    """Return who sends these headers; asks the session store."""
    request = request_from_headers(headers)
    language = translation.get_language_from_request(request)
    session_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not session_key:
        return Visitor(is_signed_in=False, language=language)
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    person = get_user(request)
    is_signed_in = person.is_authenticated and person.is_active
    return Visitor(is_signed_in=is_signed_in, language=getattr(person, "language", "") or language)


def look_up_visitor(headers: Headers) -> Visitor:
    """Return who sends these headers, from a thread that is not a request's: it tends its own connection."""
    close_old_connections()
    try:
        return find_visitor(headers)
    finally:
        close_old_connections()
