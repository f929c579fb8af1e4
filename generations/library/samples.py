"""A few small pictures and clips for seeded histories, drawn as the sandbox draws and shared between rows."""

from __future__ import annotations

import datetime
import random

from accounts.models import User
from generations.library import seed_words
from generations.media import paths
from generations.media.store import store_output
from generations.models import Asset
from generations.sandbox.film import draw_film
from generations.sandbox.paint import paint

# Width and height in pixels; small, because a history of ten thousand needs only something to look at.
PICTURE_SIZES = ((640, 360), (360, 640), (480, 480), (560, 420), (420, 560), (576, 384))
CLIP_SIZES = ((432, 248), (248, 432), (320, 320))
CLIP_SECONDS = 2


def shared_assets(owner: User, *, now: datetime.datetime, seed: int = 1) -> list[Asset]:
    """Draw and store the samples, and return their assets: pictures first, then clips."""
    chance = random.Random(seed)  # noqa: S311 - plausible, not secret
    made = []
    for number, (width, height) in enumerate(PICTURE_SIZES * 2):
        path = paths.temporary_path(f"sample-{number}.png")
        paint(seed_words.prompt(chance), seed=seed + number, width=width, height=height).save(path)
        made.append(store_output(path, owner=owner, now=now, suggested_name=f"sample-{number}"))
    for number, (width, height) in enumerate(CLIP_SIZES):
        path = paths.temporary_path(f"sample-clip-{number}.mp4")
        job = {
            "prompt": seed_words.prompt(chance),
            "seed": seed + number,
            "width": width,
            "height": height,
            "seconds": CLIP_SECONDS,
            "inputs": [],
            "audio": False,
            "out": str(path),
            "last_frame_out": "",
        }
        draw_film(job)
        made.append(store_output(path, owner=owner, now=now, suggested_name=f"sample-clip-{number}"))
    return made
