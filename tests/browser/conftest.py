"""Chromium for the browser tests: Debian's own, driven by Playwright; its absence is a plain skip, never in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.studio_process import RunningStudio

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str:
    """Return where Chromium lies on this machine, or an empty string."""
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), "")


# Playwright's loop runs in this thread while it is open, and other modules want loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = chromium_path()
    if not path:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import expect, sync_playwright

    # A busy machine is slow, not wrong.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, studio: RunningStudio) -> Iterator[BrowserContext]:
    """A signed-in window on the module's own `studio`, whose console must stay empty."""
    from tests.browser.people import signed_in

    with signed_in(browser, studio) as context:
        yield context


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """The page that is open in the window."""
    return context.pages[0]
