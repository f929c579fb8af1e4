"""A model of a known protocol is added in the admin, without code, and its form appears and keeps its limits."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from generations.models import CatalogModel, Generation

pytestmark = pytest.mark.django_db

Rows = list[dict[str, Any]]


def inline(prefix: str, rows: Rows) -> dict[str, str]:
    """Write rows as the admin's own form sends them."""
    form = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        form |= {f"{prefix}-{number}-{name}": str(value) for name, value in row.items()}
    return form


def add_model(client: Client, *, parameters: Rows, inputs: Rows | None = None, **fields: Any) -> CatalogModel:
    form = {
        "position": "500",
        "is_enabled": "on",
        "name_zh": "",
        "note_en": "",
        "note_zh": "",
        "prompt_max_characters": "2000",
        "accepts_data_uris": "on",
        "expected_seconds": "60",
        "context_window_tokens": "",
        "max_output_tokens": "",
        "price_rule": "{}",
        **fields,
        **inline("parameters", parameters),
        **inline("inputs", inputs or []),
    }
    response = client.post("/admin/generations/catalogmodel/add/", form)
    assert response.status_code == 302, response.context["adminform"].form.errors
    return CatalogModel.objects.get(gateway_name=fields["gateway_name"])


def add_short_clips(client: Client) -> CatalogModel:
    return add_model(
        client,
        gateway_name="doubao-seedance-1-5-pro-251215",
        protocol="seedance",
        kind="video",
        name_en="Seedance 1.5 Pro",
        price_rule=json.dumps({"rule": "seedance_tokens", "per_million": {"480p": [16, 16], "720p": [16, 16]}}),
        parameters=[
            {"position": 1, "name": "resolution", "type": "choice", "values": "480p,720p", "default": "720p"},
            {"position": 2, "name": "ratio", "type": "choice", "values": "16:9,9:16", "default": "16:9"},
            {"position": 3, "name": "duration", "type": "integer", "minimum": 4, "maximum": 12, "default": 5},
        ],
    )


def add_three_ratios(client: Client) -> CatalogModel:
    return add_model(
        client,
        gateway_name="nano-banana-mini",
        protocol="gemini_images",
        kind="image",
        name_en="Nano Banana mini",
        parameters=[
            {"position": 1, "name": "aspect_ratio", "type": "choice", "values": "1:1,16:9,9:16", "default": "1:1"}
        ],
    )


def submit(client: Client, model: CatalogModel, **parameters: str) -> int:
    """Send the composer's form and return the status of the answer."""
    form = {
        "model": model.gateway_name,
        "kind": model.kind,
        "prompt": "A lighthouse in the fog",
        "visibility": "team",
        "submission_id": str(uuid.uuid4()),
        **parameters,
    }
    return client.post("/generations/", form, headers={"HX-Request": "true"}).status_code


@pytest.fixture
def office(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def test_a_shorter_seedance_gets_its_form_its_price_and_its_limits(office: Client) -> None:
    model = add_short_clips(office)

    page = office.get("/", {"model": model.gateway_name}).content.decode()
    assert "Seedance 1.5 Pro" in page
    assert 'value="1080p"' not in page

    assert submit(office, model, resolution="720p", ratio="16:9", duration="12") == 200
    made = Generation.objects.get(model=model)
    assert made.parameters["duration"] == 12
    assert made.estimate_amount is not None

    assert submit(office, model, resolution="720p", ratio="16:9", duration="13") == 422
    assert submit(office, model, resolution="1080p", ratio="16:9", duration="5") == 422
    assert submit(office, model, resolution="720p", ratio="21:9", duration="5") == 422
    assert Generation.objects.filter(model=model).count() == 1


def test_an_image_model_with_three_ratios_refuses_a_fourth(office: Client) -> None:
    model = add_three_ratios(office)

    page = office.get("/", {"model": model.gateway_name}).content.decode()
    assert 'value="9:16"' in page
    assert 'value="21:9"' not in page

    assert submit(office, model, aspect_ratio="9:16") == 200
    assert submit(office, model, aspect_ratio="21:9") == 422
    assert submit(office, model, aspect_ratio="1:1", resolution="4K") == 422
    assert Generation.objects.filter(model=model).count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("protocol", "telepathy"), ("kind", "chat"), ("price_rule", '{"rule": "guess"}'), ("price_rule", "[1]")],
)
def test_what_nothing_can_serve_is_refused_beside_its_field(office: Client, field: str, value: str) -> None:
    form = {
        "gateway_name": "a-model",
        "protocol": "seedance",
        "kind": "video",
        "name_en": "A model",
        "position": "1",
        "prompt_max_characters": "100",
        "expected_seconds": "10",
        "price_rule": "{}",
        field: value,
        **inline("parameters", []),
        **inline("inputs", []),
    }

    response = office.post("/admin/generations/catalogmodel/add/", form)

    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not CatalogModel.objects.filter(gateway_name="a-model").exists()


def test_a_disabled_model_is_not_offered(office: Client) -> None:
    CatalogModel.objects.filter(gateway_name="nano-banana-fast").update(is_enabled=False)
    model = CatalogModel.objects.get(gateway_name="nano-banana-fast")

    assert "nano-banana-fast" not in office.get("/", {"kind": "image"}).content.decode()
    assert submit(office, model, aspect_ratio="1:1") in {404, 422}
    assert Generation.objects.count() == 0
