"""Windows of people who are signed in, whose console must stay empty."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence

from playwright.sync_api import Browser, BrowserContext, expect

from tests.studio_process import PASSWORD, RunningStudio

# Answers that a page shows in words, and that Chromium notes all the same.
# What a page asks while it is left for another one is given up by the browser.
EXPECTED = ("409", "422", "htmx:afterRequest", "htmx:sendError", "ERR_ABORTED")
PATIENCE_MS = 20_000


@contextlib.contextmanager
def signed_in(
    browser: Browser, studio: RunningStudio, name: str = "measure", *, expected: Sequence[str] = (), **more: object
) -> Iterator[BrowserContext]:
    """Yield a window with one page; at its end nothing may stand in the console but what is `expected`."""
    context = browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **more})
    expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    page = context.new_page()
    page.goto(f"{studio.address}/accounts/login/")
    page.locator("[name=login]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).not_to_have_url(re.compile("login"))
    yield context
    context.close()
    unexpected = [one for one in complaints if not any(word in one for word in (*EXPECTED, *expected))]
    assert not unexpected, "\n".join(unexpected)
