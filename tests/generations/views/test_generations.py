"""One generation: who sees it, what it tells, and what a person may do about it."""

from __future__ import annotations

import datetime
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations.models import GatewayTask, Generation, GenerationEvent, GenerationInput, GenerationOutput, Status
from tests.factories import make_asset, make_completed, make_generation, model_named

NOW = timezone.now()


def as_(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def card_request(generation: Generation) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": f"card-{generation.public_id}"}


def page_request(generation: Generation) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": f"generation-{generation.public_id}"}


ACTIONS = ("cancellation", "retries", "resubmission", "abandonment", "visibility", "gateway-task")


def test_charlie_learns_nothing_of_a_private_generation(client: Client, alice: User, charlie: User) -> None:
    private = make_generation(alice, visibility="private", status=Status.FAILED)

    answers = [as_(client, charlie).get(f"/g/{private.public_id}/")]
    answers += [client.post(f"/g/{private.public_id}/{action}/") for action in ACTIONS]
    answers += [client.get(f"/g/{uuid.uuid4()}/")]

    assert {answer.status_code for answer in answers} == {404}


def test_a_colleague_sees_the_recipe_of_a_shared_one_but_changes_nothing(
    client: Client, alice: User, bob: User
) -> None:
    shared = make_generation(alice, status=Status.IN_PROGRESS)

    text = as_(client, bob).get(f"/g/{shared.public_id}/").content.decode()

    assert "A lighthouse in the fog" in text
    assert f"/g/{shared.public_id}/cancellation/" not in text
    assert {client.post(f"/g/{shared.public_id}/{action}/").status_code for action in ACTIONS} == {404}


@pytest.mark.parametrize("status", list(Status))
def test_every_state_has_a_page(client: Client, alice: User, status: Status) -> None:
    generation = make_generation(alice, status=status, failure_reason="refused" if status == Status.FAILED else "")

    assert as_(client, alice).get(f"/g/{generation.public_id}/").status_code == 200


def test_the_recipe_is_told_in_words(client: Client, alice: User) -> None:
    generation = make_completed(
        alice, parameters={"ratio": "adaptive", "generate_audio": True, "duration": -1}, resolved={"ratio": "21:9"}
    )
    GenerationInput.objects.create(
        generation=generation, asset=make_asset(alice, original_name="dunes.png"), role="first_frame"
    )

    text = as_(client, alice).get(f"/g/{generation.public_id}/").content.decode()

    for words in ("21:9", "Sound", "On", "Model decides", "First frame", "dunes.png"):
        assert words in text


def test_only_administrators_see_events_and_the_gateways_words(client: Client, alice: User, admin: User) -> None:
    generation = make_generation(alice, status=Status.FAILED, failure_reason="upstream", failure_detail="E-4711 boom")
    GenerationEvent.objects.create(generation=generation, at=NOW, to_status="failed", reason="task_error")

    assert "E-4711" not in as_(client, alice).get(f"/g/{generation.public_id}/").content.decode()
    text = as_(client, admin).get(f"/g/{generation.public_id}/").content.decode()
    assert "E-4711 boom" in text
    assert "task_error" in text


def test_a_queued_one_is_canceled_from_its_card(client: Client, alice: User) -> None:
    generation = make_generation(alice)

    answer = as_(client, alice).post(f"/g/{generation.public_id}/cancellation/", headers=card_request(generation))

    generation.refresh_from_db()
    assert generation.status == Status.CANCELED
    assert 'data-status="canceled"' in answer.content.decode()


def test_what_cannot_be_canceled_any_more_says_so(client: Client, alice: User) -> None:
    generation = make_completed(alice)

    answer = as_(client, alice).post(f"/g/{generation.public_id}/cancellation/", headers=page_request(generation))

    assert "could not be canceled" in answer.content.decode()


def test_without_a_script_an_action_leads_back_to_the_page(client: Client, alice: User) -> None:
    generation = make_generation(alice)

    answer = as_(client, alice).post(f"/g/{generation.public_id}/cancellation/")

    assert answer.headers["Location"] == f"/g/{generation.public_id}/"


def test_a_retry_is_a_new_row_that_points_to_the_old_and_counts_once(client: Client, alice: User) -> None:
    generation = make_generation(alice, status=Status.FAILED, failure_reason="upstream")
    sent = {"submission_id": str(uuid.uuid4()), "timeline_top": "0000-00-00 mine video,image"}
    address = f"/g/{generation.public_id}/retries/"

    answers = [as_(client, alice).post(address, sent, headers=card_request(generation)) for _time in range(2)]

    new = Generation.objects.get(parent=generation)
    assert f'id="card-{new.public_id}"' in answers[0].content.decode()
    assert f'id="card-{generation.public_id}"' in answers[0].content.decode()
    assert f'id="card-{new.public_id}"' not in answers[1].content.decode()


def test_a_running_one_cannot_be_retried(client: Client, alice: User) -> None:
    generation = make_generation(alice, status=Status.IN_PROGRESS)

    answer = as_(client, alice).post(f"/g/{generation.public_id}/retries/", headers=card_request(generation))

    assert "Only what failed or was canceled" in answer.content.decode()
    assert Generation.objects.count() == 1


@pytest.mark.parametrize(("seconds", "status"), [(30, Status.UNCERTAIN), (90, Status.QUEUED)])
def test_an_uncertain_one_can_be_submitted_again_only_after_a_while(
    client: Client, alice: User, seconds: int, status: Status
) -> None:
    generation = make_generation(alice, status=Status.UNCERTAIN)
    GatewayTask.objects.update(lease_ends_at=timezone.now() - datetime.timedelta(seconds=seconds))

    as_(client, alice).post(f"/g/{generation.public_id}/resubmission/", headers=card_request(generation))

    generation.refresh_from_db()
    assert generation.status == status


@pytest.mark.parametrize(("seconds", "is_offered"), [(30, False), (90, True)])
def test_an_uncertain_one_says_what_is_known_and_from_when_it_can_be_submitted_again(
    client: Client, alice: User, seconds: int, is_offered: bool
) -> None:
    generation = make_generation(alice, status=Status.UNCERTAIN, failure_reason="engine_gone", task_id="")
    GatewayTask.objects.update(lease_ends_at=timezone.now() - datetime.timedelta(seconds=seconds))

    for address in (f"/g/{generation.public_id}/", "/"):
        text = as_(client, alice).get(address).content.decode()
        assert "The studio was interrupted while sending." in text
        assert generation.prompt_digest in text
        assert str(generation.attempt_id) in text
        assert ('disabled data-behavior="offer"' in text) is not is_offered
        assert "charged twice" in text
        assert f"/g/{generation.public_id}/abandonment/" in text
        assert f"/g/{generation.public_id}/gateway-task/" not in text


def test_a_colleague_reads_what_is_known_of_an_uncertain_one_and_decides_nothing(
    client: Client, alice: User, bob: User
) -> None:
    generation = make_generation(alice, status=Status.UNCERTAIN, task_id="")

    text = as_(client, bob).get(f"/g/{generation.public_id}/").content.decode()

    assert str(generation.attempt_id) in text
    assert "/resubmission/" not in text


def test_an_administrator_enters_the_task_id_found_at_the_gateway(client: Client, alice: User, admin: User) -> None:
    generation = make_generation(alice, status=Status.UNCERTAIN, task_id="")
    address = f"/g/{generation.public_id}/"
    assert f"{address}gateway-task/" in as_(client, admin).get(address).content.decode()

    client.post(f"{address}gateway-task/", {"task_id": " cgt-1 "}, headers=page_request(generation))

    generation.refresh_from_db()
    assert generation.status == Status.IN_PROGRESS
    assert generation.gateway_tasks.get().task_id == "cgt-1"
    assert generation.events.get().actor == admin


@pytest.mark.parametrize("task_id", ["", "  ", "x" * 201])
@pytest.mark.parametrize("is_swap", [True, False])
def test_a_task_id_that_cannot_be_one_is_refused_beside_its_field(
    client: Client, alice: User, admin: User, task_id: str, is_swap: bool
) -> None:
    generation = make_generation(alice, status=Status.UNCERTAIN, task_id="")
    headers = page_request(generation) if is_swap else {}

    answer = as_(client, admin).post(f"/g/{generation.public_id}/gateway-task/", {"task_id": task_id}, headers=headers)

    assert answer.status_code == 422
    assert "Enter the id as" in answer.content.decode()
    generation.refresh_from_db()
    assert generation.status == Status.UNCERTAIN


def test_an_uncertain_one_can_be_given_up(client: Client, alice: User) -> None:
    generation = make_generation(alice, status=Status.UNCERTAIN)

    answer = as_(client, alice).post(f"/g/{generation.public_id}/abandonment/", headers=page_request(generation))

    generation.refresh_from_db()
    assert (generation.status, generation.failure_reason) == (Status.FAILED, "given_up")
    assert "Given up" in answer.content.decode()


def test_the_owner_changes_who_may_see_it(client: Client, alice: User, bob: User) -> None:
    generation = make_generation(alice)

    as_(client, alice).post(f"/g/{generation.public_id}/visibility/", {"visibility": "private"})

    generation.refresh_from_db()
    assert (generation.visibility, generation.timeline_entry.visibility) == ("private", "private")
    assert as_(client, bob).get(f"/g/{generation.public_id}/").status_code == 404


def test_an_unknown_visibility_changes_nothing(client: Client, alice: User) -> None:
    generation = make_generation(alice)

    as_(client, alice).post(f"/g/{generation.public_id}/visibility/", {"visibility": "world"})

    generation.refresh_from_db()
    assert generation.visibility == "team"


def test_the_page_costs_the_same_whatever_was_made(
    client: Client, alice: User, django_assert_max_num_queries: Any
) -> None:
    generation = make_completed(alice)
    as_(client, alice).get("/")

    # PostgreSQL is also asked what time it is.
    with django_assert_max_num_queries(28 if connection.vendor == "postgresql" else 25):
        client.get(f"/g/{generation.public_id}/")


def test_the_page_leads_to_the_neighbours_in_the_list_one_came_from(client: Client, alice: User, bob: User) -> None:
    oldest, theirs, picture, newest = (
        make_completed(alice),
        make_completed(bob),
        make_completed(alice, model=model_named("nano-banana-fast")),
        make_completed(alice),
    )
    as_(client, alice)

    def steps(words: str) -> tuple[str, str]:
        text = client.get(f"/g/{picture.public_id}/?{words}").text
        found = re.findall(r'href="(/g/[^"]+)" data-shortcut="Arrow(\w+)', text)
        named = {way: address.replace("&amp;", "&") for address, way in found}
        return named.get("Left", ""), named.get("Right", "")

    assert steps("in=create") == (f"/g/{newest.public_id}/?in=create", f"/g/{oldest.public_id}/?in=create")
    assert steps("in=library") == (f"/g/{newest.public_id}/?in=library", f"/g/{theirs.public_id}/?in=library")
    assert steps("in=create&show=image") == ("", "")
    assert steps("in=library&scope=team&show=video")[1] == (f"/g/{theirs.public_id}/?in=library&scope=team&show=video")
    assert steps("in=nonsense&output=x") == steps("in=create")


def test_the_way_back_is_the_list_as_it_was(client: Client, alice: User, bob: User) -> None:
    own, theirs = make_completed(alice), make_completed(bob)
    as_(client, alice)

    assert (
        'href="/library/?scope=mine&amp;show=video"'
        in client.get(f"/g/{own.public_id}/?in=library&scope=mine&show=video&output=x").text
    )
    assert 'href="/" data-viewer-close' in client.get(f"/g/{own.public_id}/").text
    assert 'href="/library/" data-viewer-close' in client.get(f"/g/{theirs.public_id}/").text


@pytest.mark.parametrize(
    ("target", "root"), [("dialogs", "<dialog"), ("viewer-root", '<div class="viewer"'), ("generation-x", "<article")]
)
def test_a_swap_gets_only_its_part(client: Client, alice: User, target: str, root: str) -> None:
    generation = make_completed(alice)

    answer = as_(client, alice).get(f"/g/{generation.public_id}/", headers={"HX-Request": "true", "HX-Target": target})

    assert answer.text.lstrip().startswith(root)
    assert "HX-Request" in answer.headers["Vary"]


def test_one_of_several_files_is_in_front(client: Client, alice: User) -> None:
    generation = make_completed(alice, model=model_named("gpt-image-2"))
    second = make_asset(alice)
    GenerationOutput.objects.create(generation=generation, role="image", asset=second, position=1)

    text = as_(client, alice).get(f"/g/{generation.public_id}/?output={second.public_id}").text

    assert f'data-output="{second.public_id}"' in text
    assert f"as=edit&amp;output={second.public_id}" in text
    assert client.get(f"/g/{generation.public_id}/?output=nonsense").status_code == 200


def test_the_family_is_shown_and_what_is_private_stays_so(client: Client, alice: User, bob: User) -> None:
    secret = make_completed(alice, visibility="private", prompt="Secret dunes")
    shared = make_completed(bob, parent=secret, relation="animate", prompt="Moving dunes")
    younger = make_completed(bob, parent=shared, relation="continue", prompt="More dunes")

    text = as_(client, bob).get(f"/g/{shared.public_id}/").text

    assert "Only its owner may see this one." in text
    assert "A private item" in text
    assert f"/g/{younger.public_id}/" in text
    assert "Continuation" in text
    assert str(secret.public_id) not in text
    assert "Secret dunes" not in text


def test_an_item_whose_origin_is_gone_says_so(client: Client, alice: User) -> None:
    generation = make_completed(alice, relation="remix")

    assert "An item that is gone" in as_(client, alice).get(f"/g/{generation.public_id}/").text


def test_a_given_file_leads_to_the_item_that_made_it(client: Client, alice: User) -> None:
    maker, generation = make_completed(alice), make_completed(alice)
    given = maker.outputs.get().asset
    assert given
    GenerationInput.objects.create(generation=generation, asset=given, role="first_frame")

    text = as_(client, alice).get(f"/g/{generation.public_id}/").text

    assert "From the studio" in text
    assert f'href="/g/{maker.public_id}/"' in text
