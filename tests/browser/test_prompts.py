"""Prompts as a person meets them: the team's history, templates with variables, and a prompt improved by a model."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.surface import axe_findings
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

ANSWER_MS = 60_000


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with a history, which all tests of this file share."""
    with running_studio(tmp_path_factory.mktemp("prompts") / "data") as running:
        running.add_administrator()
        running.manage("seedhistory", "measure", "--generations", "300", "--threads", "1")
        yield running


def prompt_of(page: Page) -> str:
    return page.get_by_role("textbox", name="Prompt").input_value()


def make_template(page: Page, studio: RunningStudio, name: str, text: str) -> None:
    page.goto(f"{studio.address}/prompts/")
    page.get_by_role("link", name="New template").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("textbox", name="Prompt").fill(text)
    page.get_by_role("button", name="Make the template").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_the_rail_leads_to_prompts_and_one_click_puts_one_back(page: Page, studio: RunningStudio) -> None:
    page.get_by_role("navigation", name="Studio").get_by_role("link", name="Prompts").click()
    expect(page.get_by_role("heading", name="Prompts")).to_be_visible()
    first = page.locator("#prompt-list > li").first
    words = first.locator(".prompt-row__text").inner_text()
    expect(first).to_contain_text(re.compile(r"\d+ uses?"))

    first.get_by_role("link", name="Use this prompt").click()

    assert prompt_of(page) == words


