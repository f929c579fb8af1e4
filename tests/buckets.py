"""A server of the tests' own that speaks S3, as a process of its own on a free port, and buckets in it.

It keeps everything in memory and looks at no signature, so what a signature holds is read from the address instead.
Source: https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from studio.processes import die_with_parent
from tests import loopback
from tests.servers import PATIENCE_SECONDS, free_port

ACCESS_KEY, SECRET_KEY = "tests-key", "tests/secret"
# As both stand in an address.
CREDENTIALS = "tests-key:tests%2Fsecret"


@contextlib.contextmanager
def running_s3(host: str = "127.0.0.1") -> Iterator[str]:
    """Run the server and yield its address."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", host, "--port", str(port)]
    parent = os.getpid()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=subprocess.STDOUT, preexec_fn=lambda: die_with_parent(parent)
        )
        try:
            address = f"http://{host}:{port}"
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not _answers(address):
                if time.monotonic() > deadline or process.poll() is not None:
                    said.seek(0)
                    raise RuntimeError(f"the S3 server did not come up:\n{said.read().decode(errors='replace')}")
                time.sleep(0.05)
            yield address
        finally:
            process.terminate()
            process.wait(10)


def new_bucket(endpoint: str) -> str:
    """Make an empty bucket and return its address, as `STUDIO_STORAGE_URL` wants it."""
    name = f"media-{uuid.uuid4().hex[:12]}"
    loopback.put(f"{endpoint}/{name}", timeout=10).raise_for_status()
    return f"s3://{CREDENTIALS}@{name}?endpoint={endpoint}"


def keys_in(storage_url: str) -> list[str]:
    """Return the names of all files in a bucket."""
    answer = loopback.get(_bucket_address(storage_url), params={"list-type": "2"}, timeout=10)
    return sorted(re.findall(r"<Key>([^<]+)</Key>", answer.text))


def content_of(storage_url: str, key: str) -> bytes:
    """Return the bytes of one file."""
    # Any signature will do; without one a file is as private as in a real bucket.
    headers = {"Authorization": "AWS4-HMAC-SHA256 Credential=tests/20260101/us-east-1/s3/aws4_request"}
    answer = loopback.get(f"{_bucket_address(storage_url)}/{key}", headers=headers, timeout=10)
    return answer.raise_for_status().content


def _bucket_address(storage_url: str) -> str:
    parts = urlsplit(storage_url)
    return f"{parts.query.removeprefix('endpoint=')}/{parts.netloc.rpartition('@')[2]}"


def _answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return loopback.get(address, timeout=2).status_code < 500
    return False
