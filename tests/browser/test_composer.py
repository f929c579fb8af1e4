"""The composer as a person uses it: files, models, variations, drafts, masks, and what one press made."""

from __future__ import annotations

import base64
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.people import signed_in
from tests.browser.pictures import as_file, picture
from tests.studio_process import PASSWORD, RunningStudio, running_studio

pytestmark = pytest.mark.browser

# The sandbox takes its time on purpose: up to half a minute for a clip.
ARRIVAL_MS = 120_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio that all tests of this file share."""
    with running_studio(tmp_path_factory.mktemp("composer") / "data") as running:
        running.add_administrator()
        running.manage("seedhistory", "measure", "--generations", "30", "--threads", "1")
        yield running


@pytest.fixture
def context(browser: Browser, studio: RunningStudio) -> Iterator[BrowserContext]:
    """A signed-in browser whose console must stay empty."""
    # Where a test stops the studio, open tabs ask in vain.
    with signed_in(browser, studio, expected=("CONNECTION_REFUSED", "CONNECTION_RESET")) as context:
        yield context


def compose(page: Page, studio: RunningStudio, query: str) -> None:
    """Open the composer; an address that says something leaves drafts of earlier tests alone."""
    page.goto(f"{studio.address}/?{query}")
    expect(page.get_by_role("textbox", name="Prompt")).to_be_visible()


def items(page: Page, role: str) -> object:
    return page.locator(f"#tile-{role} [data-items] > [data-asset]")


def drop(page: Page, target: str, name: str, content: bytes) -> None:
    """Drop a file as a file manager would."""
    page.evaluate(
        """([target, name, content]) => {
            const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
            const how = { bubbles: true, cancelable: true, dataTransfer };
            const place = document.querySelector(target);
            for (const type of ["dragover", "drop"]) place.dispatchEvent(new DragEvent(type, how));
        }""",
        [target, name, base64.b64encode(content).decode()],
    )


def test_files_come_by_dialog_drop_paste_and_from_the_library(page: Page, studio: RunningStudio) -> None:
    compose(page, studio, "kind=video&prompt=Boats")
    page.get_by_role("radio", name="References", exact=True).check()

    page.locator("#input-reference_image").set_input_files(as_file("large.jpg", picture(6400, 3200)))
    expect(items(page, "reference_image")).to_have_count(1)
    expect(page.locator("#tile-reference_image [data-notes]")).to_have_text(
        "Image 1: Scaled from 6400 × 3200 to 6000 × 3000."
    )

    drop(page, "main", "dropped.jpg", picture(colour="navy"))
    expect(items(page, "reference_image")).to_have_count(2)

    page.evaluate(
        """(content) => {
            const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
            const how = { bubbles: true, cancelable: true, clipboardData };
            document.querySelector("#prompt").dispatchEvent(new ClipboardEvent("paste", how));
        }""",
        base64.b64encode(picture(colour="red")).decode(),
    )
    expect(items(page, "reference_image")).to_have_count(3)

    page.get_by_role("button", name="Reference image from the library").click()
    dialog = page.get_by_role("dialog", name="Pick from the library")
    dialog.locator("[data-pick]").nth(0).click()
    dialog.locator("[data-pick]").nth(1).click()
    dialog.get_by_role("button", name="Use these").click()
    expect(items(page, "reference_image")).to_have_count(5)
    expect(page.locator("#tile-reference_image [data-number]")).to_have_text(["1", "2", "3", "4", "5"])


def test_files_are_ordered_and_removed_by_keyboard_and_by_dragging(page: Page, studio: RunningStudio) -> None:
    compose(page, studio, "kind=video&prompt=Boats")
    page.get_by_role("radio", name="References", exact=True).check()
    page.locator("#input-reference_image").set_input_files(
        [as_file(f"{name}.jpg", picture(colour=name)) for name in ("red", "green", "blue")]
    )
    tray = page.locator("#tile-reference_image [data-items] > [data-asset]")
    expect(tray).to_have_count(3)
    titles = "(list) => list.map((item) => item.title)"
    first, second, third = tray.evaluate_all(titles)

    def expect_order(*names: str) -> None:
        for place, name in enumerate(names):
            expect(tray.nth(place)).to_have_attribute("title", name)

    tray.nth(0).focus()
    page.keyboard.press("Alt+ArrowRight")
    expect_order(second, first, third)
    tray.nth(2).drag_to(tray.nth(0))
    expect_order(third, second, first)

    tray.nth(1).focus()
    page.keyboard.press("Delete")
    expect(tray).to_have_count(2)
    expect_order(third, first)
    tray.nth(0).get_by_role("button", name=re.compile("^Remove")).click()
    expect(tray).to_have_count(1)


def test_what_does_not_fit_is_said_before_the_click_and_offers_a_cut(page: Page, studio: RunningStudio) -> None:
    compose(page, studio, "kind=video&prompt=Boats")
    page.get_by_role("radio", name="Frames", exact=True).check()
    expect(page.locator("#input-last_frame")).to_be_disabled()
    before = studio.query("SELECT count(*) FROM generations_generation")

    page.locator("#input-first_frame").set_input_files(as_file("words.jpg", b"These are words."))
    refusal = page.locator("#tile-first_frame [data-problem]")
    expect(refusal).to_contain_text("not a picture, clip or sound")
    page.get_by_role("button", name=re.compile("^Generate")).click()
    expect(refusal.get_by_role("button")).to_be_focused()
    refusal.get_by_role("button").click()

    page.locator("#input-first_frame").set_input_files(as_file("wide.jpg", picture(3000, 900)))
    expect(refusal).to_contain_text("too wide")
    page.get_by_role("button", name="Cut its sides off").click()
    expect(items(page, "first_frame")).to_have_count(1)
    expect(page.locator("#input-last_frame")).to_be_enabled()
    assert studio.query("SELECT count(*) FROM generations_generation") == before


def test_a_change_of_model_keeps_what_fits_and_says_what_it_drops(page: Page, studio: RunningStudio) -> None:
    compose(page, studio, "kind=video&prompt=Boats&model=doubao-seedance-2-0&resolution=1080p&duration=9")
    chip = page.locator("[popovertarget=menu-model]")
    chip.click()
    expect(page.locator("#menu-model")).to_contain_text("Best picture and motion")

    page.locator("#menu-model").get_by_role("radio", name=re.compile("fast")).check()

    expect(page.locator("#composer-note")).to_contain_text("does not have: Resolution 1080p.")
    expect(page.locator("#setting-duration")).to_have_value("9")
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("Boats")


def test_two_models_in_variations_are_priced_made_and_compared(page: Page, studio: RunningStudio) -> None:
    compose(page, studio, "kind=image&model=nano-banana-pro&prompt=")
    prompt = page.get_by_role("textbox", name="Prompt")
    prompt.fill("Paper boats [sandbox polls=1]")
    page.locator("[popovertarget=menu-model]").click()
    page.locator("#composer-also").get_by_role("checkbox", name="Nano Banana 2").check()
    page.keyboard.press("Escape")
    page.locator("#variations").select_option("2")
    submit = page.get_by_role("button", name=re.compile("^Generate"))
    expect(submit).to_contain_text(re.compile(r"4 for ¥\d"))

    prompt.focus()
    # An input method's own Enter, and Enter alone, order nothing.
    page.evaluate(
        """() => document.querySelector("#prompt").dispatchEvent(new KeyboardEvent(
            "keydown", { key: "Enter", ctrlKey: true, isComposing: true, bubbles: true, cancelable: true }))"""
    )
    before = page.locator("[data-card]").count()
    joined = page.locator("[data-card][data-batch]").count()
    page.keyboard.press("Control+Enter")

    expect(page.locator("[data-card][data-batch]")).to_have_count(joined + 4)
    assert page.locator("[data-card]").count() <= before + 4
    expect(prompt).to_have_value("Paper boats [sandbox polls=1]")
    expect(prompt).to_be_focused()
    expect(page.locator("#variations")).to_have_value("2")

    page.get_by_role("link", name="Made together with others: compare").first.click()
    contenders = page.locator("#contenders > li")
    expect(contenders).to_have_count(4)
    expect(page.locator("#contenders > li[data-status=completed]")).to_have_count(4, timeout=ARRIVAL_MS)
    expect(contenders.nth(0)).to_contain_text(re.compile(r"Time\s*\d+:\d\d\s*Price\s*¥\d"))
    contenders.nth(2).get_by_role("button", name="Pick as the winner").click()
    expect(page.locator("#contenders > li[data-winner]")).to_have_count(1)
    expect(contenders.nth(2)).to_contain_text("Winner")


def test_clips_of_one_press_play_from_the_same_start(page: Page, studio: RunningStudio) -> None:
    compose(page, studio, "kind=video&model=doubao-seedance-2-0-fast&resolution=480p&duration=4&prompt=Boats")
    page.locator("#variations").select_option("2")
    page.get_by_role("button", name=re.compile("^Generate")).click()
    made = page.locator("[data-card][data-batch][data-kind=video]")
    expect(made).to_have_count(2)
    made.first.get_by_role("link", name="Made together with others: compare").click()
    expect(page.locator("#contenders > li[data-status=completed]")).to_have_count(2, timeout=ARRIVAL_MS)

    page.get_by_role("button", name="Play all from the start").click()

    expect(page.get_by_role("button", name="Pause all")).to_be_visible()
    page.wait_for_function("() => [...document.querySelectorAll('video')].every((clip) => clip.currentTime > 0.3)")
    times = page.evaluate("() => [...document.querySelectorAll('video')].map((clip) => clip.currentTime)")
    assert max(times) - min(times) < 0.5
    page.get_by_role("button", name="Pause all").click()
    page.wait_for_function("() => [...document.querySelectorAll('video')].every((clip) => clip.paused)")


def test_a_mask_is_painted_by_pointer_and_by_keyboard(page: Page, studio: RunningStudio) -> None:
    compose(page, studio, "kind=image&model=gpt-image-2&prompt=A+red+hat")
    page.locator("#input-edit_image").set_input_files(as_file("hat.jpg", picture(900, 600)))
    expect(items(page, "edit_image")).to_have_count(1)
    page.get_by_role("button", name="Paint the mask").click()
    dialog = page.get_by_role("dialog", name="Paint what may change")
    canvas = dialog.get_by_role("img", name=re.compile("^The picture"))
    expect(canvas).to_be_focused()
    use = dialog.get_by_role("button", name="Use this mask")
    expect(use).to_be_disabled()

    page.keyboard.press("Space")
    expect(use).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(use).to_be_disabled()
    box = canvas.bounding_box()
    assert box
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 240, box["y"] + 120, steps=8)
    page.mouse.up()
    use.click()

    expect(items(page, "mask")).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Generate")).click()
    card = page.locator("[data-card]").filter(has_text="A red hat")
    expect(card).to_have_attribute("data-status", "completed", timeout=ARRIVAL_MS)
    rows = studio.query(
        "SELECT a.width, a.height, a.mime FROM generations_generationinput i "
        "JOIN generations_asset a ON a.id = i.asset_id WHERE i.role = 'mask'"
    )
    assert rows == [(900, 600, "image/png")]


def test_a_draft_outlives_reload_and_restart_and_two_tabs_are_told(
    context: BrowserContext, page: Page, studio: RunningStudio
) -> None:
    page.goto(studio.address)
    prompt = page.get_by_role("textbox", name="Prompt")
    with page.expect_response(re.compile("/drafts/create/")):
        prompt.fill("Long thought about")
    page.reload()
    expect(prompt).to_have_value("Long thought about")

    other = context.new_page()
    other.goto(studio.address)
    with page.expect_response(re.compile("/drafts/create/")):
        prompt.fill("Long thought about, in the first tab")
    other.get_by_role("textbox", name="Prompt").fill("Something of the second tab")
    expect(other.locator("#composer-conflict")).to_contain_text("Another tab has changed this draft")
    other.get_by_role("button", name="Show the other one").click()
    expect(other.get_by_role("textbox", name="Prompt")).to_have_value("Long thought about, in the first tab")
    other.reload()
    other.get_by_role("button", name="Drafts").click()
    expect(other.get_by_role("link", name=re.compile("Something of the second tab"))).to_be_visible()
    other.close()

    studio.process.send_signal(signal.SIGTERM)
    studio.start_again()
    page.goto(studio.address)
    expect(prompt).to_have_value("Long thought about, in the first tab")


def test_without_a_script_a_model_is_chosen_and_an_order_placed(
    browser: Browser, studio: RunningStudio, tmp_path: Path
) -> None:
    frame = tmp_path / "frame.jpg"
    frame.write_bytes(picture(7000, 3500))
    context = browser.new_context(locale="en-US", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{studio.address}/accounts/login/")
    page.locator("[name=login]").fill("measure")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{studio.address}/?kind=video&model=doubao-seedance-2-0&prompt=")
    before = studio.query("SELECT count(*) FROM generations_generation")[0][0]

    page.get_by_role("textbox", name="Prompt").fill("A boat without a script")
    page.locator("input[name=input_group][value=frames]").check(force=True)
    page.locator("#input-first_frame").set_input_files(frame)
    page.get_by_role("button", name=re.compile("^Generate")).click()

    expect(page).to_have_url(re.compile(r"from="))
    assert studio.query("SELECT count(*) FROM generations_generation")[0][0] == before + 1  # type: ignore[operator]
    context.close()
