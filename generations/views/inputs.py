"""Inputs: a file that goes with a prompt, stored and judged as soon as it is chosen, long before the order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from accounts.http import AuthenticatedHttpRequest
from generations.access import readable_asset
from generations.clock import database_now
from generations.forms.inputs import fit_of_asset, fit_of_upload
from generations.forms.labels import role_label
from generations.forms.remembered import offered_media_models
from generations.forms.trays import CUTTABLE, item_of
from generations.media.fitted import can_be_mask, fitted_asset
from generations.media.fitting import Fit
from generations.media.invalid import MediaInvalid, opaque_mask
from generations.media.store import store_upload
from generations.models import Asset, ModelInput

MEDIA = frozenset({"image", "video", "audio"})


@require_POST
def input_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Take one file for a role of a model, an upload or an asset that the person may see, and answer its tile.

    What does not fit is made to fit at once, so that the order itself need not wait; with `cut` what is too wide or
    too long may lose its sides or its end. What cannot be made to fit is answered 422 with the reason.
    """
    row = _role(request)
    upload = request.FILES.get("file")
    try:
        asset = _stored(request, upload, row) if upload is not None else _named(request, row)
        _make_fit(request, asset, row)
    except MediaInvalid as error:
        context: dict[str, Any] = {"name": _name(upload) or role_label(row.role), "sentence": str(error.sentence)}
        return render(request, "generations/_composer_refusal.html", context, status=422)
    return render(request, "generations/_composer_asset.html", {"item": item_of(row, asset)})


@require_safe
def mask_painter(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Show the dialog in which a mask is painted over a picture; `mask` names one to go on with."""
    image = _picture(request, "image")
    try:
        mask = _picture(request, "mask") if request.GET.get("mask") else None
    except Http404:
        mask = None
    return render(request, "generations/_mask_painter.html", {"image": image, "mask": mask})


def _picture(request: AuthenticatedHttpRequest, name: str) -> Asset:
    """Return the picture that an address names. Raises: Http404."""
    try:
        asset = readable_asset(request.user, UUID(request.GET.get(name, "")))
    except ValueError as error:
        raise Http404 from error
    if asset.media != "image":
        raise Http404
    return asset


def _role(request: AuthenticatedHttpRequest) -> ModelInput:
    """Return the role that is asked for. Raises: Http404 for one that no offered model has."""
    wanted = request.POST.get("role", "")
    for model in offered_media_models():
        if model.gateway_name == request.POST.get("model", ""):
            for row in model.inputs.all():
                if row.role == wanted:
                    return row
    raise Http404


def _stored(request: AuthenticatedHttpRequest, upload: UploadedFile, row: ModelInput) -> Asset:
    """Store an upload, unless it can be seen that no cut would make it fit. Raises: MediaInvalid."""
    try:
        fit_of_upload(upload, row)
    except MediaInvalid as error:
        if error.reason not in CUTTABLE:
            raise
    return store_upload(upload, owner=request.user, now=database_now(), expected_media=MEDIA)


def _named(request: AuthenticatedHttpRequest, row: ModelInput) -> Asset:
    """Return the asset that is named; with `cut`, what is left of it. Raises: Http404; MediaInvalid."""
    try:
        asset = readable_asset(request.user, UUID(request.POST.get("asset", "")))
    except ValueError as error:
        raise Http404 from error
    fit = _fit(asset, row, may_cut=bool(request.POST.get("cut")))
    if row.role == "mask" and not can_be_mask(asset):
        raise opaque_mask()
    if request.POST.get("cut") and fit:
        return fitted_asset(asset, fit, owner=request.user, now=database_now())
    return asset


def _make_fit(request: AuthenticatedHttpRequest, asset: Asset, row: ModelInput) -> None:
    if fit := _fit(asset, row):
        fitted_asset(asset, fit, owner=request.user, now=database_now())


def _fit(asset: Asset, row: ModelInput, *, may_cut: bool = False) -> Fit | None:
    """Return what has to be done; None where only a cut would help. Raises: MediaInvalid where nothing would."""
    try:
        return fit_of_asset(asset, row, may_cut=may_cut)
    except MediaInvalid as error:
        if error.reason not in CUTTABLE:
            raise
        return None


def _name(upload: UploadedFile | None) -> str:
    return "".join(sign for sign in str(upload.name or "") if sign.isprintable())[:60] if upload else ""
