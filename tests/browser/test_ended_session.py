"""A session that ended in an open tab: a small notice; afterwards the same submit works, prompt and files intact."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.studio_process import PASSWORD, RunningStudio, running_studio

pytestmark = pytest.mark.browser

PROMPT = "A lighthouse that must not be lost"


def sign_in(page: Page, studio: RunningStudio) -> None:
    """Sign in on the page that is open, or on the sign-in page."""
    if "/accounts/login/" not in page.url:
        page.goto(f"{studio.address}/accounts/login/")
    page.locator("[name=login]").fill("measure")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).not_to_have_url(re.compile("login"))


def test_the_same_submit_works_after_signing_in_again(browser: Browser, tmp_path: Path) -> None:
    frame = tmp_path / "frame.png"
    Image.new("RGB", (640, 360), "teal").save(frame)
    with running_studio(tmp_path / "data") as studio:
        studio.add_administrator()
        context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
        page = context.new_page()
        sign_in(page, studio)
        page.goto(studio.address)
        page.get_by_role("radio", name="Frames", exact=True).check()
        page.locator("input[name=input_first_frame]").set_input_files(frame)
        page.get_by_role("textbox", name="Prompt").fill(PROMPT)
        session = [cookie for cookie in context.cookies() if cookie["name"] == "sessionid"]
        context.clear_cookies(name="sessionid")

        page.get_by_role("button", name=re.compile("^Generate")).click()

        link = page.get_by_role("link", name=re.compile("sign in again", re.I))
        expect(link.first).to_be_visible()
        assert session
        assert page.locator("[data-card]").count() == 0
        with context.expect_page() as opened:
            link.first.click()
        sign_in(opened.value, studio)
        opened.value.close()
        page.bring_to_front()
        page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("body:not([data-session=ended])")).to_be_attached()
        expect(page.get_by_role("textbox", name="Prompt")).to_have_value(PROMPT)

        page.get_by_role("button", name=re.compile("^Generate")).click()

        expect(page.locator("[data-card]")).to_have_count(1)
        rows = studio.query(
            "SELECT g.prompt, i.role FROM generations_generation g "
            "JOIN generations_generationinput i ON i.generation_id = g.id"
        )
        assert rows == [(PROMPT, "first_frame")]
        context.close()
