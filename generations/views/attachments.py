"""Files beside a message: taken as soon as they are chosen, so that a draft has them and a message only names them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from generations.access import readable_asset
from generations.clock import database_now
from generations.forms.attachments import take_file
from generations.forms.chat import Find, MessageForm
from generations.media.invalid import MediaInvalid
from generations.models import Asset, TextFile
from generations.relay import attached
from generations.relay.attached import Attached

logger = logging.getLogger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
def attachment_list(request: AuthenticatedHttpRequest) -> HttpResponseBase:
    """Take one file and answer its tile, or show the tiles of files that are named: from the library, from a draft."""
    if request.method != "POST":
        return _tiles(request, own(request.user, request.GET.getlist("name")))
    upload = request.FILES.get("file")
    if upload is None:
        return HttpResponse(_("No file came. Please try again."), status=422, content_type="text/plain; charset=utf-8")
    try:
        item = take_file(upload, owner=request.user, now=database_now())
    except MediaInvalid as error:
        return HttpResponse(str(error.sentence), status=422, content_type="text/plain; charset=utf-8")
    return _tiles(request, [item])


def own(person: User, names: Sequence[str]) -> list[Attached]:
    """Return what these names stand for, as far as this person may give it along."""
    return [item for item in attached.find(names) if _may_give(person, item)]


def finder(person: User, *, beside: Sequence[Attached] = ()) -> Find:
    """Return what looks up the files of a message form; those that lie `beside` the message already may stay."""
    kept = {attached.name_of(item) for item in beside}

    def find(names: Sequence[str]) -> list[Attached]:
        return [item for item in attached.find(names) if attached.name_of(item) in kept or _may_give(person, item)]

    return find


def take_uploads(form: MessageForm, *, owner: User) -> None:
    """Store what a browser without a script sent within the form; what cannot be taken becomes an error of the form."""
    for upload in form.cleaned_data.get("uploads") or []:
        try:
            form.given = (*form.given, _taken(upload, owner))
        except MediaInvalid as error:
            form.add_error("attachments", f"{upload.name}: {error.sentence}")


def _taken(upload: UploadedFile, owner: User) -> Attached:
    return take_file(upload, owner=owner, now=database_now())


def _may_give(person: User, item: Attached) -> bool:
    if isinstance(item, TextFile):
        return item.owner_id == person.pk
    if item.owner_id == person.pk:
        return True
    try:
        return isinstance(readable_asset(person, item.public_id), Asset)
    except Http404:
        return False


def _tiles(request: AuthenticatedHttpRequest, items: Sequence[Attached]) -> HttpResponse:
    return render(request, "chat/_attachment_tiles.html", {"tiles": [(attached.name_of(item), item) for item in items]})
