"""Chat with real processes: a web server of two workers, the sandbox, and a browser's requests."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests import loopback
from tests.conftest import ROOT, free_port, running_sandbox, wait_for

pytestmark = pytest.mark.chaos
PASSWORD = "studio-alice-password"
# How much of a reply is kept: in its row, and in the pieces that were added since.
KEPT = (
    "(length(text) + coalesce((SELECT sum(length(piece.text)) FROM generations_messagepiece piece"
    " WHERE piece.message_id = generations_message.id), 0))"
)


@dataclass
class Event:
    """One server-sent event as a browser sees it."""

    name: str
    position: str
    content: dict[str, str]


@dataclass
class Web:
    """The web server of one data folder; it can be killed and started again."""

    data_dir: Path
    sandbox: str
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    signed_in: httpx.Client | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "STUDIO_DATA_DIR": str(self.data_dir), "STUDIO_SANDBOX_URL": self.sandbox}

    def manage(self, *arguments: str, **more: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env={**self.environment, **more}, check=True, capture_output=True)

    def start(self, *, workers: int = 2) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "studio.asgi:application"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--workers", str(workers)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        wait_for(f"http://127.0.0.1:{self.port}/accounts/login/", seconds=40)

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server: all of its processes at once when killed, its own way when asked."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            if how == signal.SIGKILL:
                os.killpg(self.process.pid, how)
            else:
                self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process = None

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with contextlib.closing(sqlite3.connect(self.data_dir / "studio.sqlite3", timeout=10)) as database:
            return database.execute(statement).fetchall()

    def client(self) -> httpx.Client:
        """Return the client that is signed in; one for all, because sign-in is limited a minute."""
        if self.signed_in is not None:
            return self.signed_in
        client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/accounts/login/").text)
        form = {"login": "alice", "password": PASSWORD, "csrfmiddlewaretoken": found[1] if found else ""}
        client.post("/accounts/login/", data=form)
        assert "sessionid" in client.cookies
        self.signed_in = client
        return client

    def ask(self, client: httpx.Client, text: str, *, model: str = "gpt-5.1") -> str:
        """Begin a thread and return the address of its reply's stream."""
        form = {"text": text, "model": model, "visibility": "private", "submission_id": str(uuid.uuid4())}
        headers = {"X-CSRFToken": client.cookies["csrftoken"]}
        page = client.post("/chat/", data=form, headers=headers, follow_redirects=True).text
        found = re.search(r'data-stream-url="([^"]+)"', page)
        assert found
        return found[1]


def characters(position: str) -> int:
    """Return how many characters of the text a position is."""
    return int(re.split(r"[.-]", position)[0] or 0)


def read_events(
    client: httpx.Client, address: str, *, since: str = "", until_characters: int | None = None
) -> list[Event]:
    """Read a stream to its end, or hang up once so many characters have come."""
    events: list[Event] = []
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": since} if since else {})}
    with client.stream("GET", address, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"
        assert answer.headers["X-Accel-Buffering"] == "no"
        name = position = ""
        for line in answer.iter_lines():
            kind, _, value = line.partition(": ")
            if kind == "event":
                name = value
            elif kind == "id":
                position = value
            elif kind == "data":
                events.append(Event(name, position, json.loads(value)))
                reached = characters(position)
                if until_characters is not None and reached >= until_characters:
                    break
    return events


@pytest.fixture(scope="module")
def sandbox_of_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as address:
        yield address


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, sandbox_of_module: str) -> Iterator[Web]:
    """A web server with one administrator, alice."""
    web = Web(data_dir=tmp_path_factory.mktemp("chat"), sandbox=sandbox_of_module)
    web.manage("migrate", "-v0")
    web.manage("collectstatic", "--noinput", "-v0")
    web.manage(
        "createsuperuser", "--noinput", "--username", "alice", "--email", "a@example.com",
        DJANGO_SUPERUSER_PASSWORD=PASSWORD,
    )  # fmt: skip
    web.start()
    yield web
    web.end()
    if web.signed_in is not None:
        web.signed_in.close()


def submits(web: Web, word: str) -> int:
    ledger = loopback.get(f"{web.sandbox}/sandbox/ledger").json()
    return sum(word in json.dumps(row) for row in ledger)


def wait_until(web: Web, statement: str, *, seconds: float = 30.0) -> None:
    """Wait until a query of one number says so."""
    deadline = time.monotonic() + seconds
    while not web.rows(statement)[0][0]:
        assert time.monotonic() < deadline, web.rows(f"SELECT status, {KEPT} FROM generations_message")
        time.sleep(0.1)


def test_a_closed_tab_loses_nothing_on_whichever_worker_it_comes_back(web: Web) -> None:
    client = web.client()
    address = web.ask(client, "closed-tab [sandbox tokens=150 tps=100]")

    seen = read_events(client, address, until_characters=60)
    for _ in range(3):
        seen += read_events(client, address, since=seen[-1].position, until_characters=200)
        if seen[-1].name == "done":
            break
    rest = read_events(client, address, since=seen[-1].position) if seen[-1].name != "done" else []

    events = seen + rest
    positions = [characters(event.position) for event in events if event.position]
    assert [event.name for event in events].count("reset") == 1
    assert positions == sorted(positions)
    assert events[-1].name == "done"
    assert 'data-status="completed"' in events[-1].content["html"]
    assert submits(web, "closed-tab") == 1


def test_many_tabs_at_once_on_two_workers_make_one_call(web: Web) -> None:
    client = web.client()
    address = web.ask(client, "many-tabs [sandbox tokens=60 tps=100]")

    with ThreadPoolExecutor(6) as pool:
        ends = [events[-1] for events in pool.map(lambda _: read_events(client, address), range(6))]

    assert {end.name for end in ends} == {"done"}
    assert submits(web, "many-tabs") == 1


