"""Cards of a page share what is alike in them: each must read as if it stood there alone."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import User
from generations.library import cards, favourites
from generations.models import GenerationOutput, Status, TimelineEntry
from tests.factories import make_asset, make_completed, make_generation, make_thread, model_named

# What is drawn anew for every form.
TOKEN = re.compile(r'name="(?:csrfmiddlewaretoken|submission_id)" value="[\w-]+"')
ANY_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@pytest.fixture
def everything(alice: User, bob: User) -> list[cards.Card]:
    """Two of every kind of card, as alice sees them."""
    several_of = model_named("nano-banana-pro")
    for _twice in range(2):
        make_completed(alice)
        make_completed(bob)
        clip = make_completed(alice)
        file = make_asset(alice, media="video", mime="video/mp4")
        GenerationOutput.objects.filter(generation=clip).update(asset=file)
        several = make_completed(alice, model=several_of)
        GenerationOutput.objects.create(generation=several, role="image", position=1, asset=make_asset(alice))
        make_generation(alice)
        make_generation(alice, status=Status.IN_PROGRESS)
        make_generation(bob, status=Status.IN_PROGRESS)
        make_generation(alice, status=Status.FAILED, failure_reason="refused")
        make_generation(alice, status=Status.UNCERTAIN, failure_reason="no_answer")
        make_thread(alice, reply="An answer.")
        make_thread(bob, reply="An answer.", visibility="team")
        liked = make_completed(alice), make_thread(alice, reply="A better answer.")
        TimelineEntry.objects.filter(generation=make_completed(alice)).update(trashed_at=timezone.now())
        stars = TimelineEntry.objects.filter(generation=liked[0]) | TimelineEntry.objects.filter(thread=liked[1])
        favourites.add([entry.pk for entry in stars], person=alice, now=timezone.now())
    entries = list(TimelineEntry.objects.order_by("-place"))
    return cards.cards_of(entries, now=timezone.now(), reader_id=alice.pk)


@pytest.fixture
def request_of_alice(rf: RequestFactory, alice: User) -> HttpRequest:
    request = rf.get("/library/")
    request.user = alice
    return request


def rendered(request: HttpRequest, some: list[cards.Card]) -> list[str]:
    """Return the cards of one page, without what is drawn anew for every form."""
    template = engines["django"].from_string(
        '{% for card in cards %}{% include "library/_card.html" %}<!--next-->{% endfor %}'
    )
    html = template.render({"cards": some}, request)
    return [TOKEN.sub("", part) for part in html.split("<!--next-->")[:-1]]


def test_a_card_among_many_is_the_card_alone(request_of_alice: HttpRequest, everything: list[cards.Card]) -> None:
    together = rendered(request_of_alice, everything)
    backwards = rendered(request_of_alice, everything[::-1])[::-1]

    assert together == backwards
    assert together == [rendered(request_of_alice, [card])[0] for card in everything]


def test_a_card_names_no_other_item(request_of_alice: HttpRequest, everything: list[cards.Card]) -> None:
    of_card = {card.public_id: {str(asset.public_id) for asset in card.outputs} for card in everything}
    strange = {public_id: set(of_card) - {public_id} for public_id in of_card}
    for public_id, own in of_card.items():
        strange[public_id] |= set().union(*of_card.values()) - own

    together = rendered(request_of_alice, everything)

    for card, html in zip(everything, together, strict=True):
        assert card.public_id in html
        assert not strange[card.public_id] & set(ANY_ID.findall(html))
