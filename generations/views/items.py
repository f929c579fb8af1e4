"""One item of the library, a generation or a thread: its star, its boards and tags, its way into the trash."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, trigger_client_event

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.library import boards, favourites, tags, trash
from generations.library.organising import OrganisingRefusedError, Wishes, boards_with, organise
from generations.models import TimelineEntry, Visibility
from generations.views.answers import go_back, undo_context


@require_POST
def favourite(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Give or take the person's star; the answer is the button as it stands then."""
    entry = _entry(request, public_id)
    is_wanted = request.POST.get("favourite") == "1"
    if is_wanted:
        favourites.add([entry.pk], person=request.user, now=database_now())
    else:
        favourites.remove([entry.pk], person=request.user)
    if not request.htmx:
        return go_back(request)
    context = {"item_id": str(public_id), "is_favourite": is_wanted, "variant": request.POST.get("variant", "")}
    return render(request, "library/_favourite_button.html", context)


@require_POST
def trashing(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Move the person's own item to the trash; the answer offers the way back."""
    entry = _entry(request, public_id, is_own=True)
    now = database_now()
    trash.trash([entry.pk], owner=request.user, now=now)
    if not request.htmx:
        messages.success(request, _("Moved to the trash. It can be restored there."))
        return go_back(request)
    context = undo_context(_("Moved to the trash."), moment=now, ids=[str(public_id)])
    return trigger_client_event(render(request, "library/_trashed.html", context), "library:trashed", {})


@require_http_methods(["GET", "HEAD", "POST"])
def organising(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show and change boards, tags and visibility of an item: a dialog where a list asked, else a page."""
    entry = _entry(request, public_id)
    if request.method != "POST":
        return _organise(request, entry, public_id)
    try:
        changed = organise(entry, Wishes.of(request.POST), person=request.user, now=database_now())
    except OrganisingRefusedError as error:
        return _organise(request, entry, public_id, error=error)
    said = _("Saved.") if changed else _("Nothing was changed.")
    if not request.htmx:
        messages.success(request, said)
        return go_back(request)
    answer = reswap(render(request, "library/_said.html", {"text": said}), "none")
    return trigger_client_event(answer, "changes:now", {}, after="settle")


def _entry(request: AuthenticatedHttpRequest, public_id: UUID, *, is_own: bool = False) -> TimelineEntry:
    """Return an item's entry. Raises: Http404 when the person may not see it, or not change it."""
    visible = TimelineEntry.objects.visible_to(request.user.pk).select_related("generation", "thread", "owner")
    if is_own:
        visible = visible.filter(owner=request.user)
    found = visible.filter(generation__public_id=public_id).first()
    found = found or visible.filter(thread__public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _organise(
    request: AuthenticatedHttpRequest,
    entry: TimelineEntry,
    public_id: UUID,
    *,
    error: OrganisingRefusedError | None = None,
) -> HttpResponseBase:
    """Show what stands, or what the person wrote and which field is wrong."""
    on = boards_with(entry, person=request.user)
    item_tags = tags.tags_of([entry.pk])[entry.pk]
    wishes = Wishes.of(request.POST) if error else None
    chosen = wishes.boards if wishes else {str(board.public_id) for board in on}
    context: dict[str, Any] = {
        "entry": entry,
        "item_id": str(public_id),
        "title": (entry.generation.prompt if entry.generation else entry.thread.title if entry.thread else "")[:120],
        "is_own": entry.owner_id == request.user.pk,
        "boards": [(one, str(one.public_id) in chosen) for one in boards.boards_of(request.user)[:100]],
        "boards_were": [str(board.public_id) for board in on],
        "tags_were": ", ".join(tag.name for tag in item_tags),
        "tag_text": wishes.tag_text if wishes else ", ".join(tag.name for tag in item_tags),
        "new_board": wishes.new_board if wishes else "",
        "known_tags": tags.known_tags(request.user),
        "visibilities": Visibility.choices,
        "error": error,
    }
    template = "library/_organise.html" if request.htmx else "library/organise.html"
    if request.htmx and error:
        template = "library/_organise_form.html"
    return render(request, template, context, status=422 if error else 200)
