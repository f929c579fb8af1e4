"""The library as a person uses it: finding, selecting, boards, trash and its undo, visibility, keys."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.people import signed_in
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

BOX = "Search prompts, titles, messages and file names"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with a history of two people."""
    with running_studio(tmp_path_factory.mktemp("library") / "data") as running:
        running.add_administrator()
        running.add_administrator("colleague")
        running.manage("seedhistory", "measure", "--generations", "120", "--threads", "4")
        running.submit(running.sign_in(), prompt="灯塔 on film [sandbox tiny]", model="nano-banana-fast")
        yield running


def search(page: Page, studio: RunningStudio, words: str) -> None:
    """Search as a person does, by the box and Enter."""
    page.goto(f"{studio.address}/library/")
    page.get_by_role("combobox", name=BOX).fill(words)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]q="))


def cards(page: Page) -> Locator:
    return page.locator("#timeline [data-card]:visible")


def said(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator("#notices").get_by_text(words).last).to_be_visible()


def begin_selecting(page: Page) -> Locator:
    page.get_by_role("link", name="Select", exact=True).click()
    bar = page.get_by_role("toolbar", name="Selected items")
    expect(bar).to_be_visible()
    return bar


@pytest.mark.parametrize(
    ("words", "hit"),
    [("灯塔", "灯塔"), ("ｌｉｇｈｔｈｏｕｓｅ", "lighthouse"), ("霓虹灯", "霓虹灯"), ("灯塔 film", "灯塔")],
    ids=["two Chinese characters", "full-width", "three characters", "mixed"],
)
def test_words_are_found_and_marked(page: Page, studio: RunningStudio, words: str, hit: str) -> None:
    search(page, studio, words)

    expect(page.locator("#timeline mark").first).to_have_text(re.compile(hit, re.IGNORECASE))
    expect(page.get_by_role("search").get_by_role("status")).to_have_text(re.compile(r"\d+ found"))


