"""Chat as tests of it use a browser: one studio with two web workers, somebody signed in, and what they do."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.conftest import ROOT, free_port, wait_for
from tests.studio_process import PASSWORD, RunningStudio, running_studio

END_MS = 60_000
# A machine that does much beside takes its time for a page.
expect.set_options(timeout=20_000)
REPLY = "article[data-role=assistant]"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    with running_studio(tmp_path_factory.mktemp("chat") / "data", "--web-workers", "2") as studio:
        studio.add_administrator()
        yield studio


@pytest.fixture(scope="module")
def session(browser: Browser, studio: RunningStudio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of somebody who has signed in."""
    path = tmp_path_factory.mktemp("session") / "state.json"
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{studio.address}/accounts/login/")
    page.locator("[name=login]").fill("measure")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("login"))
    context.storage_state(path=path)
    context.close()
    return path


@pytest.fixture
def context(browser: Browser, session: Path) -> Iterator[BrowserContext]:
    """A browser of the same person, whose console must stay empty."""
    context = browser.new_context(locale="en-US", storage_state=session, viewport={"width": 1280, "height": 800})
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def ask(page: Page, studio: RunningStudio, text: str) -> None:
    """Begin a thread with this message."""
    page.goto(f"{studio.address}/chat/")
    box = page.get_by_role("textbox", name="Message", exact=True)
    box.fill(text)
    box.press("Enter")
    expect(page.locator(REPLY)).to_be_visible()


def follow(page: Page, text: str) -> None:
    """Say something more, and wait for the end of the reply."""
    count = page.locator("article").count()
    box = page.locator("#chat-text")
    box.fill(text)
    box.press("Enter")
    expect(page.locator("article")).to_have_count(count + 2)
    ended(page)


def ended(page: Page) -> None:
    """Wait until no reply is under way."""
    expect(page.locator("article[aria-busy=true]")).to_have_count(0, timeout=END_MS)


def body(page: Page) -> str:
    """Return the words of the last reply."""
    return " ".join(page.locator(f"{REPLY} .message__body").last.inner_text().split())


def wait_for_words(page: Page, *, characters: int) -> None:
    page.wait_for_function(
        "(least) => [...document.querySelectorAll('article[data-role=assistant] .message__body')].at(-1)"
        "?.innerText.length > least",
        arg=characters,
        timeout=END_MS,
    )


def kept(studio: RunningStudio, page: Page) -> str:
    """Return the text of the last reply as the database has it."""
    found = re.search(r"/chat/([0-9a-f-]{36})/", page.url)
    assert found
    rows = studio.query(
        "SELECT message.text FROM generations_message message JOIN generations_thread thread"
        " ON thread.leaf_id = message.id WHERE thread.public_id = ?",
        found[1].replace("-", ""),
    )
    return str(rows[0][0])


def compose(keys: CDPSession, text: str) -> None:
    """Compose a text with an input method, up to where its list of candidates is open."""
    keys.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})


def press_enter_of_the_method(keys: CDPSession) -> None:
    """Press the Enter that takes a candidate: browsers report it as 229, or while composing."""
    for kind in ("rawKeyDown", "keyUp"):
        event = {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
        keys.send("Input.dispatchKeyEvent", event)


def tab_to(page: Page, selector: str, *, steps: int = 60) -> None:
    """Press Tab until the focus is on such an element."""
    for _ in range(steps):
        if page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the focus never reached {selector}")


@contextlib.contextmanager
def second_web_server(studio: RunningStudio) -> Iterator[str]:
    """Start another web server of the same data and return its address. It knows no gateway that could answer."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "studio.asgi:application"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    environment = {**studio.environment, "STUDIO_SANDBOX_URL": f"http://127.0.0.1:{free_port()}"}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/accounts/login/", seconds=90)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
