"""Writing in a chat: files beside a message, drafts, messages that wait, and what models are told."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from generations.models import CatalogModel, Draft, Message, MessageStatus, Preset, QueuedMessage, TextFile, Thread
from tests.factories import make_asset, make_thread
from tests.generations.media.samples import picture

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def message(text: str = "hello", **more: Any) -> dict[str, Any]:
    return {"text": text, "model": "gpt-5.1", "submission_id": str(uuid.uuid4()), **more}


def messages_url(thread: Thread) -> str:
    return f"/chat/{thread.public_id}/messages/"


def upload(page: Client, content: bytes, name: str = "notes.txt") -> Any:
    return page.post("/chat/attachments/", {"file": SimpleUploadedFile(name, content)})


def make_live(thread: Thread) -> Message:
    """Let the thread's last reply be under way."""
    Message.objects.filter(pk=thread.leaf_id).update(status=MessageStatus.STREAMING)
    return Message.objects.get(pk=thread.leaf_id)


def make_preset(owner: User, **more: Any) -> Preset:
    from django.utils import timezone

    values = {"name": "Editor", "system_prompt": "You edit.", "created_at": timezone.now(), **more}
    return Preset.objects.create(owner=owner, changed_at=timezone.now(), **values)


@pytest.mark.parametrize(
    "content", ["Grüße".encode(), "你好，世界".encode("gb18030"), "\ufeffmarked".encode("utf-16"), b"a\r\nb"]
)
def test_text_files_of_usual_encodings_are_taken(page: Client, content: bytes) -> None:
    assert upload(page, content).status_code == 200
    assert "\r" not in TextFile.objects.get().text


