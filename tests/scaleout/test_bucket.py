"""A whole studio whose media lie in a bucket: made, fetched through the redirect with ranges, played, and kept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import loopback
from tests.buckets import CREDENTIALS, keys_in, new_bucket
from tests.conftest import ROOT, free_port
from tests.generations.media import samples
from tests.scaleout.waiting import wait_until
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.scaleout

VIDEO, IMAGE, EDIT = "doubao-seedance-2-0-fast", "nano-banana-fast", "gpt-image-2"


@pytest.fixture
def storage_url(s3: str) -> str:
    """The address of an empty bucket."""
    return new_bucket(s3)


@pytest.fixture
def studio(tmp_path: Path, storage_url: str) -> Iterator[RunningStudio]:
    """A studio that keeps its media there."""
    with running_studio(tmp_path / "data", STUDIO_STORAGE_URL=storage_url) as running:
        running.add_administrator()
        yield running


def media_of(studio: RunningStudio) -> dict[str, tuple[str, int]]:
    """Return address and size of what each finished model made."""
    rows = studio.query(
        "SELECT m.gateway_name, a.public_id, a.size_bytes FROM generations_generation g "
        "JOIN generations_catalogmodel m ON m.id = g.model_id "
        "JOIN generations_generationoutput o ON o.generation_id = g.id JOIN generations_asset a ON a.id = o.asset_id "
        "WHERE g.status = 'completed'"
    )
    return {
        str(name): (f"/media/{uuid_of(str(public_id))}/original/", int(str(size))) for name, public_id, size in rows
    }


def uuid_of(text: str) -> str:
    """Return a public id as it stands in addresses; SQLite keeps it without its dashes."""
    return re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", text.replace("-", ""))


def test_everything_a_person_makes_lies_in_the_bucket_and_comes_from_there(
    studio: RunningStudio, storage_url: str, tmp_path: Path
) -> None:
    client = studio.sign_in()
    policy = client.get("/").headers["Content-Security-Policy"]
    endpoint = storage_url.partition("endpoint=")[2]
    assert re.search(rf"media-src [^;]*{re.escape(endpoint)}", policy)

    studio.submit(client, prompt="a lighthouse [sandbox tiny]", duration="4")
    studio.submit(client, prompt="a meadow", model=IMAGE)
    # An input goes up as bytes, into the bucket, back out of it, and to the gateway.
    picture = ("input_edit_image", ("photo.png", samples.picture(width=640, height=640), "image/png"))
    studio.submit(client, prompt="at night", model=EDIT, files=[picture])
    wait_until(lambda: len(media_of(studio)) == 3, seconds=90, what="video, image and edit completed")

    client.follow_redirects = False
    for address, size in media_of(studio).values():
        sent_on = client.get(address)
        assert sent_on.status_code == 302
        assert sent_on.headers["Location"].startswith(endpoint)
        part = loopback.get(sent_on.headers["Location"], headers={"Range": "bytes=0-99"})
        assert (part.status_code, len(part.content)) == (206, 100)
        assert part.headers["Content-Range"] == f"bytes 0-99/{size}"
        # A stranger gets no address at all.
        assert loopback.get(f"{studio.address}{address}").headers["Location"].startswith("/accounts/")
    assert loopback.get(f"{studio.address}/readyz", timeout=15).json()["storage"] == "ok"

    # The bucket holds all of it, this host nothing.
    assert len(keys_in(storage_url)) >= 4 + 3 + 3 + 3
    assert [path for path in (tmp_path / "data" / "media").rglob("*") if path.is_file()] == []
    for folder in ("tmp", "pending"):
        assert [path for path in (tmp_path / "data" / folder).rglob("*") if path.is_file()] == []
    log = Path(studio.log.name).read_text()
    assert "tests/secret" not in log
    assert "tests%2Fsecret" not in log
    assert "X-Amz-Signature=" not in log


@pytest.mark.parametrize(
    "address", ["s3://{credentials}@no-such-bucket?endpoint={s3}", "s3://{credentials}@media?endpoint={nobody}"]
)
def test_a_bucket_that_cannot_be_used_is_one_plain_sentence(s3: str, tmp_path: Path, address: str) -> None:
    storage_url = address.format(credentials=CREDENTIALS, s3=s3, nobody=f"http://127.0.0.1:{free_port()}")
    environment = {**os.environ, "STUDIO_DATA_DIR": str(tmp_path / "data"), "STUDIO_STORAGE_URL": storage_url}

    command = [sys.executable, "manage.py", "start", "--port", str(free_port())]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode == 2
    assert "The bucket in STUDIO_STORAGE_URL cannot be used" in done.stderr
    for hidden in ("Traceback", "tests/secret", "tests%2Fsecret", "127.0.0.1"):
        assert hidden not in done.stderr + done.stdout
