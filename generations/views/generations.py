"""One generation: its page, and what a person may do about it."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.access import is_administrator
from accounts.http import AuthenticatedHttpRequest
from generations.access import own_generation, readable_generation
from generations.clock import database_now
from generations.library.asked import Asked
from generations.library.cards import card_of
from generations.library.live import current_number
from generations.lifecycle import cancel, retry
from generations.lifecycle.reconcile import enter_task_id
from generations.lifecycle.transitions import changes, touch
from generations.models import GatewayTask, Generation, TimelineEntry, Visibility
from generations.views.details import detail_of
from generations.views.timelines import changes_url, placed_card
from generations.views.whence import whence_of

CARD = "generations/_generation_card.html"
SWAPPED = {
    "generation": "generations/_generation_detail.html",
    "viewer": "generations/_generation_viewer.html",
    "dialogs": "generations/_generation_dialog.html",
}
TASK_ID_CHARACTERS = GatewayTask._meta.get_field("task_id").max_length or 0


@require_safe
@vary_on_headers("HX-Request")
def detail(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show one generation to everybody who may see it: as a page, as a dialog over a list, or as a part of either."""
    return _page(request, public_id)


@require_POST
def cancellation(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Cancel, as far as that is still possible; the answer shows what became of it."""
    generation = own_generation(request.user, public_id)
    done = cancel.cancel(generation.pk, actor=request.user, now=database_now())
    return _answer(request, generation, "" if done else _("It could not be canceled any more."))


@require_POST
def retries(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Make a new generation from a failed or canceled one, which it points to."""
    generation = own_generation(request.user, public_id)
    made = retry.retry(generation.pk, actor=request.user, submission_id=_submission(request), now=database_now())
    if made is None:
        return _answer(request, generation, _("Only what failed or was canceled can be made again."))
    new, is_new = made
    if not request.htmx or _is_detail(request):
        return _go_to(request, new)
    now = database_now()
    context = {
        "card": card_of(generation, now=now, reader_id=request.user.pk),
        **(placed_card(request, new, now=now) if is_new else {}),
    }
    return trigger_client_event(render(request, CARD, context), "changes:now", after="settle")


@require_POST
def resubmission(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Queue an uncertain generation once more, at the risk of paying twice."""
    generation = own_generation(request.user, public_id)
    done = retry.submit_again(generation.pk, actor=request.user, now=database_now())
    sentence = _("Not yet: the answer to the first attempt may still come. Try again in a minute.")
    return _answer(request, generation, "" if done else sentence)


@require_POST
def abandonment(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Give up an uncertain generation; its answer still lands if it comes."""
    generation = own_generation(request.user, public_id)
    done = retry.give_up(generation.pk, actor=request.user, now=database_now())
    return _answer(request, generation, "" if done else _("Its state has changed in the meantime."))


@require_POST
def gateway_task(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Follow an uncertain generation under the task id that an administrator found in the gateway's console."""
    generation = readable_generation(request.user, public_id)
    if not is_administrator(request.user):
        raise Http404
    task_id = request.POST.get("task_id", "").strip()
    if not 0 < len(task_id) <= TASK_ID_CHARACTERS:
        return _answer(request, generation, "", task_error=_("Enter the id as the gateway's console shows it."))
    done = enter_task_id(generation.pk, task_id=task_id, actor=request.user, now=database_now())
    return _answer(request, generation, "" if done else _("Its state has changed in the meantime."))


@require_POST
def visibility(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Change who may see a generation."""
    generation = own_generation(request.user, public_id)
    wanted = request.POST.get("visibility", "")
    if wanted not in Visibility.values:
        return _answer(request, generation, _("Choose who may see it."))
    with changes() as batch:
        Generation.objects.filter(pk=generation.pk).update(visibility=wanted)
        generation.visibility = wanted
        touch(generation, batch=batch)
    return _answer(request, generation, "")


def _asked(request: AuthenticatedHttpRequest, public_id: UUID) -> Asked:
    """Return the list whose number tells of this generation: the person's own, or the team's."""
    is_own = Generation.objects.filter(owner=request.user, public_id=public_id).exists()
    return Asked(scope="mine" if is_own else "team")


def _submission(request: AuthenticatedHttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("submission_id", ""))
    except ValueError:
        return uuid4()


def _is_detail(request: AuthenticatedHttpRequest) -> bool:
    return _part(request) == "generation"


def _part(request: AuthenticatedHttpRequest) -> str:
    """Return which part of a page a swap asks for: the beginning of its target's id."""
    return str(request.htmx.target or "").partition("-")[0]


def _go_to(request: AuthenticatedHttpRequest, generation: Generation) -> HttpResponse:
    answer = redirect("generation_detail", public_id=generation.public_id)
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": answer.url})
    return answer


def _page(request: AuthenticatedHttpRequest, public_id: UUID, *, task_error: str = "") -> HttpResponse:
    asked = _asked(request, public_id)
    number = current_number(asked.listing(request.user, now=database_now()))
    shown = detail_of(request.user, public_id, now=database_now(), output=request.GET.get("output", ""))
    context = {"detail": shown, "whence": whence_of(request, shown.generation), "task_error": task_error}
    if template := SWAPPED.get(_part(request)):
        return render(request, template, context)
    context["changes_url"] = changes_url(asked, page="generation", number=number, newest="", takes_new=False)
    return render(request, "generations/generation_detail.html", context, status=422 if task_error else 200)


def _answer(
    request: AuthenticatedHttpRequest, generation: Generation, notice: str, *, task_error: str = ""
) -> HttpResponseBase:
    """Show the generation as it stands now where the question came from, with a notice if something was refused."""
    if not request.htmx:
        return (
            _page(request, generation.public_id, task_error=task_error) if task_error else _go_to(request, generation)
        )
    now = database_now()
    if _is_detail(request):
        shown = detail_of(request.user, generation.public_id, now=now)
        context = {"detail": shown, "notice": notice, "task_error": task_error}
        return render(request, "generations/_generation_detail.html", context, status=422 if task_error else 200)
    if not TimelineEntry.objects.filter(generation=generation).exists():
        raise Http404
    return render(request, CARD, {"card": card_of(generation, now=now, reader_id=request.user.pk), "notice": notice})
