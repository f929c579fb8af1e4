"""The types that cross the border keep their secrets and their invariants."""

from __future__ import annotations

import json

import pytest

from generations.gateway.types import ChatTurn, Endpoint, InputFile, MediaOrder, WireRequest
from tests.generations.gateway.answers import answer


@pytest.mark.parametrize(
    "written",
    ["https://api.3hei.com", "https://api.3hei.com/", "https://api.3hei.com/v1", " https://api.3hei.com/v1/ "],
)
def test_an_endpoint_takes_the_address_as_people_write_it(written: str) -> None:
    assert Endpoint(base_url=written, api_key=" key\n") == Endpoint(base_url="https://api.3hei.com", api_key="key")


def test_no_repr_tells_a_key_or_a_prompt() -> None:
    secret = "half a secret"

    told = [
        repr(Endpoint(base_url="http://x", api_key=secret)),
        repr(MediaOrder(model="m", prompt=secret, parameters={})),
        repr(ChatTurn(role="user", text=secret)),
        repr(WireRequest(method="POST", path="/x", json={"prompt": secret}, query=(("q", secret),))),
        repr(InputFile(role="mask", mime="image/png", filename="a.png", url=f"https://x/?s={secret}")),
    ]

    assert not [text for text in told if secret in text]


@pytest.mark.parametrize("given", [{}, {"content": b"x", "url": "https://x/"}])
def test_an_input_file_has_bytes_or_an_address(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="bytes or an address"):
        InputFile(role="mask", mime="image/png", filename="a.png", **given)  # type: ignore[arg-type]


def test_a_raw_answer_for_staff_is_short_and_clean() -> None:
    body = {"b64": "A" * 9_000, "url": "https://files.test/a.png?sig=verysecret", "text": "字" * 30_000}

    raw = answer(body).raw_for_staff()

    assert len(raw.encode()) <= 20_000
    assert "AAAAAAAAA" not in raw
    assert "verysecret" not in raw
    assert raw.endswith("…")


def test_a_raw_answer_keeps_what_stands_behind_a_picture() -> None:
    body = {"data": [{"b64_json": "iVBORw0KGgo" * 100_000}], "usage": {"output_tokens": 7}}

    assert json.loads(answer(body).raw_for_staff())["usage"] == {"output_tokens": 7}
