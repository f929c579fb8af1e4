"""`manage.py start` with real processes: what it says, what it refuses, what it brings back, what it leaves."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import httpx
import pytest

from tests import loopback
from tests.conftest import ROOT, free_port
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.chaos


def wait_until(condition: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def is_alive(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def living(studio: RunningStudio) -> set[int]:
    return {pid for pid in studio.processes() if is_alive(pid)}


def mains(studio: RunningStudio, part: str) -> set[int]:
    """The processes that lead their own group and do this part."""
    return {pid for pid in living(studio) if part in command_line(pid) and os.getpgid(pid) == pid}


def page_status(studio: RunningStudio) -> int:
    try:
        return loopback.get(f"{studio.address}/accounts/login/", timeout=5).status_code
    except httpx.HTTPError:
        return 0


def refused_start(data_dir: Path, *options: str, **environment: str) -> str:
    """Start, expect exit code 2, and return the one line that was said."""
    done = subprocess.run(
        [sys.executable, "manage.py", "start", *options],
        cwd=ROOT,
        env={**os.environ, "STUDIO_DATA_DIR": str(data_dir), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


@pytest.fixture(scope="module")
def own_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio that may be hurt."""
    with running_studio(tmp_path_factory.mktemp("hurt") / "data") as running:
        yield running


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_in_use_is_one_plain_sentence(tmp_path: Path, taken_port: int) -> None:
    assert f"Port {taken_port}" in refused_start(tmp_path, "--port", str(taken_port))


def test_the_sandboxs_port_is_looked_at_too(tmp_path: Path, taken_port: int) -> None:
    said = refused_start(tmp_path, "--port", str(free_port()), "--sandbox-port", str(taken_port))

    assert "--sandbox-port" in said


def test_a_data_folder_that_cannot_be_written_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert "STUDIO_DATA_DIR" in refused_start(tmp_path / "file" / "data")
    assert "STUDIO_DATA_DIR" in refused_start(tmp_path / "file" / "data", STUDIO_SECRET_KEY="x" * 60)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STUDIO_TRUSTED_PROXIES", "many"),
        ("STUDIO_PUBLIC_URL", "studio.example.com"),
        ("STUDIO_TIME_ZONE", "Mars/Base"),
        ("STUDIO_LOG", "xml"),
        ("STUDIO_STOP_SECONDS", "0"),
        ("STUDIO_EMAIL_URL", "pigeon://coop"),
        ("DATABASE_URL", "mysql://host/name"),
        ("GATEWAY_URL", "https://"),
    ],
)
def test_a_bad_variable_is_one_plain_sentence_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    assert name in refused_start(tmp_path, **{name: value})


def test_a_door_open_to_others_needs_a_name_to_be_called_by(tmp_path: Path) -> None:
    said = refused_start(tmp_path, "--host", "0.0.0.0", "--port", str(free_port()))

    assert "STUDIO_PUBLIC_URL" in said
    assert "STUDIO_ALLOWED_HOSTS" in said


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--port", "0"), "--port"),
        (("--port", "65500"), "--sandbox-port"),
        (("--web-workers", "0"), "--web-workers"),
        (("--port", "8123", "--sandbox-port", "8123"), "8123"),
    ],
)
def test_numbers_that_cannot_be_are_refused(tmp_path: Path, options: tuple[str, ...], named: str) -> None:
    assert named in refused_start(tmp_path, *options)


def test_it_says_when_it_is_ready_and_how_the_first_administrator_is_made(tmp_path: Path) -> None:
    with running_studio(tmp_path / "data") as studio:
        assert page_status(studio) == 200
        assert studio.setup_link.startswith(f"{studio.address}/accounts/setup/")
        assert loopback.get(studio.setup_link).status_code == 200
        assert (studio.data_dir.stat().st_mode & 0o777) == 0o700
        studio.add_administrator()

    with running_studio(tmp_path / "data") as again:
        again.process.send_signal(signal.SIGTERM)
        assert again.process.stdout is not None
        assert "/accounts/setup/" not in again.process.stdout.read()


