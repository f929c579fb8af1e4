"""Improving a prompt with a chat model: what it would cost, the one call, and the difference to accept or refuse."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.http import AuthenticatedHttpRequest
from generations.clock import database_now
from generations.forms.chat import offered_chat_models, opening_model
from generations.forms.prompts import prompt_error
from generations.library.drafts import CREATE, keep_draft
from generations.library.word_diff import diff
from generations.models import CatalogModel, Kind, MessageStatus
from generations.notify.messages import failure_sentence
from generations.relay import improving, turns
from generations.relay.improving import WISH_MAX_CHARACTERS, Improvement, Wish, own_improvement

KINDS = (Kind.VIDEO.value, Kind.IMAGE.value)
PROMPT_MAX_CHARACTERS = 20_000


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def improvement_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Offer to improve a prompt, with the price, or take the wish; the same submission id again asks nobody."""
    if request.method != "POST":
        return render(request, _place(request), _offer(request, request.GET))
    known = _earlier(request)
    if known is None:
        context = _offer(request, request.POST)
        if context["errors"]:
            template = "prompts/_improvement_form.html" if request.htmx else "prompts/improvement.html"
            return render(request, template, context, status=422)
        known, _is_new = improving.improve(_wish(request.POST, context), owner=request.user, now=database_now())
    if request.htmx:
        return render(request, "prompts/_improvement.html", _context(request, known))
    return redirect("prompt_improvement", public_id=known.thread.public_id)


@require_safe
@vary_on_headers("HX-Request")
def improvement(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Show what became of a wish: under way, the difference, or one sentence; a swap gets only that."""
    context = _context(request, own_improvement(request.user, public_id))
    return render(request, "prompts/_improvement.html" if request.htmx else "prompts/improvement.html", context)


@require_POST
def improvement_stop(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """End a call that is under way; what the model said until then is counted."""
    found = own_improvement(request.user, public_id)
    turns.request_stop(found.reply, now=database_now())
    if request.htmx:
        return render(request, "prompts/_improvement.html", _context(request, own_improvement(request.user, public_id)))
    return redirect("prompt_improvement", public_id=public_id)


@require_POST
def improvement_acceptance(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Open the composer with the new prompt, where no script puts it there. What stood there is set aside."""
    found = own_improvement(request.user, public_id)
    draft = keep_draft(request.user, CREATE, {"prompt": [found.improved or found.original]}, now=database_now())
    return redirect(f"{reverse('create')}?draft={draft.public_id}")


@require_POST
def improvement_price(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Answer what improving the prompt in the form would cost. Nothing is stored, and nobody is asked."""
    return render(request, "prompts/_improvement_price.html", {"price": _offer(request, request.POST)["price"]})


def _place(request: AuthenticatedHttpRequest) -> str:
    return "prompts/_improvement_dialog.html" if request.htmx else "prompts/improvement.html"


def _offer(request: AuthenticatedHttpRequest, given: QueryDict, **more: Any) -> dict[str, Any]:
    """Return the form with what was given, the price of that, and what is wrong with it by field."""
    models: Sequence[CatalogModel] = list(offered_chat_models())
    asked = given.get("model", "")
    model = next((one for one in models if one.gateway_name == asked), None) or opening_model(
        request.user, offered=models
    )
    prompt = given.get("prompt", "").replace("\r\n", "\n").strip()
    wish = given.get("wish", "").strip()
    kind = given.get("kind", "") if given.get("kind", "") in KINDS else ""
    price: Decimal | None = None
    if model is not None:
        price = improving.estimate(model, prompt, kind=kind, wish=wish)
    return {
        "models": models,
        "model": model,
        "prompt": prompt,
        "wish": wish,
        "kind": kind,
        "price": price,
        "errors": _errors(model, prompt, wish) if request.method == "POST" else {},
        "submission_id": uuid4(),
        "problem": "",
        **more,
    }


def _errors(model: CatalogModel | None, prompt: str, wish: str) -> dict[str, str]:
    errors = {}
    if model is None:
        errors["model"] = _("No chat model is switched on. An administrator can switch one on.")
    if not prompt:
        errors["prompt"] = _("Write a prompt first.")
    elif sentence := prompt_error(prompt, max_characters=PROMPT_MAX_CHARACTERS):
        errors["prompt"] = sentence
    if len(wish) > WISH_MAX_CHARACTERS or "\x00" in wish:
        errors["wish"] = _("A wish has 500 characters at most.")
    return errors


def _earlier(request: AuthenticatedHttpRequest) -> Improvement | None:
    """Return what this submission id has asked for already."""
    submission_id = _submission_id(request.POST)
    return improving.of_submission(request.user, submission_id) if submission_id else None


def _submission_id(given: QueryDict) -> UUID | None:
    try:
        return UUID(given.get("submission_id", ""))
    except ValueError:
        return None


def _wish(given: QueryDict, context: dict[str, Any]) -> Wish:
    return Wish(
        prompt=context["prompt"],
        model=context["model"],
        # A form without an id comes from no page of ours, and counts each time.
        submission_id=_submission_id(given) or uuid4(),
        kind=context["kind"],
        wish=context["wish"],
    )


def _context(request: AuthenticatedHttpRequest, found: Improvement) -> dict[str, Any]:
    """Return what the state of a wish needs; when it did not end well, the form to ask again with its words in it."""
    reply = found.reply
    context: dict[str, Any] = {"improvement": found, "reply": reply, "now": database_now()}
    if found.is_unfinished:
        url = reverse("message_stream", args=[found.thread.public_id, reply.public_id])
        return {**context, "stream_url": url}
    problem = _problem(found)
    if problem:
        again = QueryDict(mutable=True)
        again.update({"prompt": found.original, "model": found.thread.model.gateway_name})
        return {**_offer(request, again), **context, "errors": {}, "problem": problem}
    return {**context, "stretches": diff(found.original, found.improved), "is_same": found.improved == found.original}


def _problem(found: Improvement) -> str:
    """Return one sentence about a wish that was not fulfilled."""
    status = found.reply.status
    if status == MessageStatus.STOPPED:
        return _("Stopped. Your prompt is as it was.")
    if status == MessageStatus.INTERRUPTED:
        return _("The studio was interrupted here. Nothing was asked again, and your prompt is as it was.")
    if status == MessageStatus.FAILED:
        return str(failure_sentence(found.reply.failure_reason))
    if not found.improved:
        return str(failure_sentence("empty"))
    return _("The answer was cut off, so it is not shown. Try again, or choose another model.") if found.is_cut else ""
