"""Stored files: for people who may see them, and for gateways that hold a signed address."""

import logging
from uuid import UUID

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponseNotFound
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.log import log_response
from django.views.decorators.http import require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.access import is_open_for_key, readable_asset
from generations.library.inscriptions import inscription_for
from generations.media import serve
from generations.media.recipe.splicing import UnsupportedFileError
from generations.media.recipe.words import Inscription
from generations.models import Asset

logger = logging.getLogger(__name__)

# What opens no more must soon be seen no more, also where it was kept.
SIGNED_CACHE_SECONDS = 15 * 60


@require_safe
async def asset_media(request: AuthenticatedHttpRequest, public_id: UUID, variant: str) -> HttpResponseBase:
    """Answer one file of an asset that this person may see; `?download=1` asks the browser to save it.

    What is saved carries its recipe; with `recipe=0` it is the stored file, byte for byte.
    """
    return await sync_to_async(_for_person)(request, public_id, variant)


@login_not_required
@require_safe
async def signed_media(request: HttpRequest, token: str) -> HttpResponseBase:
    """Answer the one file that a signed address opens; the same 404 for every address that opens none."""
    try:
        return await sync_to_async(_for_token)(request, token)
    except Http404:
        answer = HttpResponseNotFound("Not found.", content_type="text/plain; charset=utf-8")
        # Django would note the whole path, and in this one the token is a key.
        log_response("Not Found: a signed address", response=answer, request=request)
        return answer


def _for_person(request: AuthenticatedHttpRequest, public_id: UUID, variant: str) -> HttpResponseBase:
    is_download = request.GET.get("download") == "1"
    inscription = None
    try:
        asset = readable_asset(request.user, public_id)
        if is_download and variant == "original" and request.GET.get("recipe") != "0":
            inscription = inscription_for(asset, person_id=request.user.pk)
    finally:
        _let_connection_go()
    response = _inscribed(request, asset, inscription) or serve.file_response(
        request, asset, variant, is_download=is_download
    )
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _inscribed(
    request: AuthenticatedHttpRequest, asset: Asset, inscription: Inscription | None
) -> HttpResponseBase | None:
    """Return the file with its recipe; None where there is none, or the file takes none."""
    if inscription is None:
        return None
    try:
        return serve.inscribed_response(request, asset, inscription)
    except UnsupportedFileError as error:
        logger.info("Asset %s takes no recipe: %s", asset.public_id, error)
        return None


def _for_token(request: HttpRequest, token: str) -> HttpResponseBase:
    opened = serve.read_signed(token, now=timezone.now())
    if opened is None:
        raise Http404
    try:
        asset = Asset.objects.filter(public_id=opened.public_id, owner__is_active=True).first()
        if asset is not None and opened.key_id is not None and not is_open_for_key(asset, opened.key_id):
            asset = None
    finally:
        _let_connection_go()
    if asset is None:
        raise Http404
    seconds = min(opened.seconds_left, SIGNED_CACHE_SECONDS)
    return serve.file_response(request, asset, opened.variant, cache_seconds=seconds)


def _let_connection_go() -> None:
    """Close this thread's connection before the long part begins: a slow viewer must not hold one for minutes."""
    if not connection.in_atomic_block:
        connection.close()