def test_a_second_start_on_the_same_data_is_refused(own_studio: RunningStudio) -> None:
    assert "already runs" in refused_start(own_studio.data_dir, "--port", str(free_port()))
    assert page_status(own_studio) == 200


@pytest.mark.parametrize("part", ["granian", "generations.sandbox", "--name engine", "--name studio"])
def test_what_is_killed_comes_back_and_leaves_no_orphans(own_studio: RunningStudio, part: str) -> None:
    wait_until(lambda: mains(own_studio, part))
    before = {pid for pid in living(own_studio) if part in command_line(pid)}
    (main,) = mains(own_studio, part)

    os.kill(main, signal.SIGKILL)

    wait_until(lambda: mains(own_studio, part) - {main})
    wait_until(lambda: not before & living(own_studio))
    wait_until(lambda: page_status(own_studio) == 200)


def test_a_web_worker_that_is_killed_comes_back(own_studio: RunningStudio) -> None:
    wait_until(lambda: page_status(own_studio) == 200)
    workers = {pid for pid in living(own_studio) if "granian" in command_line(pid)} - mains(own_studio, "granian")

    for pid in workers:
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: not workers & living(own_studio))
    wait_until(lambda: page_status(own_studio) == 200)


@pytest.mark.parametrize("part", ["--name engine", "--name studio"])
def test_a_frozen_cluster_is_ended_as_a_whole_and_started_again(own_studio: RunningStudio, part: str) -> None:
    wait_until(lambda: loopback.get(f"{own_studio.address}/readyz").status_code == 200)
    beat = own_studio.data_dir / "run" / ("engine.beat" if "engine" in part else "studio.beat")
    wait_until(beat.exists)
    (main,) = mains(own_studio, part)
    frozen = {pid for pid in living(own_studio) if part in command_line(pid)}

    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)

    wait_until(lambda: not frozen & living(own_studio), seconds=60)
    wait_until(lambda: mains(own_studio, part) - {main})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    with running_studio(tmp_path / "data") as studio:
        wait_until(lambda: mains(studio, "--name studio"))
        processes = living(studio)

        studio.process.send_signal(number)

        assert studio.process.wait(15) == 0
        assert not processes & living(studio)
        assert not (studio.data_dir / "run" / "stopping").exists()


def test_a_stop_in_the_middle_of_starting_leaves_no_process_behind(tmp_path: Path) -> None:
    with running_studio(tmp_path / "data") as studio:
        studio.process.send_signal(signal.SIGTERM)
        studio.process.wait(15)

        assert not living(studio)


def test_a_killed_supervisor_takes_everything_with_it(tmp_path: Path) -> None:
    with running_studio(tmp_path / "data") as studio:
        wait_until(lambda: len({pid for pid in living(studio) if "qcluster" in command_line(pid)}) >= 8)

        studio.process.kill()
        studio.process.wait()

        wait_until(lambda: not living(studio), seconds=5)
    with running_studio(tmp_path / "data") as again:
        assert page_status(again) == 200


def test_what_an_earlier_run_left_is_ended_by_the_next_start(tmp_path: Path) -> None:
    run_dir = tmp_path / "data" / "run"
    run_dir.mkdir(parents=True, mode=0o700)
    (run_dir / "web.run").write_text("an-earlier-run")
    orphan = subprocess.Popen(["sleep", "300"], env={**os.environ, "STUDIO_RUN_ID": "an-earlier-run"})
    stranger = subprocess.Popen(["sleep", "300"], env={**os.environ, "STUDIO_RUN_ID": "another-run"})
    try:
        with running_studio(tmp_path / "data"):
            assert orphan.wait(5) == -signal.SIGKILL
            assert stranger.poll() is None
    finally:
        for process in (orphan, stranger):
            process.kill()
            process.wait()


