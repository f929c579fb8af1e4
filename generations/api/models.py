"""`GET /v1/models`: what this key may use, in the form of whoever asks.

Source: https://developers.openai.com/api/reference/resources/models, https://platform.claude.com/docs/en/api/models-list
"""

from __future__ import annotations

import datetime
from typing import Any

from generations.api.context import ApiCallContext
from generations.api.errors import ApiError, Kind, bad_field
from generations.api.families import Family, family_of
from generations.api.http import ApiAnswer, json_answer
from generations.models import CatalogModel

# The catalogue does not know when a model was made; the day of the protocol's own first entry stands for all.
MADE_AT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
OWNER = "studio"
PAGE_SIZE, PAGE_MAX = 20, 1000


async def list_models(context: ApiCallContext) -> ApiAnswer:
    """Answer the list of models."""
    models = await _offered(context)
    if family_of(context.request.path, context.request.headers) is Family.ANTHROPIC:
        return json_answer(_anthropic_page(context, models))
    return json_answer({"object": "list", "data": [_openai(model) for model in models]})


async def one_model(context: ApiCallContext) -> ApiAnswer:
    """Answer one model by its name. Raises: ApiError."""
    name = context.request.path.rstrip("/").rpartition("/models/")[2]
    model = next((model for model in await _offered(context) if model.gateway_name == name), None)
    if model is None:
        raise ApiError(
            Kind.MODEL_NOT_FOUND, f"The model '{name[:120]}' does not exist or may not be used.", param="model"
        )
    is_anthropic = family_of(context.request.path, context.request.headers) is Family.ANTHROPIC
    return json_answer(_anthropic(model) if is_anthropic else _openai(model))


async def _offered(context: ApiCallContext) -> list[CatalogModel]:
    allowed = context.key.allowed_models

    def read() -> list[CatalogModel]:
        return list(CatalogModel.objects.offered().filter(**({"gateway_name__in": allowed} if allowed else {})))

    return await context.board.in_database(read)


def _openai(model: CatalogModel) -> dict[str, Any]:
    return {
        "id": model.gateway_name,
        "object": "model",
        "created": int(MADE_AT.timestamp()),
        "owned_by": OWNER,
    }


def _anthropic(model: CatalogModel) -> dict[str, Any]:
    made = MADE_AT.isoformat().replace("+00:00", "Z")
    return {"type": "model", "id": model.gateway_name, "display_name": model.name_en, "created_at": made}


def _anthropic_page(context: ApiCallContext, models: list[CatalogModel]) -> dict[str, Any]:
    query = context.request.query
    text = query.get("limit", str(PAGE_SIZE))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= PAGE_MAX:
        raise bad_field("limit", f"must be a number from 1 to {PAGE_MAX}.")
    names = [model.gateway_name for model in models]
    start, end = 0, len(models)
    if (after := query.get("after_id")) in names:
        start = names.index(after) + 1
    if (before := query.get("before_id")) in names:
        end = names.index(before)
        start = max(start, end - int(text))
    page = [_anthropic(model) for model in models[start : min(end, start + int(text))]]
    return {
        "data": page,
        "has_more": start + len(page) < end,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
    }
