"""Every page: no axe finding in either theme, valid HTML, an empty console, nothing that shifts or sticks out.

One studio with a filled history serves all of them. A page that joins the studio joins `PAGES`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.pictures import as_file, picture
from tests.browser.surface import OVERHANG_SCRIPT, SHIFT_SCRIPT, PageAddress, axe_findings, markup_findings
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser

NEWEST_OF = "SELECT public_id FROM {table} WHERE {condition} ORDER BY id DESC LIMIT 1"
PAGES = [
    PageAddress("create", "/"),
    PageAddress("library", "/library/"),
    PageAddress("team", "/library/?scope=team"),
    PageAddress("trash", "/library/?scope=trash"),
    PageAddress("search without a hit", "/library/?q=nowhere-to-be-found"),
    PageAddress("boards", "/library/boards/"),
    PageAddress("board", "/library/boards/{board}/"),
    PageAddress("export", "/library/exports/{export}/"),
    PageAddress("compare two", "/compare/?a={generation}&b={other}"),
    PageAddress("generation", "/g/{generation}/"),
    PageAddress("generation that failed", "/g/{failed}/"),
    PageAddress("chat", "/chat/"),
    PageAddress("thread", "/chat/{thread}/"),
    PageAddress("prompts", "/prompts/"),
    PageAddress("templates", "/prompts/templates/"),
    PageAddress("new template", "/prompts/templates/new/"),
    PageAddress("improve a prompt", "/prompts/improvements/"),
    PageAddress("keys", "/keys/"),
    PageAddress("API calls", "/keys/calls/"),
    PageAddress("API reference", "/keys/reference/"),
    PageAddress("account", "/accounts/"),
    PageAddress("password", "/accounts/password/change/"),
    PageAddress("second factor", "/accounts/2fa/"),
    PageAddress("sessions", "/accounts/sessions/"),
    PageAddress("not found", "/nothing-here/"),
]
STRANGERS_PAGES = [
    PageAddress("sign in", "/accounts/login/"),
    PageAddress("password reset", "/accounts/password/reset/"),
    PageAddress("dead invitation", "/accounts/invitation/not-a-token/"),
]
EVERY_PAGE = [*PAGES, *STRANGERS_PAGES]
THEMES = ("light", "dark")
# 320 is what is left of 1280 at 400 % zoom, the widest that WCAG 1.4.10 asks for.
WIDTHS = (320, 360, 768, 1440, 2560)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with sixty generations and eight threads."""
    with running_studio(tmp_path_factory.mktemp("surface") / "data") as studio:
        studio.add_administrator()
        studio.manage("seedhistory", "measure", "--generations", "60", "--threads", "8")
        yield studio


@pytest.fixture(scope="module")
def session(studio: RunningStudio) -> list[dict[str, str]]:
    """The cookies of a person who is signed in."""
    client = studio.sign_in()
    return [{"name": name, "value": value, "url": studio.address} for name, value in client.cookies.items()]


@pytest.fixture(scope="module")
def ids(studio: RunningStudio) -> dict[str, str]:
    """The public ids that addresses in `PAGES` ask for."""

    def newest(table: str, condition: str) -> str:
        return str(uuid.UUID(str(studio.query(NEWEST_OF.format(table=table, condition=condition))[0][0])))

    client = studio.sign_in()
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": studio.address}
    board = {"name": "Tides", "note": "What the sea leaves", "visibility": "team"}
    client.post("/library/boards/new/", data=board, headers=headers).raise_for_status()
    newest_board = newest("generations_board", "1")
    chosen = {"all": "1", "q": "status:done kind:image", "scope": "mine"}
    client.post("/library/selections/", data={**chosen, "board_id": newest_board}, headers=headers).raise_for_status()
    client.post("/library/selections/", data={**chosen, "verb": "download"}, headers=headers).raise_for_status()
    newest_image = "SELECT max(id) FROM generations_generation WHERE status = 'completed' AND kind = 'image'"
    return {
        "generation": newest("generations_generation", "status = 'completed' AND kind = 'image'"),
        "other": newest("generations_generation", f"status = 'completed' AND kind = 'image' AND id < ({newest_image})"),
        "failed": newest("generations_generation", "status = 'failed'"),
        "thread": newest("generations_thread", "1"),
        "board": newest_board,
        "export": newest("generations_selection", "1"),
    }


def open_context(browser: Browser, session: list[dict[str, str]], page: PageAddress, **more: object) -> BrowserContext:
    """A browser window in which layout shifts are counted, signed in unless the page is a stranger's."""
    context = browser.new_context(**{"locale": "en-US", "viewport": {"width": 1440, "height": 900}, **more})
    context.add_init_script(SHIFT_SCRIPT)
    if page not in STRANGERS_PAGES:
        context.add_cookies(session)
    return context


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("address", EVERY_PAGE, ids=lambda one: one.name)
def test_a_page_has_no_finding_and_does_not_shift(
    browser: Browser,
    studio: RunningStudio,
    session: list[dict[str, str]],
    ids: dict[str, str],
    address: PageAddress,
    theme: str,
) -> None:
    language = "zh-CN" if theme == "dark" else "en-US"
    context = open_context(browser, session, address, color_scheme=theme, locale=language)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    if address.name not in {"not found", "dead invitation"}:
        page.on("console", lambda one: complaints.append(one.text) if one.type in {"error", "warning"} else None)

    page.goto(studio.address + address.path.format(**ids), wait_until="networkidle")

    assert axe_findings(page) == []
    assert complaints == []
    # To three digits, as browsers report it: a relative time that grows by a word moves its neighbour by less.
    assert round(page.evaluate("window.layoutShift"), 3) == 0
    context.close()


