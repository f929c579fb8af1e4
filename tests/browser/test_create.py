"""Create as a person sees it over a day: seeds, settings that come back, clips on hover, and cards that wait."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.people import signed_in
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

SEEDANCE = "doubao-seedance-2-0-fast"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with a history."""
    with running_studio(tmp_path_factory.mktemp("create") / "data") as running:
        running.add_administrator()
        running.manage("seedhistory", "measure", "--generations", "60", "--threads", "1")
        yield running


def card_of(page: Page, words: str) -> Locator:
    return page.locator("[data-card]").filter(has_text=words).first


def finished_clip(page: Page) -> Locator:
    """Return a card by its id: those of other tests may end, and come before it, at any time."""
    name = page.locator("[data-card][data-status=completed]:has(video)").first.get_attribute("id")
    return page.locator(f"#{name}")


def generate(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Generate")).click()


def test_a_seed_is_fixed_offered_again_and_stands_in_the_recipe(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/?kind=video&model={SEEDANCE}&prompt=A+seeded+boat")
    page.get_by_role("button", name="More settings").click()
    page.get_by_role("radio", name="Fixed").check()
    page.get_by_label("Fixed seed").fill("not a number")
    generate(page)
    expect(page.locator("#setting-seed")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("A seeded boat")

    if not page.get_by_label("Fixed seed").is_visible():
        page.get_by_role("button", name="More settings").click()
    page.get_by_label("Fixed seed").fill("4711")
    generate(page)
    card = card_of(page, "A seeded boat")
    expect(card).to_be_visible()

    page.goto(f"{studio.address}/?kind=video&model={SEEDANCE}&prompt=Another")
    page.get_by_role("button", name="More settings").click()
    expect(page.get_by_role("radio", name="Last used (4711)")).to_be_visible()
    card.locator("[data-card-open]").first.click()
    expect(page.locator("#viewer-dialog")).to_contain_text("4711")


def test_the_settings_used_last_come_back_with_their_model(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/?kind=video&model={SEEDANCE}&resolution=480p&ratio=9:16&duration=6&prompt=Tall+boats")
    generate(page)
    expect(card_of(page, "Tall boats")).to_be_visible()

    page.goto(f"{studio.address}/?kind=image&model=nano-banana-pro&prompt=In+between")
    page.goto(f"{studio.address}/?kind=video&model={SEEDANCE}&prompt=Later")
    expect(page.locator("#setting-resolution")).to_have_value("480p")
    expect(page.locator("#setting-duration")).to_have_value("6")
    expect(page.locator("input[name=ratio]:checked")).to_have_value("9:16")


def test_a_clip_plays_under_the_pointer_and_the_focus(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/?show=video")
    card = finished_clip(page)
    clip = card.locator("video")
    expect(clip).to_have_js_property("paused", True)
    card.hover()
    expect(clip).to_have_js_property("paused", False)
    assert clip.evaluate("(video) => video.muted")
    page.get_by_role("textbox", name="Prompt").hover()
    expect(clip).to_have_js_property("paused", True)

    for _card_above in range(8):
        page.keyboard.press("j")
        if card.evaluate("(card) => card.contains(document.activeElement)"):
            break
    expect(clip).to_have_js_property("paused", False)


def test_a_clip_stays_still_for_who_asked_for_less_motion(browser: Browser, studio: RunningStudio) -> None:
    with signed_in(browser, studio, reduced_motion="reduce") as context:
        page = context.pages[0]
        page.goto(f"{studio.address}/?show=video")
        card = finished_clip(page)
        card.hover()
        page.wait_for_timeout(500)
        expect(card.locator("video")).to_have_js_property("paused", True)
        moving = page.evaluate(
            "() => document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 1).length"
        )
        assert moving == 0


def test_cards_say_what_they_wait_for_and_what_went_wrong(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/?kind=video&model={SEEDANCE}&prompt=Slow+boats+[sandbox+seconds=20]")
    generate(page)
    slow = card_of(page, "Slow boats")
    expect(slow).to_have_attribute("data-status", "in_progress", timeout=60_000)
    expect(slow).to_contain_text("Running")
    expect(slow.locator("[data-behavior=elapsed]")).to_have_text(re.compile(r"^\d+:\d\d$"))
    expect(slow).to_contain_text(re.compile(r"usually \d+:\d\d|about \d+:\d\d, too few runs to tell"))
    before = slow.locator("[data-behavior=elapsed]").inner_text()
    expect(slow.locator("[data-behavior=elapsed]")).not_to_have_text(before)

    page.get_by_role("textbox", name="Prompt").fill("Refused boats [sandbox fail=moderation]")
    generate(page)
    refused = card_of(page, "Refused boats")
    expect(refused).to_have_attribute("data-status", "failed", timeout=60_000)
    refused.get_by_role("link", name="Edit prompt").click()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("Refused boats [sandbox fail=moderation]")


def test_what_arrives_disturbs_nobody_who_is_busy_with_its_card(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/?kind=image&model=nano-banana-fast&prompt=Calm+boats+[sandbox+seconds=6]")
    generate(page)
    card = card_of(page, "Calm boats")
    expect(card).to_be_visible()
    name = card.get_attribute("id")
    card.hover()
    card.get_by_role("button", name="More actions").click()
    menu = card.locator("[popover]").first
    expect(menu).to_be_visible()
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(300)
    scrolled = page.evaluate("window.scrollY")
    public_id = uuid.UUID(str(name).removeprefix("card-")).hex

    def status() -> object:
        return studio.query("SELECT status FROM generations_generation WHERE public_id = ?", public_id)[0][0]

    for _second in range(60):
        if status() == "completed":
            break
        page.wait_for_timeout(1000)
    # The page has been told by then, and holds it back.
    page.wait_for_timeout(5000)
    expect(menu).to_be_visible()
    expect(page.locator(f"#{name}")).not_to_have_attribute("data-status", "completed")
    assert page.evaluate("window.scrollY") == scrolled

    page.keyboard.press("Escape")
    page.get_by_role("textbox", name="Prompt").focus()
    expect(page.locator(f"#{name}")).to_have_attribute("data-status", "completed")


def test_a_model_says_what_it_is_good_at_and_the_price_follows_the_settings(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/?kind=video&model={SEEDANCE}&resolution=480p&duration=4&prompt=Boats")
    submit = page.get_by_role("button", name=re.compile("^Generate"))
    expect(submit).to_contain_text(re.compile(r"¥\d"))
    cheap = submit.inner_text()
    page.locator("#setting-duration").select_option("8")
    expect(submit).not_to_have_text(cheap)
    page.locator("[popovertarget=menu-model]").click()
    choices = page.locator("#menu-model").get_by_role("group", name="Model", exact=True).locator("label")
    expect(choices).not_to_have_count(0)
    expect(choices.locator(".menu__detail")).to_have_count(choices.count())
