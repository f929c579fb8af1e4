"""What a person does with a result: looks at it closely, remixes, edits, animates, continues, retries, compares."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.people import signed_in
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

ARRIVAL_MS = 120_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with a history."""
    with running_studio(tmp_path_factory.mktemp("results") / "data") as running:
        running.add_administrator()
        running.add_administrator("colleague")
        running.manage("seedhistory", "measure", "--generations", "60", "--threads", "1")
        yield running


@pytest.fixture
def context(browser: Browser, studio: RunningStudio) -> Iterator[BrowserContext]:
    """A signed-in window that may use the clipboard."""
    with signed_in(browser, studio, permissions=["clipboard-read", "clipboard-write"]) as context:
        yield context


def newest(studio: RunningStudio, kind: str, status: str = "completed", place: int = 0) -> str:
    found = studio.query(
        "SELECT public_id FROM generations_generation WHERE kind = ? AND status = ? ORDER BY id DESC LIMIT 1 OFFSET ?",
        *(kind, status, place),
    )
    return str(uuid.UUID(str(found[0][0])))


def test_an_item_opens_over_its_list_and_keys_walk_on(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/?scope=mine&q=status:done+kind:image")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    dialog = page.locator("#viewer-dialog")
    expect(dialog).to_be_visible()
    expect(page).to_have_url(re.compile("/g/"))
    first = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(first)
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)

    scale = dialog.locator("output[data-viewer=scale]")
    page.wait_for_function("() => document.querySelector('#viewer-dialog [data-viewer-media]').complete")
    page.keyboard.press("0")
    page.wait_for_timeout(500)
    before = scale.inner_text()
    page.keyboard.press("+")
    expect(scale).not_to_have_text(before)
    page.keyboard.press("0")
    expect(scale).to_have_text(before)
    star = dialog.get_by_role("button", name="Favourite")
    was = star.get_attribute("aria-pressed")
    page.keyboard.press("f")
    expect(star).not_to_have_attribute("aria-pressed", str(was))
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile("/library/"))


