"""The rules of a text that goes to a model: what is refused, and in which words."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NUL = "\x00"
# Half of a pair: no encoding of the outside world can carry it, and no database stores it.
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def prompt_error(text: str, *, max_characters: int) -> str:
    """Return the sentence that says why a text cannot be sent, or nothing.

    Marks of writing direction and sequences of emoji are part of a text and pass.
    """
    if NUL in text or LONE_SURROGATE.search(text):
        return _("The prompt holds characters that are not text. Delete them and try again.")
    if len(text) > max_characters:
        over = len(text) - max_characters
        return ngettext(
            "This model takes at most %(limit)s characters. Shorten the prompt by %(over)s character.",
            "This model takes at most %(limit)s characters. Shorten the prompt by %(over)s characters.",
            over,
        ) % {"limit": max_characters, "over": over}
    return ""


class PromptField(forms.Field):
    """A prompt: kept exactly as typed but for blank ends; only blanks count as empty."""

    widget = forms.Textarea

    def __init__(self, *, max_characters: int, **more: Any) -> None:
        super().__init__(required=False, **more)
        self.max_characters = max_characters

    def clean(self, value: object) -> str:
        """Return the text without blank ends, with one kind of line end.

        Raises: ValidationError for what no model can read.
        """
        text = str(value or "").replace("\r\n", "\n").strip()
        if error := prompt_error(text, max_characters=self.max_characters):
            raise ValidationError(error)
        return text
