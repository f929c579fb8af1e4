"""Writing in chat: drafts, files, messages that wait, the last own one by arrow up; and from words to pictures."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import chatting
from tests.browser.chatting import REPLY, ask, ended
from tests.studio_process import RunningStudio

pytestmark = pytest.mark.browser
studio, session, context, page = chatting.studio, chatting.session, chatting.context, chatting.page

# Pastes a picture that the page itself draws, as a browser does with one from the clipboard.
PASTE = """async (field) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 64 });
  canvas.getContext("2d").fillRect(0, 0, 40, 40);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const data = new DataTransfer();
  data.items.add(new File([blob], "pasted.png", { type: "image/png" }));
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_a_draft_outlives_its_tab_and_stays_in_its_thread(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Begin [sandbox tokens=5 tps=2000]")
    ended(page)
    address = page.url
    with page.expect_response(re.compile("/chat/drafts/")):
        page.locator("#chat-text").fill("half a thought, 半句话")
    page.goto(f"{studio.address}/chat/")
    expect(page.locator("#chat-text")).to_have_value("")

    page.goto(address)

    expect(page.locator("#chat-text")).to_have_value("half a thought, 半句话")


def test_arrow_up_in_an_empty_field_edits_the_last_own_message(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Up here [sandbox tokens=5 tps=2000]")
    ended(page)
    page.locator("#chat-text").press("ArrowUp")

    field = page.locator("[data-edited] textarea")
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile("^Up here"))


def test_a_message_waits_while_a_reply_streams_and_goes_out_at_its_end(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "First [sandbox tokens=120 tps=20]")
    box = page.locator("#chat-text")
    box.fill("Second [sandbox tokens=5 tps=2000]")
    box.press("Enter")
    waiting = page.get_by_role("article", name="Waiting message")
    expect(waiting).to_contain_text("Second")
    expect(box).to_have_value("")

    expect(waiting).to_have_count(0, timeout=60_000)
    expect(page.locator("article[data-role=user]").last).to_contain_text("Second")
    ended(page)
    assert page.locator(REPLY).count() == 2


def test_a_pasted_picture_is_shown_and_goes_along(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/chat/")
    box = page.get_by_role("textbox", name="Message", exact=True)
    box.fill("What is this? [sandbox tokens=5 tps=2000]")
    box.evaluate(PASTE)
    tile = page.locator("[data-tiles] [data-attachment]")
    expect(tile.locator("img")).to_be_visible(timeout=20_000)
    box.press("Enter")

    expect(page.locator("article[data-role=user] .message__files img")).to_be_visible()
    ended(page)


def test_thinking_is_folded_away_under_its_duration(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Think first [sandbox reasoning tokens=20 tps=200]")
    ended(page)

    thought = page.locator(f"{REPLY} details")
    expect(thought.locator("summary")).to_have_text(re.compile(r"Thought for \d+ s"))
    expect(thought.locator("[data-stream-thought]")).to_be_hidden()
    thought.locator("summary").click()
    expect(thought.locator("[data-stream-thought]")).to_be_visible()


@pytest.mark.parametrize("button", ["Make an image", "Make a video"])
def test_a_message_becomes_a_prompt(page: Page, studio: RunningStudio, button: str) -> None:
    ask(page, studio, "A lamp in the harbour [sandbox tokens=12 tps=2000]")
    ended(page)
    said = page.locator(f"{REPLY} .message__body").inner_text()

    page.get_by_role("link", name=button).first.click()

    expect(page.locator("textarea[name=prompt]")).to_have_value(re.compile(re.escape(said.split()[0])))


def test_figures_stand_under_a_reply_and_over_the_thread(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Count [sandbox tokens=10 tps=2000 nousage]")
    ended(page)

    expect(page.locator(".message__usage")).to_contain_text("estimated")
    expect(page.locator("#thread-totals")).to_contain_text("partly estimated")
    expect(page.locator("#context-gauge svg")).to_have_attribute("aria-label", re.compile(r"^Context: \d+ of [\d,]+"))
