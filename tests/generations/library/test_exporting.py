"""What a ZIP holds: every file with its recipe, a list that adds up, and only what the person may see."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from generations.library import selection as selections
from generations.library.asked import Asked
from generations.library.exporting import Export, zip_pieces
from generations.media import paths, store
from generations.media.recipe.inscribing import find_recipe
from generations.models import Asset, Generation, GenerationInput, GenerationOutput, Status, TimelineEntry
from tests.factories import make_generation, make_thread, model_named
from tests.generations.media import samples

pytestmark = pytest.mark.django_db

PICTURE, CLIP = samples.picture(width=64, height=48), samples.clip(frames=6, has_sound=False)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def stored(owner: User, content: bytes = PICTURE) -> Asset:
    suffix = "png" if content.startswith(b"\x89PNG") else "mp4"
    upload = SimpleUploadedFile(f"file.{suffix}", content)
    return store.store_upload(upload, owner=owner, now=timezone.now(), expected_media={"image", "video"})


def made(owner: User, *contents: bytes, assets: list[Asset] | None = None, **more: Any) -> Generation:
    generation = make_generation(owner, status=Status.COMPLETED, **more)
    for place, asset in enumerate(assets or [stored(owner, content) for content in contents or (PICTURE,)]):
        GenerationOutput.objects.create(generation=generation, role=asset.media, asset=asset, position=place)
    return generation


def chosen(person: User, *items: Any) -> selections.Selection:
    entries = [item.timeline_entry.pk for item in items]
    return selections.choose(entries, owner=person, now=timezone.now())


def exported(selection: selections.Selection, **more: Any) -> zipfile.ZipFile:
    export = Export(selection=selection, write_thread=lambda thread: iter([f"# {thread.title}\n", "words"]),
                    made_at=timezone.now(), zone=SHANGHAI, **more)  # fmt: skip
    return zipfile.ZipFile(io.BytesIO(b"".join(zip_pieces(export))))


def manifest_of(archive: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


def table_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode("utf-8-sig"))))


def test_each_file_is_there_under_a_name_that_people_can_read(alice: User) -> None:
    moment = datetime.datetime(2026, 11, 24, 20, 0, tzinfo=datetime.UTC)
    items = [
        made(alice, prompt="雾中的灯塔", now=moment),
        made(alice, CLIP, prompt="A lighthouse: fog/sea?", now=moment),
        made(alice, prompt="雾中的灯塔", now=moment),
    ]
    archive = exported(chosen(alice, *items))

    # Eight in the evening in Greenwich is the next morning in Shanghai.
    assert archive.namelist() == [
        "2026-11-25 雾中的灯塔.png",
        "2026-11-25 A lighthouse fog sea.mp4",
        "2026-11-25 雾中的灯塔 (2).png",
        "manifest.json",
        "manifest.csv",
    ]
    assert archive.testzip() is None
    assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
    # Length and check sum stand before each member, so that anything can unpack it.
    assert not any(info.flag_bits & 0b1000 for info in archive.infolist())


def test_the_manifest_says_what_everything_was_made_from(alice: User, bob: User) -> None:
    source = stored(alice)
    item = made(alice, prompt="Fog", charge_amount=Decimal("5.0100"), finished_at=timezone.now(), resolved={"seed": 7})
    GenerationInput.objects.create(generation=item, asset=source, role="first_frame")
    archive = exported(chosen(alice, item))
    (entry,) = manifest_of(archive)["items"]
    (row,) = table_of(archive)
    name = archive.namelist()[0]

    assert entry["item"] == row["item"] == str(item.public_id)
    assert (entry["prompt"], entry["model"], entry["author"]) == ("Fog", "doubao-seedance-2-0", "alice")
    assert (entry["parameters"]["duration"], entry["used"]) == (4, {"seed": 7})
    assert entry["inputs"] == [
        {"role": "first_frame", "asset": str(source.public_id), "name": "file.png", "sha256": source.sha256}
    ]
    assert (entry["cost"], entry["currency"], row["cost"]) == ("5.0100", "CNY", "5.0100")
    assert entry["created_at"] == item.created_at.isoformat()
    (file,) = entry["files"]
    content = archive.read(name)
    assert file["name"] == row["file"] == name
    assert file["sha256_stored"] == hashlib.sha256(PICTURE).hexdigest()
    assert file["sha256_exported"] == row["sha256_exported"] == hashlib.sha256(content).hexdigest()
    assert file["sha256_exported"] != file["sha256_stored"]
    assert file["bytes"] == len(content)
    assert manifest_of(archive)["count"] == 1


def test_files_carry_their_recipe_unless_it_is_not_wanted(alice: User) -> None:
    item = made(alice, PICTURE, CLIP, prompt="Fog")
    with_recipes, without = exported(chosen(alice, item)), exported(chosen(alice, item), has_recipes=False)

    for name in with_recipes.namelist()[:2]:
        found = find_recipe(io.BytesIO(with_recipes.read(name)))
        assert found is not None
        assert (found.prompt, found.generation_id) == ("Fog", item.public_id)
    assert [without.read(name) for name in without.namelist()[:2]] == [PICTURE, CLIP]
    assert [file["has_recipe"] for file in manifest_of(without)["items"][0]["files"]] == [False, False]
    # What is stored has not changed by a byte.
    for output in item.outputs.all():
        assert output.asset is not None
        with store.open_stored(output.asset.path) as file:
            assert hashlib.sha256(file.read()).hexdigest() == output.asset.sha256


def test_only_what_the_person_may_see_when_its_turn_comes_is_in_it(alice: User, bob: User) -> None:
    shared, private, mine = made(bob), made(bob, visibility="private"), made(alice)
    selection = chosen(alice, shared, private, mine)
    assert [item["item"] for item in manifest_of(exported(selection))["items"]] == [
        str(shared.public_id),
        str(mine.public_id),
    ]

    TimelineEntry.objects.filter(generation=shared).update(visibility="private")

    assert [item["item"] for item in manifest_of(exported(selection))["items"]] == [str(mine.public_id)]


def test_all_that_match_is_asked_again_and_holds_nothing_newer(alice: User) -> None:
    first = made(alice, prompt="red fox")
    made(alice, prompt="blue whale")
    selection = selections.choose_all(Asked(q="fox", scope="mine"), owner=alice, now=timezone.now())
    made(alice, prompt="another fox")

    assert [item["item"] for item in manifest_of(exported(selection))["items"]] == [str(first.public_id)]


def test_threads_come_as_text_and_items_without_files_stand_in_the_list(alice: User) -> None:
    thread = make_thread(alice, text="hello")
    failed = make_generation(alice, status=Status.FAILED, prompt="Nothing")
    archive = exported(chosen(alice, thread, failed))

    assert archive.read(archive.namelist()[0]).endswith(b"\nwords")
    assert archive.namelist()[0].endswith(".md")
    entries = manifest_of(archive)["items"]
    assert [(entry["kind"], len(entry["files"])) for entry in entries] == [("chat", 1), ("video", 0)]
    assert [row["prompt"] for row in table_of(archive)][1] == "Nothing"


def test_a_file_that_is_gone_is_said_and_ends_nothing(alice: User) -> None:
    gone, there = made(alice, prompt="gone"), made(alice, prompt="there")
    store.delete_files(gone.outputs.get().asset)  # type: ignore[arg-type]
    archive = exported(chosen(alice, gone, there))

    assert [name for name in archive.namelist() if name.endswith(".png")] == [f"{today()} there.png"]
    assert manifest_of(archive)["items"][0]["files"][0]["note"] == "missing"


def today() -> str:
    return timezone.now().astimezone(SHANGHAI).strftime("%Y-%m-%d")


def test_a_file_that_takes_no_recipe_comes_as_it_is(alice: User) -> None:
    picture = samples.picture("GIF", mode="L")
    asset = store.store_upload(
        SimpleUploadedFile("a.gif", picture), owner=alice, now=timezone.now(), expected_media={"image"}
    )
    archive = exported(chosen(alice, made(alice, assets=[asset], prompt="old")))

    assert archive.read(archive.namelist()[0]) == picture
    (file,) = manifest_of(archive)["items"][0]["files"]
    assert (file["has_recipe"], file["sha256_exported"]) == (False, asset.sha256)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", "\r=", " =", "＝", "|"])
def test_no_cell_is_a_formula_to_a_spreadsheet(alice: User, sign: str) -> None:
    prompt = f"{sign}cmd|'/c calc'!A1,\"x\"\n=2"
    alice.username = "=alice"
    alice.save()
    (row,) = table_of(exported(chosen(alice, made(alice, prompt=prompt))))

    assert row["prompt"] == f"'{prompt}"
    assert row["author"] == "'=alice"


def test_the_zip_ends_where_it_may_hold_no_more_and_says_so(alice: User) -> None:
    items = [made(alice, prompt=f"item {number}") for number in range(4)]
    archive = exported(chosen(alice, *items), most_items=3)

    assert len(archive.namelist()) == 3 + 2
    assert manifest_of(archive)["is_cut"] is True


def test_ten_times_the_items_need_no_more_queries_each(alice: User) -> None:
    asset = stored(alice)
    for number in range(100):
        made(alice, assets=[asset], prompt=f"item {number}")

    def queries(count: int) -> int:
        entries = list(TimelineEntry.objects.values_list("pk", flat=True)[:count])
        selection = selections.choose(entries, owner=alice, now=timezone.now())
        with CaptureQueriesContext(
            connection,
        ) as found:
            exported(selection, has_recipes=False)
        return len(found)

    assert queries(50) == queries(5)
    assert queries(100) == 2 * queries(50)


def test_whoever_goes_away_leaves_no_open_file(alice: User) -> None:
    items = [made(alice, CLIP, prompt=f"item {number}") for number in range(5)]
    before, lying = Counter(open_files()), set(paths.temporary_folder().iterdir())
    export = Export(selection=chosen(alice, *items), write_thread=lambda _thread: iter(()), made_at=timezone.now(),
                    zone=SHANGHAI)  # fmt: skip
    pieces = zip_pieces(export)
    next(pieces)
    assert Counter(open_files()) - before

    pieces.close()

    # What an earlier test forgot may be closed meanwhile.
    assert not Counter(open_files()) - before
    assert set(paths.temporary_folder().iterdir()) <= lying


def open_files() -> Iterator[str]:
    for link in Path("/proc/self/fd").iterdir():
        target = str(link.readlink()) if link.is_symlink() else ""
        if "/media/" in target or "/tmp/" in target:
            yield target


def test_a_bucket_serves_as_well_as_a_disk(bucket: str, alice: User) -> None:
    item = made(alice, PICTURE, CLIP, prompt="Fog")
    archive = exported(chosen(alice, item))

    assert archive.testzip() is None
    assert find_recipe(io.BytesIO(archive.read(archive.namelist()[1]))) is not None
    assert exported(chosen(alice, item), has_recipes=False).read(archive.namelist()[0]) == PICTURE


def test_recipes_name_the_model_of_their_own_item(alice: User) -> None:
    picture = made(alice, model=model_named("nano-banana-pro"), prompt="x")
    archive = exported(chosen(alice, picture))

    found = find_recipe(io.BytesIO(archive.read(archive.namelist()[0])))
    assert found is not None
    assert (found.model, found.kind) == ("nano-banana-pro", "image")