@pytest.mark.parametrize(
    "content", [b"", b"   ", b"%PDF-1.4\x00\x01\x02", b"x" * (256 * 1024 + 1), b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_file_for_a_chat_is_refused_in_a_sentence(page: Client, content: bytes) -> None:
    answer = upload(page, content)

    assert answer.status_code == 422
    assert answer.content.decode().strip().endswith(".")
    assert not TextFile.objects.exists()


def test_a_message_carries_its_files(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    asset = make_asset(alice)
    upload(page, b"Remember the rope.")
    names = [f"picture:{asset.public_id}", f"text:{TextFile.objects.get().public_id}"]

    answer = page.post(messages_url(thread), message("look", attachments=names), headers=HTMX)

    said = thread.messages.get(text="look")
    assert [one.asset_id or one.text_file_id for one in said.attachments.all()] == [asset.pk, TextFile.objects.get().pk]
    assert "Remember the rope." in answer.content.decode()


def test_a_browser_without_a_script_sends_files_within_the_form(page: Client, alice: User) -> None:
    thread = make_thread(alice)

    page.post(messages_url(thread), message("look", uploads=SimpleUploadedFile("sea.png", picture())))

    assert thread.messages.get(text="look").attachments.get().asset.original_name == "sea.png"


def test_pictures_are_refused_where_the_model_takes_none(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    CatalogModel.objects.get(gateway_name="gpt-5.1").inputs.all().delete()

    answer = page.post(
        messages_url(thread), message("look", attachments=[f"picture:{make_asset(alice).public_id}"]), headers=HTMX
    )

    assert answer.status_code == 422
    assert "takes no pictures" in answer.content.decode()
    assert "look" in answer.content.decode()


def test_files_of_somebody_else_are_not_sent(page: Client, alice: User, bob: User) -> None:
    thread = make_thread(alice)

    answer = page.post(
        messages_url(thread), message("look", attachments=[f"picture:{make_asset(bob).public_id}"]), headers=HTMX
    )

    assert answer.status_code == 422
    assert thread.messages.count() == 2


def save(page: Client, **fields: Any) -> None:
    values = {"submission_id": str(uuid.uuid4()), "thread": "", **fields}
    assert page.post("/chat/drafts/", values).status_code == 204


def test_a_draft_stands_in_the_composer_again(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    asset = make_asset(alice)

    save(page, thread=str(thread.public_id), text="half a <thought>", attachments=[f"picture:{asset.public_id}"])

    shown = page.get(f"/chat/{thread.public_id}/").content.decode()
    assert "half a &lt;thought&gt;</textarea>" in shown
    assert f"picture:{asset.public_id}" in shown
    assert "half a" not in page.get("/chat/").content.decode()


def test_a_sent_message_leaves_no_draft_even_if_one_comes_in_late(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    save(page, thread=str(thread.public_id), text="almost")
    form = message("almost there")

    page.post(messages_url(thread), form, headers=HTMX)
    save(page, thread=str(thread.public_id), text="almost there", submission_id=form["submission_id"])

    assert not Draft.objects.exists()


def test_an_empty_composer_keeps_no_draft(page: Client) -> None:
    save(page, text="something", model="gpt-5.1")
    save(page, text="  ", model="gpt-5.1")
    save(page, text="", model="gpt-5.1")

    assert not Draft.objects.exists()


def test_what_a_link_brings_stands_behind_what_was_typed(page: Client, alice: User) -> None:
    save(page, text="mine")

    shown = page.get("/chat/?text=theirs").content.decode()

    assert "mine\n\ntheirs</textarea>" in shown


def test_a_message_during_a_reply_waits_and_is_shown_waiting(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    make_live(thread)

    answer = page.post(messages_url(thread), message("not too early"), headers=HTMX)

    assert answer.status_code == 200
    assert "not too early" in answer.content.decode()
    assert QueuedMessage.objects.get().text == "not too early"
    assert thread.messages.count() == 2
    assert "not too early" in page.get(f"/chat/{thread.public_id}/").content.decode()


def test_a_waiting_message_comes_back_before_what_was_typed_meanwhile(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    make_live(thread)
    page.post(messages_url(thread), message("first thought"), headers=HTMX)
    waiting = QueuedMessage.objects.get()

    address = f"/chat/{thread.public_id}/queue/{waiting.public_id}/return/"
    answer = page.post(address, {"text": "second thought"}, headers=HTMX)

    assert "first thought\n\nsecond thought</textarea>" in answer.content.decode()
    assert not QueuedMessage.objects.exists()


def test_a_preset_gives_a_new_thread_its_words(page: Client, alice: User) -> None:
    preset = make_preset(alice)

    page.post("/chat/", message("hello", visibility="private", preset=str(preset.public_id)))

    thread = Thread.objects.get()
    assert (thread.system_prompt, thread.preset) == ("You edit.", preset)


def test_a_private_preset_of_somebody_else_does_not_exist(page: Client, alice: User, bob: User) -> None:
    thread = make_thread(alice)
    theirs = make_preset(bob)

    assert page.post(f"/chat/{thread.public_id}/prompt/", {"preset": str(theirs.public_id)}).status_code == 404
    assert page.get(f"/chat/presets/{theirs.public_id}/").status_code == 404
    assert page.post(f"/chat/presets/{theirs.public_id}/removal/").status_code == 404
    assert "Editor" not in page.get("/chat/presets/").content.decode()


def test_a_shared_preset_is_used_by_all_and_changed_by_its_owner(page: Client, alice: User, bob: User) -> None:
    thread = make_thread(alice)
    shared = make_preset(bob, visibility="team")

    page.post(f"/chat/{thread.public_id}/prompt/", {"preset": str(shared.public_id)}, headers=HTMX)

    thread.refresh_from_db()
    assert thread.system_prompt == "You edit."
    assert "Editor" in page.get("/chat/presets/").content.decode()
    assert page.post(f"/chat/presets/{shared.public_id}/", {"name": "x"}).status_code == 404


def test_settings_are_kept_and_bad_ones_refused_beside_their_field(page: Client, alice: User) -> None:
    thread = make_thread(alice)
    address = f"/chat/{thread.public_id}/settings/"

    page.post(address, {"system_prompt": "Be brief.", "temperature": "0.3", "save_as": "Brief"}, headers=HTMX)
    refused = page.post(address, {"system_prompt": "x", "temperature": "7"}, headers=HTMX)

    thread.refresh_from_db()
    assert thread.parameters == {"temperature": 0.3}
    assert (thread.preset.name, thread.preset.visibility) == ("Brief", "private")
    assert refused.status_code == 422
    assert "thread-temperature_error" in refused.content.decode()


def test_a_preset_name_is_used_once(page: Client, alice: User) -> None:
    make_preset(alice)

    answer = page.post("/chat/presets/", {"name": " Editor ", "system_prompt": "x", "visibility": "private"})

    assert answer.status_code == 422
    assert Preset.objects.count() == 1
