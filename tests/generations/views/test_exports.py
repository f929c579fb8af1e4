"""The page with the options of an export, the ZIP as it is answered, and single downloads."""

from __future__ import annotations

import io
import re
import uuid
import zipfile

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.utils import timezone

from accounts.models import User
from generations.library import selection as selections
from generations.media.recipe.inscribing import find_recipe
from generations.models import Board, Selection
from generations.views import exports
from tests.factories import make_thread
from tests.generations.library.test_exporting import CLIP, PICTURE, chosen, made
from tests.generations.views.test_assets import Answer, ask

# The ZIP is made in a thread of its own, which sees what is committed.
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def zip_of(person: User, selection: Selection, query: str = "") -> Answer:
    return ask(f"/library/exports/{selection.public_id}/zip/{query}", person=person)


@committed
def test_the_zip_is_streamed_with_its_name_and_recipes(alice: User) -> None:
    item = made(alice, prompt="雾中的灯塔")
    answer = zip_of(alice, chosen(alice, item))

    assert answer.status == 200
    assert answer["Content-Type"] == "application/zip"
    assert "Content-Length" not in answer
    assert re.search(r"attachment; filename\*=utf-8''%E9%9B%BE.*\.zip", answer["Content-Disposition"])
    assert answer["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert find_recipe(io.BytesIO(archive.read(archive.namelist()[0]))) is not None
    assert exports._running.total() == 0


@committed
def test_recipes_are_off_for_the_export_that_does_not_want_them(alice: User) -> None:
    selection = chosen(alice, made(alice))
    off = zipfile.ZipFile(io.BytesIO(zip_of(alice, selection, "?chosen=1").body))
    on = zipfile.ZipFile(io.BytesIO(zip_of(alice, selection, "?chosen=1&recipe=1").body))

    assert off.read(off.namelist()[0]) == PICTURE
    assert on.read(on.namelist()[0]) != PICTURE


@committed
def test_a_thread_comes_as_it_is_read(alice: User) -> None:
    answer = zip_of(alice, chosen(alice, make_thread(alice, text="hello there")))
    archive = zipfile.ZipFile(io.BytesIO(answer.body))

    text = archive.read(archive.namelist()[0]).decode()
    assert "hello there" in text
    assert "An **answer**." in text


@committed
def test_a_client_that_goes_away_ends_the_work(alice: User) -> None:
    items = [made(alice, CLIP, prompt=f"item {number}") for number in range(30)]
    selection = chosen(alice, *items)
    client = AsyncClient()
    client.force_login(alice)

    async def leave_half_way() -> int:
        response = await client.get(f"/library/exports/{selection.public_id}/zip/")
        pieces = aiter(response)
        first = await anext(pieces)
        assert exports._running[alice.pk] == 1
        await response._iterator.aclose()
        return len(first)

    assert async_to_sync(leave_half_way)() > 0
    assert exports._running[alice.pk] == 0


@committed
def test_too_many_at_once_are_told_to_wait(alice: User) -> None:
    selection = chosen(alice, made(alice))
    exports._running[alice.pk] = exports.MOST_OF_ONE_PERSON
    try:
        answer = zip_of(alice, selection)
    finally:
        exports._running.clear()

    assert (answer.status, answer["Retry-After"]) == (503, "60")
    assert "Wait until one of them is done" in answer.body.decode()


@pytest.mark.django_db
def test_a_selection_is_its_owners_alone(alice: User, bob: User, client: Client) -> None:
    selection = chosen(alice, made(alice))
    client.force_login(bob)

    assert client.get(f"/library/exports/{selection.public_id}/").status_code == 404
    assert client.get(f"/library/exports/{uuid.uuid4()}/").status_code == 404
    assert zip_of(bob, selection).status == 404


def test_a_stranger_is_sent_to_sign_in(db: None) -> None:
    answer = ask(f"/library/exports/{uuid.uuid4()}/zip/")

    assert answer.status == 302
    assert "/accounts/login/" in answer["Location"]


def test_the_page_says_how_much_it_is_and_offers_the_recipe(signed_in: Client, alice: User) -> None:
    item = made(alice, prompt="A lighthouse")
    text = signed_in.get(f"/library/exports/{chosen(alice, item).public_id}/").content.decode()

    assert "1 item" in text
    assert "A lighthouse" in text
    assert re.search(r'<input type="checkbox" id="export-recipe" name="recipe" value="1" checked', text)


def test_select_mode_leads_to_the_page_and_back(signed_in: Client, alice: User) -> None:
    item = made(alice)
    fields = {"verb": "download", "ids": str(item.public_id)}
    answer = signed_in.post(
        "/library/selections/", fields, headers={"HX-Request": "true", "Referer": "http://testserver/library/?q=fox"}
    )

    selection = Selection.objects.get()
    assert answer["HX-Redirect"] == f"/library/exports/{selection.public_id}/?back=%2Flibrary%2F%3Fq%3Dfox"
    text = signed_in.get(answer["HX-Redirect"]).content.decode()
    assert 'href="/library/?q=fox"' in text
    outside = signed_in.get(f"/library/exports/{selection.public_id}/?back=//evil.example/").content.decode()
    assert 'href="//evil.example' not in outside


def test_a_board_is_exported_as_a_question(signed_in: Client, alice: User) -> None:
    board = Board.objects.create(
        owner=alice, name="封面", key="封面", created_at=timezone.now(), changed_at=timezone.now()
    )
    answer = signed_in.post("/library/selections/", {"verb": "download", "all": "1", "board": str(board.public_id)})

    selection = Selection.objects.get()
    assert answer["Location"].startswith(f"/library/exports/{selection.public_id}/")
    assert (selection.entry_ids, selection.query) == ([], {"board": str(board.public_id)})
    assert "封面" in signed_in.get(answer["Location"]).content.decode()


def test_a_download_carries_its_recipe_and_may_be_had_without(alice: User, bob: User) -> None:
    item = made(alice, prompt="Fog")
    asset = item.outputs.get().asset
    assert asset is not None
    address = f"/media/{asset.public_id}/original/"

    carrying, plain, shown = (ask(address + query, person=bob) for query in ("?download=1", "?download=1&recipe=0", ""))

    found = find_recipe(io.BytesIO(carrying.body))
    assert found is not None
    assert found.prompt == "Fog"
    assert carrying["Content-Length"] == str(len(carrying.body))
    assert carrying["Content-Disposition"].startswith("attachment")
    assert carrying["ETag"] not in {plain["ETag"], shown["ETag"]}
    assert (plain.body, shown.body) == (PICTURE, PICTURE)


def test_a_download_with_a_recipe_goes_on_where_it_was_cut(alice: User) -> None:
    asset = made(alice, CLIP).outputs.get().asset
    assert asset is not None
    address = f"/media/{asset.public_id}/original/?download=1"
    whole = ask(address, person=alice)

    rest = ask(address, person=alice, range="bytes=100-", if_range=whole["ETag"])

    assert rest.status == 206
    assert rest.body == whole.body[100:]
    assert ask(address, person=alice, if_none_match=whole["ETag"]).status == 304


def test_a_recipe_that_only_others_may_see_is_in_no_download(alice: User, bob: User) -> None:
    asset = made(alice, visibility="private").outputs.get().asset
    assert asset is not None
    made(alice, assets=[asset], prompt="the shared one")

    answer = ask(f"/media/{asset.public_id}/original/?download=1", person=bob)

    found = find_recipe(io.BytesIO(answer.body))
    assert found is not None
    assert found.prompt == "the shared one"


def test_an_upload_is_downloaded_as_it_came(alice: User) -> None:
    from tests.generations.library.test_exporting import stored

    asset = stored(alice)

    assert ask(f"/media/{asset.public_id}/original/?download=1", person=alice).body == PICTURE


def test_the_size_of_all_that_match_is_told_without_reading_all(signed_in: Client, alice: User) -> None:
    made(alice)
    fields = {"verb": "download", "all": "1", "scope": "mine"}
    answer = signed_in.post("/library/selections/", fields)

    assert selections.size(Selection.objects.get()).number == 1
    assert "1 item" in signed_in.get(answer["Location"]).content.decode()