def test_a_chinese_word_of_two_characters_is_found_and_marked(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/prompts/")
    page.get_by_role("searchbox", name="Search prompts").fill("夜景")
    page.keyboard.press("Enter")

    expect(page.locator("#prompt-list > li").first.locator("mark").first).to_have_text("夜景")
    for row in page.locator("#prompt-list .prompt-row__text").all_inner_texts():
        assert "夜景" in row


def test_filters_narrow_the_list_and_can_be_taken_off(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/prompts/")
    page.get_by_label("Kind").select_option(label="Image")

    expect(page.get_by_role("searchbox", name="Search prompts")).to_have_value("kind:image")
    page.get_by_role("link", name="Remove the filter Kind: Image").click()
    expect(page.get_by_role("searchbox", name="Search prompts")).to_have_value("")


def test_a_long_list_goes_on_by_itself(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/prompts/")
    rows = page.locator("#prompt-list > li")
    expect(rows).to_have_count(24)

    page.locator("#prompts-more").scroll_into_view_if_needed()

    expect(rows).to_have_count(48)
    ids = rows.evaluate_all("rows => rows.map((row) => row.id)")
    assert len(set(ids)) == 48


def test_a_template_is_made_of_a_prompt_filled_in_and_put_into_the_composer(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/prompts/")
    page.locator("#prompt-list > li").first.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Save as a template").click()
    page.get_by_label("Name").fill("Still life")
    page.get_by_role("textbox", name="Prompt").fill(
        "{{thing}} on {{surface: linen | oak = oak}}, {{count: 1-9}} of them"
    )
    page.get_by_role("button", name="Make the template").click()

    page.goto(f"{studio.address}/")
    page.get_by_role("link", name="Templates").click()
    dialog = page.get_by_role("dialog", name="Templates")
    dialog.get_by_role("link", name="Still life").click()
    dialog.get_by_label("thing").fill("一只青瓷碗")
    expect(dialog.locator("#template-preview")).to_contain_text("一只青瓷碗 on oak, count? of them")
    dialog.get_by_role("button", name="Put it into the composer").click()
    expect(dialog.get_by_text("Fill in “count”.")).to_be_visible()
    dialog.get_by_label("count").fill("12")
    dialog.get_by_role("button", name="Put it into the composer").click()
    expect(dialog.get_by_text("“count” is a number from 1 to 9.")).to_be_visible()
    dialog.get_by_label("count").fill("3")
    dialog.get_by_role("button", name="Put it into the composer").click()

    expect(dialog).to_be_hidden()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("一只青瓷碗 on oak, 3 of them")


def test_two_tabs_that_change_one_template_lose_nothing(
    page: Page, context: BrowserContext, studio: RunningStudio
) -> None:
    make_template(page, studio, "Two tabs", "first words")
    other = context.new_page()
    for one in (page, other):
        one.goto(page.url.split("?")[0])
        one.get_by_role("link", name="Change").click()
    page.get_by_role("textbox", name="Prompt").fill("words of the first tab")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Two tabs")).to_be_visible()

    other.get_by_role("textbox", name="Prompt").fill("words of the second tab")
    other.get_by_role("button", name="Save").click()

    expect(other.get_by_role("alert")).to_contain_text("was changed in another tab")
    expect(other.get_by_role("alert")).to_contain_text("words of the first tab")
    expect(other.get_by_role("textbox", name="Prompt")).to_have_value("words of the second tab")
    other.get_by_role("button", name="Save").click()
    expect(other.locator("#template-preview")).to_contain_text("words of the second tab")


def test_a_deleted_template_comes_back(page: Page, studio: RunningStudio) -> None:
    make_template(page, studio, "To be kept", "a {{thing}}")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("“To be kept” was deleted.")).to_be_visible()

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("heading", name="To be kept")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("a {{thing", "is not closed by"), ("{{: x | y}}", "has no name"), ("{{a: one}}", "needs at least two choices")],
    ids=["open braces", "no name", "one choice"],
)
def test_a_template_that_cannot_be_read_is_told_beside_its_field(
    page: Page, studio: RunningStudio, text: str, sentence: str
) -> None:
    page.goto(f"{studio.address}/prompts/templates/new/")
    page.get_by_label("Name").fill('100% "quoted" OR 1=1')
    page.get_by_role("textbox", name="Prompt").fill(text)
    page.get_by_role("button", name="Make the template").click()

    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value(text)
    expect(page.get_by_label("Name")).to_have_value('100% "quoted" OR 1=1')


def ask_to_improve(page: Page, studio: RunningStudio, prompt: str) -> None:
    page.goto(f"{studio.address}/?kind=image")
    page.get_by_role("textbox", name="Prompt").fill(prompt)
    page.get_by_role("link", name="Improve").click()
    dialog = page.get_by_role("dialog", name="Improve a prompt")
    expect(dialog.get_by_label("Prompt")).to_have_value(prompt)
    # The price stands on the button before the click.
    expect(dialog.get_by_role("button", name=re.compile("^Improve about .*¥|^Improve about CN¥"))).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Improve")).click()


def calls_for(studio: RunningStudio, prompt: str) -> int:
    return len(studio.query(f"SELECT 1 FROM generations_message WHERE role = 'user' AND text = '{prompt}'"))


def test_an_improved_prompt_is_a_difference_to_accept_and_can_be_taken_back(page: Page, studio: RunningStudio) -> None:
    ask_to_improve(page, studio, "雪地里的狐狸")
    dialog = page.get_by_role("dialog", name="Improve a prompt")
    difference = dialog.get_by_role("group", name="Difference")
    expect(difference).to_be_visible(timeout=ANSWER_MS)
    expect(difference.locator("ins").first).to_contain_text("added:")
    assert difference.locator("ins").first.evaluate("one => getComputedStyle(one).textDecorationLine") == "underline"
    assert axe_findings(page) == []

    # By keyboard: the button to accept has the focus.
    expect(dialog.get_by_role("button", name="Accept")).to_be_focused()
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    improved = prompt_of(page)
    assert improved.startswith("雪地里的狐狸，")
    page.get_by_role("button", name="Undo").click()
    assert prompt_of(page) == "雪地里的狐狸"
    assert calls_for(studio, "雪地里的狐狸") == 1


def test_a_refused_difference_leaves_the_prompt_alone(page: Page, studio: RunningStudio) -> None:
    ask_to_improve(page, studio, "a fox in fresh snow")
    dialog = page.get_by_role("dialog", name="Improve a prompt")
    expect(dialog.get_by_role("group", name="Difference")).to_be_visible(timeout=ANSWER_MS)

    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    assert prompt_of(page) == "a fox in fresh snow"


def test_a_call_under_way_is_stopped_and_the_prompt_stays(page: Page, studio: RunningStudio) -> None:
    prompt = "a slow fox [sandbox slow=30]"
    ask_to_improve(page, studio, prompt)
    dialog = page.get_by_role("dialog", name="Improve a prompt")
    dialog.get_by_role("button", name="Stop").click()

    expect(dialog.get_by_role("alert")).to_contain_text("Stopped. Your prompt is as it was.", timeout=ANSWER_MS)
    expect(dialog.get_by_label("Prompt")).to_have_value(prompt)


def test_a_gateway_that_fails_is_told_in_words(page: Page, studio: RunningStudio) -> None:
    prompt = "a broken fox [sandbox http=500]"
    ask_to_improve(page, studio, prompt)
    dialog = page.get_by_role("dialog", name="Improve a prompt")

    expect(dialog.get_by_role("alert")).to_contain_text("The gateway had a fault of its own.", timeout=ANSWER_MS)
    expect(dialog.get_by_label("Prompt")).to_have_value(prompt)
    page.keyboard.press("Escape")
    assert prompt_of(page) == prompt


def test_an_improvement_stands_in_no_list_of_chats(page: Page, studio: RunningStudio) -> None:
    ask_to_improve(page, studio, "an unlisted fox")
    expect(page.get_by_role("group", name="Difference")).to_be_visible(timeout=ANSWER_MS)

    page.goto(f"{studio.address}/chat/")

    expect(page.get_by_text("an unlisted fox")).to_have_count(0)
