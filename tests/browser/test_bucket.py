"""Media that a browser fetches from another host: the content policy lets the bucket in, and videos seek there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_first_visit import watched_page
from tests.buckets import new_bucket
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

SEEK = """(video) => new Promise((resolve, reject) => {
    const seek = () => { video.currentTime = video.duration - 0.5; };
    video.addEventListener("seeked", () => resolve(video.currentTime), { once: true });
    video.addEventListener("error", () => reject(video.error.message));
    if (video.readyState >= 1) { seek(); } else { video.addEventListener("loadedmetadata", seek); }
})"""


def finished(studio: RunningStudio) -> int:
    """Return how many generations are done."""
    return int(str(studio.query("SELECT count(*) FROM generations_generation WHERE status = 'completed'")[0][0]))


def test_pictures_show_and_videos_seek_from_the_bucket(browser: Browser, s3: str, tmp_path: Path) -> None:
    with running_studio(tmp_path / "data", STUDIO_STORAGE_URL=new_bucket(s3)) as studio:
        studio.add_administrator()
        client = studio.sign_in()
        studio.submit(client, prompt="a lighthouse in the fog [sandbox seconds=0]", duration="4", resolution="480p")
        studio.submit(client, prompt="a meadow [sandbox seconds=0]", model="nano-banana-fast")
        deadline = time.monotonic() + 90
        while finished(studio) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.2)

        context = browser.new_context(locale="en-US")
        session = {"name": "sessionid", "value": client.cookies["sessionid"], "url": studio.address}
        context.add_cookies([session])  # type: ignore[list-item]
        page, complaints = watched_page(context)
        fetched: list[str] = []
        page.on("response", lambda answer: fetched.append(answer.url) if answer.status in {200, 206} else None)
        page.goto(f"{studio.address}/library/")
        pictures = page.locator("[data-card] img[src^='/media/']")
        expect(pictures).to_have_count(2)
        for picture in pictures.all():
            picture.scroll_into_view_if_needed()
            assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 100
        page.locator("[data-card][data-kind=video] [data-card-open]").click()
        video = page.locator("video[data-viewer-media]")
        expect(video).to_be_visible()
        assert video.evaluate(SEEK) > 3
        context.close()

    assert [url for url in fetched if url.startswith(s3) and ".mp4" in url]
    assert complaints == []