def opener(dialog: str) -> Callable[[Page], None]:
    return lambda page: page.locator(f"[data-dialog={dialog}]").click()


def open_thread_settings(page: Page) -> None:
    page.locator("#thread-settings-open").click()


def open_viewer(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")


def open_picker(page: Page) -> None:
    page.locator("#composer [data-behavior=picker]").first.click()


def open_mask(page: Page) -> None:
    page.locator("#input-edit_image").set_input_files(as_file("hat.jpg", picture(900, 600)))
    expect(page.locator("#tile-edit_image [data-items] > [data-asset]")).to_have_count(1)
    page.locator("[data-behavior=mask]").click()


def open_prompt_dialog(place: int) -> Callable[[Page], None]:
    return lambda page: page.locator("[data-prompt-dialog]").nth(place).click()


def open_organise(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("b")


DIALOGS = [
    pytest.param("/library/", "#shortcuts", lambda page: page.keyboard.press("?"), id="keys"),
    pytest.param("/library/", "#palette", lambda page: page.keyboard.press("Control+k"), id="palette"),
    pytest.param("/library/?q=status:done+kind:image", "#viewer-dialog", open_viewer, id="item over its list"),
    pytest.param("/library/?q=status:done+kind:video", "#viewer-dialog", open_viewer, id="clip over its list"),
    pytest.param("/library/?scope=mine&q=status:done", "#organise", open_organise, id="boards and tags"),
    pytest.param("/library/boards/", "#new-board", opener("new-board"), id="new board"),
    pytest.param("/library/boards/{board}/", "#edit-board", opener("edit-board"), id="change a board"),
    pytest.param("/library/boards/{board}/", "#delete-board", opener("delete-board"), id="delete a board"),
    pytest.param("/?kind=image&model=gpt-image-2", "#picker", open_picker, id="library over the composer"),
    pytest.param("/?kind=image&model=gpt-image-2&prompt=hat", "#mask-painter", open_mask, id="mask"),
    pytest.param("/?prompt=boats", "#template-picker", open_prompt_dialog(0), id="templates"),
    pytest.param("/?prompt=boats", "#improvement-dialog", open_prompt_dialog(1), id="improve"),
    pytest.param("/chat/{thread}/", "#thread-settings", open_thread_settings, id="thread settings"),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("path", "selector", "open_dialog"), DIALOGS)
def test_a_dialog_has_no_finding_fits_a_phone_and_leaves_by_escape(
    browser: Browser,
    studio: RunningStudio,
    session: list[dict[str, str]],
    ids: dict[str, str],
    path: str,
    selector: str,
    open_dialog: Callable[[Page], None],
    theme: str,
) -> None:
    language = "zh-CN" if theme == "dark" else "en-US"
    context = open_context(browser, session, PAGES[0], color_scheme=theme, locale=language)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda one: complaints.append(one.text) if one.type in {"error", "warning"} else None)
    page.goto(studio.address + path.format(**ids), wait_until="networkidle")

    open_dialog(page)

    expect(page.locator(selector)).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("one => one.contains(document.activeElement)", page.locator(selector).element_handle())
    assert axe_findings(page) == []
    for width in (320, 360, 768):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(OVERHANG_SCRIPT) == [], f"at {width} pixels"
    page.keyboard.press("Escape")
    expect(page.locator(f"{selector}:visible")).to_have_count(0)
    assert complaints == []
    context.close()


@pytest.mark.parametrize("address", EVERY_PAGE, ids=lambda one: one.name)
def test_a_page_loses_nothing_at_any_width(
    browser: Browser, studio: RunningStudio, session: list[dict[str, str]], ids: dict[str, str], address: PageAddress
) -> None:
    context = open_context(browser, session, address, locale="zh-CN", reduced_motion="reduce", forced_colors="active")
    page = context.new_page()

    page.goto(studio.address + address.path.format(**ids), wait_until="networkidle")

    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OVERHANG_SCRIPT) == [], f"at {width} pixels"
    context.close()


@pytest.mark.parametrize("address", EVERY_PAGE, ids=lambda one: one.name)
def test_a_page_is_valid_html(studio: RunningStudio, ids: dict[str, str], address: PageAddress) -> None:
    client = studio.sign_in()
    if address in STRANGERS_PAGES:
        client.cookies.clear()

    assert markup_findings(client.get(address.path.format(**ids)).text) == []
