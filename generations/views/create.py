"""Create: the composer, its price, and the one place where people's orders come in."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from generations.clock import database_now
from generations.forms.composer import Composer, Surroundings, build_composer, problems_of, quote_for
from generations.forms.ensemble import parts_of
from generations.forms.remembered import offered_media_models
from generations.forms.trays import groups_of
from generations.library.drafts import CREATE, finish_draft
from generations.media.invalid import MediaInvalid
from generations.models import Generation
from generations.views.composing import (
    asked_model,
    asked_origin,
    composer_after,
    composer_like,
    media_form,
    opening_composer,
    with_drafts,
)
from generations.views.orders import Placed, place_order
from generations.views.timelines import MEDIA_KINDS, asked_by, page_context, placed_cards

COMPOSER = "generations/_composer_body.html"


@require_safe
@vary_on_headers("HX-Request")
def create(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the composer and the person's own media; a swap that asks for more of the list gets only that."""
    asked = asked_by(request, scope="mine", within=MEDIA_KINDS)
    context = page_context(request, asked, page="create", now=database_now())
    if request.htmx.target == "timeline-more":
        return render(request, "library/_timeline_more.html", context)
    composer = opening_composer(request)
    return render(request, "generations/create.html", {**context, "composer": composer})


@require_GET
def composer(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer a change of model or kind: the composer again, with every setting that the new model also has."""
    shown = composer_like(request.user, request.GET, offered_media_models())
    return render(request, COMPOSER, {"composer": shown})


@require_POST
def estimate(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer a change of settings or files: the price on the button, and which files do not go together.

    Nothing is stored.
    """
    models = offered_media_models()
    form = media_form(request.user, asked_model(models, request.user, request.POST), data=request.POST)
    quote = quote_for(form, models)
    problems = problems_of(form, groups_of(form, form.lying))
    context = {"quote": quote, "problems": problems, "is_swap": True}
    return render(request, "generations/_price.html", context)


@require_POST
def generation_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Take an order. The same submission id a second time shows the first one's rows and makes no more."""
    models = offered_media_models()
    person, origin = request.user, asked_origin(request.user, request.POST)
    form = media_form(person, asked_model(models, person, request.POST), data=request.POST, files=request.FILES)
    parts_of(form, models)
    placed = _earlier(person, request.POST.get("submission_id", ""))
    if placed is None and form.is_valid():
        try:
            placed = place_order(form, models=models, origin=origin)
        except MediaInvalid as error:
            form.add_error(None, str(error.sentence))
    if placed is None:
        return _refused(request, build_composer(form, models=models, beside=Surroundings(origin=origin)))
    finish_draft(person, CREATE, tab=request.POST.get("draft_tab", ""))
    if not request.htmx:
        return redirect(f"{reverse('create')}?{urlencode({'from': str(placed.first.public_id)})}")
    context = {"composer": composer_after(person, placed, models, form)}
    if placed.is_new:
        context |= placed_cards(request, placed.generations, now=database_now())
    return trigger_client_event(render(request, COMPOSER, context), "changes:now", after="settle")


def _earlier(person: User, submission_id: str) -> Placed | None:
    """Return what the same form made before."""
    try:
        rows = Generation.objects.filter(owner=person).select_related("model", "batch")
        first = rows.filter(submission_id=UUID(submission_id)).first()
    except ValueError:
        return None
    if first is None:
        return None
    together = rows.filter(batch=first.batch).order_by("batch_position") if first.batch_id else [first]
    return Placed(generations=tuple(together), is_new=False)


def _refused(request: AuthenticatedHttpRequest, shown: Composer) -> HttpResponse:
    """Answer 422: the composer with a sentence beside each field that is wrong, the prompt as it was typed."""
    if request.htmx:
        return render(request, COMPOSER, {"composer": shown}, status=422)
    asked = asked_by(request, scope="mine", within=MEDIA_KINDS)
    context = page_context(request, asked, page="create", now=database_now())
    shown = with_drafts(request.user, shown)
    return render(request, "generations/create.html", {**context, "composer": shown}, status=422)