def test_a_reply_that_nobody_opens_is_produced_all_the_same(web: Web) -> None:
    client = web.client()
    web.ask(client, "nobody-opens [sandbox tokens=30]")

    wait_until(web, "SELECT count(*) = 0 FROM generations_message WHERE status IN ('pending', 'streaming')")

    assert submits(web, "nobody-opens") == 1


def test_a_stream_needs_a_session(web: Web) -> None:
    client = web.client()
    address = web.ask(client, "no-session [sandbox tokens=10]")

    stranger = loopback.get(f"http://127.0.0.1:{web.port}{address}", headers={"Accept": "text/event-stream"})

    assert stranger.status_code == 401


def test_a_stopped_server_finishes_what_is_nearly_done(web: Web) -> None:
    client = web.client()
    address = web.ask(client, "nearly-done [sandbox tokens=60 tps=40]")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_events, client, address)
        wait_until(web, f"SELECT count(*) > 0 FROM generations_message WHERE status = 'streaming' AND {KEPT} > 20")
        web.end(signal.SIGTERM)
        events = reading.result()
    web.start()

    assert events[-1].name == "done"
    assert 'data-status="completed"' in events[-1].content["html"]


@dataclass
class Reader:
    """Follows one stream for as long as there is one, and remembers when how much of it was there."""

    reached: list[tuple[float, int]] = field(default_factory=list)

    def follow(self, client: httpx.Client, address: str) -> None:
        with contextlib.suppress(httpx.HTTPError), client.stream("GET", address) as answer:
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    self.reached.append((time.monotonic(), characters(line.removeprefix("id: "))))

    def lost_seconds(self, kept: int, *, until: float) -> float:
        """Return how long before the end the last words came that were kept."""
        lost = [moment for moment, reached in self.reached if reached > kept and moment <= until]
        return until - min(lost, default=until)


def whole_reply(web: Web, prompt: str) -> str:
    """Return what the sandbox says to a prompt when nothing comes between."""
    body = {"model": "gpt-5.1", "messages": [{"role": "user", "content": prompt.replace("tps=25", "tps=5000")}]}
    headers = {"Authorization": "Bearer sandbox"}
    answer = loopback.post(f"{web.sandbox}/v1/chat/completions", json=body, headers=headers, timeout=60)
    return str(answer.json()["choices"][0]["message"]["content"])


def press(client: httpx.Client, address: str, action: str) -> None:
    """Press a button of the reply whose stream this is."""
    form = {"submission_id": str(uuid.uuid4())}
    headers = {"X-CSRFToken": client.cookies["csrftoken"]}
    answer = client.post(address.replace("/stream/", f"/{action}/"), data=form, headers=headers)
    assert answer.status_code == 302


def test_a_killed_server_keeps_twenty_replies_interrupted_repeats_none_and_each_goes_on(web: Web) -> None:
    client = web.client()
    prompts = [f"killed-{number:02} [sandbox tokens=6000 tps=25]" for number in range(20)]
    addresses = [web.ask(client, prompt) for prompt in prompts]
    readers = [Reader() for _ in addresses]
    with ThreadPoolExecutor(20) as pool:
        for reader, address in zip(readers, addresses, strict=True):
            pool.submit(reader.follow, client, address)
        under_way = f"SELECT count(*) = 20 FROM generations_message WHERE status = 'streaming' AND {KEPT} > 150"
        wait_until(web, under_way, seconds=120)
        killed_at = time.monotonic()
        web.end(signal.SIGKILL)
    kept = [int(str(row[0])) for row in web.rows(f"SELECT {KEPT} FROM generations_message"
                                                 " WHERE status = 'streaming' ORDER BY id")]  # fmt: skip
    web.start()
    wait_until(web, "SELECT count(*) = 0 FROM generations_message WHERE status = 'streaming'")

    last_twenty = " FROM generations_message WHERE role = 'assistant' ORDER BY id DESC LIMIT 20"
    ended = web.rows(f"SELECT status, failure_reason, text{last_twenty}")[::-1]
    assert [row[:2] for row in ended] == [("interrupted", "interrupted")] * 20
    assert [len(str(row[2])) for row in ended] == kept
    lost = [reader.lost_seconds(length, until=killed_at) for reader, length in zip(readers, kept, strict=True)]
    print(f"lost of twenty replies at most {max(lost) * 1000:.0f} ms")
    # A flush is due every 250 ms; what is beyond is the time that a very busy machine takes for one.
    assert max(lost) < 5

    for address in addresses:
        press(web.client(), address, "continuation")
    grown = f"SELECT count(*) = 20 FROM generations_message WHERE continued_from > 0 AND {KEPT} > continued_from + 100"
    wait_until(web, grown, seconds=120)
    for address in addresses:
        press(web.client(), address, "stoppage")
    wait_until(web, f"SELECT count(*) = 20 FROM (SELECT status{last_twenty}) WHERE status = 'stopped'", seconds=60)
    # The call that was cut, and the one that went on.
    assert all(submits(web, prompt.split()[0]) == 2 for prompt in prompts)
    grown_texts = [str(row[0]) for row in web.rows(f"SELECT text{last_twenty}")[::-1]]
    assert all(text.startswith(str(row[2])) for text, row in zip(grown_texts, ended, strict=True))
    wholes = [whole_reply(web, prompt) for prompt in prompts]
    assert all(whole.startswith(text) for whole, text in zip(wholes, grown_texts, strict=True))
