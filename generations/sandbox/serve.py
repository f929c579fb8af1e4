"""The sandbox as a process: granian's embedded server around the application, one process, one event loop."""

import asyncio
import os
import pathlib
import signal
import socket
import sys

from granian.constants import Interfaces
from granian.server.embed import Server

from generations.sandbox.app import create_app

BACKLOG = 1024
# After this the process ends whatever is open: every accepted submit is already in the file.
PATIENCE_SECONDS = 1.5


def serve(*, host: str, port: int, data_dir: pathlib.Path, pace: float = 1.0) -> None:
    """Serve until SIGTERM or SIGINT, then stop within two seconds and leave no process behind.

    Raises: SystemExit with code 2 and one sentence if the port is taken or the folder cannot be written.
    """
    problem = _find_problem(host, port, data_dir)
    if problem:
        sys.stderr.write(f"{problem}\n")
        raise SystemExit(2)
    asyncio.run(_serve(host=host, port=port, data_dir=data_dir, pace=pace))


async def _serve(*, host: str, port: int, data_dir: pathlib.Path, pace: float) -> None:
    app = create_app(data_dir=data_dir, pace=pace)
    app.resume()
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        websockets=False,
        log_enabled=False,
        backlog=BACKLOG,
    )
    loop = asyncio.get_running_loop()
    is_stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, is_stopping.set)
    serving = asyncio.ensure_future(server.serve())
    stopping = asyncio.ensure_future(is_stopping.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    await app.close()
    if not serving.done():
        loop.call_later(PATIENCE_SECONDS, os._exit, 0)
        server.stop()  # type: ignore[no-untyped-call]
        await serving
    stopping.cancel()


def _find_problem(host: str, port: int, data_dir: pathlib.Path) -> str:
    """Return what prevents serving. The port is tried here, because granian would share it with another server."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"The sandbox cannot write its folder {data_dir}: {error.strerror}."
    if not os.access(data_dir, os.W_OK):
        return f"The sandbox cannot write its folder {data_dir}."
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return f"The sandbox cannot listen on {host}:{port}: {error.strerror or error}."
    return ""
