"""Notices: what ended while one looked elsewhere is said on the page, or by the browser, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import signed_in
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

ARRIVAL_MS = 120_000
# Chromium without a screen shows no notices of its own; what the page asks of it is written down instead.
RECORD = """
window.asked = 0;
// An empty tab has no storage.
const kept = (name) => (location.origin === "null" ? null : localStorage.getItem(name));
class Recorded extends EventTarget {
    static permission = kept("permission") ?? "default";
    static requestPermission() {
        window.asked += 1;
        localStorage.setItem("permission", "granted");
        Recorded.permission = "granted";
        return Promise.resolve("granted");
    }
    constructor(title, options) {
        super();
        const told = JSON.parse(kept("told") ?? "[]");
        localStorage.setItem("told", JSON.stringify([...told, `${title}: ${options.body}`]));
    }
    close() {}
}
window.Notification = Recorded;
"""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio without a history."""
    with running_studio(tmp_path_factory.mktemp("notices") / "data") as running:
        running.add_administrator()
        yield running


def hide(page: Page, *, is_hidden: bool) -> None:
    """Look away from a tab, or back at it, as the browser would tell it."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def order(studio: RunningStudio, prompt: str) -> None:
    """Place an order as another window of the same person would."""
    studio.submit(studio.sign_in(), prompt=f"{prompt} [sandbox polls=1] [sandbox tiny]", model="nano-banana-fast")


def test_another_page_says_what_is_ready_and_leads_to_it(browser: Browser, studio: RunningStudio) -> None:
    with signed_in(browser, studio) as context:
        page = context.pages[0]
        page.goto(f"{studio.address}/keys/")
        order(studio, "A quiet harbour")

        notice = page.locator("#notices .notice").filter(has_text="A quiet harbour")
        expect(notice).to_contain_text("Ready", timeout=ARRIVAL_MS)
        notice.get_by_role("link", name="Show").click()
        expect(page.locator(".recipe__prompt")).to_contain_text("A quiet harbour")
        page.goto(f"{studio.address}/keys/")
        page.wait_for_timeout(1500)
        expect(page.locator("#notices .notice")).to_have_count(0)


def test_the_browser_is_asked_by_a_click_and_then_speaks_once_for_several_tabs(
    browser: Browser, studio: RunningStudio
) -> None:
    with signed_in(browser, studio) as context:
        context.add_init_script(RECORD)
        page = context.pages[0]
        page.goto(f"{studio.address}/accounts/")
        assert page.evaluate("window.asked") == 0
        section = page.get_by_role("region", name="Notices")
        section.get_by_role("button", name="Turn on").click()
        expect(section.get_by_role("button", name="Turn off")).to_be_visible()
        assert page.evaluate("window.asked") == 1

        other = context.new_page()
        for one in (page, other):
            one.goto(f"{studio.address}/")
        order(studio, "Boats at dusk")
        for one in (page, other):
            hide(one, is_hidden=True)
        page.wait_for_function("() => (localStorage.getItem('told') ?? '').includes('dusk')", timeout=ARRIVAL_MS)
        other.wait_for_timeout(3000)
        told = page.evaluate("JSON.parse(localStorage.getItem('told'))")
        assert len([line for line in told if "Boats at dusk" in line]) == 1
        assert told[0].startswith("Ready: Boats at dusk")


def test_after_an_absence_the_sum_is_said_once_and_can_be_closed(browser: Browser, studio: RunningStudio) -> None:
    with signed_in(browser, studio) as context:
        page = context.pages[0]
        page.goto("about:blank")
        for number in range(4):
            order(studio, f"Wave {number}")
        for _second in range(120):
            done = studio.query(
                "SELECT count(*) FROM generations_generation WHERE prompt LIKE 'Wave%' AND status = 'completed'"
            )
            if done == [(4,)]:
                break
            page.wait_for_timeout(1000)

        page.goto(f"{studio.address}/keys/")
        notice = page.locator("#notices .notice").filter(has_text="4 finished")
        expect(notice).to_be_visible()
        expect(notice.get_by_role("link", name="4 finished")).to_be_visible()
        notice.get_by_role("button", name="Close").click()
        expect(notice).to_have_count(0)
        page.reload()
        page.wait_for_timeout(1500)
        expect(page.locator("#notices .notice")).to_have_count(0)
