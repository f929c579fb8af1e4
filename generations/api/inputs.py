"""Files of a media request: data URIs and uploads become assets, addresses are passed on and never fetched by us.

One address is looked through: the studio's own signed one, which a caller got as a result. The asset behind it is
known here, so it goes on as any file of the person's does, also where the gateway could not reach the studio.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import Http404
from django.urls import Resolver404
from django.urls import resolve as resolve_path
from django.utils import timezone

from accounts.models import User
from generations.access import readable_asset
from generations.api.errors import ApiError, bad_field
from generations.forms.inputs import Given, fit_of_asset, fit_of_upload
from generations.media.fitting import Fit
from generations.media.inputs import LIBRARY_ROLES, can_send
from generations.media.invalid import MediaInvalid
from generations.media.signing import read_signed
from generations.media.types import MediaFacts
from generations.models import Asset, CatalogModel, ModelInput

ADDRESS_MAX_CHARACTERS = 4_000
MOST_INPUTS = 40
_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.+-]+)*?)(;base64)?,", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\s\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class WireInput:
    """One file as a request gives it: a text (data URI or address) or an upload. `param` is its name there."""

    role: str
    param: str
    text: str = field(default="", repr=False)
    upload: UploadedFile | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Resolved:
    """One file, found and checked; `address` is set for one that is only passed on."""

    wire: WireInput
    given: Given
    address: str = field(default="", repr=False)


def resolve(inputs: Sequence[WireInput], model: CatalogModel, *, person: User) -> list[Resolved]:
    """Return what the files of a request are. Raises: ApiError naming the first that cannot be taken."""
    if len(inputs) > MOST_INPUTS:
        raise bad_field(inputs[-1].param, f"at most {MOST_INPUTS} files are read.")
    rows = {row.role: row for row in model.inputs.select_related("model")}
    found = []
    for one in inputs:
        row = rows.get(one.role)
        if row is None:
            raise bad_field(one.param, f"the model '{model.gateway_name}' takes no {one.role}.")
        try:
            found.append(_resolve_one(one, row, person=person))
        except MediaInvalid as error:
            raise bad_field(one.param, str(error.sentence)) from None
    return found


def _resolve_one(one: WireInput, row: ModelInput, *, person: User) -> Resolved:
    if one.upload is not None:
        return Resolved(one, _uploaded(one.upload, one, row))
    if one.text[:5].lower() == "data:":
        if row.by_address_only:
            raise bad_field(one.param, f"a {row.media} is taken by address only, not as a data URI.")
        return Resolved(one, _uploaded(_decoded(one), one, row))
    asset = _own_asset(one.text, person=person)
    if asset is not None:
        _check_way(one, row)
        return Resolved(one, Given(role=one.role, fit=fit_of_asset(asset, row), asset=asset))
    _check_address(one, may_be_library=row.role in LIBRARY_ROLES)
    facts = MediaFacts(media=row.media, mime="")
    fit = Fit(facts=facts, mime="", width=None, height=None, max_bytes=row.max_bytes)
    return Resolved(one, Given(role=one.role, fit=fit), address=one.text)


def _uploaded(upload: UploadedFile, one: WireInput, row: ModelInput) -> Given:
    _check_way(one, row)
    return Given(role=one.role, fit=fit_of_upload(upload, row), upload=upload)


def _check_way(one: WireInput, row: ModelInput) -> None:
    if not can_send(row):
        sentence = "the gateway takes this file only by address, and this studio has no address that it could reach."
        raise bad_field(one.param, sentence)


def _decoded(one: WireInput) -> UploadedFile:
    head = _DATA_URI.match(one.text[:300])
    if head is None or head[3] is None:
        raise bad_field(one.param, "must be data:<type>;base64,<data>.")
    try:
        content = base64.b64decode("".join(one.text[head.end() :].split()), validate=True)
    except (binascii.Error, ValueError):
        raise bad_field(one.param, "the data is no base64.") from None
    # What it is follows from its bytes; the stated type is only a name.
    return SimpleUploadedFile(f"{one.role}", content, content_type=head[1] or "application/octet-stream")


def _own_asset(text: str, *, person: User) -> Asset | None:
    """Return the asset that one of the studio's own signed addresses opens, if this person may use it."""
    try:
        path = urlsplit(text).path if text[:4].lower() == "http" else ""
        if not path.startswith("/media/signed/"):
            return None
        token = str(resolve_path(path).kwargs["token"])
        opened = read_signed(token, now=timezone.now())
        if opened is None or opened.variant != "original":
            return None
        return readable_asset(person, opened.public_id)
    except (Resolver404, Http404, KeyError, ValueError):
        return None


def _check_address(one: WireInput, *, may_be_library: bool) -> None:
    schemes = {"http", "https", "asset"} if may_be_library else {"http", "https"}
    library = ", asset://<id>" if may_be_library else ""
    error: ApiError = bad_field(one.param, f"must be an http(s) address{library} or a base64 data URI.")
    if not one.text or len(one.text) > ADDRESS_MAX_CHARACTERS or _FORBIDDEN.search(one.text):
        raise error
    try:
        parts = urlsplit(one.text)
    except ValueError:
        raise error from None
    if parts.scheme.lower() not in schemes or not parts.netloc:
        raise error