def test_filters_are_chosen_written_suggested_and_taken_off(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/")
    page.get_by_role("search").get_by_label("Kind").select_option("kind:video")
    expect(page.get_by_role("combobox", name=BOX)).to_have_value("kind:video")
    expect(page.locator("#timeline [data-card][data-kind=image]")).to_have_count(0)
    page.get_by_role("link", name="Remove the filter Kind: Video").click()
    expect(page.locator("#timeline [data-card][data-kind=image]").first).to_be_visible()

    box = page.get_by_role("combobox", name=BOX)
    box.click()
    page.keyboard.type("status:fai")
    page.get_by_role("listbox", name="Suggestions").get_by_role("option").first.click()
    page.keyboard.press("Enter")
    expect(page.locator("#timeline [data-card]").first).to_have_attribute("data-status", "failed")

    search(page, studio, "by:nobody-here")
    expect(page.locator("#search-problems")).to_contain_text("Nobody here is called “nobody-here”.")


@pytest.mark.parametrize(
    "words", ['"', "%", "' OR 1=1 --", "<script>alert(1)</script>", "NEAR(a b)", "x" * 1900], ids=range(6)
)
def test_hostile_searches_are_words(page: Page, studio: RunningStudio, words: str) -> None:
    search(page, studio, words)

    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    expect(page.get_by_role("combobox", name=BOX)).to_be_visible()


def test_a_date_is_jumped_to_and_the_list_keeps_its_place(page: Page, studio: RunningStudio) -> None:
    page.goto(studio.address)
    page.get_by_role("button", name="Jump to a date").click()
    page.locator("#jump-on").fill(
        "2026-06-01" if "2026" in str(page.evaluate("new Date().getFullYear()")) else "2020-01-01"
    )
    page.get_by_role("button", name="Show from there").click()
    expect(page.get_by_role("link", name="Back to the newest")).to_be_visible()
    page.get_by_role("link", name="Back to the newest").click()

    first = cards(page).count()
    page.mouse.wheel(0, 20_000)
    expect(cards(page).nth(first + 5)).to_be_attached()
    target = cards(page).nth(first + 2)
    target.scroll_into_view_if_needed()
    name = target.get_attribute("id")
    target.locator("[data-card-open]").first.click()
    expect(page).to_have_url(re.compile("/g/"))
    page.go_back()

    expect(page.locator(f"#{name}")).to_be_in_viewport()


def test_a_range_is_selected_and_kept_in_bulk(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/?scope=mine&view=timeline")
    bar = begin_selecting(page)
    boxes = page.get_by_role("checkbox", name=re.compile("^Select: "))
    boxes.nth(0).check()
    boxes.nth(3).click(modifiers=["Shift"])
    expect(bar.get_by_role("status")).to_have_text("4 selected")

    bar.get_by_role("button", name="Favourite").click()
    said(page, re.compile("favourites? now"))
    bar.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("Tags, separated by commas").fill("gezeiten, 潮汐")
    page.locator("#select-tags").get_by_role("button", name="Add", exact=True).click()
    said(page, "4 items were tagged.")
    bar.get_by_role("button", name="Board", exact=True).click()
    page.get_by_label("New board").fill("Tides")
    page.get_by_role("button", name="Make it and add").click()
    said(page, "4 items were put on the board.")
    bar.get_by_role("button", name="Visibility").click()
    page.locator("#select-visibility").get_by_role("button", name="Only me").click()
    said(page, re.compile("items? changed"))

    search(page, studio, "tag:潮汐 board:Tides is:favourite is:private")
    expect(cards(page)).to_have_count(4)


def test_all_that_match_go_to_the_trash_and_come_back_by_undo(page: Page, studio: RunningStudio) -> None:
    search(page, studio, "kind:image status:done")
    before = page.get_by_role("search").get_by_role("status").inner_text()
    bar = begin_selecting(page)
    bar.get_by_role("button", name="All that match").click()
    expect(bar.get_by_role("status")).to_have_text("All that match")
    bar.get_by_role("button", name="Trash").click()
    said(page, re.compile(r"\d+ items moved to the trash"))
    expect(cards(page)).to_have_count(0)

    page.get_by_role("button", name="Undo").click()
    said(page, re.compile("items are back"))

    search(page, studio, "kind:image status:done")
    expect(page.get_by_role("search").get_by_role("status")).to_have_text(before)


def test_one_goes_to_the_trash_by_key_comes_back_and_is_restored_from_there(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/?scope=mine")
    page.keyboard.press("j")
    card = page.locator("#timeline [data-card]:focus-within")
    name = card.get_attribute("id")
    page.keyboard.press("Delete")
    said(page, "Moved to the trash.")
    expect(page.locator(f"#{name}")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#{name}")).to_be_visible()

    page.locator(f"#{name} [data-card-open]").first.focus()
    page.keyboard.press("Delete")
    expect(page.locator(f"#{name}")).to_be_hidden()
    page.goto(f"{studio.address}/library/?scope=trash")
    page.locator(f"#{name}").get_by_role("button", name="More actions").click()
    page.locator(f"#{name}").get_by_role("button", name="Restore").click()
    said(page, re.compile("is back"))
    page.goto(f"{studio.address}/library/?scope=mine")
    expect(page.locator(f"#{name}")).to_be_visible()


def test_a_board_is_made_filled_ordered_by_hand_and_given_a_cover(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/boards/")
    page.get_by_role("link", name="New board").click()
    dialog = page.get_by_role("dialog", name="New board")
    dialog.get_by_label("Name").fill('Fog & "light" 100 %')
    dialog.get_by_role("button", name="Make the board").click()
    expect(page.get_by_role("heading", name='Fog & "light" 100 %')).to_be_visible()
    address = page.url

    page.goto(f"{studio.address}/library/?scope=mine&q=kind:image+status:done&view=timeline")
    for place in range(3):
        cards(page).nth(place).locator("[data-card-open]").first.focus()
        page.keyboard.press("b")
        organise = page.get_by_role("dialog", name="Boards and tags")
        organise.get_by_role("checkbox", name=re.compile("Fog")).check()
        organise.get_by_role("button", name="Save").click()
        said(page, "Saved.")
        page.keyboard.press("Escape")
        expect(organise).to_have_count(0)

    page.goto(address)
    expect(cards(page)).to_have_count(3)
    order = [card.get_attribute("id") for card in cards(page).all()]
    cards(page).nth(0).locator("[data-card-open]").first.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator("#board-said")).to_have_text("Moved to place 2.")
    page.reload()
    assert [card.get_attribute("id") for card in cards(page).all()] == [order[1], order[0], order[2]]
    cards(page).nth(2).get_by_role("button", name="More actions").click()
    cards(page).nth(2).get_by_role("button", name="Use as the cover").click()
    said(page, re.compile("cover"))


def test_two_tabs_that_change_one_board_lose_nothing(
    context: BrowserContext, page: Page, studio: RunningStudio
) -> None:
    page.goto(f"{studio.address}/library/boards/?new=1")
    page.locator("#inline-board-form").get_by_label("Name").fill("Two hands")
    page.locator("#inline-board-form").get_by_role("button", name="Make the board").click()
    expect(page.get_by_role("heading", name="Two hands")).to_be_visible()
    other = context.new_page()
    other.goto(page.url)
    for one in (page, other):
        one.get_by_role("link", name="Change").click()
    page.get_by_role("dialog").get_by_label("Name").fill("The first hand")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="The first hand")).to_be_visible()

    other.get_by_role("dialog").get_by_label("Name").fill("The second hand")
    other.get_by_role("dialog").get_by_role("button", name="Save").click()

    expect(other.get_by_role("alert")).to_contain_text("it is called “The first hand” now")
    expect(other.locator("#inline-board-form").get_by_label("Name")).to_have_value("The second hand")


def test_two_tabs_that_tag_one_item_keep_both_tags(context: BrowserContext, page: Page, studio: RunningStudio) -> None:
    found = studio.query(
        "SELECT g.public_id FROM generations_generation g JOIN accounts_user u ON u.id = g.owner_id "
        "WHERE g.status = 'completed' AND u.username = 'measure' LIMIT 1"
    )
    item = f"{studio.address}/g/{uuid.UUID(str(found[0][0]))}/"
    other = context.new_page()
    for one in (page, other):
        one.goto(item)
        one.get_by_role("button", name="More actions").click()
        one.get_by_role("link", name="Boards, tags…").click()
        expect(one.get_by_role("dialog", name="Boards and tags")).to_be_visible()
    for one, tag in ((page, "first hand, 100% <b>&"), (other, "second hand")):
        tags = one.get_by_label("Tags, separated by commas")
        before = tags.input_value()
        tags.fill(f"{before}, {tag}" if before else tag)
        one.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(one.get_by_role("dialog", name="Boards and tags")).to_have_count(0)
    other.close()

    page.reload()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="Boards, tags…").click()
    written = page.get_by_label("Tags, separated by commas")
    expect(written).to_have_value(re.compile("first hand"))
    expect(written).to_have_value(re.compile("100% <b>&"))
    expect(written).to_have_value(re.compile("second hand"))


def test_what_is_private_is_shared_later_and_then_the_team_sees_and_remixes_it(
    browser: Browser, page: Page, studio: RunningStudio
) -> None:
    found = studio.query(
        "SELECT public_id FROM generations_generation WHERE status = 'completed' AND visibility = 'private' LIMIT 1"
    )
    item = uuid.UUID(str(found[0][0]))
    with signed_in(browser, studio, "colleague", expected=("404",)) as theirs:
        their = theirs.pages[0]
        their.goto(f"{studio.address}/g/{item}/")
        expect(their.get_by_role("heading", level=1)).to_have_text("There is nothing here")

        page.goto(f"{studio.address}/g/{item}/")
        page.get_by_role("button", name="Who may see it: Only me").click()
        page.locator("#visibility-menu").get_by_role("button", name="Team").click()
        expect(page.get_by_role("button", name="Who may see it: Team")).to_be_visible()

        their.goto(f"{studio.address}/g/{item}/")
        expect(their.locator(".person")).to_contain_text("measure")
        their.get_by_role("link", name="Remix").click()
        expect(their.get_by_role("textbox", name="Prompt")).not_to_have_value("")


def test_keys_move_search_select_open_and_are_explained(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/?scope=mine&q=status:done")
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    for words in ("Search", "Write a prompt", "Next and previous", "Favourite", "Remix", "Download", "Move to trash"):
        expect(help_.get_by_text(words, exact=True)).to_be_visible()
    page.keyboard.press("Escape")

    page.keyboard.press("j")
    page.keyboard.press("j")
    second = cards(page).nth(1)
    expect(second.locator("[data-card-open]").first).to_be_focused()
    page.keyboard.press("k")
    expect(cards(page).nth(0).locator("[data-card-open]").first).to_be_focused()
    star = cards(page).nth(0).get_by_role("button", name="Favourite")
    was = star.get_attribute("aria-pressed")
    page.keyboard.press("f")
    expect(star).not_to_have_attribute("aria-pressed", str(was))
    page.keyboard.press("x")
    expect(page.get_by_role("toolbar", name="Selected items").get_by_role("status")).to_have_text("1 selected")
    page.get_by_role("link", name="Leave select mode").click()
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name=BOX)).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("c")
    expect(page.get_by_role("textbox", name="Prompt")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Go to")).to_be_visible()
    page.keyboard.type("libr")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
