"""Whether the first page can really be served. Standard library only, and little of it: it stays in memory."""

import socket

from studio.plan import Plan

FIRST_PAGE = "/accounts/login/"
PROBE_SECONDS = 2.0


def first_page_status(plan: Plan) -> int | None:
    """Return how the sign-in page answers, `None` while no process is up to answer."""
    return status_of(plan, FIRST_PAGE) if status_of(plan, "/healthz") == 200 else None


def is_page_status(status: int | None) -> bool:
    """Tell whether this is how the sign-in page answers: itself, or sending on to https behind a proxy."""
    return status in {200, 301, 308}


def status_of(plan: Plan, path: str) -> int | None:
    """Return the status of an answer from our own web server, or `None` when there is none."""
    request = f"GET {path} HTTP/1.1\r\nHost: {plan.probe_host_header}\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((plan.local_host, plan.port), timeout=PROBE_SECONDS) as connection:
            connection.sendall(request.encode("latin-1"))
            return parse_status(connection.makefile("rb").readline(200))
    except OSError:
        return None


def parse_status(status_line: bytes) -> int | None:
    """Return the number in `HTTP/1.1 200 OK`, or `None` when the line is something else."""
    words = status_line.split()
    is_http = len(words) >= 2 and words[0].startswith(b"HTTP/") and words[1].isdigit()
    return int(words[1]) if is_http else None
