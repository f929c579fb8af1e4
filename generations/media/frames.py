"""Single frames of clips, as files of their own."""

from __future__ import annotations

import datetime
import io
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from django.core.files.storage import default_storage

from generations.media import codecs, paths
from generations.media.invalid import corrupt
from generations.media.store import discarded_on_failure, take_output
from generations.media.types import Source, opened
from generations.models import Asset

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame

    from accounts.models import User

# A clip's end may be damaged, or its index wrong: look a little further back before all of it is read.
_SEEK_BACK_SECONDS = (0.0, 2.0)


def last_frame(source: Source, *, mime: str) -> bytes:
    """Return the last frame of a clip as a PNG, turned as a viewer shows it.

    Raises: MediaInvalid: truncated or corrupt.
    """
    with opened(source) as file, codecs.open_clip(file, mime) as container:
        frame = _last_of(container)
        if frame is None:
            raise corrupt()
        image = frame.to_image()  # type: ignore[no-untyped-call]
        if frame.rotation:
            image = image.rotate(frame.rotation, expand=True)
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=3)
        return buffer.getvalue()


def store_last_frame(clip: Asset, *, owner: User, now: datetime.datetime) -> Asset:
    """Return the clip's last frame as an asset of this person; one that they have had taken before is that one.

    Raises: MediaInvalid; FileNotFoundError when the clip's file is gone. Nothing is left then.
    """
    known = Asset.objects.filter(taken_from=clip, owner=owner, media="image").order_by("-id").first()
    if known is not None:
        return known
    with default_storage.open(clip.path, "rb") as file:
        picture = last_frame(cast(BinaryIO, file), mime=clip.mime)
    temporary = paths.temporary_path()
    try:
        with paths.created(temporary) as descriptor, open(descriptor, "wb", closefd=False) as target:
            target.write(picture)
        stored = take_output(temporary, suggested_name=f"{Path(clip.original_name).stem or 'clip'}-last-frame")
    finally:
        temporary.unlink(missing_ok=True)
    with discarded_on_failure(stored):
        return stored.create_asset(owner=owner, origin=Asset.Origin.TAKEN, now=now, taken_from=clip)


def _last_of(container: InputContainer) -> VideoFrame | None:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    end = container.duration or 0
    for back in _SEEK_BACK_SECONDS if end else ():
        container.seek(max(0, int(end - back * 1_000_000)), backward=True)
        if found := deque(container.decode(stream), maxlen=1):
            return found[0]
    container.seek(0)
    found = deque(container.decode(stream), maxlen=1)
    return found[0] if found else None
