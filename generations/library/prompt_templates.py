"""Templates: made, changed by version, deleted with a way back. Their language is `template_syntax`."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generations.library import template_syntax
from generations.models import Kind, PromptTemplate, Visibility
from generations.models.collecting import name_key
from generations.models.prompts import TEMPLATE_NAME_MAX_CHARACTERS

TEXT_MAX_CHARACTERS = 20_000
KEPT = datetime.timedelta(days=30)
KINDS = ("", Kind.VIDEO.value, Kind.IMAGE.value)
SAME_NAME = _("You have a template of this name already.")


class TemplateRefusedError(ValueError):
    """What was asked cannot be; `field` is the one it is about, and the message is for the person."""

    def __init__(self, field: str, message: Any) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class TemplateChangedError(Exception):
    """Somebody changed the template after the form was shown. `current` is the template as it stands."""

    def __init__(self, current: PromptTemplate) -> None:
        super().__init__(str(current.public_id))
        self.current = current


@dataclass(frozen=True, slots=True)
class TemplateWords:
    """What a person writes about a template."""

    name: str = ""
    text: str = ""
    kind: str = ""
    visibility: str = Visibility.PRIVATE.value


def create(words: TemplateWords, *, owner: User, now: datetime.datetime) -> PromptTemplate:
    """Make a template and return it.

    Raises: TemplateRefusedError for a name or a text that cannot be, or a name that the person has given before.
    """
    values = _clean(words)
    try:
        with transaction.atomic():
            return PromptTemplate.objects.create(owner=owner, created_at=now, changed_at=now, **values)
    except IntegrityError as error:
        raise TemplateRefusedError("name", SAME_NAME) from error


def edit(template: PromptTemplate, words: TemplateWords, *, version: int, now: datetime.datetime) -> PromptTemplate:
    """Change a template, and return it.

    Raises: TemplateRefusedError as `create`; TemplateChangedError when `version` is not the template's any more.
    """
    values = _clean(words)
    try:
        with transaction.atomic():
            changed = PromptTemplate.objects.filter(pk=template.pk, version=version, trashed_at=None).update(
                version=F("version") + 1, changed_at=now, **values
            )
    except IntegrityError as error:
        raise TemplateRefusedError("name", SAME_NAME) from error
    current = PromptTemplate.objects.get(pk=template.pk)
    if not changed and {name: getattr(current, name) for name in values} != values:
        raise TemplateChangedError(current)
    return current


def delete(template: PromptTemplate, *, now: datetime.datetime) -> None:
    """Delete a template; `restore` brings it back for a while. Idempotent: yes."""
    PromptTemplate.objects.filter(pk=template.pk, trashed_at=None).update(trashed_at=now)


def restore(template: PromptTemplate) -> None:
    """Bring a deleted template back.

    Raises: TemplateRefusedError when its name was given to another one meanwhile. Idempotent: yes.
    """
    try:
        with transaction.atomic():
            PromptTemplate.objects.filter(pk=template.pk).update(trashed_at=None)
    except IntegrityError as error:
        raise TemplateRefusedError("name", SAME_NAME) from error


def sweep(*, now: datetime.datetime) -> int:
    """Forget what was deleted long ago; return how many there were. Idempotent: yes."""
    return PromptTemplate.objects.filter(trashed_at__lt=now - KEPT).delete()[0]


def templates_of(person: User, *, words: str = "") -> QuerySet[PromptTemplate]:
    """Return the templates that a person may use, those changed last first; with words, those that hold all of them."""
    found = PromptTemplate.objects.visible_to(person.pk).select_related("owner").order_by("-changed_at", "-id")
    for word in words.replace("\x00", " ").split()[:10]:
        found = found.filter(Q(name__icontains=word) | Q(text__icontains=word))
    return found


def _clean(words: TemplateWords) -> dict[str, str]:
    name = " ".join("".join(sign for sign in words.name if sign.isprintable() or sign.isspace()).split())
    if not name_key(name):
        raise TemplateRefusedError("name", _("Give the template a name."))
    if len(name) > TEMPLATE_NAME_MAX_CHARACTERS:
        raise TemplateRefusedError("name", _("A name has 60 characters at most."))
    text = words.text.replace("\r\n", "\n").strip()
    if not text:
        raise TemplateRefusedError("text", _("Write the prompt, with variables such as {{subject}}."))
    if len(text) > TEXT_MAX_CHARACTERS:
        raise TemplateRefusedError("text", _("A template has 20,000 characters at most."))
    if "\x00" in text:
        raise TemplateRefusedError("text", _("The template holds characters that are not text."))
    try:
        template_syntax.read(text)
    except template_syntax.TemplateSyntaxError as error:
        raise TemplateRefusedError("text", str(error)) from error
    if words.kind not in KINDS or words.visibility not in Visibility.values:
        raise TemplateRefusedError("visibility", _("Choose who may use the template."))
    return {"name": name, "key": name_key(name), "text": text, "kind": words.kind, "visibility": words.visibility}
