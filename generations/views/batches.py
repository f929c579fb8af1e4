"""Batches: what one press made, side by side, and which of it is the winner."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from generations.clock import database_now
from generations.library.cards import Card, cards_of
from generations.library.live import current_number
from generations.library.timeline import Listing
from generations.models import Batch, Generation, TimelineEntry
from generations.views.news import has_turned, news_context


@require_safe
def comparison(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show the generations of one press that this person may see."""
    batch = _readable(request.user, public_id)
    return render(request, "generations/comparison.html", _context(request.user, batch))


@require_safe
def comparison_changes(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Answer 204 while nothing happened; else what changed on the page, out of band."""
    batch = _readable(request.user, public_id)
    known = request.GET.get("revision", "")
    number = int(known) if known.isdecimal() and len(known) < 19 else 0
    if _number(request.user, batch) == number and not has_turned(request):
        return HttpResponse(status=204)
    context = {**_context(request.user, batch), **news_context(request)}
    is_own = context["is_own"]
    changed = [c for c in context["cards"] if (c.entry.revision if is_own else c.entry.team_revision) > number]
    return render(request, "generations/_comparison_changes.html", {**context, "changed": changed, "is_answer": True})


@require_POST
def winner(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Call one of a person's own batch the winner; the same one again takes it back."""
    batch = Batch.objects.filter(owner=request.user, public_id=public_id).first()
    try:
        chosen = Generation.objects.filter(batch=batch, public_id=UUID(request.POST.get("generation", ""))).first()
    except ValueError:
        chosen = None
    if batch is None or chosen is None:
        raise Http404
    batch.winner = None if batch.winner_id == chosen.pk else chosen
    batch.save(update_fields=["winner"])
    if not request.htmx:
        return redirect("comparison", public_id=batch.public_id)
    return render(request, "generations/_contenders.html", _context(request.user, batch))


def _readable(person: User, public_id: UUID) -> Batch:
    """Return a batch of which this person may see something. Raises: Http404."""
    batch = Batch.objects.filter(public_id=public_id).first()
    if batch is None or not _visible(person, batch).exists():
        raise Http404
    return batch


def _visible(person: User, batch: Batch) -> Any:
    return TimelineEntry.objects.visible_to(person.pk).kept().filter(generation__batch=batch)


def _number(person: User, batch: Batch) -> int:
    scope = "mine" if batch.owner_id == person.pk else "team"
    return current_number(Listing(person_id=person.pk, scope=scope))


def _context(person: User, batch: Batch) -> dict[str, Any]:
    # The number is read before the rows, so that a change between the two is told twice rather than never.
    number = _number(person, batch)
    entries = list(_visible(person, batch).order_by("generation__batch_position"))
    cards: list[Card] = cards_of(entries, now=database_now(), reader_id=person.pk)
    changes = f"{reverse('comparison_changes', args=[batch.public_id])}?revision={number}"
    return {
        "batch": batch,
        "cards": cards,
        "is_own": batch.owner_id == person.pk,
        "has_clips": any(card.cover and card.cover.media == "video" for card in cards),
        "prompt": next((card.prompt for card in cards), ""),
        "total": sum((card.generation.charge_amount or 0) for card in cards if card.generation),
        "changes_url": changes,
        "is_unfinished": any(card.is_unfinished for card in cards),
    }