def test_pages_and_clusters_can_run_apart_on_one_data_folder(tmp_path: Path) -> None:
    with (
        running_studio(tmp_path / "data", "--only", "web") as web,
        running_studio(tmp_path / "data", "--only", "cluster") as cluster,
    ):
        assert page_status(web) == 200
        wait_until(lambda: loopback.get(f"{web.address}/readyz").status_code == 200)

        cluster.process.send_signal(signal.SIGTERM)
        assert cluster.process.wait(15) == 0
        assert page_status(web) == 200


def begin_chat(studio: RunningStudio, client: httpx.Client, text: str) -> None:
    """Begin a thread as the composer does, and open its page."""
    form = {"text": text, "model": "gpt-5.1", "visibility": "private", "submission_id": str(uuid.uuid4())}
    headers = {"X-CSRFToken": client.cookies.get("csrftoken") or "", "Referer": studio.address}
    client.post("/chat/", data=form, headers=headers).raise_for_status()


def reply_of(studio: RunningStudio) -> tuple[str, str]:
    """Status and text of the only reply; what still grows lies in pieces beside its row."""
    statement = """SELECT status, text || coalesce((
            SELECT group_concat(piece.text, '') FROM generations_messagepiece AS piece
            WHERE piece.message_id = message.id
        ), '') FROM generations_message AS message WHERE role = 'assistant' ORDER BY id DESC LIMIT 1"""
    ((status, text),) = studio.query(statement)
    return str(status), str(text)


def watch(studio: RunningStudio, client: httpx.Client) -> None:
    """Read the reply's stream to its end, as an open tab does."""
    statement = """SELECT thread.public_id, message.public_id FROM generations_message AS message
        JOIN generations_thread AS thread ON thread.id = message.thread_id WHERE message.role = 'assistant'"""
    ((thread_id, message_id),) = studio.query(statement)
    path = f"/chat/{uuid.UUID(str(thread_id))}/messages/{uuid.UUID(str(message_id))}/stream/"
    with (
        contextlib.suppress(httpx.HTTPError),
        client.stream("GET", path, headers={"Accept": "text/event-stream"}) as answer,
    ):
        for _chunk in answer.iter_raw():
            pass


@pytest.mark.parametrize(
    ("directive", "status"), [("tokens=60 tps=20", "completed"), ("tokens=5000 tps=20", "interrupted")]
)
def test_a_stop_lets_a_reply_end_and_interrupts_a_long_one(tmp_path: Path, directive: str, status: str) -> None:
    with running_studio(tmp_path / "data") as studio:
        studio.add_administrator()
        client = studio.sign_in()
        begin_chat(studio, client, f"Tell me something. [sandbox {directive}]")
        watcher = Thread(target=watch, args=(studio, client))
        watcher.start()
        wait_until(lambda: reply_of(studio)[1])

        studio.process.send_signal(signal.SIGTERM)

        assert studio.process.wait(15) == 0
        watcher.join(5)
        assert not living(studio)
        assert reply_of(studio)[0] == status
        assert len(reply_of(studio)[1]) > 20


def test_a_wish_to_stop_that_comes_twice_at_once_is_one_wish(tmp_path: Path) -> None:
    with running_studio(tmp_path / "data") as studio:
        wait_until(lambda: mains(studio, "--name studio"))

        studio.process.send_signal(signal.SIGTERM)
        studio.process.send_signal(signal.SIGTERM)

        assert studio.process.wait(15) == 0
        assert studio.process.stdout is not None
        assert "had not finished" not in studio.process.stdout.read()


def test_pressing_the_keys_again_ends_everything_at_once(tmp_path: Path) -> None:
    with running_studio(tmp_path / "data", STUDIO_STOP_SECONDS="60") as studio:
        studio.add_administrator()
        client = studio.sign_in()
        begin_chat(studio, client, "Tell me something. [sandbox tokens=5000 tps=20]")
        wait_until(lambda: reply_of(studio)[1])

        studio.process.send_signal(signal.SIGINT)
        time.sleep(1)
        assert studio.process.poll() is None
        studio.process.send_signal(signal.SIGINT)

        assert studio.process.wait(5) == 0
        assert not living(studio)
