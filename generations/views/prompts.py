"""Prompts: what the team wrote, what it made, and how often that went well; and the templates made of some."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.http import AuthenticatedHttpRequest
from generations.access import readable_generation
from generations.clock import database_now
from generations.library import filters
from generations.library.listing import read_cursor
from generations.library.prompt_cards import cards_of
from generations.library.prompt_listing import PromptListing, fit_to_prompts, read_page
from generations.library.prompt_templates import templates_of
from generations.models import Kind
from generations.views.narrowing import Choice, choices_of
from generations.views.prompt_templates import shown

SCOPES = ("", "mine", "team")
TEMPLATES_SHOWN = 4
OFFERED = ("kind", "by", "model", "after")


@require_safe
@vary_on_headers("HX-Request")
def prompts(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show one page of the prompts that the person may know of; a swap that asks for more gets only that."""
    context = _page(request)
    if request.htmx.target == "prompts-more":
        return render(request, "prompts/_prompts_more.html", context)
    return render(request, "prompts/prompts.html", {**context, **_around(request, context)})


@require_safe
def prompt_words(request: AuthenticatedHttpRequest, public_id: UUID) -> HttpResponseBase:
    """Answer the words of a prompt, whole, as plain text: what *Copy* puts on the clipboard."""
    generation = readable_generation(request.user, public_id)
    return HttpResponse(generation.prompt, content_type="text/plain; charset=utf-8")


def _page(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    words = " ".join([request.GET.get("q", ""), *request.GET.getlist("add")]).strip()
    question = None
    if words:
        question = fit_to_prompts(filters.ask(words, person=request.user, now=database_now()))
    scope = request.GET.get("scope", "")
    listing = PromptListing(request.user.pk, scope if scope in SCOPES else "", question)
    after = read_cursor(request.GET.get("after", ""))
    page = read_page(listing, after=after)
    return {
        "listing": listing,
        "question": question,
        "cards": cards_of(page.rows, terms=question.terms if question else ()),
        "is_cut": page.is_cut,
        "is_first_page": after is None,
        "more_url": _address(listing.scope, question.text if question else "", after=page.next_cursor)
        if page.next_cursor
        else "",
    }


def _around(request: AuthenticatedHttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    question = context["question"]
    text = question.text if question else ""
    scope = context["listing"].scope
    labels = {"": _("Everything"), "mine": _("Mine"), "team": _("Team")}
    is_first = context["is_first_page"] and not (question and (question.narrowings or question.problems))
    words = " ".join(term.text for term in question.terms) if question else ""
    found = templates_of(request.user, words=words)[:TEMPLATES_SHOWN] if is_first else ()
    return {
        "template_rows": [shown(one) for one in found],
        "scopes": [(labels[one], _address(one, text), one == scope) for one in SCOPES],
        "narrowings": [(one, _address(scope, one.without)) for one in question.narrowings] if question else [],
        "problems": [(one, _address(scope, one.without)) for one in question.problems] if question else [],
        "clear_url": _address(scope, ""),
        "choices": [_without_chats(one) for one in choices_of(request.user, question) if one.name in OFFERED],
    }


def _without_chats(choice: Choice) -> Choice:
    """Return the choice of kinds without chats, which have no prompts."""
    options = tuple(option for option in choice.options if option[0] != f"kind:{Kind.CHAT.value}")
    return Choice(choice.name, choice.label, choice.anything, options)


def _address(scope: str, text: str, **more: str) -> str:
    words = {name: word for name, word in {"scope": scope, "q": text, **more}.items() if word}
    return f"{reverse('prompts')}?{urlencode(words)}" if words else reverse("prompts")
