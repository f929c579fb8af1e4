"""Chat in a browser: a reply outlives its tab and its web server, and every message can be taken back or said again.

One studio with two web workers for all; every test begins a thread of its own.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sqlite3
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.benchmarks.chat_streams import web_processes
from tests.browser import chatting
from tests.browser.chatting import (
    END_MS,
    REPLY,
    ask,
    body,
    compose,
    ended,
    follow,
    kept,
    press_enter_of_the_method,
    second_web_server,
    tab_to,
    wait_for_words,
)
from tests.generations.relay.test_markdown import HOSTILE
from tests.studio_process import RunningStudio

pytestmark = pytest.mark.browser

studio, session, context, page = chatting.studio, chatting.session, chatting.context, chatting.page


def test_a_closed_tab_finds_the_rest_live_and_nothing_twice(
    context: BrowserContext, browser: Browser, session: Path, page: Page, studio: RunningStudio
) -> None:
    # Contexts share no connections, so that some of these land on the other worker.
    others = [browser.new_context(storage_state=session) for _ in range(2)]
    tabs = [context.new_page(), *(other.new_page() for other in others)]
    ask(page, studio, "Tell me of the harbour [sandbox tokens=420 tps=25]")
    wait_for_words(page, characters=80)
    address = page.url
    page.close()

    for tab in tabs:
        tab.goto(address)
        expect(tab.locator(REPLY)).to_have_attribute("aria-busy", "true")
    lengths = [len(body(tab)) for tab in tabs]
    for tab in tabs:
        ended(tab)

    shown = {body(tab) for tab in tabs}
    assert len(shown) == 1
    assert all(length < len(body(tabs[0])) for length in lengths)
    tabs[0].reload()
    assert shown == {body(tabs[0])}
    for other in others:
        other.close()


def test_a_second_web_server_shows_the_rest_live(
    browser: Browser, session: Path, page: Page, studio: RunningStudio
) -> None:
    ask(page, studio, "Tell me of the second server [sandbox tokens=900 tps=25]")
    wait_for_words(page, characters=80)
    # It produces nothing itself: what it shows it can only have from the rows.
    with second_web_server(studio) as address:
        there = browser.new_context(storage_state=session).new_page()
        there.goto(page.url.replace(studio.address, address))
        expect(there.locator(REPLY)).to_have_attribute("aria-busy", "true")
        page.close()
        wait_for_words(there, characters=len(body(there)) + 60)
        expect(there.locator(REPLY)).to_have_attribute("aria-busy", "true")
        ended(there)
        live = body(there)
        there.reload()
        assert body(there) == live
        there.context.close()


def test_a_killed_web_server_leaves_a_reply_that_can_go_on(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Tell me of the lamp [sandbox tokens=400 tps=40]")
    wait_for_words(page, characters=200)
    seen = body(page)

    for process in web_processes(studio):
        os.kill(process, signal.SIGKILL)

    going_on = page.get_by_role("button", name="Continue", exact=True)
    expect(going_on).to_be_visible(timeout=END_MS)
    assert body(page).startswith(seen[:150])
    cut = kept(studio, page)
    going_on.click()
    expect(page.locator(REPLY)).to_have_attribute("aria-busy", "true")
    ended(page)

    whole = kept(studio, page)
    assert whole.startswith(cut)
    assert len(whole) > len(cut) + 500
    assert page.locator(REPLY).count() == 1
    ask(page, studio, "Tell me of the lamp [sandbox tokens=400 tps=4000]")
    ended(page)
    assert kept(studio, page) == whole


def test_a_stop_keeps_what_was_said(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Tell me all [sandbox tokens=3000 tps=60]")
    wait_for_words(page, characters=60)

    page.get_by_role("button", name="Stop").click()

    ended(page)
    expect(page.locator(REPLY)).to_have_attribute("data-status", "stopped")
    assert len(body(page)) > 60
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def version(scope: Locator, name: str) -> Locator:
    return scope.get_by_role("button", name=name, exact=True)


def test_a_message_is_said_differently_and_versions_keep_their_place(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "First words [sandbox tokens=300 tps=2000]")
    ended(page)
    follow(page, "More words [sandbox tokens=40 tps=2000]")
    first = page.locator("article[data-role=user]").first
    first.hover()
    first.get_by_role("link", name="Edit", exact=True).click()
    field = page.locator("[data-edited] textarea")
    expect(field).to_be_focused()
    field.fill("Other words [sandbox tokens=200 tps=2000]")
    field.press("Enter")

    expect(page.locator("article")).to_have_count(2)
    ended(page)
    own = page.locator("article[data-role=user]")
    expect(own).to_contain_text("2 / 2")
    before = version(own, "Previous version").bounding_box()
    version(own, "Previous version").click()
    expect(page.locator("article")).to_have_count(4)
    own = page.locator("article[data-role=user]").first
    expect(own).to_contain_text("First words")
    expect(version(own, "Next version")).to_be_focused()
    after = version(own, "Previous version").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 2
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_have_count(2)
    page.reload()
    expect(page.locator("article[data-role=user]")).to_contain_text("Other words")


def test_a_reply_is_asked_for_again_from_another_model_and_branched(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Which model? [sandbox tokens=40 tps=2000]")
    ended(page)
    address = page.url
    name = page.locator(f"{REPLY} .message__by h2").inner_text()
    page.locator(REPLY).get_by_role("button", name="Ask again", exact=True).click()
    menu = page.locator("[popover]:popover-open")
    expect(menu.locator("button")).to_have_count(2)
    menu.locator("button:not([aria-current])").click()

    expect(page.locator(f"{REPLY} .message__by h2")).not_to_have_text(name)
    ended(page)
    expect(page.locator(REPLY)).to_contain_text("2 / 2")
    page.get_by_role("button", name="Branch from here").click()
    expect(page).not_to_have_url(address)
    expect(page.locator("article")).to_have_count(2)
    assert page.locator(".message__versions").count() == 0


def test_a_deleted_turn_comes_back_where_it_was(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "One [sandbox tokens=20 tps=2000]")
    ended(page)
    follow(page, "Two [sandbox tokens=20 tps=2000]")
    first = page.locator(REPLY).first
    first.hover()
    first.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name=re.compile("Delete this turn")).click()

    expect(page.locator("article")).to_have_count(2)
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_have_count(4)
    assert [one.split()[0] for one in page.locator("article[data-role=user] .message__body").all_inner_texts()] == [
        "One",
        "Two",
    ]


def test_an_input_method_sends_nothing_until_it_has_ended(
    context: BrowserContext, page: Page, studio: RunningStudio
) -> None:
    keys = context.new_cdp_session(page)
    page.goto(f"{studio.address}/chat/")
    page.get_by_role("textbox", name="Message", exact=True).focus()
    compose(keys, "gang kou")
    press_enter_of_the_method(keys)
    expect(page).to_have_url(f"{studio.address}/chat/")
    assert page.locator("article").count() == 0

    keys.send("Input.insertText", {"text": "港口 [sandbox tokens=20 tps=2000]"})
    page.keyboard.press("Enter")

    expect(page.locator("article[data-role=user]")).to_contain_text("港口")
    ended(page)
    own = page.locator("article[data-role=user]")
    own.hover()
    own.get_by_role("link", name="Edit", exact=True).click()
    field = page.locator("[data-edited] textarea")
    expect(field).to_be_focused()
    compose(keys, "deng")
    press_enter_of_the_method(keys)
    expect(field).to_be_visible()
    keys.send("Input.imeSetComposition", {"text": "", "selectionStart": 0, "selectionEnd": 0})
    keys.send("Input.insertText", {"text": "灯"})
    page.keyboard.press("Enter")
    expect(page.locator("article[data-role=user]")).to_contain_text("灯")
    expect(page.locator("article[data-role=user]")).to_contain_text("2 / 2")
    ended(page)


def test_everything_is_done_by_keyboard(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/chat/")
    tab_to(page, "textarea")
    page.keyboard.type("Line one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("line two [sandbox tokens=3000 tps=60]")
    page.keyboard.press("Enter")
    expect(page.locator("article[data-role=user] .message__body")).to_contain_text("Line one\nline two")
    wait_for_words(page, characters=40)

    tab_to(page, "button[form^=stop]")
    page.keyboard.press("Enter")
    ended(page)
    page.evaluate("() => document.activeElement?.blur()")
    tab_to(page, "[data-edit-message]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-edited] textarea")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-edit-message]")).to_be_focused()
    expect(page.locator("article")).to_have_count(2)
    tab_to(page, "[data-ask-again]")
    page.keyboard.press("Enter")
    expect(page.locator("[popover]:popover-open button").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[popover]:popover-open button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[popover]:popover-open")).to_have_count(0)


def test_a_long_thread_loads_earlier_turns_without_a_jump(page: Page, studio: RunningStudio) -> None:
    studio.manage("seedhistory", "measure", "--generations=0", "--threads=1", "--messages=200", "--seed=5")
    page.goto(f"{studio.address}/library/?kind=chat")
    rows = studio.query(
        "SELECT thread.public_id FROM generations_thread thread JOIN generations_message message"
        " ON message.thread_id = thread.id GROUP BY thread.id HAVING count(*) = 200"
    )
    page.goto(f"{studio.address}/chat/{rows[0][0]}/".replace(str(rows[0][0]), dashed(str(rows[0][0]))))
    articles = page.locator("article")
    expect(articles).to_have_count(40)
    log = page.locator(".conversation__log")
    assert log.evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight") < 4
    anchor = page.locator(f"#{articles.nth(2).get_attribute('id')}")
    log.evaluate(
        "(log, top) => { log.scrollTop += top; }", anchor.evaluate("(one) => one.getBoundingClientRect().top - 200")
    )
    before = anchor.evaluate("(one) => one.getBoundingClientRect().top")
    expect(articles).to_have_count(80)
    page.wait_for_timeout(300)
    assert abs(anchor.evaluate("(one) => one.getBoundingClientRect().top") - before) <= 2
    to_end = page.get_by_role("button", name="To the end")
    expect(to_end).to_be_visible()
    to_end.click()
    expect(to_end).to_be_hidden()


def dashed(hexadecimal: str) -> str:
    """Return a public id as addresses have it."""
    return "-".join(hexadecimal[start:end] for start, end in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))


def test_a_reader_who_has_scrolled_away_is_left_alone(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Tell much [sandbox tokens=900 tps=120]")
    log = page.locator(".conversation__log")
    page.wait_for_function("() => document.querySelector('.conversation__log').scrollTop > 50", timeout=END_MS)
    log.evaluate("(log) => { log.scrollTop = 0; }")
    length = len(body(page))
    wait_for_words(page, characters=length + 200)

    assert log.evaluate("(log) => log.scrollTop") == 0
    page.get_by_role("button", name="To the end").click()
    wait_for_words(page, characters=length + 600)
    assert log.evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight") < 80
    ended(page)


def test_what_is_wide_scrolls_inside_itself_and_code_is_copied(
    context: BrowserContext, page: Page, studio: RunningStudio
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=studio.address)
    page.set_viewport_size({"width": 360, "height": 740})
    ask(page, studio, "Compare python code in a table [sandbox tps=2000]")
    ended(page)

    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    block = page.locator(".code-block").first
    block.get_by_role("button", name="Copy").click()
    copied = page.evaluate("() => navigator.clipboard.readText()")
    assert copied.strip() == block.locator("code").inner_text().strip()


def test_nothing_in_a_reply_is_executed(page: Page, studio: RunningStudio) -> None:
    ask(page, studio, "Be hostile [sandbox tokens=5 tps=2000]")
    ended(page)
    with contextlib.closing(sqlite3.connect(studio.data_dir / "studio.sqlite3", timeout=20)) as database, database:
        database.execute(
            "UPDATE generations_message SET text = ? WHERE id = (SELECT max(leaf_id) FROM generations_thread)",
            ("\n\n".join(HOSTILE),),
        )
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))

    page.reload()
    for element in page.locator(f"{REPLY} .prose a, {REPLY} .prose input").all()[:40]:
        element.dispatch_event("mouseover")
        element.dispatch_event("focus")

    expect(page.locator(f"{REPLY} .prose math").first).to_be_attached()
    assert dialogs == []
    assert [url for url in requests if not url.startswith(studio.address)] == []
    assert page.locator(".prose :is(script, iframe, object, svg:not(.icon), style, form, img, base)").count() == 0
