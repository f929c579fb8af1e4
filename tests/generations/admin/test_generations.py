"""Staff's pages: they load, show what matters, hide what is secret, and change states by the verbs only."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.models import Generation, GenerationOutput, Status
from tests.factories import make_asset, make_completed, make_generation

pytestmark = pytest.mark.django_db

LIST = "/admin/generations/generation/"
MANAGEMENT = ("TOTAL_FORMS", "INITIAL_FORMS")


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


@pytest.mark.parametrize(
    "table", ["generation", "asset", "thread", "catalogmodel", "installation", "gatewaystate", "engineshift"]
)
def test_each_list_loads(office: Client, alice: User, table: str) -> None:
    make_completed(alice)
    make_asset(alice)

    assert office.get(f"/admin/generations/{table}/").status_code == 200


def test_members_learn_nothing_of_the_administration(client: Client, charlie: User) -> None:
    client.force_login(charlie)

    assert client.get(LIST, follow=True).status_code == 404


def test_the_page_of_a_generation_shows_words_but_no_addresses_or_keys(office: Client, alice: User) -> None:
    generation = make_generation(
        alice, status=Status.STORING, raw_reply='{"status": "succeeded"}', failure_detail="the gateway's own words"
    )
    GenerationOutput.objects.create(
        generation=generation, role="video", source_url="https://files.example/clip.mp4?token=secret-token"
    )

    page = office.get(f"{LIST}{generation.pk}/change/").content.decode()

    assert "the gateway&#x27;s own words" in page
    assert "task-1" in page
    assert "secret-token" not in page


def test_the_actions_call_the_verbs_and_report_numbers(office: Client, alice: User) -> None:
    queued = make_generation(alice, due_at=timezone.now())
    failed = make_generation(alice, status=Status.FAILED)
    running = make_generation(alice, status=Status.IN_PROGRESS)

    def act(action: str, *rows: Generation) -> str:
        form = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
        return office.post(LIST, form, follow=True).content.decode()

    assert "1 generation changed" in act("cancel_chosen", queued, failed)
    act("retry_chosen", failed)
    act("poll_chosen_now", running)

    queued.refresh_from_db()
    running.refresh_from_db()
    assert queued.status == Status.CANCELED
    assert failed.children.get(relation="retry").owner == alice
    assert running.due_at is not None


def test_entering_a_task_id_takes_an_uncertain_row_up_again(office: Client, alice: User) -> None:
    uncertain = make_generation(alice, status=Status.UNCERTAIN, task_id="")
    task = uncertain.gateway_tasks.get()
    form = {
        **{f"{prefix}-{name}": "0" for prefix in ("events", "outputs", "inputs") for name in MANAGEMENT},
        "gateway_tasks-TOTAL_FORMS": "1",
        "gateway_tasks-INITIAL_FORMS": "1",
        "gateway_tasks-0-id": str(task.pk),
        "gateway_tasks-0-generation": str(uncertain.pk),
        "gateway_tasks-0-task_id": "task-found-by-hand",
    }

    assert office.post(f"{LIST}{uncertain.pk}/change/", form).status_code == 302

    uncertain.refresh_from_db()
    assert uncertain.status == Status.IN_PROGRESS
    assert uncertain.gateway_tasks.get().task_id == "task-found-by-hand"


def test_a_list_of_fifteen_asks_no_more_than_one_of_five(office: Client, alice: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            office.get(LIST)
        return len(captured)

    for _ in range(5):
        make_completed(alice)
    office.get(LIST)
    few = queries()
    for _ in range(10):
        make_completed(alice)

    assert queries() == few


def test_the_list_of_uncertain_rows_says_what_to_look_for_at_the_gateway(office: Client, alice: User) -> None:
    uncertain = make_generation(alice, status=Status.UNCERTAIN, submitted_at=timezone.now(), task_id="")
    make_generation(alice, status=Status.FAILED, prompt="Another")

    page = office.get(LIST, {"status__exact": "uncertain"}).content.decode()

    assert uncertain.prompt_digest in page
    assert str(uncertain.attempt_id) in page
    assert uncertain.prompt not in page
    assert "Another" not in page
    assert uncertain.prompt_digest in office.get(f"{LIST}{uncertain.pk}/change/").content.decode()
    assert str(uncertain.attempt_id) in office.get(f"/g/{uncertain.public_id}/").content.decode()
