from __future__ import annotations

import pytest

from generations.media.serve import RangeNotSatisfiableError, parse_range


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-", (0, 999)),
        ("bytes=0-0", (0, 0)),
        ("bytes=10-19", (10, 19)),
        ("bytes=990-5000", (990, 999)),
        ("bytes=999-", (999, 999)),
        ("bytes=-1", (999, 999)),
        ("bytes=-100", (900, 999)),
        ("bytes=-5000", (0, 999)),
        ("bytes= 10 - 19", (10, 19)),
    ],
)
def test_a_range_is_cut_to_the_file(header: str, wanted: tuple[int, int]) -> None:
    assert parse_range(header, size_bytes=1000) == wanted


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=20-10",
        "bytes=0-1,5-9",
        "items=0-1",
        "bytes=٣-٤",
        "bytes=--5",
    ],
)
def test_what_is_no_single_range_gets_the_whole_file(header: str) -> None:
    assert parse_range(header, size_bytes=1000) is None


@pytest.mark.parametrize(
    ("header", "size_bytes"), [("bytes=1000-", 1000), ("bytes=5000-6000", 1000), ("bytes=-0", 1000), ("bytes=0-", 0)]
)
def test_a_range_behind_the_end_is_refused(header: str, size_bytes: int) -> None:
    with pytest.raises(RangeNotSatisfiableError):
        parse_range(header, size_bytes=size_bytes)
