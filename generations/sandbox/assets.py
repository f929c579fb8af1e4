"""``/api/v1/open``: the library of authorised assets for Seedance.

Source: https://apidoc.3hei.com/zh/docs/services/video/seedance/api/get-asset and …/list-assets; the creation call
follows https://cloud.baidu.com/doc/qianfan-multimodal/s/ymryo7mgg.
"""

import secrets
import time
from typing import Any

from generations.sandbox.easel import CannotDraw
from generations.sandbox.envelopes import Refusal, asset_error, asset_ok
from generations.sandbox.exchange import Reply, Request
from generations.sandbox.faults import ASSETS, read_key, refuse_key
from generations.sandbox.inputs import FOLDER
from generations.sandbox.seedance import owner_of
from generations.sandbox.store import LibraryAsset
from generations.sandbox.workshop import Workshop

POLLS_WHILE_PROCESSING = 2
_KINDS = ("Image", "Video", "Audio")


async def call_library(workshop: Workshop, request: Request) -> Reply:
    """Answer CreateAsset, GetAsset and ListAssets."""
    action = request.path.rpartition("/")[2]
    key = read_key(request.headers, family=ASSETS)
    if problem := refuse_key(key, family=ASSETS, pays=False):
        return problem
    try:
        body = request.json()
        if not isinstance(body, dict):
            raise TypeError
    except (ValueError, TypeError):
        return asset_error(action, Refusal("InvalidParameter", "The request body is not a JSON object."))
    calls = {"CreateAsset": _create, "GetAsset": _get, "ListAssets": _list}
    if action not in calls:
        return asset_error(action, Refusal("InvalidAction", f"The action {action} does not exist.", 404))
    try:
        return asset_ok(action, await calls[action](workshop, body, owner_of(key)))
    except Refusal as refusal:
        return asset_error(action, refusal)


async def _create(workshop: Workshop, body: dict[str, Any], owner: str) -> dict[str, Any]:
    url, kind, name = body.get("URL") or body.get("url"), body.get("AssetType", "Image"), body.get("Name", "")
    if not body.get("Model"):
        raise Refusal("MissingParameter", "The required parameter Model is missing.")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Refusal("InvalidParameter", "URL must be a public http(s) address.")
    if kind not in _KINDS:
        raise Refusal("InvalidParameter", f"AssetType must be one of {', '.join(_KINDS)}.")
    if not isinstance(name, str) or len(name) > 64:
        raise Refusal("InvalidParameter", "Name must be a text of at most 64 characters.")
    now = time.time()
    asset = LibraryAsset(
        id=f"asset-{time.strftime('%Y%m%d%H%M%S', time.gmtime(now))}-{secrets.token_hex(4)}",
        owner=owner,
        name=name,
        kind=kind,
        url=url,
        group_type=str(body.get("GroupType", "AIGC")),
        created_at=now,
        updated_at=now,
    )
    workshop.store.add_asset(asset)
    return {"Id": asset.id}


async def _get(workshop: Workshop, body: dict[str, Any], owner: str) -> dict[str, Any]:
    asset = workshop.store.asset(str(body.get("Id", "")), owner=owner)
    if asset is None:
        raise Refusal("NotFound.Asset", "The asset does not exist.", 404)
    return _describe(await _advance(workshop, asset), with_error=True)


async def _list(workshop: Workshop, body: dict[str, Any], owner: str) -> dict[str, Any]:
    page, size = body.get("PageNumber", 1), body.get("PageSize", 20)
    if not isinstance(page, int) or not isinstance(size, int) or page < 1 or not 1 <= size <= 100:
        raise Refusal("InvalidParameter", "PageNumber starts at 1, PageSize is 1 to 100.")
    wanted = body.get("Filter") or {}
    found = [
        asset
        for asset in workshop.store.assets(owner=owner)
        if asset.group_type == wanted.get("GroupType", asset.group_type) and wanted.get("Name", "") in asset.name
    ]
    if body.get("SortOrder", "Desc") == "Desc":
        found.reverse()
    shown = found[(page - 1) * size : page * size]
    items = [_describe(asset, with_error=False) for asset in shown]
    return {"Items": items, "TotalCount": len(found), "PageNumber": page, "PageSize": size}


async def _advance(workshop: Workshop, asset: LibraryAsset) -> LibraryAsset:
    """Count a poll; at the second one fetch the source, which decides between Active and Failed."""
    if asset.error or asset.fetched:
        return asset
    polls = asset.polls + 1
    changes: dict[str, Any] = {"polls": polls, "updated_at": time.time()}
    if polls >= POLLS_WHILE_PROCESSING:
        job = {"kind": "fetch", "url": asset.url, "inputs_dir": str(workshop.data_dir / FOLDER)}
        try:
            answer = await workshop.easel.draw(job)
            changes |= {"file": answer["file"], "fetched": 1}
        except CannotDraw as problem:
            changes["error"] = problem.code
    workshop.store.change_asset(asset.id, **changes)
    # The poll that does the work still says Processing, as a real one would.
    return asset


def _describe(asset: LibraryAsset, *, with_error: bool) -> dict[str, Any]:
    status = "Failed" if asset.error else "Active" if asset.fetched else "Processing"
    described: dict[str, Any] = {
        "Id": asset.id,
        "Name": asset.name,
        "Status": status,
        "AssetType": asset.kind,
        "GroupType": asset.group_type,
        "URL": asset.url if asset.fetched else "",
        "CreateTime": _utc(asset.created_at),
        "UpdateTime": _utc(asset.updated_at),
    }
    if with_error and asset.error:
        described["Error"] = {"Code": asset.error, "Message": "The service could not download the source address."}
    return described


def _utc(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
