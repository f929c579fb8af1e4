"""A stranger's first ten minutes, in both languages, against the processes that `start` runs.

From the printed link to a video that plays, an image that is shown and a chat reply that streamed; then
everything is stopped and started again, and all three are still there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

PASSWORD = "a-sentence-that-only-tests-use"
PROMPTS = {
    "en": ("A lighthouse in the fog, slow push in", "A celadon bowl on linen", "Which light suits a harbour at dusk?"),
    "zh-hans": ("海边灯塔,浓雾,慢推镜头", "青花瓷碗静物", "黄昏的码头适合什么光线?"),
}
LOCALES = {"en": "en-US", "zh-hans": "zh-CN"}
# The sandbox takes its time on purpose: up to half a minute for a clip.
ARRIVAL_MS = 90_000


def words_in(language: str) -> Callable[[str], str]:
    """Return what looks a label up in the page's language, so that the test reads as a person does."""

    def look_up(text: str) -> str:
        with translation.override(language):
            return translation.gettext(text)

    return look_up


def watched_page(context: BrowserContext) -> tuple[Page, list[str]]:
    """Open a page whose console must stay empty."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_from_the_setup_link_to_three_results_that_stay(browser: Browser, tmp_path: Path, language: str) -> None:
    say = words_in(language)
    clip_prompt, picture_prompt, question = PROMPTS[language]
    data = tmp_path / "data"

    with running_studio(data) as studio:
        context = browser.new_context(locale=LOCALES[language], viewport={"width": 1280, "height": 900})
        page, complaints = watched_page(context)
        set_up(page, studio, say)
        order(page, say, kind="Video", prompt=clip_prompt)
        order(page, say, kind="Image", prompt=picture_prompt)
        reply = ask(page, studio, say, question)
        watch_arrivals(page, studio, clips=1, pictures=1)
        check_results(page, studio, reply)
        context.storage_state(path=tmp_path / "session.json")
        context.close()
        assert complaints == []

    with running_studio(data) as studio:
        # The port is another one, and cookies do not know ports: the session goes on.
        context = browser.new_context(locale=LOCALES[language], storage_state=tmp_path / "session.json")
        page, complaints = watched_page(context)
        check_results(page, studio, reply)
        context.close()
        assert complaints == []


def set_up(page: Page, studio: RunningStudio, say: Callable[[str], str]) -> None:
    """Make the administrator by the printed link."""
    page.goto(studio.setup_link)
    page.locator("[name=username]").fill("ada")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name=say("Open the studio")).click()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.get_by_role("textbox", name=say("Prompt"))).to_be_visible()


def order(page: Page, say: Callable[[str], str], *, kind: str, prompt: str) -> None:
    """Order one item in the composer, and see its card appear while the composer keeps the prompt."""
    cards = page.locator("[data-card]")
    before = cards.count()
    option = page.get_by_role("radio", name=say(kind), exact=True)
    if not option.is_checked():
        option.check()
        expect(page.locator("#composer-body input[name=from_model]")).not_to_have_value(re.compile("seedance"))
    box = page.get_by_role("textbox", name=say("Prompt"))
    box.fill(prompt)
    submit = page.get_by_role("button", name=re.compile(f"^{re.escape(say('Generate'))}"))
    expect(submit).to_contain_text(re.compile(r"¥\d"))
    submit.click()
    expect(cards).to_have_count(before + 1)
    expect(box).to_have_value(prompt)


def ask(page: Page, studio: RunningStudio, say: Callable[[str], str], question: str) -> str:
    """Ask in a new thread, see the reply grow, and return its first words."""
    page.goto(f"{studio.address}/chat/")
    box = page.get_by_role("textbox", name=say("Message"))
    box.fill(question)
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"/chat/[0-9a-f-]{36}/"))
    reply = page.locator("article[data-role=assistant]")
    expect(reply).to_have_attribute("aria-busy", "true")
    expect(reply.locator("[data-stream-body]")).not_to_be_empty()
    expect(reply).not_to_have_attribute("aria-busy", "true", timeout=ARRIVAL_MS)
    text = reply.locator(".message__body").inner_text().strip()
    assert len(text) > 40
    return text[:40]


def watch_arrivals(page: Page, studio: RunningStudio, *, clips: int, pictures: int) -> None:
    """Wait on the Create page until everything is done, without a reload."""
    page.goto(studio.address)
    done = page.locator("[data-card][data-status=completed]")
    expect(done).to_have_count(clips + pictures, timeout=ARRIVAL_MS)


def check_results(page: Page, studio: RunningStudio, reply: str) -> None:
    """Find all three in the library; play the clip, look at the picture, read the reply."""
    page.goto(f"{studio.address}/library/")
    expect(page.locator("[data-card][data-kind=video]")).to_have_count(1)
    expect(page.locator("[data-card][data-kind=image]")).to_have_count(1)
    page.locator("[data-card][data-kind=video] [data-card-open]").click()
    video = page.locator("video[data-viewer-media]")
    expect(video).to_be_visible()
    seconds = video.evaluate(
        """async (video) => {
            video.muted = true;
            await video.play();
            for (let tenth = 0; tenth < 100 && video.currentTime <= 0.2; tenth += 1)
                await new Promise((resolve) => setTimeout(resolve, 100));
            return video.currentTime;
        }"""
    )
    assert seconds > 0.2
    sought = video.evaluate(
        """(video) => new Promise((resolve) => {
            video.addEventListener("seeked", () => resolve(video.currentTime), { once: true });
            video.currentTime = video.duration - 1;
        })"""
    )
    assert sought > 2
    page.goto(f"{studio.address}/library/?kind=image")
    page.locator("[data-card][data-kind=image] [data-card-open]").click()
    picture = page.locator("img[data-viewer-media]")
    expect(picture).to_be_visible()
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") > 500
    page.goto(f"{studio.address}/library/?kind=chat")
    page.locator("main a[href^='/chat/']:not([href*='?'])").last.click()
    expect(page.locator("article[data-role=assistant]")).to_contain_text(reply.splitlines()[0])
