"""Threads in a browser: how they come by their titles, and how they and their messages are found again."""

from __future__ import annotations

import re
import uuid

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import chatting
from tests.browser.chatting import ask, compose, ended, follow, tab_to
from tests.studio_process import RunningStudio

pytestmark = pytest.mark.browser
studio, session, context, page = chatting.studio, chatting.session, chatting.context, chatting.page


def test_a_thread_gets_its_title_while_it_is_open_and_a_persons_own_stays(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "写一段关于港口清晨的短文，要安静。[sandbox tokens=20 tps=2000]")
    ended(page)

    expect(page.locator("#thread-title")).to_have_text("港口清晨的短文", timeout=20_000)
    expect(page.locator("a[aria-current=page] .thread-list__title")).to_have_text("港口清晨的短文")
    expect(page).to_have_title(re.compile("^港口清晨的短文 · "))
    page.locator("#thread-more").click()
    field = page.locator("#rename-header input[name=title]")
    field.fill("Mine")
    field.press("Enter")
    expect(page.locator("#thread-title")).to_have_text("Mine")
    page.keyboard.press("Escape")
    follow(page, "And then? [sandbox tokens=5 tps=2000]")
    page.reload()
    expect(page.locator("#thread-title")).to_have_text("Mine")


def test_two_characters_find_a_message_and_lead_to_it(
    context: BrowserContext, page: Page, studio: RunningStudio
) -> None:
    ask(page, studio, "Begin with a lamp [sandbox tokens=200 tps=5000]")
    ended(page)
    follow(page, "灯塔在哪里？[sandbox tokens=200 tps=5000]")
    for number in range(3):
        follow(page, f"More {number} [sandbox tokens=400 tps=5000]")
    page.goto(f"{studio.address}/chat/")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Search titles and messages")
    expect(box).to_be_focused()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    keys = context.new_cdp_session(page)
    compose(keys, "deng ta")
    page.wait_for_timeout(600)
    assert not [url for url in asked if "/chat/?" in url]
    keys.send("Input.insertText", {"text": "灯塔"})

    found = page.locator(".thread-list__found")
    expect(found).to_have_count(1)
    expect(found.locator("mark").first).to_have_text("灯塔")
    tab_to(page, ".thread-list__found")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"#message-[0-9a-f-]{36}$"))
    target = page.locator(".message:target")
    expect(target).to_contain_text("灯塔")
    expect(target).to_be_in_viewport()
    page.wait_for_function("() => CSS.highlights?.get('found')?.size > 0")
    # The search stays beside it, to look from hit to hit; emptied, it gives the list back.
    box = page.get_by_role("searchbox", name="Search titles and messages")
    expect(box).to_have_value("灯塔")
    box.fill("")
    expect(page.locator(".thread-list__link").first).to_be_visible()
    expect(found).to_have_count(0)


def test_a_message_sent_from_the_middle_of_a_long_thread_stands_at_its_end(page: Page, studio: RunningStudio) -> None:
    studio.manage("seedhistory", "measure", "--generations=0", "--threads=1", "--messages=200", "--seed=6")
    row = studio.query(
        "SELECT thread.public_id, message.public_id FROM generations_message message"
        " JOIN generations_thread thread ON thread.id = message.thread_id"
        " WHERE thread.id IN (SELECT thread_id FROM generations_message GROUP BY thread_id HAVING count(*) = 200)"
        " ORDER BY message.id LIMIT 1 OFFSET 20"
    )[0]
    thread, message = (uuid.UUID(str(one)) for one in row)
    page.goto(f"{studio.address}/chat/{thread}/?at={message}")
    expect(page.locator("#later")).to_be_attached()
    box = page.locator("#chat-text")
    box.fill("At the end [sandbox tokens=5 tps=2000]")
    box.press("Enter")

    expect(page).not_to_have_url(re.compile("at="))
    expect(page.locator("article[data-role=user]").last).to_contain_text("At the end")
    expect(page.locator("#later")).to_have_count(0)
    expect(box).to_have_value("")
