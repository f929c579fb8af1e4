"""What the account pages say about a browser, and about what a browser can do at this address."""

import ipaddress
from typing import Any

from django import template
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.utils.translation import gettext as _

register = template.Library()

# Order matters: Chrome's name stands in most of the others, and Safari's in Chrome.
BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger", "WeChat"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser_name(user_agent: str) -> str:
    """Return a short name such as "Firefox · Windows"; what is not known is shown as the browser sent it."""
    found = [next((name for sign, name in table if sign in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or user_agent[:40] or _("Unknown browser")


@register.simple_tag(takes_context=True)
def passkeys_work_here(context: dict[str, Any]) -> bool:
    """Tell whether a browser offers passkeys at the address it asked for: by name, over https or on this machine.

    Source: https://www.w3.org/TR/webauthn-3/#rp-id
    """
    request: HttpRequest = context["request"]
    name, _port = split_domain_port(request.get_host())
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return request.is_secure() or name == "localhost" or name.endswith(".localhost")
    return False
