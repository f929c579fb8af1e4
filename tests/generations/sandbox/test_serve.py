import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from generations.sandbox.store import has_unfinished
from tests.conftest import ROOT, free_port, wait_for
from tests.generations.sandbox.conftest import (
    BEARER,
    MEDIA_KEY,
    file_url,
    picture_body,
    submit_picture,
    submit_video,
    wait_for_result,
)


def start(data_dir: Path, port: int) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "generations.sandbox",
        "--port",
        str(port),
        "--data-dir",
        str(data_dir),
        "--pace",
        "0",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    wait_for(f"http://127.0.0.1:{port}/sandbox/health")
    return process


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:3]


def gone_within(pids: list[int], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(is_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(is_alive(pid) for pid in pids)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_restart_continues_tasks_and_keeps_the_ledger(tmp_path: Path, how: signal.Signals) -> None:
    port = free_port()
    before = start(tmp_path, port)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        film = submit_video(http, "aurora", duration=6, seed=3)
        picture = submit_picture(http, "dunes [sandbox seconds=1 tiny]")
        with pytest.raises(httpx.RemoteProtocolError):
            http.post("/ai/gemini/image/generate", json=picture_body("lost [sandbox drop tiny]"), headers=MEDIA_KEY)
        workers = children_of(before.pid)
        before.send_signal(how)
        before.wait(5)
    assert has_unfinished(tmp_path)

    after = start(tmp_path, port)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
            prompts = [row["prompt"] for row in http.get("/sandbox/ledger").json()]
            results = [wait_for_result(http, task) for task in (picture, film)]
            files = [http.get(file_url(result)) for result in results]
    finally:
        after.terminate()
        after.wait(5)

    assert prompts == ["aurora", "dunes [sandbox seconds=1 tiny]", "lost [sandbox drop tiny]"]
    assert [file.status_code for file in files] == [200, 200]
    assert workers
    assert gone_within(workers, 3)


def test_what_was_fetched_or_failed_is_no_longer_waited_for(tmp_path: Path) -> None:
    port = free_port()
    process = start(tmp_path, port)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
            done = submit_picture(http, "a [sandbox tiny]")
            failed = submit_picture(http, "b [sandbox fail=upstream]")
            link = file_url(wait_for_result(http, done))
            wait_for_result(http, failed)
            open_before = has_unfinished(tmp_path)
            http.get(link)
    finally:
        process.terminate()
        process.wait(5)

    assert open_before
    assert not has_unfinished(tmp_path)
    assert not has_unfinished(tmp_path / "nowhere")


def test_a_signal_ends_open_streams_and_drawings_at_once(tmp_path: Path) -> None:
    port = free_port()
    process = start(tmp_path, port)
    body = {"model": "gpt-5.1", "stream": True, "messages": [{"role": "user", "content": "a [sandbox stuck]"}]}
    is_open = threading.Event()

    def listen() -> None:
        url = f"http://127.0.0.1:{port}/v1/chat/completions"
        with (
            contextlib.suppress(httpx.HTTPError),
            httpx.stream("POST", url, json=body, headers=BEARER, trust_env=False) as answer,
        ):
            for _ in answer.iter_bytes():
                is_open.set()

    listener = threading.Thread(target=listen)
    listener.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
        submit_video(http, "sea", resolution="1080p", duration=15)
    assert is_open.wait(10)
    workers = children_of(process.pid)

    process.send_signal(signal.SIGTERM)

    assert process.wait(2) == 0
    listener.join(5)
    assert not listener.is_alive()
    assert gone_within(workers, 2)


def test_a_port_in_use_is_one_plain_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "generations.sandbox", "--port", port, "--data-dir", str(tmp_path)]

        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)

    assert ended.returncode == 2
    assert ended.stderr == f"The sandbox cannot listen on 127.0.0.1:{port}: Address already in use.\n"


def test_neither_django_nor_an_imaging_library_is_loaded_by_the_server() -> None:
    script = (
        "import sys, generations.sandbox.serve\n"
        "heavy = {'django', 'numpy', 'PIL', 'av', 'httpx', 'studio', 'accounts'} & set(sys.modules)\n"
        "raise SystemExit(str(heavy) if heavy else 0)"
    )

    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=20, check=False).returncode == 0


def test_a_film_does_not_delay_pictures_or_polls(tmp_path: Path) -> None:
    port = free_port()
    process = start(tmp_path, port)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
            film = submit_video(http, "watercolour", resolution="1080p", duration=15)
            picture = wait_for_result(http, submit_picture(http, "poster [sandbox tiny]"))
            status = http.get("/ai/seedance/result", params={"task_id": film}, headers=MEDIA_KEY).json()
    finally:
        process.terminate()
        process.wait(5)

    assert picture["status"] == "completed"
    assert status["result"]["status"] == "running"
