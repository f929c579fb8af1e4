"""What the layout needs on every page. Everything that asks the database waits until a template uses it."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.access import is_administrator
from accounts.models import Theme, User
from accounts.views import THEME_COOKIE_NAME
from generations.library.news import is_waiting
from generations.wiring import GatewayStatus, gateway_status
from studio.currency import symbol_of


def studio(request: HttpRequest) -> dict[str, Any]:
    """Return the theme, the state of the gateway and the currency; a stranger learns nothing of the gateway."""

    @cache
    def status() -> GatewayStatus | None:
        return _status_for(request)

    def pause() -> GatewayStatus | None:
        found = status()
        return found if found and found.paused_reason else None

    return {
        "theme": SimpleLazyObject(lambda: _theme_of(request)),
        "browser_theme": _theme_of_browser(request),
        "viewer_is_administrator": SimpleLazyObject(lambda: is_administrator(_person(request))),
        "gateway_is_sandbox": SimpleLazyObject(lambda: bool((found := status()) and found.is_sandbox)),
        "gateway_pause": SimpleLazyObject(pause),
        "news_waits": SimpleLazyObject(lambda: (person := _person(request)) is not None and is_waiting(person.pk)),
        "currency_symbol": symbol_of(settings.CURRENCY),
    }


def _person(request: HttpRequest) -> Any:
    # A page for an error may be rendered before the middleware that knows the person has run.
    return getattr(request, "user", None)


def _status_for(request: HttpRequest) -> GatewayStatus | None:
    person = _person(request)
    return gateway_status() if person is not None and person.is_authenticated else None


def _theme_of(request: HttpRequest) -> str:
    person = _person(request)
    return person.theme if isinstance(person, User) else _theme_of_browser(request)


def _theme_of_browser(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE_NAME, "")
    return chosen if chosen in Theme.values else Theme.SYSTEM.value
