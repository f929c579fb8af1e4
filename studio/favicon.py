"""`/favicon.ico`, which browsers ask for on their own: the way to the drawing with its hashed name."""

from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ONE_DAY_SECONDS = 24 * 3600


@require_safe
@cache_control(public=True, max_age=ONE_DAY_SECONDS)
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Lead to the drawing; strangers see it, too, beside the sign-in page's name."""
    return HttpResponseRedirect(static("img/favicon.svg"))
