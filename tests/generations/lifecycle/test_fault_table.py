"""Every row of the table in `generations.lifecycle` has a test, and every test named here exists."""

from __future__ import annotations

import ast

import pytest

import generations.lifecycle
from tests.conftest import ROOT

LIFECYCLE, ENGINE, MEDIA = "tests/generations/lifecycle", "tests/generations/engine", "tests/generations/media"
LOOP, FAULTS, SUBMIT = f"{ENGINE}/test_loop.py", f"{LIFECYCLE}/test_faults.py", f"{LIFECYCLE}/test_submit.py"
PROTOCOLS, DOWNLOAD, TICK = (
    f"{LIFECYCLE}/test_fault_protocols.py",
    f"{MEDIA}/test_download.py",
    f"{ENGINE}/test_tick.py",
)
EVERY_PROTOCOL = (PROTOCOLS, "test_what_is_known_after_a_submit_is_the_same_for_every_protocol")
KILLED = ("tests/chaos/test_kill_points.py", "test_nothing_is_lost_or_paid_twice_whenever_the_processes_die")
PLACE = slice(4, 36)
SECTIONS = ("SUBMIT", "POLL", "DOWNLOAD", "MACHINE")
TESTS = {
    "no connection, gateway down": (FAULTS, "test_a_gateway_that_is_down_for_an_hour_burns_no_row"),
    "429": (FAULTS, "test_a_gateway_that_says_slow_down_for_ever_fails_the_row_after_twenty_times"),
    "401, a key that cannot be sent": (LOOP, "test_a_bad_key_or_an_empty_account_pauses_the_gateway_and_burns_nothing"),
    "402, 403 out of credit": EVERY_PROTOCOL,
    "moderation, bad field": (
        LIFECYCLE + "/test_submit_preparation.py",
        "test_an_order_that_the_protocol_cannot_say_fails_instead_of_queueing_for_ever",
    ),
    "a given file cannot be read": (PROTOCOLS, "test_a_given_file_that_is_gone_fails_before_anything_is_sent"),
    "503 model_not_found": EVERY_PROTOCOL,
    "5xx without a meaning": EVERY_PROTOCOL,
    "broken connection": EVERY_PROTOCOL,
    "silence, an answer that drips": (
        "tests/generations/gateway/test_client.py",
        "test_whatever_a_server_does_after_it_heard_the_request_the_answer_is_lost",
    ),
    "HTML, bad JSON, no task id": EVERY_PROTOCOL,
    "worker or cluster killed": (TICK, "test_what_a_dead_engine_had_under_way_is_uncertain_at_once"),
    "host gone for good": (TICK, "test_a_row_in_submitting_whose_lease_ran_out_becomes_uncertain"),
    "killed between claim and POST": KILLED,
    "process frozen before the POST": (SUBMIT, "test_a_process_thawed_too_late_gives_the_row_back_unsent"),
    "process frozen after the POST": (
        f"{ENGINE}/test_patience.py",
        "test_an_answer_that_came_while_the_process_was_frozen_is_read",
    ),
    "answer after all": (SUBMIT, "test_an_answer_that_comes_after_the_row_was_called_uncertain_still_lands"),
    "answer after a second submit": (SUBMIT, "test_a_first_answer_after_a_second_submit_is_kept_as_a_second_task"),
    "disk full as a picture comes": (PROTOCOLS, "test_a_paid_picture_waits_in_memory_for_room_on_the_disk"),
    "5xx, 401, 429, HTML, silence": (FAULTS, "test_no_number_of_failed_polls_fails_the_row"),
    "429 with Retry-After": (TICK, "test_retry_after_is_honoured_for_all_rows_of_the_gateway"),
    "three 404, three equal codes": (FAULTS, "test_three_equal_refusals_fail_the_row_and_different_ones_do_not"),
    "a stated error of the task": (LOOP, "test_each_fault_ends_where_it_should"),
    "the task canceled over there": (FAULTS, "test_a_task_that_was_canceled_over_there_is_canceled_here"),
    "an unknown status word": (LIFECYCLE + "/test_unstorable.py", "test_a_status_word_made_of_them_is_kept_as_unknown"),
    "success without a link": (FAULTS, "test_success_that_never_gets_a_link_is_missing_after_five"),
    "over an hour": (FAULTS, "test_an_overdue_row_is_watched_for_two_days"),
    "engine killed or frozen": (TICK, "test_running_rows_are_leased_for_one_poll"),
    "cut at any length": (DOWNLOAD, "test_a_download_cut_at_any_tenth_is_continued"),
    "slower than four minutes": (DOWNLOAD, "test_a_download_ends_when_its_time_is_over_and_keeps_its_part"),
    "link expired": (FAULTS, "test_an_expired_link_asks_for_a_fresh_one"),
    "larger than allowed": (FAULTS, "test_a_file_larger_than_allowed_fails_at_once"),
    "larger than announced": (DOWNLOAD, "test_more_than_announced_is_never_stored"),
    "of the wrong type, damaged": (FAULTS, "test_a_file_of_the_wrong_type_is_invalid_after_all_tries"),
    "redirected to the inside": (DOWNLOAD, "test_a_redirect_to_the_inside_is_refused"),
    "ends each process that looks": (TICK, "test_a_file_that_ends_every_process_is_given_up_after_eight"),
    "disk full, bucket away": (FAULTS, "test_a_full_disk_uses_up_no_try_and_the_result_is_stored_once_there_is_room"),
    "host gone that has the answer": (
        LIFECYCLE + "/test_upkeep.py",
        "test_a_result_on_a_host_that_is_gone_for_good_is_given_up",
    ),
    "job killed, or lost by queue": (TICK, "test_a_store_job_that_the_queue_lost_is_queued_again"),
    "killed at any moment": KILLED,
    "web server killed": ("tests/chaos/test_chaos_run.py", "test_nothing_is_lost_or_paid_twice_under_fire"),
    "database locked or restarted": (FAULTS, "test_a_locked_database_stops_a_step_and_loses_nothing"),
    "a commit's answer was lost": (TICK, "test_what_was_claimed_and_never_sent_goes_back_in_line"),
    "wake-ups lost, Redis away": (
        "tests/scaleout/test_wakeups.py",
        "test_without_an_answer_from_redis_an_order_is_taken_all_the_same",
    ),
    "clock set forward an hour": (
        f"{ENGINE}/test_steadying.py",
        "test_set_forward_an_hour_a_submit_called_uncertain_too_soon_still_lands",
    ),
    "clock set back an hour": (f"{ENGINE}/test_steadying.py", "test_set_back_an_hour_rows_are_due_at_once"),
}


def rows() -> list[str]:
    """Return what stands in the first column of the table."""
    found, is_in_table = [], False
    for line in (generations.lifecycle.__doc__ or "").splitlines():
        name = line[PLACE].strip()
        if name in SECTIONS:
            is_in_table = True
        elif is_in_table and line.startswith("    ") and name:
            found.append(name)
    return found


def test_every_row_of_the_table_has_its_test() -> None:
    assert rows() == list(TESTS)


@pytest.mark.parametrize("row", sorted(TESTS))
def test_the_test_of_a_row_exists(row: str) -> None:
    path, name = TESTS[row]
    tree = ast.parse((ROOT / path).read_text())

    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
