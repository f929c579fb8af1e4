"""The asset library and the list of models, written and read."""

from __future__ import annotations

from typing import Any

import pytest

from generations.gateway import assets, models
from generations.gateway.assets import AssetStatus
from generations.gateway.errors import AuthError, BadInput, ProtocolError
from tests.generations.gateway.answers import answer

ASSET: dict[str, Any] = {
    "Id": "asset-20261123120000-abcde",
    "Name": "cat",
    "Status": "Active",
    "AssetType": "Video",
    "URL": "https://files.test/a.mp4",
}


def library(result: object) -> dict[str, Any]:
    return {"ResponseMetadata": {"RequestId": "r", "Action": "GetAsset"}, "Result": result}


def test_requests_are_written_in_pascal_case() -> None:
    created = assets.build_create(url="https://x/a.mp4", asset_type="Video", name="n" * 99, group_id="group-1")
    bare = assets.build_create(url="https://x/a.mp4", asset_type="Video")
    asked = assets.build_get("asset-1")
    listed = assets.build_list(page_number=2, page_items=500)

    assert (created.path, created.json) == (
        "/api/v1/open/CreateAsset",
        {
            "Model": "huoshan-seedance-2-0",
            "URL": "https://x/a.mp4",
            "AssetType": "Video",
            "Name": "n" * 64,
            "GroupId": "group-1",
        },
    )
    assert bare.json == {"Model": "huoshan-seedance-2-0", "URL": "https://x/a.mp4", "AssetType": "Video"}
    assert (asked.path, asked.json) == (
        "/api/v1/open/GetAsset",
        {"Model": "huoshan-seedance-2-0", "Id": "asset-1"},
    )
    assert (listed.path, listed.json) == (
        "/api/v1/open/ListAssets",
        {"Model": "huoshan-seedance-2-0", "Filter": {"GroupType": "AIGC"}, "PageNumber": 2, "PageSize": 100},
    )


def test_an_active_asset_can_be_named_in_an_order() -> None:
    asset = assets.read_asset(answer(library(ASSET)))

    assert (asset.status, asset.reference, asset.error) == (AssetStatus.ACTIVE, f"asset://{ASSET['Id']}", None)
    assert "files.test" not in repr(asset)


@pytest.mark.parametrize("said", ["Processing", "processing", "Reviewing", None])
def test_any_other_status_is_not_usable_yet(said: str | None) -> None:
    assert assets.read_asset(answer(library({"Id": "a", "Status": said}))).status is AssetStatus.PROCESSING


def test_a_failed_asset_says_why() -> None:
    stated = {"Code": "InputVideoSensitiveContentDetected.PrivacyInformation", "Message": "a face"}

    asset = assets.read_asset(answer(library({**ASSET, "Status": "Failed", "Error": stated})))

    assert asset.status is AssetStatus.FAILED
    assert asset.error is not None
    assert asset.error.reason == "refused"


def test_a_new_asset_has_an_id() -> None:
    assert assets.read_created(answer(library({"Id": "asset-9"}))) == "asset-9"


@pytest.mark.parametrize("result", [None, {}, {"Id": ""}, []])
def test_a_success_without_an_id_is_a_protocol_error(result: object) -> None:
    with pytest.raises(ProtocolError):
        assets.read_created(answer(library(result)))


def test_the_librarys_refusal_is_understood() -> None:
    body = {"ResponseMetadata": {"Error": {"Code": "InvalidParameter.DownloadFailed", "Message": "no"}}}

    with pytest.raises(BadInput):
        assets.read_asset(answer(body))


def test_a_page_of_assets_skips_what_has_no_id() -> None:
    full = assets.read_page(answer(library({"Items": [ASSET, {}], "TotalCount": 31, "PageNumber": 2})))
    empty = assets.read_page(answer(library({})))

    assert ([item.id for item in full.items], full.total_count, full.page_number) == ([ASSET["Id"]], 31, 2)
    assert (empty.items, empty.total_count, empty.page_number) == ((), 0, 1)


def test_the_models_of_a_key() -> None:
    listed = answer({"object": "list", "data": [{"id": "gpt-5.1"}, {"id": ""}, 7]})

    assert models.build_list().path == "/v1/models"
    assert models.read_list(listed) == ("gpt-5.1",)
    assert models.read_list(answer({"error": {"message": "no such path"}}, status=404)) is None


def test_a_refused_key_is_told() -> None:
    with pytest.raises(AuthError):
        models.read_list(answer({"error": {"message": "Invalid token", "type": "new_api_error"}}, status=401))
