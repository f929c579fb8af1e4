"""Exports and recipes as a person uses them: a ZIP of a selection, of a board, of one item; a file dropped again."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Download, Locator, Page, expect

from generations.media.recipe.inscribing import find_recipe
from tests.studio_process import RunningStudio, running_studio

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A studio with a small history."""
    with running_studio(tmp_path_factory.mktemp("export") / "data") as running:
        running.add_administrator()
        running.manage("seedhistory", "measure", "--generations", "40", "--threads", "2")
        yield running


def begin_selecting(page: Page) -> Locator:
    page.get_by_role("link", name="Select", exact=True).click()
    bar = page.get_by_role("toolbar", name="Selected items")
    expect(bar).to_be_visible()
    return bar


def content_of(download: Download) -> bytes:
    path: Path = download.path()
    return path.read_bytes()


def download_zip(page: Page) -> zipfile.ZipFile:
    expect(page.get_by_role("heading", name="Export", level=1)).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download ZIP").click()
    archive = zipfile.ZipFile(io.BytesIO(content_of(waiting.value)))
    assert archive.testzip() is None
    return archive


def manifest_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


def open_picture(page: Page, studio: RunningStudio) -> None:
    """Open the page of a finished picture."""
    page.goto(f"{studio.address}/library/?show=image&q=status:completed")
    address = page.locator("#timeline a[data-card-open]").first.get_attribute("href")
    page.goto(f"{studio.address}{address}")
    expect(page.get_by_role("link", name="Download", exact=True)).to_be_visible()


def drop(page: Page, name: str, content: bytes, *, kind: str = "image/png") -> None:
    """Drop a file beside every tile, as a file manager would."""
    page.evaluate(
        """([name, content, type]) => {
            const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], name, { type }));
            const how = { bubbles: true, cancelable: true, dataTransfer };
            const main = document.querySelector("main");
            for (const step of ["dragover", "drop"]) main.dispatchEvent(new DragEvent(step, how));
        }""",
        [name, base64.b64encode(content).decode(), kind],
    )


def test_chosen_items_come_as_a_zip_with_recipes_or_without(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/?q=status:completed&show=image")
    bar = begin_selecting(page)
    for place in range(3):
        page.get_by_role("checkbox", name=re.compile("^Select")).nth(place).check()
    bar.get_by_role("button", name="Download").click()

    expect(page.get_by_text("3 items")).to_be_visible()
    recipe = page.get_by_role("checkbox", name="Recipe inside each file")
    expect(recipe).to_be_checked()
    carrying = download_zip(page)
    recipe.uncheck()
    plain = download_zip(page)

    assert manifest_of(carrying)["count"] == 3
    names = [name for name in carrying.namelist() if not name.startswith("manifest")]
    assert names
    assert all(re.match(r"\d{4}-\d\d-\d\d \S", name) for name in names)
    assert all(find_recipe(io.BytesIO(carrying.read(name))) for name in names)
    assert not any(find_recipe(io.BytesIO(plain.read(name))) for name in names)

    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile(r"/library/\?.*status"))


def test_all_that_match_are_exported_not_only_what_is_loaded(page: Page, studio: RunningStudio) -> None:
    page.goto(f"{studio.address}/library/")
    bar = begin_selecting(page)
    bar.get_by_role("button", name="All that match").click()
    bar.get_by_role("button", name="Download").click()

    archive = download_zip(page)

    assert manifest_of(archive)["count"] > page.locator("#timeline [data-card]").count()
    assert any(name.endswith(".mp4") for name in archive.namelist())
    assert any(name.endswith(".md") for name in archive.namelist())
    assert archive.read("manifest.csv").startswith(b"\xef\xbb\xbffile,")


def test_one_item_and_a_board_are_exported_from_their_pages(page: Page, studio: RunningStudio) -> None:
    open_picture(page, studio)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Export as ZIP…").click()
    assert manifest_of(download_zip(page))["count"] == 1

    page.goto(f"{studio.address}/library/")
    bar = begin_selecting(page)
    page.get_by_role("checkbox", name=re.compile("^Select")).first.check()
    bar.get_by_role("button", name="Board").click()
    page.get_by_label("New board").fill("封面")
    page.get_by_role("button", name="Make it and add").click()
    expect(page.locator("#notices").get_by_text("was put on the board").last).to_be_visible()
    page.goto(f"{studio.address}/library/boards/")
    page.get_by_role("link", name=re.compile("封面")).first.click()
    page.get_by_role("button", name="Export", exact=True).click()

    expect(page.get_by_text("封面")).to_be_visible()
    assert manifest_of(download_zip(page))["count"] == 1


def test_a_downloaded_file_dropped_on_the_composer_restores_it(page: Page, studio: RunningStudio) -> None:
    open_picture(page, studio)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download", exact=True).click()
    content = content_of(waiting.value)
    recipe = find_recipe(io.BytesIO(content))
    assert recipe is not None
    page.goto(f"{studio.address}/?kind=video&prompt=x")
    prompt = page.get_by_role("textbox", name="Prompt")
    prompt.fill("half a thought")

    drop(page, "fog.png", content)

    expect(page.get_by_text("Restored from “fog.png”")).to_be_visible()
    expect(prompt).to_have_value(recipe.prompt)
    expect(prompt).to_be_focused()
    expect(page.get_by_role("radio", name="Image", exact=True)).to_be_checked()
    page.get_by_role("button", name="Drafts").click()
    expect(page.get_by_role("link", name=re.compile("half a thought"))).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Add the file itself").click()
    expect(page.locator("[data-tile] [data-items] > *").first).to_be_attached()

    page.reload()
    expect(page.get_by_role("textbox", name="Prompt")).not_to_have_value("half a thought")


def test_a_recipe_that_cannot_be_read_is_told_and_the_prompt_stays(page: Page, studio: RunningStudio) -> None:
    def chunk(kind: bytes, inside: bytes) -> bytes:
        return struct.pack(">I", len(inside)) + kind + inside + struct.pack(">I", zlib.crc32(kind + inside))

    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    harm = chunk(b"iTXt", b"studio-recipe\0\0\0\0\0studio-recipe/1" + b"[" * 600_000)
    page.goto(f"{studio.address}/?kind=video&prompt=x")
    prompt = page.get_by_role("textbox", name="Prompt")
    prompt.fill("stays")

    drop(page, "harm.png", head + harm + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b""))

    expect(page.locator("#notices").get_by_text("The recipe in this file cannot be read")).to_be_visible()
    expect(prompt).to_have_value("stays")


def test_the_original_is_one_click_away(page: Page, studio: RunningStudio) -> None:
    open_picture(page, studio)
    page.get_by_role("button", name="More actions").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Download without the recipe")).click()

    assert find_recipe(io.BytesIO(content_of(waiting.value))) is None
