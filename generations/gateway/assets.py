"""The asset library of Seedance: `/api/v1/open/*`, PascalCase JSON under a Bearer key.

It is the only way in for reference videos without a public address of our own, and for real faces: create an
asset from an address, ask until it is `Active`, then name it `asset://<id>` in an order.

Source: https://apidoc.3hei.com/zh/docs/services/video/seedance/api/get-asset and …/list-assets; creation from
https://cloud.baidu.com/doc/qianfan-multimodal/s/ymryo7mgg, a mirror of the same interface.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from generations.gateway.chat import as_count, as_dict, as_list, as_text
from generations.gateway.envelopes import error_from_failure, read_object
from generations.gateway.errors import GatewayError, ProtocolError
from generations.gateway.types import WireRequest, WireResponse
from generations.gateway.writing import JSON_HEADERS, POLL_READ_SECONDS, SUBMIT_READ_SECONDS

LIBRARY_MODEL = "huoshan-seedance-2-0"
NAME_MAX_CHARACTERS = 64
PAGE_MAX_ITEMS = 100


class AssetStatus(StrEnum):
    """Where a library asset stands. Only an active one may be named in an order."""

    PROCESSING = "Processing"
    ACTIVE = "Active"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class LibraryAsset:
    """One asset of the library. Its address lives 12 hours; `reference` is what an order names."""

    id: str
    status: AssetStatus
    asset_type: str = ""
    name: str = ""
    url: str | None = field(default=None, repr=False)
    error: GatewayError | None = None

    @property
    def reference(self) -> str:
        """The address of the asset in an order."""
        return f"asset://{self.id}"


@dataclass(frozen=True, slots=True)
class LibraryPage:
    """One page of the library."""

    items: tuple[LibraryAsset, ...]
    total_count: int
    page_number: int


def build_create(
    *, url: str, asset_type: str, name: str = "", group_id: str = "", model: str = LIBRARY_MODEL
) -> WireRequest:
    """Return the request that makes an asset from a public address. `asset_type`: Image, Video or Audio."""
    body = {"Model": model, "URL": url, "AssetType": asset_type}
    if name:
        body["Name"] = name[:NAME_MAX_CHARACTERS]
    if group_id:
        body["GroupId"] = group_id
    return _post("CreateAsset", body, read_timeout_seconds=SUBMIT_READ_SECONDS)


def build_get(asset_id: str, *, model: str = LIBRARY_MODEL) -> WireRequest:
    """Return the question how an asset stands."""
    return _post("GetAsset", {"Model": model, "Id": asset_id})


def build_list(
    *, page_number: int = 1, page_items: int = 20, group_type: str = "AIGC", model: str = LIBRARY_MODEL
) -> WireRequest:
    """Return the question for one page of the account's assets."""
    return _post(
        "ListAssets",
        {
            "Model": model,
            "Filter": {"GroupType": group_type},
            "PageNumber": page_number,
            "PageSize": min(page_items, PAGE_MAX_ITEMS),
        },
    )


def read_created(response: WireResponse) -> str:
    """Return the new asset's id. Raises: the GatewayError stated; ProtocolError for a success without an id."""
    return read_asset(response).id


def read_asset(response: WireResponse) -> LibraryAsset:
    """Return one asset. Raises: the GatewayError stated; ProtocolError for a success without an id."""
    asset = _asset(_result(response))
    if asset is None:
        raise ProtocolError(response.raw_for_staff(), status=response.status)
    return asset


def read_page(response: WireResponse) -> LibraryPage:
    """Return one page of assets. Raises: the GatewayError stated."""
    result = _result(response)
    items = tuple(asset for item in as_list(result.get("Items")) if (asset := _asset(as_dict(item))))
    return LibraryPage(
        items=items,
        total_count=as_count(result.get("TotalCount")) or len(items),
        page_number=as_count(result.get("PageNumber")) or 1,
    )


def _post(action: str, body: Mapping[str, object], *, read_timeout_seconds: float = POLL_READ_SECONDS) -> WireRequest:
    return WireRequest(
        method="POST",
        path=f"/api/v1/open/{action}",
        headers=JSON_HEADERS,
        json=body,
        read_timeout_seconds=read_timeout_seconds,
    )


def _result(response: WireResponse) -> Mapping[str, Any]:
    return as_dict(read_object(response).get("Result"))


def _asset(item: Mapping[str, Any]) -> LibraryAsset | None:
    """Return an asset; a status nobody documented means that it is not usable yet."""
    asset_id = as_text(item.get("Id"))
    if not asset_id:
        return None
    said = as_text(item.get("Status")).strip().capitalize()
    status = AssetStatus(said) if said in set(AssetStatus) else AssetStatus.PROCESSING
    stated = as_dict(item.get("Error"))
    return LibraryAsset(
        id=asset_id,
        status=status,
        asset_type=as_text(item.get("AssetType")),
        name=as_text(item.get("Name")),
        url=as_text(item.get("URL")) or None,
        error=error_from_failure(stated) if status is AssetStatus.FAILED else None,
    )
