"""Changes: 204 while nothing happened, else only what the page has to know."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations import wiring
from generations.lifecycle.transitions import changes, transition
from generations.models import GatewayState, Generation, Status
from tests.factories import make_completed, make_generation

HTMX = {"HX-Request": "true", "HX-Target": "changes"}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def asker(text: str) -> str:
    found = re.search(r'id="changes"[^>]*?hx-get="([^"]+)"', text, re.DOTALL)
    assert found
    return found[1].replace("&amp;", "&")


def ask(client: Client, address: str, *shown: Generation, **more: str) -> Any:
    ids = ",".join(str(row.public_id)[:8] for row in shown)
    return client.get(f"{address}&{urlencode({'shown': ids, **more})}", headers=HTMX)


def cancel(row: Generation) -> None:
    with changes() as batch:
        transition(row, Status.CANCELED, now=timezone.now(), batch=batch)


@pytest.mark.parametrize("address", ["/", "/library/", "/library/?scope=team&show=video"])
def test_a_page_is_told_nothing_until_something_changes(signed_in: Client, alice: User, address: str) -> None:
    row = make_generation(alice)
    question = asker(signed_in.get(address).content.decode())

    assert ask(signed_in, question, row).status_code == 204
    cancel(row)
    answer = ask(signed_in, question, row)

    text = answer.content.decode()
    assert f'id="card-{row.public_id}" data-card data-status="canceled"' in text
    assert 'hx-swap-oob="true"' in text
    assert ask(signed_in, asker(text), row).status_code == 204


def test_a_new_card_comes_under_the_first_day(signed_in: Client, alice: User) -> None:
    old = make_generation(alice)
    text = signed_in.get("/").content.decode()
    top = re.search(r'id="timeline-top"[^>]*value="([^"]+)"', text)
    assert top
    new = make_generation(alice)

    answer = ask(signed_in, asker(text), old, timeline_top=top[1]).content.decode()

    assert f'hx-swap-oob="afterbegin:#day-{top[1][:10]}"' in answer
    assert f'id="card-{new.public_id}"' in answer


def test_a_new_day_brings_its_heading(signed_in: Client, alice: User) -> None:
    question = asker(signed_in.get("/").content.decode())
    make_generation(alice)

    answer = ask(signed_in, question, timeline_top="0000-00-00 mine video,image").content.decode()

    assert 'hx-swap-oob="afterbegin:#timeline-days"' in answer
    assert 'id="timeline-top"' in answer


def test_the_pace_follows_what_is_under_way(signed_in: Client, alice: User) -> None:
    row = make_generation(alice)
    text = signed_in.get("/").content.decode()
    assert 'data-pace-visible="3" data-pace-hidden="20"' in text

    cancel(row)

    assert 'data-pace-visible="30" data-pace-hidden=""' in ask(signed_in, asker(text), row).content.decode()


def test_the_page_of_one_generation_follows_it(signed_in: Client, alice: User) -> None:
    row = make_generation(alice)
    question = asker(signed_in.get(f"/g/{row.public_id}/").content.decode())
    cancel(row)

    text = ask(signed_in, question, row, opened=str(row.public_id)).content.decode()

    assert f'id="generation-{row.public_id}"' in text
    assert 'data-status="canceled" hx-swap-oob="true"' in text


def test_a_colleague_who_watches_a_shared_one_is_told(client: Client, alice: User, bob: User) -> None:
    row = make_generation(alice)
    client.force_login(bob)
    question = asker(client.get(f"/g/{row.public_id}/").content.decode())
    cancel(row)

    assert f'id="generation-{row.public_id}"' in ask(client, question, row, opened=str(row.public_id)).content.decode()


def test_an_item_that_is_open_over_a_list_is_told_beside_its_card(signed_in: Client, alice: User) -> None:
    row, other = make_generation(alice), make_generation(alice)
    question = asker(signed_in.get("/").text)
    cancel(row)
    cancel(other)

    text = ask(signed_in, question, row, other, opened=str(row.public_id)).text

    assert f'id="card-{row.public_id}"' in text
    assert f'id="generation-{row.public_id}"' in text
    assert f'id="generation-{other.public_id}"' not in text


def test_a_list_of_changes_never_holds_anothers_private_card(client: Client, alice: User, charlie: User) -> None:
    row = make_completed(alice, visibility="private")
    client.force_login(charlie)

    blind = client.get("/changes/?revision=0&top=1", headers=HTMX).content.decode()
    guessed = client.get(f"/changes/?revision=0&top=1&shown={str(row.public_id)[:8]}", headers=HTMX).content.decode()

    assert str(row.public_id) not in blind
    assert "lighthouse" not in blind + guessed


@pytest.mark.parametrize("query", ["revision=x", "revision=" + "9" * 50, "newest=x&shown=,,", "show=%20&scope=a"])
def test_nonsense_is_answered_without_a_fault(signed_in: Client, alice: User, query: str) -> None:
    make_generation(alice)

    assert signed_in.get(f"/changes/?{query}", headers=HTMX).status_code in {200, 204}
    assert signed_in.get(f"/changes/?{query}&shown=%00", headers=HTMX).status_code == 400


def test_a_page_learns_that_the_gateway_pauses_and_that_it_goes_on(signed_in: Client, alice: User) -> None:
    row = make_generation(alice)
    address = asker(signed_in.get("/").text)
    state = GatewayState.objects.create(
        endpoint_url=wiring.state_name(), paused_reason="credit", paused_at=timezone.now()
    )
    cancel(row)

    assert 'id="banner-pause"' in ask(signed_in, address, row).text

    state.paused_reason = ""
    state.save()
    answer = ask(signed_in, address, row).text
    assert 'id="pause"' in answer
    assert 'id="banner-pause"' not in answer


def test_every_page_learns_of_a_pause_by_itself_also_where_nothing_changes(signed_in: Client) -> None:
    address = "/gateway/pause/?known="
    assert signed_in.get(address, headers=HTMX).status_code == 204
    state = GatewayState.objects.create(
        endpoint_url=wiring.state_name(), paused_reason="auth", paused_at=timezone.now()
    )

    told = signed_in.get(address, headers=HTMX).content.decode()

    assert 'id="banner-pause"' in told
    assert "/gateway/pause/?known=auth" in told
    assert signed_in.get("/gateway/pause/?known=auth", headers=HTMX).status_code == 204
    state.paused_reason = ""
    state.save()
    assert 'id="banner-pause"' not in signed_in.get("/gateway/pause/?known=auth", headers=HTMX).content.decode()


@pytest.mark.django_db
def test_a_stranger_is_told_nothing_of_a_pause(client: Client) -> None:
    GatewayState.objects.create(endpoint_url=wiring.state_name(), paused_reason="auth", paused_at=timezone.now())

    answer = client.get("/gateway/pause/?known=", headers=HTMX)

    assert answer.status_code == 401
    assert b"banner-pause" not in answer.content
