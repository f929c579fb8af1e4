"""Files beside messages: what the model gets of them, and what of it fits."""

from __future__ import annotations

import asyncio
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from accounts.models import User
from generations.gateway.types import Endpoint, InputFile
from generations.media import store
from generations.media.chat_pictures import Limits, fit
from generations.media.store import store_upload
from generations.models import Asset, CatalogModel, Message, TextFile
from generations.relay import attached, turns
from generations.relay.attached import Attached
from generations.relay.context import asking_for
from generations.relay.pictures import with_pictures
from tests.factories import make_thread
from tests.generations.media.samples import picture

ENDPOINT = Endpoint(base_url="http://127.0.0.1:9", api_key="none")


def make_text(owner: User, *, name: str = "notes.txt", text: str = "Remember the rope.") -> TextFile:
    return TextFile.objects.create(
        owner=owner, name=name, text=text, size_bytes=len(text.encode()), created_at=timezone.now()
    )


def ask(owner: User, *items: Attached, text: str = "What is this?", model: str = "gpt-5.1") -> Message:
    """Return a reply that waits, to a question with these files."""
    question = turns.Question(
        text=text,
        model=CatalogModel.objects.get(gateway_name=model),
        submission_id=uuid.uuid4(),
        attachments=items,
    )
    thread, _ = turns.start_thread(question, owner=owner, visibility="private", now=timezone.now())
    return Message.objects.select_related("thread__model", "model").get(pk=thread.leaf_id)


def test_a_text_file_goes_along_as_a_quotation(alice: User) -> None:
    reply = ask(alice, make_text(alice, text="a\n```\nb"))

    said = asking_for(reply).order.turns[0].text

    assert said == "notes.txt:\n````\na\n```\nb\n````\n\nWhat is this?"


def test_names_find_files_in_their_order_and_leave_out_what_is_not_there(alice: User) -> None:
    first, second = make_text(alice, name="1"), make_text(alice, name="2")
    names = [attached.name_of(second), f"text:{uuid.uuid4()}", "nonsense", attached.name_of(first)]

    assert attached.find(names) == [second, first]


def test_a_thread_of_files_alone_is_called_after_the_first(alice: User) -> None:
    reply = ask(alice, make_text(alice, name="plan.md"), text="")

    assert reply.thread.title == "plan.md"
    assert asking_for(reply).order.turns[0].text.startswith("plan.md:")


def test_what_did_not_fit_is_remembered_on_the_reply(alice: User) -> None:
    thread = make_thread(alice, text="old words " * 400)
    CatalogModel.objects.filter(pk=thread.model_id).update(context_window_tokens=1_000, max_output_tokens=100)
    model = CatalogModel.objects.get(pk=thread.model_id)
    question = turns.Question(text="new words", model=model, submission_id=uuid.uuid4())
    turn = turns.add_turn(thread, question, now=timezone.now())
    reply = Message.objects.select_related("thread__model", "model").get(pk=turn.reply.pk)

    asking = asking_for(reply)

    assert [one.text for one in asking.order.turns] == ["new words"]
    assert asking.start_id == turn.question.pk


def test_parameters_reach_the_model_within_its_limits(alice: User) -> None:
    reply = ask(alice, text="hot", model="claude-sonnet-4-6")
    reply.thread.parameters = {"temperature": 1.8, "max_output_tokens": 300, "unknown": 1}

    order = asking_for(reply).order

    assert (order.temperature, order.max_output_tokens) == (1.0, 300)


def make_picture(owner: User, kind: str = "PNG", **more: int) -> Asset:
    content = picture(kind, **more)
    upload = SimpleUploadedFile(f"sea.{kind.lower()}", content, content_type="image/png")
    return store_upload(upload, owner=owner, now=timezone.now(), expected_media=("image",))


def sent_images(reply: Message) -> list[InputFile]:
    asking = asking_for(reply)
    order = asyncio.run(
        with_pictures(
            asking.order,
            asking.pictures,
            row=asking.picture_row,
            model=reply.model or reply.thread.model,
            endpoint=ENDPOINT,
            now=timezone.now(),
        )
    )
    return [image for turn in order.turns for image in turn.images]


@pytest.mark.django_db(transaction=True)
def test_a_small_picture_goes_as_it_is_and_a_large_one_scaled(alice: User) -> None:
    small, large = make_picture(alice), make_picture(alice, width=3_000, height=2_000)

    images = sent_images(ask(alice, small, large, model="claude-sonnet-4-6"))

    sizes = [Image.open(io.BytesIO(image.content or b"")).size for image in images]
    assert [image.mime for image in images] == ["image/png", "image/webp"]
    assert sizes[0] == (640, 400)
    assert max(sizes[1]) <= 1_568


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_is_gone_leaves_a_note_and_no_fault(alice: User) -> None:
    picture_asset = make_picture(alice)
    store.delete_files(picture_asset)
    reply = ask(alice, picture_asset)
    asking = asking_for(reply)

    order = asyncio.run(
        with_pictures(
            asking.order, asking.pictures, row=asking.picture_row, model=reply.thread.model, endpoint=ENDPOINT,
            now=timezone.now(),
        )
    )  # fmt: skip

    assert order.turns[0].images == ()
    assert "cannot be sent any more" in order.turns[0].text


@pytest.mark.django_db(transaction=True)
def test_odd_limits_are_kept_by_making_the_picture_anew(alice: User) -> None:
    asset = make_picture(alice, width=1_200, height=900)

    fitted = fit(asset, Limits(mimes=("image/jpeg",), max_bytes=60_000, max_side=400))

    assert fitted.mime == "image/jpeg"
    assert fitted.content is not None
    assert len(fitted.content) <= 60_000
    assert max(Image.open(io.BytesIO(fitted.content)).size) <= 400
