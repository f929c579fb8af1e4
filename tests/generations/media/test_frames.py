from __future__ import annotations

import datetime
import io

import pytest
from PIL import Image

from accounts.models import User
from generations.media import paths
from generations.media.frames import last_frame, store_last_frame
from generations.media.invalid import MediaInvalid
from generations.media.store import store_output
from generations.models import Asset
from tests.factories import make_asset
from tests.generations.media import samples
from tests.generations.media.conftest import Disk


def stored_clip(owner: User, now: datetime.datetime) -> Asset:
    path = paths.temporary_path()
    path.write_bytes(samples.clip(frames=60))
    return store_output(path, owner=owner, now=now, suggested_name="dunes")


@pytest.mark.parametrize("frames", [1, 48, 300])
def test_the_last_frame_is_the_one_that_is_shown_last(frames: int) -> None:
    content = last_frame(io.BytesIO(samples.clip(frames=frames, has_sound=False)), mime="video/mp4")

    image = Image.open(io.BytesIO(content))
    red, _green, _blue = image.convert("RGB").getpixel((10, 10))
    assert (image.format, image.size) == ("PNG", (320, 180))
    # The samples grow redder by one step a frame until full red.
    assert abs(red - min(255, 90 + frames - 1)) <= 8


def test_a_damaged_clip_is_said_to_be_damaged() -> None:
    with pytest.raises(MediaInvalid):
        last_frame(io.BytesIO(samples.clip()[:400]), mime="video/mp4")


@pytest.mark.django_db
def test_a_frame_knows_its_clip_and_is_taken_once(alice: User, now: datetime.datetime, disk: Disk) -> None:
    clip = stored_clip(alice, now)
    unfinished = disk.unfinished

    first, second = (store_last_frame(clip, owner=alice, now=now) for _time in range(2))

    assert first == second
    assert (first.taken_from, first.origin, first.mime, first.width) == (clip, "taken", "image/png", 320)
    assert first.original_name == "dunes-last-frame.png"
    assert disk.unfinished == unfinished


@pytest.mark.django_db
def test_each_person_has_their_own(alice: User, bob: User, now: datetime.datetime, disk: Disk) -> None:
    clip = stored_clip(alice, now)

    assert store_last_frame(clip, owner=bob, now=now).owner == bob
    assert store_last_frame(clip, owner=alice, now=now).owner == alice


@pytest.mark.django_db
def test_a_clip_whose_file_is_gone_leaves_nothing(alice: User, now: datetime.datetime, disk: Disk) -> None:
    clip = make_asset(alice, media="video", mime="video/mp4", path="aa/gone.mp4")

    with pytest.raises(FileNotFoundError):
        store_last_frame(clip, owner=alice, now=now)

    assert Asset.objects.count() == 1
