"""Drafts: kept while they are typed, told apart between tabs, never lost, nobody else's business."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import User
from generations.library.drafts import CREATE, MOST_SET_ASIDE, keep_draft, sweep_drafts
from generations.models import Draft
from tests.factories import make_asset, make_generation

HTMX = {"HX-Request": "true", "HX-Target": "composer-body"}


@pytest.fixture
def signed_in(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


def save(client: Client, prompt: str, *, tab: str = "a", version: int = 0, **more: Any) -> HttpResponse:
    fields = {"model": "doubao-seedance-2-0", "kind": "video", "prompt": prompt, "duration": "9", **more}
    form = {**fields, "draft_tab": tab, "draft_version": str(version)}
    return client.post("/drafts/create/", form, headers={"HX-Request": "true"})


def page(client: Client, address: str = "/") -> str:
    return client.get(address).content.decode()


def test_what_was_typed_stands_in_the_composer_again(signed_in: Client, alice: User) -> None:
    frame = make_asset(alice)

    answer = save(
        signed_in, "Half a lighthouse", also="doubao-seedance-2-0-fast", variations="3",
        seed="42", seed_mode="fixed", asset_first_frame=str(frame.public_id), input_group="frames",
    )  # fmt: skip

    assert answer.json() == {"version": 1}
    text = page(signed_in)
    assert "Half a lighthouse" in text
    assert '<option value="9" selected>' in text
    assert '<option value="3" selected>' in text
    assert 'name="seed" value="42"' in text
    assert f'name="asset_first_frame" value="{frame.public_id}" checked' in text
    assert 'data-draft-version="1"' in text


def test_the_model_of_a_draft_comes_back(signed_in: Client) -> None:
    save(signed_in, "A bowl", model="nano-banana-pro", kind="image", aspect_ratio="4:5", resolution="2K")

    text = page(signed_in)
    assert 'name="from_model" value="nano-banana-pro"' in text
    assert 'value="4:5" checked' in text


def test_one_tab_saves_again_and_again(signed_in: Client) -> None:
    versions = [save(signed_in, "x" * count, version=count - 1).json()["version"] for count in range(1, 4)]

    assert versions == [1, 2, 3]
    assert Draft.objects.count() == 1


def test_another_tab_is_told_and_nothing_is_written_over(signed_in: Client) -> None:
    save(signed_in, "From tab A", tab="a")

    answer = save(signed_in, "From tab B", tab="b")

    assert answer.status_code == 409
    assert "Another tab has changed this draft" in answer.content.decode()
    assert Draft.objects.get().fields["prompt"] == ["From tab A"]


def test_going_on_with_this_one_sets_the_other_aside(signed_in: Client) -> None:
    save(signed_in, "From tab A", tab="a")

    save(signed_in, "From tab B", tab="b", draft_new="1")

    assert Draft.objects.get(is_current=True).fields["prompt"] == ["From tab B"]
    aside = Draft.objects.get(is_current=False)
    assert aside.fields["prompt"] == ["From tab A"]
    assert f"/?draft={aside.public_id}" in page(signed_in)
    assert "From tab A" in page(signed_in, f"/?draft={aside.public_id}")


def test_showing_the_other_one_sets_this_one_aside(signed_in: Client) -> None:
    save(signed_in, "From tab A", tab="a")

    answer = save(signed_in, "From tab B", tab="b", draft_aside="1")

    text = answer.content.decode()
    assert "From tab A" in text
    assert "hx-preserve" not in text
    assert answer.headers["X-Draft-Version"] == "1"
    assert Draft.objects.get(is_current=False).fields["prompt"] == ["From tab B"]


def test_a_remix_does_not_write_over_the_draft(signed_in: Client, alice: User) -> None:
    save(signed_in, "Long thought about", tab="a")
    source = make_generation(alice, prompt="An older one")
    assert 'data-draft="off"' in page(signed_in, f"/?from={source.public_id}&as=remix")

    save(signed_in, "An older one, brighter", tab="b", version=1, draft_new="1")

    assert {words for (words,) in Draft.objects.values_list("fields__prompt__0")} == {
        "An older one, brighter",
        "Long thought about",
    }


def test_an_order_ends_the_draft_of_its_tab_only(signed_in: Client) -> None:
    order = {"model": "doubao-seedance-2-0", "prompt": "Sent", "submission_id": "0b9c2a4e-55f4-4d2a-8a2f-5f2a4c1b7d10"}
    save(signed_in, "Still being typed", tab="b")

    signed_in.post("/generations/", {**order, "draft_tab": "a"}, headers=HTMX)
    assert Draft.objects.count() == 1

    order["submission_id"] = "0b9c2a4e-55f4-4d2a-8a2f-5f2a4c1b7d11"
    signed_in.post("/generations/", {**order, "draft_tab": "b"}, headers=HTMX)
    assert not Draft.objects.exists()


def test_a_filter_of_the_list_leaves_the_draft_alone(signed_in: Client) -> None:
    save(signed_in, "Half a lighthouse")

    assert "Half a lighthouse" in page(signed_in, "/?show=video")
    assert "Half a lighthouse" not in page(signed_in, "/?prompt=Fog")


def test_nobody_reads_anothers_draft(signed_in: Client, client: Client, bob: User) -> None:
    save(signed_in, "Alice's secret")
    theirs = Draft.objects.get()
    client.force_login(bob)

    assert "secret" not in page(client)
    assert "secret" not in page(client, f"/?draft={theirs.public_id}")
    assert client.post(f"/drafts/{theirs.public_id}/deletion/").status_code == 404
    assert page(client, "/?draft=nonsense")


def test_what_was_set_aside_can_be_deleted_and_the_current_one_cannot(signed_in: Client, alice: User) -> None:
    save(signed_in, "Current")
    aside = keep_draft(alice, CREATE, {"prompt": ["Aside"]}, now=timezone.now())

    for draft in Draft.objects.all():
        signed_in.post(f"/drafts/{draft.public_id}/deletion/")

    assert not Draft.objects.filter(pk=aside.pk).exists()
    assert Draft.objects.get().is_current


@pytest.mark.parametrize(
    "prompt", ["'; DROP TABLE x; --", '100% \\ "quotes"', "日" * 10_000, "nul\x00inside", "<script>alert(1)</script>"]
)
def test_any_text_is_kept_as_it_is(signed_in: Client, prompt: str) -> None:
    assert save(signed_in, prompt).status_code == 200

    kept = Draft.objects.get().fields["prompt"][0]
    assert kept == prompt.replace("\x00", "")
    assert "<script>alert" not in page(signed_in)


def test_too_much_is_refused(signed_in: Client) -> None:
    assert save(signed_in, "x" * 300_000).status_code == 422
    assert not Draft.objects.exists()


@pytest.mark.parametrize("version", ["x", "-1", "9" * 30, ""])
def test_a_version_may_be_nonsense(signed_in: Client, version: str) -> None:
    form = {"prompt": "Fog", "draft_tab": "a", "draft_version": version}

    assert signed_in.post("/drafts/create/", form).status_code == 200


def test_old_ones_are_forgotten(signed_in: Client, alice: User) -> None:
    now = timezone.now()
    for number in range(MOST_SET_ASIDE + 5):
        keep_draft(alice, CREATE, {"prompt": [f"Number {number}"]}, now=now - datetime.timedelta(days=29))
    save(signed_in, "Current")
    assert Draft.objects.filter(is_current=False).count() == MOST_SET_ASIDE

    later = now + datetime.timedelta(days=2)
    assert sweep_drafts(now=later, is_dry=True) == MOST_SET_ASIDE
    assert sweep_drafts(now=later, is_dry=False) == MOST_SET_ASIDE

    assert Draft.objects.get().is_current
