"""Whether the gateway is paused: what every open page asks now and then, whatever it shows."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.wiring import gateway_status


@require_safe
def pause(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer 204 while it is as the page knows; else the banner, or the empty place of one."""
    if request.GET.get("known", "") == (gateway_status().paused_reason or ""):
        return HttpResponse(status=204)
    return render(request, "components/_pause.html", {"out_of_band": False})
