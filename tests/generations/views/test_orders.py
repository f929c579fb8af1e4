"""Nothing is stored half: uploads of an order that comes to nothing are taken away again."""

from __future__ import annotations

import io
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils.datastructures import MultiValueDict
from PIL import Image

from accounts.models import User
from generations.access import readable_asset
from generations.forms.media import MediaForm
from generations.models import Asset, Generation
from generations.views.orders import place_order
from tests.factories import model_named

pytestmark = pytest.mark.django_db


def a_picture() -> SimpleUploadedFile:
    picture = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(picture, "PNG")
    return SimpleUploadedFile("frame.png", picture.getvalue(), "image/png")


def a_form(owner: User, submission_id: uuid.UUID) -> MediaForm:
    upload = a_picture()
    form = MediaForm(
        {"prompt": "A lighthouse", "submission_id": str(submission_id), "input_group": "frames"},
        MultiValueDict({"input_first_frame": [upload]}),
        model=model_named(),
        owner=owner,
        find_asset=lambda public_id: readable_asset(owner, public_id),
    )
    assert form.is_valid(), form.errors
    return form


def test_an_order_stores_its_upload_once(alice: User) -> None:
    placed = place_order(a_form(alice, uuid.uuid4()))

    assert placed.is_new
    given = placed.first.inputs.get()
    assert given.role == "first_frame"
    assert default_storage.exists(given.asset.path)


def test_the_loser_of_two_equal_orders_leaves_no_file_behind(alice: User) -> None:
    submission_id = uuid.uuid4()
    first = place_order(a_form(alice, submission_id)).first

    again = place_order(a_form(alice, submission_id))

    assert (again.first, again.is_new) == (first, False)
    assert Asset.objects.get() == first.inputs.get().asset
    assert Generation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_with_its_file_twenty_times_at_once_makes_one_row_and_one_file(alice: User) -> None:
    submission_id = uuid.uuid4()
    clients = [Client() for _ in range(20)]
    for client in clients:
        client.force_login(alice)

    def send(client: Client) -> int:
        form = {
            "model": "doubao-seedance-2-0",
            "prompt": "A lighthouse",
            "submission_id": str(submission_id),
            "input_group": "frames",
            "input_first_frame": a_picture(),
        }
        try:
            return client.post("/generations/", form, headers={"HX-Request": "true"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        statuses = set(pool.map(send, clients))

    assert statuses == {200}
    assert Generation.objects.get().inputs.count() == 1
    assert Asset.objects.count() == 1
