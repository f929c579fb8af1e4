"""Initials, and the time zones that a person may choose."""

import pytest

from accounts.names import initials_of, time_zone_names


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("林悦", "林悦"),
        ("欧阳林悦", "林悦"),
        ("Ada Lovelace", "AL"),
        ("Ada King Lovelace", "AL"),
        ("ada.lovelace", "AL"),
        ("alice", "A"),
        ("+", "+"),
    ],
)
def test_initials_are_one_or_two_characters(name: str, expected: str) -> None:
    assert initials_of(name) == expected


def test_time_zones_are_named_by_region_and_city() -> None:
    names = time_zone_names()

    assert names[0] == "UTC"
    assert "Asia/Shanghai" in names
    assert not {"Factory", "localtime", "EST", "posixrules"} & set(names)
