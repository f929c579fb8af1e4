"""Hold a file that a person chose against what a model takes in one role, before anything is stored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from generations.media import invalid
from generations.media.probe import MediaFacts, probe, sniff_source
from generations.media.types import Source

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from generations.models import ModelInput


def read_upload(uploaded: UploadedFile) -> MediaFacts:
    """Return the facts of a file that a person chose, whatever takes it.

    Raises: MediaInvalid with one sentence.
    """
    if not uploaded.size:
        raise invalid.empty()
    return probe(source_of(uploaded))


def check_upload(uploaded: UploadedFile, limits: ModelInput) -> MediaFacts:
    """Return the facts of a file that this role of this model takes.

    Raises: MediaInvalid with one sentence: the first thing that does not fit, cheapest question first.
    """
    if not uploaded.size:
        raise invalid.empty()
    if uploaded.size > limits.max_bytes:
        raise invalid.too_large(limits.max_bytes)
    source = source_of(uploaded)
    mime = sniff_source(source)
    if mime not in limits.mime_list:
        raise invalid.wrong_type(mime, accepted=limits.mime_list)
    facts = probe(source)
    check_facts(facts, limits)
    return facts


def check_facts(facts: MediaFacts, limits: ModelInput) -> None:
    """Refuse what does not fit the role, for an upload as for an asset that is used again.

    Raises: MediaInvalid.
    """
    if facts.mime not in limits.mime_list:
        raise invalid.wrong_type(facts.mime, accepted=limits.mime_list)
    if facts.width and facts.height:
        _check_sides(facts.width, facts.height, limits)
    if facts.duration_ms is not None:
        _check_length(facts.duration_ms / 1000, limits)


def source_of(uploaded: UploadedFile) -> Source:
    """Return the upload as decoders want it: its temporary file, or the bytes in memory."""
    temporary_file_path = getattr(uploaded, "temporary_file_path", None)
    if temporary_file_path is not None:
        return Path(temporary_file_path())
    return cast(BinaryIO, uploaded.file)


def _check_sides(width: int, height: int, limits: ModelInput) -> None:
    if min(width, height) < limits.min_side:
        raise invalid.side_too_short(limits.min_side, width=width, height=height)
    if max(width, height) > limits.max_side:
        raise invalid.side_too_long(limits.max_side, width=width, height=height)
    if width < limits.min_ratio * height:
        raise invalid.too_narrow(limits.min_ratio, width=width, height=height)
    if width > limits.max_ratio * height:
        raise invalid.too_wide(limits.max_ratio, width=width, height=height)


def _check_length(seconds: float, limits: ModelInput) -> None:
    # Encoders end a clip up to a frame late or early.
    if limits.min_seconds is not None and seconds < float(limits.min_seconds) - 0.05:
        raise invalid.too_short(limits.min_seconds, seconds=seconds)
    if limits.max_seconds is not None and seconds > float(limits.max_seconds) + 0.05:
        raise invalid.too_long(limits.max_seconds, seconds=seconds)
