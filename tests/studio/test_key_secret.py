"""The secret of a key exists once, on the terminal or page that shows it: it is searched for everywhere else."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests import loopback
from tests.studio_process import RunningStudio

CHAT = {"model": "gpt-5.1", "messages": [{"role": "user", "content": "Hi [sandbox tokens=3 tps=0]"}]}


@pytest.fixture(scope="module")
def secret(studio: RunningStudio) -> str:
    """A key that has been used in every way, well and badly."""
    made = studio.manage("createapikey", "measure", "--name", "Secret").strip()
    forms = ({"Authorization": f"Bearer {made}"}, {"AIKey": made}, {"x-api-key": made})
    with httpx.Client(base_url=studio.address, timeout=60, trust_env=False) as client:
        for headers in forms:
            assert client.get("/v1/models", headers=headers).status_code == 200
            assert client.post("/v1/chat/completions", json=CHAT, headers=headers).status_code == 200
            for path in ("/v1/chat/completions", "/v1/messages", "/ai/seedance/videos", "/v1/nothing"):
                client.post(path, content=b"{", headers=headers)
            stream = {**CHAT, "stream": True, "model": "gpt-9"}
            client.post("/v1/chat/completions", json=stream, headers=headers)
        # Where it does not belong: a page, an address, a wrong header.
        client.get("/library/", headers=forms[0])
        client.get(f"/v1/models?key={made}", headers=forms[1])
        client.get("/v1/models", headers={"Authorization": f"Basic {made}"})
    return made


def everywhere(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_file_of_the_studio_holds_it(studio: RunningStudio, secret: str) -> None:
    files = everywhere(studio.data_dir)
    log = (studio.data_dir.parent / f"{studio.data_dir.name}.log").read_text()

    assert any("sqlite3" in name for name in files)
    assert [name for name, content in files.items() if secret.encode() in content] == []
    # The part behind the eight characters by which it is found.
    drawn = secret.removeprefix("sk-studio-")[8:].encode()
    assert [name for name, content in files.items() if drawn in content] == []
    assert "/v1/chat/completions" in log
    assert drawn.decode() not in log


def test_no_dump_of_the_database_holds_it(studio: RunningStudio, secret: str) -> None:
    dump = studio.manage("dumpdata", "accounts", "generations")

    assert secret[10:18] in dump
    assert secret[18:] not in dump


def test_no_page_shows_it_again(signed_in: httpx.Client, secret: str) -> None:
    key_pages = set(re.findall(r'href="(/keys/[0-9a-f-]{36}/)"', signed_in.get("/keys/").text))
    admin = "/admin/accounts/apikey/"
    changes = set(re.findall(r'href="(/admin/accounts/apikey/\d+/change/)', signed_in.get(admin).text))
    pages = ["/keys/", "/keys/calls/", "/keys/reference/", *key_pages, admin, *changes]
    pages += ["/admin/generations/apicall/", "/admin/accounts/auditevent/", "/nothing-here/"]
    texts = {page: signed_in.get(page).text for page in pages}

    assert key_pages
    assert changes
    assert [page for page, text in texts.items() if secret[18:] in text] == []


@pytest.mark.parametrize("path", ["/v1/models", "/v1/messages", "/ai/seedance/result", "/v1/nothing"])
def test_no_refusal_repeats_it(studio: RunningStudio, secret: str, path: str) -> None:
    wrong = secret[:-1] + ("a" if secret[-1] != "a" else "b")

    answers = [
        loopback.get(f"{studio.address}{path}?key={secret}", headers={"Authorization": text}, timeout=60)
        for text in (f"Bearer {wrong}", f"Token {secret}", f"Bearer {secret} {secret}")
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert all(secret[18:-1] not in answer.text + str(answer.headers) for answer in answers)
