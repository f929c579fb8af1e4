"""What may lie beside a message: pictures where the model takes them, and text files of a stated size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generations.media import store
from generations.media.inputs import can_send
from generations.media.texts import TEXT_FILE_MAX_BYTES, read_text
from generations.media.types import FILE_TYPES, SNIFF_BYTES, opened, sniff
from generations.media.uploads import source_of
from generations.models import Asset, CatalogModel, ModelInput, TextFile

if TYPE_CHECKING:
    import datetime

    from django.core.files.uploadedfile import UploadedFile

    from accounts.models import User

ROLE = "attachment"
TEXT_FILES_MAX = 10
# A picture is scaled to what a model takes, so any that the studio can read is welcome.
PICTURE_MIMES = tuple(one.mime for one in FILE_TYPES.values() if one.media == "image")
TEXT_ACCEPT = "text/*,.md,.csv,.tsv,.json,.yaml,.yml,.toml,.xml,.log,.srt,.vtt,.py,.js,.ts,.css,.html,.sql,.sh"


@dataclass(frozen=True, slots=True)
class Room:
    """What a model lets people put beside a message. Units: bytes."""

    pictures: int
    text_files: int = TEXT_FILES_MAX
    text_max_bytes: int = TEXT_FILE_MAX_BYTES

    @property
    def accept(self) -> str:
        """The file types for a file dialog."""
        return ",".join([*(PICTURE_MIMES if self.pictures else ()), TEXT_ACCEPT])


class NamesField(forms.Field):
    """Names of pictures and text files; whoever knows the person looks them up."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[str]:
        """Return the names, each once, in their order."""
        return list(dict.fromkeys(str(name) for name in value or [] if name))


def room_of(model: CatalogModel) -> Room:
    """Return what may lie beside a message to this model. Needs no query where its inputs are loaded."""
    row = picture_input(model)
    return Room(pictures=row.max_count if row is not None and can_send(row) else 0)


def picture_input(model: CatalogModel) -> ModelInput | None:
    """Return the row that says which pictures a chat model takes, or None when it takes none."""
    return next((row for row in model.inputs.all() if row.role == ROLE), None)


def attachment_error(items: Sequence[Asset | TextFile], model: CatalogModel) -> str:
    """Return the sentence that says why these cannot go to this model, or nothing."""
    room = room_of(model)
    pictures = sum(isinstance(item, Asset) for item in items)
    if pictures and not room.pictures:
        return _("%(model)s takes no pictures. Remove them, or choose another model.") % {"model": model.name}
    if pictures > room.pictures:
        return ngettext(
            "%(model)s takes at most %(count)s picture.", "%(model)s takes at most %(count)s pictures.", room.pictures
        ) % {"model": model.name, "count": room.pictures}
    if len(items) - pictures > room.text_files:
        return ngettext("At most %(count)s text file.", "At most %(count)s text files.", room.text_files) % {
            "count": room.text_files
        }
    return ""


def take_file(uploaded: UploadedFile, *, owner: User, now: datetime.datetime) -> Asset | TextFile:
    """Store a picture or a text file that a person gave, told apart by its bytes.

    Raises: MediaInvalid with one sentence; nothing is left then.
    """
    with opened(source_of(uploaded)) as file:
        is_media = sniff(file.read(SNIFF_BYTES)) is not None
    if is_media:
        return store.store_upload(uploaded, owner=owner, now=now, expected_media=("image",))
    text = read_text(uploaded)
    return TextFile.objects.create(
        owner=owner,
        name=_name_of(uploaded),
        text=text,
        size_bytes=uploaded.size or 0,
        created_at=now,
    )


def _name_of(uploaded: UploadedFile) -> str:
    name = "".join(sign for sign in Path(uploaded.name or "").name if sign.isprintable())
    return name[:200] or "text.txt"
