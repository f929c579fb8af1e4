"""Who calls: the key in any of its three headers, checked against its row at every request, and how often it may.

All that asks the database here runs on a database thread.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from typing import Any

from django.db import connection

from accounts import keys
from accounts.keys import MARK, KeyRefusedError
from accounts.models import ApiKey
from generations.api.errors import ApiError, Kind
from generations.models import ApiCall, ApiMinute, CatalogModel, Installation
from generations.relay.calls import AtOnce, Client, TooManyAtOnceError, open_call

KEY_HEADERS = ("authorization", "x-api-key", "aikey")
# How old the installation's limits and the catalogue may be; the keys themselves are never remembered.
KNOWN_SECONDS = 2.0

_REFUSALS = {
    "unknown": "Incorrect API key provided. Keys are made on the studio's page /keys/.",
    "revoked": "This API key has been revoked.",
    "expired": "This API key has expired.",
    "inactive": "The account behind this API key is deactivated.",
}


def secret_of(headers: Mapping[str, str]) -> str:
    """Return the key that a request carries; of several, the one that looks like a studio's."""
    found = []
    for name in KEY_HEADERS:
        text = headers.get(name, "").strip()
        scheme, _blank, rest = text.partition(" ")
        found.append(rest.strip() if scheme.lower() == "bearer" else text)
    given = [text for text in found if text]
    return next((text for text in given if text.startswith(MARK)), given[0] if given else "")


def admit(secret: str, *, address: str, now: datetime.datetime) -> ApiKey:
    """Return the key behind a request, counted and noted.

    Raises: ApiError for a key that opens nothing, a forbidden address, and too many requests.
    """
    if not secret:
        sentence = "You didn't provide an API key. Send it as 'Authorization: Bearer', 'x-api-key' or 'AIKey'."
        raise ApiError(Kind.INVALID_KEY, sentence)
    try:
        key = keys.check(secret, address=address, now=now)
    except KeyRefusedError as refusal:
        if refusal.reason == "address":
            sentence = "This API key may not be used from this address."
            raise ApiError(Kind.NOT_ALLOWED, sentence, code="address_not_allowed") from None
        raise ApiError(Kind.INVALID_KEY, _REFUSALS[refusal.reason]) from None
    _count_request(key, now=now)
    keys.note_use(key, address=address, now=now)
    return key


def allowed_model(key: ApiKey, name: str, *, protocol: str) -> CatalogModel:
    """Return the model of this name if this key may use it by this protocol.

    Raises: ApiError.
    """
    model = _known.model(name)
    if model is None:
        sentence = f"The model '{name[:120]}' does not exist or is not offered by this studio."
        raise ApiError(Kind.MODEL_NOT_FOUND, sentence, param="model")
    if key.allowed_models and name not in key.allowed_models:
        sentence = f"This API key may not use the model '{name}'."
        raise ApiError(Kind.NOT_ALLOWED, sentence, param="model", code="model_not_allowed")
    if model.protocol != protocol:
        sentence = f"The model '{name}' is served at {ADDRESSES.get(model.protocol, 'another address')}."
        raise ApiError(Kind.MODEL_NOT_FOUND, sentence, param="model")
    return model


ADDRESSES = {
    "seedance": "POST /ai/seedance/videos",
    "gemini_images": "POST /ai/gemini/image/generate",
    "openai_images": "POST /v1/images/generations",
    "openai_chat": "POST /v1/chat/completions",
    "anthropic_messages": "POST /v1/messages",
}


class _Known:
    """What an administrator changes now and then, looked up again every two seconds: limits and catalogue."""

    def __init__(self) -> None:
        self._read_at = float("-inf")
        self._installation = Installation()
        self._models: dict[str, CatalogModel] = {}

    @property
    def limits(self) -> Installation:
        self._look()
        return self._installation

    def model(self, name: str) -> CatalogModel | None:
        self._look()
        return self._models.get(name)

    def _look(self) -> None:
        if time.monotonic() - self._read_at > KNOWN_SECONDS:
            self._installation = Installation.current()
            self._models = {model.gateway_name: model for model in CatalogModel.objects.filter(is_enabled=True)}
            self._read_at = time.monotonic()

    def forget(self) -> None:
        self._read_at = float("-inf")


_known = _Known()


def forget_what_is_known() -> None:
    """Look everything up again at the next call; for tests, which change it under our feet."""
    _known.forget()


def at_once() -> AtOnce:
    """Return how many calls may be under way."""
    row = _known.limits
    return AtOnce(per_key=row.api_calls_at_once_per_key, per_person=row.api_calls_at_once_per_person)


def open_call_of(
    key: ApiKey, model: CatalogModel, *, client: Client, now: datetime.datetime, is_long: bool = True, **values: Any
) -> ApiCall:
    """Write the row of a call that is about to be made, unless too many that are long are under way.

    Raises: ApiError.
    """
    try:
        return open_call(key, model, client=client, at_once=at_once() if is_long else None, now=now, **values)
    except TooManyAtOnceError as error:
        whose = "this API key" if error.whose == "key" else "all your API keys together"
        sentence = f"Too many calls at once: {error.limit} for {whose}. Wait until one has ended."
        raise ApiError(Kind.RATE_LIMITED, sentence, retry_after_seconds=2) from None


def _count_request(key: ApiKey, *, now: datetime.datetime) -> None:
    """Count one request of the key and of its person in this minute, in one statement for all processes."""
    row = _known.limits
    minute, second = divmod(int(now.timestamp()), 60)
    subjects = {
        f"key:{key.pk}": row.api_requests_per_minute_per_key,
        f"person:{key.person_id}": row.api_requests_per_minute_per_person,
    }
    table = ApiMinute._meta.db_table
    statement = (
        f"INSERT INTO {table} (subject, minute, count) VALUES (%s, %s, 1), (%s, %s, 1) "  # noqa: S608 - our own name
        f"ON CONFLICT (subject, minute) DO UPDATE SET count = {table}.count + 1 RETURNING subject, count"
    )
    own, persons = subjects
    with connection.cursor() as cursor:
        cursor.execute(statement, [own, minute, persons, minute])
        counts = dict(cursor.fetchall())
    for subject, limit in subjects.items():
        if counts[subject] > limit:
            whose = "this API key" if subject == own else "all your API keys together"
            sentence = f"Rate limit reached: {limit} requests a minute for {whose}."
            raise ApiError(Kind.RATE_LIMITED, sentence, retry_after_seconds=60 - second)
