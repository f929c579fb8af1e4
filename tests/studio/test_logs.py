import json
import logging
import sys

import pytest

from studio.logs import JsonFormatter, RequestIdFilter, TextFormatter, current_request_id, on_one_line


def record_of(message: str, *args: object, **extra: object) -> logging.LogRecord:
    record = logging.makeLogRecord({"name": "studio.test", "levelname": "INFO", "msg": message, "args": args, **extra})
    RequestIdFilter().filter(record)
    return record


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b", "a\x85b", "a\x00b", "a\x1b[31mb"])
def test_no_input_can_begin_a_line_of_its_own(text: str) -> None:
    line = TextFormatter().format(record_of("%s", text))

    assert len(line.splitlines()) == 1
    assert "\x1b" not in line
    assert "\x00" not in line


def test_a_line_carries_time_level_logger_and_request() -> None:
    token = current_request_id.set("abc123")
    try:
        line = TextFormatter().format(record_of("hello %s", "猫"))
    finally:
        current_request_id.reset(token)

    assert line.endswith("INFO studio.test [abc123] hello 猫")


def test_a_traceback_stays_on_the_line_of_its_event() -> None:
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        record = record_of("broken", exc_info=sys.exc_info())

    assert len(TextFormatter().format(record).splitlines()) == 1
    assert "ValueError" in TextFormatter().format(record)


def test_json_is_one_object_a_line_with_the_fields_of_the_event() -> None:
    line = JsonFormatter().format(record_of("a\nb\u2028c", status=200, request=object()))
    event = json.loads(line)

    assert len(line.splitlines()) == 1
    assert event["message"] == "a\nb\u2028c"
    assert event["status"] == 200
    assert "request" not in event


def test_ordinary_text_is_left_alone() -> None:
    assert on_one_line("  GET /g/猫 200  ") == "GET /g/猫 200"
