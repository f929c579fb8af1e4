from pathlib import Path
from typing import Any

import pytest

from studio import checks

GOOD = {"timeout": 300, "retry": 1200, "ack_failures": True, "max_attempts": 1}


def ids_of(messages: list[Any]) -> list[str]:
    return [message.id for message in messages]


def test_our_own_settings_pass() -> None:
    for check in (checks.check_queue_times, checks.check_gateway_times, checks.check_connection_pool):
        assert check(None) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"timeout": 700}, ["studio.E001"]),
        ({"timeout": 0}, ["studio.E001"]),
        ({"timeout": -1}, ["studio.E001"]),
        ({"timeout": -1, "retry": 2_000_000_000}, []),
        ({"max_attempts": 0}, ["studio.E002"]),
        ({"ack_failures": False}, ["studio.E002"]),
    ],
)
def test_queue_settings_that_deliver_twice_are_refused(change: dict[str, Any], found: list[str]) -> None:
    assert ids_of(checks.queue_messages("studio", GOOD | change)) == found


def test_a_time_out_that_outlives_its_lease_is_refused(settings: Any) -> None:
    settings.POLL_READ_SECONDS = 15

    assert ids_of(checks.check_gateway_times(None)) == ["studio.E003"]


def test_a_data_folder_that_cannot_be_written_is_refused(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.DATA_DIR = tmp_path / "file" / "data"

    assert ids_of(checks.check_data_folder(None)) == ["studio.E004"]


def test_a_data_folder_that_others_can_read_is_mentioned(settings: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    settings.DATA_DIR = tmp_path

    assert ids_of(checks.check_data_folder(None)) == ["studio.W004"]


def test_a_connection_pool_belongs_to_the_web_process() -> None:
    options = {"pool": {"max_size": 4}}

    assert checks.pool_messages(options, is_web_process=True) == []
    assert ids_of(checks.pool_messages(options, is_web_process=False)) == ["studio.E005"]


@pytest.mark.parametrize("key", ["short", "a" * 60])
def test_a_guessable_secret_key_is_refused(settings: Any, key: str) -> None:
    settings.SECRET_KEY = key

    assert ids_of(checks.check_secret_key(None)) == ["studio.E006"]


def test_debugging_pages_are_refused_on_a_public_address(settings: Any) -> None:
    settings.DEBUG, settings.PUBLIC_URL = True, "https://studio.example.com"

    assert ids_of(checks.check_debug(None)) == ["studio.E007"]


def test_a_real_key_that_goes_to_a_stand_in_is_mentioned(settings: Any) -> None:
    settings.PUBLIC_URL, settings.GATEWAY_API_KEY = "https://studio.example.com", "key"
    settings.GATEWAY_URL = "http://127.0.0.1:8100"

    assert ids_of(checks.check_sandbox_off(None)) == ["studio.W008"]
