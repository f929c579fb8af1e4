"""Several generations by one press: all or none, once, side by side in the list."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.models import Batch, Generation, Revision, StudioPreferences, TimelineEntry
from tests.factories import make_completed

HTMX = {"HX-Request": "true", "HX-Target": "composer-body"}
FAST = "doubao-seedance-2-0-fast"


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def order(**more: Any) -> dict[str, Any]:
    return {
        "model": "doubao-seedance-2-0",
        "prompt": "A lighthouse in the fog",
        "resolution": "480p",
        "duration": "4",
        "submission_id": str(uuid.uuid4()),
        **more,
    }


def test_variations_are_generations_of_their_own_with_seeds_that_count_up(signed_in: Client) -> None:
    sent = order(variations="3", seed="7", seed_mode="fixed")

    signed_in.post("/generations/", sent, headers=HTMX)

    made = Generation.objects.order_by("batch_position")
    assert [row.parameters["seed"] for row in made] == [7, 8, 9]
    assert len({row.submission_id for row in made}) == 3
    assert str(made[0].submission_id) == sent["submission_id"]
    assert made[0].batch is not None
    assert {row.batch for row in made} == {made[0].batch}


def test_one_generation_has_no_batch(signed_in: Client) -> None:
    signed_in.post("/generations/", order(variations="1"), headers=HTMX)

    assert Generation.objects.get().batch is None
    assert not Batch.objects.exists()


def test_two_models_get_the_same_prompt_and_remember_their_settings(signed_in: Client, alice: User) -> None:
    answer = signed_in.post("/generations/", order(also=[FAST], variations="2"), headers=HTMX)

    made = list(Generation.objects.order_by("batch_position"))
    assert [row.model.gateway_name for row in made] == ["doubao-seedance-2-0"] * 2 + [FAST] * 2
    assert {row.prompt for row in made} == {"A lighthouse in the fog"}
    assert set(StudioPreferences.objects.get(person=alice).last_parameters) == {"doubao-seedance-2-0", FAST}
    assert f'value="{FAST}" data-roles' in answer.content.decode()


def test_the_first_stands_first_in_the_list(signed_in: Client) -> None:
    sent = order(variations="3", timeline_top="0000-00-00 mine video,image")

    answer = signed_in.post("/generations/", sent, headers=HTMX).content.decode()

    made = list(Generation.objects.order_by("batch_position"))
    places = [answer.index(f'id="card-{row.public_id}"') for row in made]
    page = signed_in.get("/").content.decode()
    assert places == sorted(places)
    assert [page.index(f'id="card-{row.public_id}"') for row in made] == sorted(
        page.index(f'id="card-{row.public_id}"') for row in made
    )


def test_the_same_press_twice_makes_no_more(signed_in: Client) -> None:
    sent = order(also=[FAST], variations="2")

    for _time in range(2):
        assert signed_in.post("/generations/", sent, headers=HTMX).status_code == 200

    assert Generation.objects.count() == 4
    assert Batch.objects.count() == 1


def test_a_model_that_cannot_join_stops_the_whole_press(signed_in: Client) -> None:
    answer = signed_in.post("/generations/", order(also=["nano-banana-pro"]), headers=HTMX)

    assert answer.status_code == 422
    assert "One of the models that you chose is not offered any more." in answer.content.decode()
    assert not Generation.objects.exists()


def test_the_price_on_the_button_is_that_of_everything(signed_in: Client) -> None:
    asked = order(resolution="720p", duration="5", also=[FAST], variations="2")

    text = " ".join(signed_in.post("/generations/estimate/", asked).content.decode().split())

    assert "4 for ¥18.08" in text
    assert "Seedance 2.0: 2 × ¥5.01" in text


@pytest.mark.django_db(transaction=True)
def test_one_press_ten_times_at_once_makes_one_batch(alice: User) -> None:
    sent = order(variations="4")
    clients = [Client() for _one in range(10)]
    for client in clients:
        client.force_login(alice)

    def send(client: Client) -> int:
        try:
            return client.post("/generations/", sent, headers=HTMX).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        statuses = set(pool.map(send, clients))

    assert statuses == {200}
    assert Generation.objects.count() == 4
    assert Batch.objects.count() == 1


def make_batch(owner: User, count: int = 2, **more: Any) -> Batch:
    batch = Batch.objects.create(owner=owner, submission_id=uuid.uuid4(), created_at=timezone.now())
    for position in range(count):
        make_completed(owner, batch=batch, batch_position=position, **more)
    return batch


def test_results_of_one_press_stand_side_by_side_with_time_and_price(signed_in: Client, alice: User) -> None:
    batch = make_batch(alice, charge_amount=Decimal("1.87"), submitted_at=timezone.now())

    text = signed_in.get(f"/compare/{batch.public_id}/").content.decode()

    assert text.count('class="contender"') == 2
    assert text.count("¥1.87") == 2
    assert "Play all from the start" in text
    assert f"/compare/{batch.public_id}/" in signed_in.get("/").content.decode()


def test_a_colleague_sees_what_is_shared_and_chooses_nothing(
    signed_in: Client, client: Client, alice: User, bob: User
) -> None:
    batch = make_batch(alice)
    private = batch.generations.last()
    assert private
    TimelineEntry.objects.filter(generation=private).update(visibility="private")
    client.force_login(bob)

    text = client.get(f"/compare/{batch.public_id}/").content.decode()

    assert text.count('class="contender"') == 1
    assert "Pick as the winner" not in text
    first = batch.generations.first()
    assert first
    answer = client.post(f"/compare/{batch.public_id}/winner/", {"generation": str(first.public_id)})
    assert answer.status_code == 404


def test_a_private_batch_is_not_there_for_others(client: Client, alice: User, charlie: User) -> None:
    batch = make_batch(alice, visibility="private")
    client.force_login(charlie)

    assert client.get(f"/compare/{batch.public_id}/").status_code == 404
    assert client.get(f"/compare/{batch.public_id}/changes/").status_code == 404


def test_a_winner_is_picked_and_taken_back(signed_in: Client, alice: User) -> None:
    batch = make_batch(alice)
    chosen = batch.generations.first()
    assert chosen
    sent = {"generation": str(chosen.public_id)}

    answer = signed_in.post(f"/compare/{batch.public_id}/winner/", sent, headers={"HX-Request": "true"})
    batch.refresh_from_db()
    assert batch.winner == chosen
    assert "data-winner" in answer.content.decode()

    signed_in.post(f"/compare/{batch.public_id}/winner/", sent)
    batch.refresh_from_db()
    assert batch.winner is None


@pytest.mark.parametrize("generation", ["", "nonsense", "0c54e80f-e22e-4231-a409-61b1d31f5f4b"])
def test_only_one_of_the_batch_can_win(signed_in: Client, alice: User, generation: str) -> None:
    batch = make_batch(alice)

    answer = signed_in.post(f"/compare/{batch.public_id}/winner/", {"generation": generation})

    assert answer.status_code == 404


def test_the_page_is_told_only_what_changed(signed_in: Client, alice: User) -> None:
    batch = make_batch(alice)
    number = Revision.objects.number_of(alice.pk)
    address = f"/compare/{batch.public_id}/changes/?revision="
    assert signed_in.get(f"{address}{number}").status_code == 204

    changed = batch.generations.first()
    assert changed
    Revision.objects.bump([TimelineEntry.objects.record_generation(changed)])

    text = signed_in.get(f"{address}{number}").content.decode()
    assert text.count('class="contender"') == 1
    assert f'id="contender-{changed.public_id}"' in text
    assert signed_in.get(f"{address}x").status_code == 200


def test_a_comparison_costs_the_same_for_two_and_for_eight(signed_in: Client, alice: User) -> None:
    signed_in.get(f"/compare/{make_batch(alice).public_id}/")
    counts = []
    for size in (2, 8):
        batch = make_batch(alice, size)
        with CaptureQueriesContext(connection) as captured:
            signed_in.get(f"/compare/{batch.public_id}/")
        counts.append(len(captured))

    assert counts[0] == counts[1]
