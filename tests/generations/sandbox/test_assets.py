import httpx

from tests.generations.sandbox.conftest import (
    BEARER,
    MEDIA_KEY,
    file_url,
    image_item,
    submit_picture,
    video_body,
    wait_for_result,
)


def call(http: httpx.Client, action: str, **body: object) -> httpx.Response:
    return http.post(f"/api/v1/open/{action}", json={"Model": "huoshan-seedance-2-0", **body}, headers=BEARER)


def statuses(http: httpx.Client, asset_id: str, *, polls: int) -> list[str]:
    return [call(http, "GetAsset", Id=asset_id).json()["Result"]["Status"] for _ in range(polls)]


def test_an_asset_is_processing_for_a_while_then_active_and_usable(http: httpx.Client) -> None:
    picture = file_url(wait_for_result(http, submit_picture(http, "a portrait")))
    asset_id = call(http, "CreateAsset", URL=picture, AssetType="Image", Name="face").json()["Result"]["Id"]
    body = video_body(content=[image_item(f"asset://{asset_id}", "first_frame")])
    early = http.post("/ai/seedance/videos", json=body, headers=MEDIA_KEY).json()

    seen = statuses(http, asset_id, polls=3)

    late = http.post("/ai/seedance/videos", json=body, headers=MEDIA_KEY).json()
    assert seen == ["Processing", "Processing", "Active"]
    assert (early["code"], late["code"]) == (400, 0)


def test_a_source_that_cannot_be_fetched_fails_the_asset(http: httpx.Client, sandbox: str) -> None:
    asset_id = call(http, "CreateAsset", URL=f"{sandbox}/v1/none", AssetType="Video").json()["Result"]["Id"]

    assert statuses(http, asset_id, polls=3)[-1] == "Failed"
    described = call(http, "GetAsset", Id=asset_id).json()["Result"]
    assert described["Error"]["Code"] == "InvalidParameter.DownloadFailed"


def test_the_list_is_paged_and_private_to_the_key(http: httpx.Client) -> None:
    own = {"Authorization": "Bearer lister"}
    for name in ("one", "two", "three"):
        body = {"Model": "m", "URL": "https://example.com/a.png", "Name": name}
        http.post("/api/v1/open/CreateAsset", json=body, headers=own)

    page = http.post("/api/v1/open/ListAssets", json={"PageNumber": 2, "PageSize": 2}, headers=own).json()["Result"]
    foreign = http.post("/api/v1/open/ListAssets", json={}, headers={"Authorization": "Bearer stranger"}).json()

    assert page["TotalCount"] == 3
    assert [item["Name"] for item in page["Items"]] == ["one"]
    assert foreign["Result"]["Items"] == []


def test_mistakes_are_told_in_the_envelope_of_the_library(http: httpx.Client) -> None:
    answers = [
        call(http, "CreateAsset", AssetType="Image"),
        call(http, "CreateAsset", URL="data:image/png;base64,AAAA"),
        call(http, "CreateAsset", URL="https://example.com/a", AssetType="Song"),
        call(http, "GetAsset", Id="asset-nobody"),
        call(http, "EatAsset"),
    ]

    assert all(answer.status_code >= 400 for answer in answers)
    assert all("Code" in answer.json()["ResponseMetadata"]["Error"] for answer in answers)
