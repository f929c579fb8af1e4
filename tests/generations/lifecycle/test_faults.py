"""One test for each row of the table in `generations.lifecycle`, where no other file has it.

`test_fault_table.py` says which file has which.
"""

from __future__ import annotations

import datetime
import hashlib
import resource
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from generations.gateway.errors import ConnectionNotMade, OuterCode, RateLimited, UpstreamError
from generations.gateway.types import TaskReport, TaskState
from generations.lifecycle import collect as collecting
from generations.lifecycle.answers import MAX_REQUEUES, record_answer
from generations.lifecycle.collect import MAX_STORE_ERRORS, collect
from generations.lifecycle.poll import PollAnswer, record_poll
from generations.lifecycle.submit import Outcome, SubmitAnswer, claim_submit
from generations.lifecycle.transitions import changes
from generations.models import Generation, GenerationOutput, Status
from tests.factories import make_generation
from tests.generations.media import samples

pytestmark = pytest.mark.django_db

CLIP = samples.clip()
FULL_AT_BYTES = 32 * 1024 * 1024
Say = Callable[[BaseHTTPRequestHandler], None]


class Files(ThreadingHTTPServer):
    """The gateway's file server; it answers each request as the test says."""

    say: Say


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.close_connection = True
        self.server.say(self)  # type: ignore[attr-defined]

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def files(settings: Settings) -> Iterator[Files]:
    server = Files(("127.0.0.1", 0), Handler)
    settings.SANDBOX_URL = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def answer_with(body: bytes, *, status: int = 200, **headers: str) -> Say:
    def say(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return say


def storing(owner: User, files: Files) -> Generation:
    """Make a row whose clip waits at the file server."""
    row = make_generation(owner, status=Status.STORING, due_at=timezone.now())
    url = f"http://127.0.0.1:{files.server_port}/clip.mp4"
    GenerationOutput.objects.create(generation=row, role="video", source_url=url)
    return row


def collect_until(row: Generation, status: Status, *, tries: int) -> int:
    """Run the job, each time when its row comes due, until the row has this status; return how often."""
    for count in range(1, tries + 1):
        row.refresh_from_db()
        due_at = row.due_at or timezone.now()
        collect(row.pk, clock=lambda moment=due_at: moment)  # type: ignore[misc]
        row.refresh_from_db()
        if row.status == status:
            return count
    return tries + 1


def poll_with(row: Generation, **values: Any) -> None:
    """Let one poll come back."""
    row.lease_token = uuid.uuid4()
    row.save(update_fields=["lease_token"])
    answer = PollAnswer(row.pk, row.lease_token, **values)
    with changes() as batch:
        record_poll(answer, row, now=timezone.now(), next_seconds=3, batch=batch)
    row.refresh_from_db()


def submit_with(row: Generation, error: Any) -> None:
    """Let one submit come back without having been accepted."""
    with changes() as batch:
        work = claim_submit(row, now=timezone.now(), lease_seconds=60, shift_token=uuid.uuid4(), batch=batch)
    assert work is not None
    answer = SubmitAnswer(work.attempt_id, Outcome.GIVEN_BACK, error=error, reason=error.reason)
    with changes() as batch:
        record_answer(answer, now=timezone.now(), batch=batch)
    row.refresh_from_db()


def test_a_gateway_that_is_down_for_an_hour_burns_no_row(alice: User) -> None:
    row = make_generation(alice)

    for _ in range(70):
        submit_with(row, ConnectionNotMade())

    assert row.status == Status.QUEUED
    assert row.due_at is not None
    assert row.due_at - timezone.now() <= datetime.timedelta(seconds=60)
    submit_with(row, RateLimited())
    assert row.status == Status.QUEUED, "the first “slow down” after it is the first of twenty"


def test_a_gateway_that_says_slow_down_for_ever_fails_the_row_after_twenty_times(alice: User) -> None:
    row = make_generation(alice)

    for _ in range(MAX_REQUEUES):
        submit_with(row, RateLimited(retry_after_seconds=86_400))
        assert row.due_at is not None
        assert row.due_at - timezone.now() <= datetime.timedelta(minutes=10)
    submit_with(row, RateLimited())

    assert (row.status, row.failure_reason) == (Status.FAILED, "rate")


@pytest.mark.parametrize("status", [401, 429, 500, 502])
def test_no_number_of_failed_polls_fails_the_row(alice: User, status: int) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS, accepted_at=timezone.now())

    for _ in range(30):
        poll_with(row, error=UpstreamError("trouble", status=status))

    assert (row.status, row.poll_error_count) == (Status.IN_PROGRESS, 30)


def test_three_times_no_such_task_fail_the_row(alice: User) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS, accepted_at=timezone.now())

    for _ in range(3):
        poll_with(row, error=UpstreamError("no such task", status=404))

    assert (row.status, row.failure_reason) == (Status.FAILED, "output_missing")


def test_three_equal_refusals_fail_the_row_and_different_ones_do_not(alice: User) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS, accepted_at=timezone.now())

    for code in (1, 2, 1, 2, 2):
        poll_with(row, error=OuterCode("trouble", outer_code=str(code), reason="upstream"))
        assert row.status == Status.IN_PROGRESS
    poll_with(row, error=OuterCode("trouble", outer_code="2", reason="upstream"))

    assert row.status == Status.FAILED