def test_an_open_item_goes_to_the_trash_and_comes_back(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/?scope=mine&q=status:done+kind:image")
    card = page.locator("#timeline [data-card]").first
    name = card.get_attribute("id")
    card.locator("[data-card-open]").first.click()
    page.locator("#viewer-dialog").get_by_role("button", name="More actions").click()
    page.locator("#viewer-dialog").get_by_role("button", name="Move to the trash").click()

    expect(page.locator("#viewer-dialog")).to_have_count(0)
    expect(page.locator(f"#{name}")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#{name}")).to_be_visible()


def test_a_clip_plays_steps_by_frames_and_changes_speed(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/g/{newest(studio, 'video')}/")
    clip = page.locator(".viewer__stage video").first
    page.wait_for_function("() => document.querySelector('.viewer__stage video').readyState >= 2")
    page.get_by_role("button", name="Pause", exact=True).or_(
        page.get_by_role("button", name="Play", exact=True)
    ).first.focus()
    clip.evaluate("(video) => { video.pause(); video.currentTime = 0.5; }")
    page.locator("h1").evaluate("(heading) => document.activeElement.blur()")
    page.keyboard.press(".")
    page.wait_for_function("() => document.querySelector('.viewer__stage video').currentTime > 0.51")
    after = clip.evaluate("(video) => video.currentTime")
    assert after < 0.6
    page.keyboard.press(",")
    page.wait_for_function("() => document.querySelector('.viewer__stage video').currentTime < 0.53")
    page.get_by_label("Speed").select_option("0.5")
    assert clip.evaluate("(video) => video.playbackRate") == 0.5


def test_a_picture_is_panned_and_takes_the_whole_screen(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/g/{newest(studio, 'image')}/")
    picture = page.locator("[data-viewer-media]").first
    page.wait_for_function("() => document.querySelector('[data-viewer-media]').complete")
    for _step in range(6):
        page.get_by_role("button", name="Larger").click()
    box = picture.bounding_box()
    stage = page.locator(".viewer__stage").first.bounding_box()
    assert box
    assert stage
    middle = stage["x"] + stage["width"] / 2, stage["y"] + stage["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 30, steps=5)
    page.mouse.up()
    page.wait_for_function(
        "(x) => document.querySelector('[data-viewer-media]').getBoundingClientRect().x > x + 40", arg=box["x"]
    )

    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.get_by_role("button", name="Full screen").click()
    page.wait_for_function("() => document.fullscreenElement === null")


def test_a_page_tells_cost_time_and_to_administrators_the_raw_states(
    browser: Browser, page: Page, studio: RunningStudio
) -> None:
    page.goto(f"{studio.address}/g/{newest(studio, 'image')}/")
    costs = page.get_by_role("region", name="Cost and time")
    expect(costs).to_contain_text(re.compile(r"Charged\s*¥\d"))
    expect(costs).to_contain_text(re.compile(r"Took\s*\d+:\d\d"))
    expect(page.get_by_role("region", name="For administrators")).to_contain_text("completed")

    found = studio.query("SELECT public_id FROM generations_generation WHERE visibility = 'team' LIMIT 1")
    studio.manage(
        "shell",
        "-c",
        "from accounts.models import User\n"
        "User.objects.filter(username='colleague').update(is_superuser=False, is_staff=False)",
    )
    with signed_in(browser, studio, "colleague") as theirs:
        their = theirs.pages[0]
        their.goto(f"{studio.address}/g/{uuid.UUID(str(found[0][0]))}/")
        expect(their.get_by_role("region", name="Cost and time")).to_be_visible()
        expect(their.get_by_role("region", name="For administrators")).to_have_count(0)


def test_a_result_is_downloaded_under_a_name_that_can_be_read(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/g/{newest(studio, 'image')}/")
    with page.expect_download() as downloading:
        page.keyboard.press("d")
    download = downloading.value
    assert re.fullmatch(r"[^/\\]{8,}\.(png|jpe?g|webp)", download.suggested_filename)
    assert download.path().stat().st_size > 500


def test_the_recipe_and_the_picture_are_copied(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/g/{newest(studio, 'image')}/")
    prompt = page.locator(".recipe__prompt").inner_text()
    page.get_by_role("button", name="Copy prompt").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == prompt
    page.get_by_role("button", name="Copy recipe").click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).length > 0")
    assert prompt in page.evaluate("navigator.clipboard.readText()")

    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Copy image").click()
    page.wait_for_function("async () => (await navigator.clipboard.read())[0].types.includes('image/png')")


def test_a_result_is_remixed_edited_animated_and_sent_to_a_chat(page: Page, studio: RunningStudio) -> None:
    item = f"{studio.address}/g/{newest(studio, 'image')}/"
    page.goto(item)
    prompt = page.locator(".recipe__prompt").inner_text()

    page.get_by_role("link", name="Remix").click()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value(prompt)
    expect(page.locator("#composer-origin")).to_contain_text("Remix")

    page.goto(item)
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.locator("[data-items] > [data-asset]").first).to_be_visible()
    expect(page.get_by_role("radio", name="Image", exact=True)).to_be_checked()

    page.goto(item)
    page.get_by_role("link", name="Animate").click()
    expect(page.locator("#tile-first_frame [data-items] > [data-asset]")).to_have_count(1)
    expect(page.get_by_role("radio", name="Video", exact=True)).to_be_checked()

    page.goto(item)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Send to a chat").click()
    expect(page).to_have_url(re.compile("/chat/"))
    expect(page.locator("main form img").first).to_be_visible()


def test_a_clip_continues_from_its_last_frame_and_the_family_is_walked(page: Page, studio: RunningStudio) -> None:
    parent = newest(studio, "video")
    page.goto(f"{studio.address}/g/{parent}/")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#tile-first_frame [data-items] > [data-asset]")).to_have_count(1)
    page.get_by_role("textbox", name="Prompt").fill("It sails on [sandbox polls=1] [sandbox tiny]")
    page.get_by_role("button", name=re.compile("^Generate")).click()
    card = page.locator("#timeline [data-card]").first
    expect(card).to_contain_text("It sails on", timeout=ARRIVAL_MS)
    child = str(card.get_attribute("id")).removeprefix("card-")

    page.goto(f"{studio.address}/g/{child}/")
    family = page.get_by_role("navigation", name="Family")
    family.locator(f"a[href*='{parent}']").first.click()
    expect(page).to_have_url(re.compile(parent))
    page.get_by_role("navigation", name="Family").get_by_role("link", name=re.compile("It sails on")).click()
    expect(page).to_have_url(re.compile(child))


def test_a_failed_one_is_retried_as_a_new_row_that_points_to_the_old(page: Page, studio: RunningStudio) -> None:
    failed = studio.query(
        "SELECT public_id FROM generations_generation WHERE status = 'failed' AND failure_reason <> 'moderation' "
        "ORDER BY id DESC LIMIT 1"
    )
    old = str(uuid.UUID(str(failed[0][0])))
    page.goto(f"{studio.address}/g/{old}/")
    page.get_by_role("button", name=re.compile("^(Retry|Submit)$")).click()

    expect(page).not_to_have_url(re.compile(old))
    expect(page).to_have_url(re.compile("/g/"))
    page.locator(f"main a[href*='{old}']").first.click()
    expect(page).to_have_url(re.compile(old))


def test_two_pictures_are_compared_under_a_slider(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/g/{newest(studio, 'image')}/")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Compare with another…").click()
    dialog = page.get_by_role("dialog", name="Pick from the library")
    dialog.locator("[data-pick]").nth(1).click()

    expect(page).to_have_url(re.compile(r"/compare/\?a="))
    slider = page.get_by_role("slider", name="How much of the first one is shown")
    slider.focus()
    first = page.locator("[data-side=A] .compare__media")
    before = first.evaluate("(image) => image.style.clipPath")
    page.keyboard.press("ArrowLeft")
    expect(slider).not_to_have_value("50")
    assert first.evaluate("(image) => image.style.clipPath") != before
    page.get_by_role("radio", name="Side by side").check()
    assert first.evaluate("(image) => image.style.clipPath") == "none"
