"""Going on from a generation: what has to be made ready before the composer can take it up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthenticatedHttpRequest
from generations.access import readable_generation
from generations.clock import database_now
from generations.forms.starting import output_named
from generations.library.lineage import last_frame_of
from generations.media.frames import store_last_frame
from generations.media.invalid import MediaInvalid
from generations.models import Relation


@require_POST
def continuation(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Have a clip's last frame ready, then go to the composer with it.

    The gateway's own frame is the better one; without it the frame is taken from the file, once for each person.
    """
    generation = readable_generation(request.user, public_id)
    if last_frame_of(generation, person_id=request.user.pk) is None:
        clip = output_named(generation, request.POST.get("output", ""), media="video")
        try:
            if clip is not None:
                store_last_frame(clip, owner=request.user, now=database_now())
        except (MediaInvalid, OSError):
            clip = None
        if clip is None:
            messages.warning(request, _("The last frame could not be taken from this file."))
            return _go(request, reverse("generation_detail", args=[public_id]))
    query = urlencode({"from": str(public_id), "as": Relation.CONTINUE.value})
    return _go(request, f"{reverse('create')}?{query}")


def _go(request: AuthenticatedHttpRequest, address: str) -> HttpResponseBase:
    return HttpResponse(headers={"HX-Redirect": address}) if request.htmx else redirect(address)
