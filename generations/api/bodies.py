"""Bodies as the protocols send them: JSON that every database and gateway can hold, or a form with files."""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from generations.api.errors import ApiError, Kind, missing
from generations.api.http import ApiRequest

# Above this a body is parsed in a thread, so that other streams go on meanwhile.
INLINE_BYTES = 128 * 1024
# A form above this waits on the disk, so that files cost no memory while they come.
SPOOL_BYTES = 1024 * 1024
NAME_MAX_CHARACTERS = 200
_MAY_HOLD_NO_TEXT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Form:
    """A form with parts: its fields, of which the first of a name counts, and its files in their order."""

    fields: dict[str, str]
    files: tuple[tuple[str, UploadedFile], ...]


async def read_json(request: ApiRequest) -> dict[str, Any]:
    """Return the JSON object of a request.

    Raises: ApiError for another type, for what is no JSON, and for NUL and half characters in any text.
    """
    # Whatever type a client states: curl calls everything a form. Only a form with parts surely is no JSON.
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise ApiError(Kind.BAD_BODY, "The body must be JSON: send 'Content-Type: application/json'.")
    body = await request.read()
    if len(body) <= INLINE_BYTES:
        return parse_object(body)
    return await asyncio.to_thread(parse_object, body)


async def read_form(request: ApiRequest) -> Form:
    """Return the form of a request, which goes to a temporary file as it comes.

    Raises: ApiError for another type, for what is no form, and for NUL and half characters in any text.
    """
    content_type = request.headers.get("content-type", "")
    if not content_type.lower().startswith("multipart/form-data"):
        raise ApiError(Kind.BAD_BODY, "The body must be a form with files: send 'multipart/form-data'.")
    with tempfile.SpooledTemporaryFile(SPOOL_BYTES, dir=settings.FILE_UPLOAD_TEMP_DIR) as spool:
        size_bytes = 0
        async for chunk in request.chunks():
            size_bytes += len(chunk)
            write = spool.write
            await asyncio.to_thread(write, chunk) if size_bytes > SPOOL_BYTES else write(chunk)
        spool.seek(0)
        return await asyncio.to_thread(_parse_form, spool, content_type, size_bytes)


def _parse_form(body: IO[bytes], content_type: str, size_bytes: int) -> Form:
    stated = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(size_bytes)}
    handlers = [MemoryFileUploadHandler(), TemporaryFileUploadHandler()]
    try:
        fields, files = MultiPartParser(stated, body, handlers, "utf-8").parse()
    except MultiPartParserError:
        raise ApiError(Kind.BAD_BODY, "We could not parse the form of your request.") from None
    except SuspiciousOperation:
        raise ApiError(Kind.BAD_BODY, "The form has too many fields or files, or fields that are too long.") from None
    form = Form(
        fields={name: values[0] for name, values in fields.lists()},
        files=tuple((name, file) for name, values in files.lists() for file in values),
    )
    _refuse_what_is_no_text(form.fields)
    return form


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is. Raises: ApiError."""
    try:
        text = body.decode("utf-8-sig")
        parsed = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except UnicodeDecodeError:
        raise ApiError(Kind.BAD_BODY, "The body is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise ApiError(Kind.BAD_BODY, "We could not parse the JSON body of your request.") from None
    if not isinstance(parsed, dict):
        raise ApiError(Kind.BAD_BODY, "The body must be a JSON object.")
    if _MAY_HOLD_NO_TEXT.search(text):
        _refuse_what_is_no_text(parsed)
    return parsed


def model_name(body: Mapping[str, Any]) -> str:
    """Return the model that a body names. Raises: ApiError."""
    name = body.get("model")
    if name is None or name == "":
        raise missing("model")
    if not isinstance(name, str) or len(name) > NAME_MAX_CHARACTERS:
        raise ApiError(Kind.BAD_FIELD, "model: must be the name of a model.", param="model")
    return name


def flag(body: dict[str, Any], name: str) -> bool:
    """Return a field that is true or false; missing and null are false. Raises: ApiError."""
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise ApiError(Kind.BAD_FIELD, f"{name}: must be true or false.", param=name)


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("no number that could be sent on")
    return value


def _refuse_what_is_no_text(value: Any) -> None:
    """Look at every text without recursion: the parser has let no deeper nesting through than it can hold."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str) and _NO_TEXT.search(one):
            raise ApiError(Kind.BAD_BODY, "The body holds a NUL or half a character, which no text may.")
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            waiting.extend(one)
            waiting.extend(one.values())