@pytest.mark.parametrize(
    "between",
    [
        {"report": TaskReport(state=TaskState.RUNNING)},
        {"error": OuterCode("trouble", outer_code="7", reason="upstream")},
    ],
)
def test_refusals_with_another_answer_between_them_are_not_in_a_row(alice: User, between: dict[str, Any]) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS, accepted_at=timezone.now())

    for _ in range(2):
        for _twice in range(2):
            poll_with(row, error=UpstreamError("no such task", status=404))
        poll_with(row, **between)

    assert (row.status, row.not_found_count) == (Status.IN_PROGRESS, 0)


def test_a_task_that_was_canceled_over_there_is_canceled_here(alice: User) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS, accepted_at=timezone.now())

    poll_with(row, report=TaskReport(state=TaskState.CANCELLED))

    assert (row.status, row.due_at) == (Status.CANCELED, None)
    assert row.events.get().reason == "canceled_by_gateway"


def test_success_that_never_gets_a_link_is_missing_after_five(alice: User) -> None:
    row = make_generation(alice, status=Status.IN_PROGRESS, accepted_at=timezone.now())

    for _ in range(5):
        assert row.status == Status.IN_PROGRESS
        poll_with(row, report=TaskReport(state=TaskState.SUCCEEDED))

    assert (row.status, row.failure_reason) == (Status.FAILED, "output_missing")


@pytest.mark.parametrize(("hours", "status"), [(2, Status.IN_PROGRESS), (49, Status.FAILED)])
def test_an_overdue_row_is_watched_for_two_days(alice: User, hours: int, status: Status) -> None:
    accepted_at = timezone.now() - datetime.timedelta(hours=hours)
    row = make_generation(alice, status=Status.IN_PROGRESS, accepted_at=accepted_at)

    poll_with(row, report=TaskReport(state=TaskState.RUNNING))

    assert row.status == status
    assert row.failure_reason == ("timeout" if status == Status.FAILED else "")


def test_an_expired_link_asks_for_a_fresh_one(alice: User, files: Files) -> None:
    files.say = answer_with(b"", status=410)
    row = storing(alice, files)

    assert collect_until(row, Status.IN_PROGRESS, tries=1) == 1

    assert row.due_at is not None
    assert row.failure_reason == ""


def test_links_that_always_expire_end_as_missing(alice: User, files: Files) -> None:
    files.say = answer_with(b"", status=404)
    row = storing(alice, files)

    for _ in range(MAX_STORE_ERRORS):
        collect_until(row, Status.IN_PROGRESS, tries=1)
        Generation.objects.filter(pk=row.pk, status=Status.IN_PROGRESS).update(status=Status.STORING)

    assert (row.status, row.failure_reason) == (Status.FAILED, "output_missing")


@pytest.mark.parametrize("body", [b"<html>Sign in</html>" * 40, b"%PDF-1.7 " * 100])
def test_a_file_of_the_wrong_type_is_invalid_after_all_tries(alice: User, files: Files, body: bytes) -> None:
    files.say = answer_with(body)
    row = storing(alice, files)

    assert collect_until(row, Status.FAILED, tries=MAX_STORE_ERRORS) == MAX_STORE_ERRORS

    assert row.failure_reason == "output_invalid"


def test_a_damaged_clip_is_invalid_after_all_tries(alice: User, files: Files) -> None:
    files.say = answer_with(CLIP[: len(CLIP) // 2])
    row = storing(alice, files)

    collect_until(row, Status.FAILED, tries=MAX_STORE_ERRORS)

    assert (row.status, row.failure_reason) == (Status.FAILED, "output_invalid")


def test_a_file_larger_than_allowed_fails_at_once(alice: User, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "MAX_OUTPUT_BYTES", len(CLIP) - 1)
    files.say = answer_with(CLIP)
    row = storing(alice, files)

    assert collect_until(row, Status.FAILED, tries=1) == 1

    assert row.failure_reason == "output_too_large"


@pytest.fixture
def no_room() -> Iterator[None]:
    """Let no file grow beyond 32 MB: to whoever writes, the same as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT_BYTES, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_uses_up_no_try_and_the_result_is_stored_once_there_is_room(
    alice: User, files: Files, no_room: None
) -> None:
    files.say = answer_with(CLIP + bytes(FULL_AT_BYTES))
    row = storing(alice, files)

    assert collect_until(row, Status.FAILED, tries=MAX_STORE_ERRORS + 2) > MAX_STORE_ERRORS
    assert (row.status, row.store_error_count) == (Status.STORING, 0)
    assert "large" in row.failure_detail

    files.say = answer_with(CLIP)
    assert collect_until(row, Status.COMPLETED, tries=1) == 1
    asset = row.outputs.get().asset
    assert asset is not None
    assert asset.sha256 == hashlib.sha256(CLIP).hexdigest()
    assert row.failure_detail == ""


def test_a_disk_that_stays_full_for_a_day_ends_honestly(alice: User, files: Files, no_room: None) -> None:
    files.say = answer_with(CLIP + bytes(FULL_AT_BYTES))
    row = storing(alice, files)
    Generation.objects.filter(pk=row.pk).update(changed_at=timezone.now() - datetime.timedelta(hours=25))

    assert collect_until(row, Status.FAILED, tries=1) == 1

    assert row.failure_reason == "output_missing"


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_stops_a_step_and_loses_nothing(alice: User, files: Files) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows, not the database")
    files.say = answer_with(CLIP)
    row = storing(alice, files)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, uri=True)
    try:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError):
            collect(row.pk, clock=timezone.now)
        other.execute("ROLLBACK")
    finally:
        other.close()
        connection.close()

    assert collect_until(row, Status.COMPLETED, tries=1) == 1
