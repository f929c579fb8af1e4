"""What a browser sees of four pages: requests, weight, layout shift, largest paint and the slowest interaction.

Run: python -m tests.benchmarks.pages [--items 200]
"""

from __future__ import annotations

import argparse
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, sync_playwright

from tests.browser.conftest import ARGUMENTS, chromium_path
from tests.browser.surface import SHIFT_SCRIPT
from tests.studio_process import RunningStudio, running_studio

SCRIPTS_AND_STYLES = ("script", "stylesheet")
SETTLE_MS = 500


@dataclass(slots=True)
class Traffic:
    """What one page asked for, as it came over the wire. Units: bytes."""

    requests: int = 0
    thumbnails: int = 0
    elsewhere: list[str] = field(default_factory=list)
    code_bytes: int = 0
    total_bytes: int = 0

    def note(self, response: Response, *, address: str) -> None:
        """Count one answer."""
        if not response.url.startswith(address):
            self.elsewhere.append(response.url)
        if "/media/" in response.url:
            # A clip's answer may stay open for as long as the page does.
            self.thumbnails += 1
            return
        self.requests += 1
        response.finished()
        sizes = response.request.sizes()
        received = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        self.total_bytes += received
        if response.request.resource_type in SCRIPTS_AND_STYLES:
            self.code_bytes += sizes["responseBodySize"]


def addresses(studio: RunningStudio) -> dict[str, str]:
    """Return the four pages, with an item and a thread that exist."""

    def newest(table: str, condition: str) -> uuid.UUID:
        found = studio.query(f"SELECT public_id FROM {table} WHERE {condition} ORDER BY id DESC LIMIT 1")
        return uuid.UUID(str(found[0][0]))

    return {
        "Create": "/",
        "Library": "/library/",
        "Generation": f"/g/{newest('generations_generation', 'status = ' + repr('completed'))}/",
        "Chat": f"/chat/{newest('generations_thread', '1')}/",
    }


def measure(browser: Browser, studio: RunningStudio, path: str, *, cookies: list[dict[str, str]]) -> list[str]:
    """Open a page as on a first visit, press some keys, and return its row."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SHIFT_SCRIPT)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(studio.address + path, wait_until="networkidle")
    touch(page)
    traffic = Traffic()
    for answer in answers:
        traffic.note(answer, address=studio.address)
    figures = page.evaluate("[window.layoutShift, window.largestPaintMs, window.slowestInteractionMs]")
    context.close()
    shift, paint_ms, interaction_ms = figures
    return [
        f"{traffic.requests} + {traffic.thumbnails}",
        f"{traffic.code_bytes / 1024:.1f}",
        f"{traffic.total_bytes / 1024:.0f}",
        f"{shift:.3f}",
        f"{paint_ms:.0f}",
        f"{interaction_ms:.0f}" if interaction_ms else "< 16",
        str(len(traffic.elsewhere)),
    ]


def touch(page: Page) -> None:
    """Do what a person does first: write into the page's text box, go on by Tab, open the menu of a chip."""
    box = page.locator("main textarea:not([readonly])").first
    if box.count():
        box.click()
        page.keyboard.type("a lighthouse")
    for _step in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_timeout(SETTLE_MS)


def main() -> None:
    """Seed a history and print a row a page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=200)
    chosen = parser.parse_args()
    heads = [
        "page",
        "requests + media",
        "CSS+JS KB",
        "all but media KB",
        "shift",
        "LCP ms",
        "slowest input ms",
        "other hosts",
    ]
    with (
        tempfile.TemporaryDirectory() as folder,
        running_studio(Path(folder) / "data") as studio,
        sync_playwright() as playwright,
    ):
        studio.add_administrator()
        studio.manage("seedhistory", "measure", "--generations", str(chosen.items), "--threads", "20")
        client = studio.sign_in()
        cookies = [{"name": name, "value": value, "url": studio.address} for name, value in client.cookies.items()]
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        rows = [[name, *measure(browser, studio, path, cookies=cookies)] for name, path in addresses(studio).items()]
        browser.close()
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main()
