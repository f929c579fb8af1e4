"""The API described for people: what `/api/openapi.json` says, as a page, with what differs from the gateway."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from accounts.links import absolute_address
from generations.reference.document import IsServed
from generations.reference.operations import DIFFERENCES, OPERATIONS, TROUBLES, Operation, Words

DOCUMENT_PATH = "/api/openapi.json"


@dataclass(frozen=True, slots=True)
class Shown:
    """One operation as the page shows it."""

    operation: Operation
    rows: tuple[tuple[str, str, bool, Words], ...]
    example: str


@require_safe
def api_reference(request: AuthenticatedHttpRequest, *, is_served: IsServed) -> HttpResponse:
    """Show the description of the API, with the operations that are served."""
    context = {
        "address": absolute_address(request, path="/").rstrip("/"),
        "document_path": DOCUMENT_PATH,
        "operations": [_shown(one) for one in OPERATIONS if is_served(one.method, one.path)],
        "troubles": TROUBLES,
        "differences": DIFFERENCES,
    }
    return render(request, "keys/reference.html", context)


def _shown(operation: Operation) -> Shown:
    given = [
        (parameter.name, _type_of(dict(parameter.schema)), parameter.is_required, parameter.description)
        for parameter in operation.parameters
    ]
    fields = [
        (name, _type_of(dict(schema)), required, schema.get("description", ""))
        for name, schema, required in operation.fields
    ]
    example = json.dumps(operation.example, ensure_ascii=False, indent=2) if operation.example else ""
    return Shown(operation, (*given, *fields), example)


def _type_of(schema: dict[str, object]) -> str:
    kind = schema.get("type", "")
    names = [name for name in kind if name != "null"] if isinstance(kind, list) else [str(kind)]
    return " | ".join("file" if "contentMediaType" in schema else str(name) for name in names)
