"""News on open pages: they come with the answer about changes, and a page without a list asks for nothing else.

A tab says how it is looked at (`eyes`): *here*, *away* (hidden, as every tab of this browser is), or *other* (hidden
behind another tab of the studio, which will tell). `turned` marks the first question after it was shown or hidden.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library.live import is_busy
from generations.library.news import SHORT_ID_LENGTH, announce, tell, wants_notifications
from generations.library.timeline import Listing
from generations.models import Revision, StudioPreferences

ELSEWHERE = "elsewhere"
MOST_SHOWN = 1_000


def has_turned(request: AuthenticatedHttpRequest) -> bool:
    """Tell whether the tab was just shown or hidden, so that it wants news and its pace whatever has changed."""
    return request.GET.get("turned", "") == "1"


def news_context(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """Return what `components/_news.html` says on the page, and what the browser says outside of it."""
    eyes, person = request.GET.get("eyes", ""), request.user.pk
    if eyes == "here":
        shown = [*request.GET.get("shown", "").split(",")[:MOST_SHOWN], request.GET.get("opened", "")[:SHORT_ID_LENGTH]]
        telling = tell(person, shown=frozenset(shown), now=database_now())
        is_offered = telling.is_absence and not wants_notifications(person)
        return {"telling": telling, "offers_notifications": is_offered}
    if eyes == "away":
        return {"announced": announce(person, now=database_now())}
    return {}


def elsewhere(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer a page that shows no list: 204 while the person's number is the same, else its news and its pace."""
    number = Revision.objects.number_of(request.user.pk)
    if request.GET.get("revision", "") == str(number) and not has_turned(request):
        return HttpResponse(status=204)
    context = {
        "changes_url": f"{reverse('changes')}?{urlencode({'page': ELSEWHERE, 'revision': number})}",
        "unfinished_count": is_busy(Listing(person_id=request.user.pk, scope="mine")),
        "page": ELSEWHERE,
    }
    return render(request, "library/_changes.html", {**context, **news_context(request)})


@require_POST
def notifications(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Keep whether the browser may speak up for this person; each browser asks for its own permission besides."""
    is_wanted = request.POST.get("on", "") == "1"
    StudioPreferences.objects.update_or_create(person=request.user, defaults={"wants_notifications": is_wanted})
    if request.htmx:
        context = {"is_wanted": is_wanted, "is_offer": request.POST.get("offer", "") == "1"}
        return render(request, "generations/_notifications.html", context)
    messages.success(request, _("Saved."))
    return redirect("account_index")
