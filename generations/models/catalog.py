"""The catalogue: which models there are, what each takes, and what it costs.

A model of a known protocol needs no code: its row, its parameters and its inputs make its form, its
validation and its price.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a model makes. A timeline row has one of these too (`chat` stands there for a thread)."""

    VIDEO = "video", _("Video")
    IMAGE = "image", _("Image")
    CHAT = "chat", _("Chat")


# What chat models call the two parameters that a thread has a setting for.
CHAT_PARAMETERS = {
    "temperature": "temperature",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
}


class CatalogModelQuerySet(models.QuerySet["CatalogModel"]):
    """Questions that pages ask of the catalogue."""

    def offered(self) -> CatalogModelQuerySet:
        """Models that people may choose, in the order of the administrator."""
        return self.filter(is_enabled=True).order_by("position", "id")

    def of_kind(self, *kinds: str) -> CatalogModelQuerySet:
        """Only models that make one of these kinds."""
        return self.filter(kind__in=kinds)

    def with_form(self) -> CatalogModelQuerySet:
        """Models with all that their form needs, in three queries whatever their number."""
        return self.prefetch_related("parameters", "inputs")


class CatalogModel(models.Model):
    """One entry of the catalogue.

    `price_rule` is a JSON object whose `rule` names a function of `generations.ledger.prices`; all amounts
    in it are in the installation's currency. `protocol` names an adapter of `generations.gateway`.
    """

    gateway_name = models.CharField(
        _("gateway name"), max_length=120, unique=True, help_text=_("Exactly as the gateway spells it.")
    )
    protocol = models.CharField(
        _("protocol"),
        max_length=40,
        help_text=_("seedance, gemini_images, openai_images, openai_chat or anthropic_messages."),
    )
    kind = models.CharField(_("kind"), max_length=10, help_text=_("video, image or chat."))
    name_en = models.CharField(_("English name"), max_length=80)
    name_zh = models.CharField(_("Chinese name"), max_length=80, blank=True)
    note_en = models.CharField(_("what it is good at, in English"), max_length=160, blank=True)
    note_zh = models.CharField(_("what it is good at, in Chinese"), max_length=160, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveIntegerField(_("order"), default=100)
    prompt_max_characters = models.PositiveIntegerField(_("longest prompt, in characters"), default=20_000)
    accepts_data_uris = models.BooleanField(
        _("inputs as data"),
        default=True,
        help_text=_("Off: this gateway takes pictures for this model by address only."),
    )
    expected_seconds = models.PositiveIntegerField(
        _("usual time, in seconds"), default=60, help_text=_("Shown until there are runs of our own to tell from.")
    )
    context_window_tokens = models.PositiveIntegerField(_("context window, in tokens"), null=True, blank=True)
    max_output_tokens = models.PositiveIntegerField(_("longest reply, in tokens"), null=True, blank=True)
    price_rule = models.JSONField(_("price rule"), default=dict, blank=True)

    objects = CatalogModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("model")
        verbose_name_plural = _("models")
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.gateway_name

    @property
    def name(self) -> str:
        """The name in the person's language."""
        return (self.name_zh if (get_language() or "").startswith("zh") else "") or self.name_en

    @property
    def note(self) -> str:
        """What it is good at, in the person's language."""
        return (self.note_zh if (get_language() or "").startswith("zh") else "") or self.note_en

    @property
    def chat_parameters(self) -> dict[str, ModelParameter]:
        """A thread's parameters that this model has, `temperature` and `max_output_tokens`, with its limits."""
        rows = {CHAT_PARAMETERS.get(row.name, ""): row for row in self.parameters.all()}
        return {name: row for name, row in rows.items() if name}


class ModelParameter(models.Model):
    """One parameter of a model, under the gateway's own field name.

    `values` are comma-separated; a number's `values` are special values allowed outside minimum and maximum
    (for a duration, -1 lets the model choose). `condition` is `parameter=value|value`: the parameter exists
    only while the other one has one of these values. `excludes` is `parameter=value|value` likewise: the
    values in `excluded_values` cannot be combined with it.
    """

    class Type(models.TextChoices):
        CHOICE = "choice", _("one of a list")
        INTEGER = "integer", _("whole number")
        NUMBER = "number", _("number")
        BOOLEAN = "boolean", _("yes or no")
        SIZE = "size", _("width × height in pixels")

    model = models.ForeignKey(CatalogModel, models.CASCADE, related_name="parameters", verbose_name=_("model"))
    name = models.CharField(_("name at the gateway"), max_length=60)
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.CHOICE)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    label_zh = models.CharField(_("Chinese label"), max_length=60, blank=True)
    values = models.CharField(_("allowed values"), max_length=500, blank=True, help_text=_("Separated by commas."))
    minimum = models.DecimalField(_("minimum"), max_digits=16, decimal_places=3, null=True, blank=True)
    maximum = models.DecimalField(_("maximum"), max_digits=16, decimal_places=3, null=True, blank=True)
    default = models.CharField(_("default"), max_length=60, blank=True, help_text=_("Empty: not sent."))
    condition = models.CharField(
        _("only while"), max_length=120, blank=True, help_text=_("For instance output_format=jpeg|webp.")
    )
    is_advanced = models.BooleanField(_("under “more settings”"), default=False)
    position = models.PositiveIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("parameter")
        verbose_name_plural = _("parameters")
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("model", "name"), name="one_parameter_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def value_list(self) -> list[str]:
        """The allowed (or, for numbers, the special) values, in order."""
        return [part.strip() for part in self.values.split(",") if part.strip()]

    def read(self, text: str) -> str | int | float | bool:
        """Return the parameter's value as the gateway's JSON wants it.

        Raises: ValueError when the text is not of the parameter's type (limits are the form's to check).
        """
        if self.type == self.Type.BOOLEAN:
            return text.strip().lower() in {"1", "true", "on", "yes"}
        if self.type == self.Type.INTEGER:
            return int(text)
        if self.type == self.Type.NUMBER:
            return float(text)
        return text

    @property
    def default_value(self) -> str | int | float | bool | None:
        """The default as a JSON value, or None when the parameter is not sent by default."""
        return None if self.default == "" else self.read(self.default)

    def applies(self, chosen: dict[str, Any]) -> bool:
        """Tell whether the parameter exists beside these chosen values."""
        if not self.condition:
            return True
        name, _equals, wanted = self.condition.partition("=")
        return str(chosen.get(name.strip(), "")) in {value.strip() for value in wanted.split("|")}


class ModelInput(models.Model):
    """One role of files that a model takes, with its limits.

    Roles of the same `group` may be combined; different groups exclude each other in one request.
    """

    model = models.ForeignKey(CatalogModel, models.CASCADE, related_name="inputs", verbose_name=_("model"))
    role = models.CharField(
        _("role"),
        max_length=30,
        help_text=_("first_frame, last_frame, reference_image, reference_video, reference_audio, edit_image or mask."),
    )
    media = models.CharField(_("media"), max_length=10, default="image", help_text=_("image, video or audio."))
    group = models.CharField(_("group"), max_length=20, blank=True)
    max_count = models.PositiveIntegerField(_("how many at most"), default=1)
    needs = models.CharField(
        _("needs one of"), max_length=120, blank=True, help_text=_("Roles of which at least one must be given too.")
    )
    mimes = models.CharField(_("file types"), max_length=200, default="image/png,image/jpeg,image/webp")
    max_bytes = models.PositiveBigIntegerField(_("largest file, in bytes"), default=30 * 1024 * 1024)
    min_side = models.PositiveIntegerField(_("shortest side, in pixels"), default=1)
    max_side = models.PositiveIntegerField(_("longest side, in pixels"), default=16_000)
    min_ratio = models.DecimalField(_("smallest width ÷ height"), max_digits=6, decimal_places=3, default=Decimal(0))
    max_ratio = models.DecimalField(_("largest width ÷ height"), max_digits=6, decimal_places=3, default=Decimal(100))
    min_pixels = models.PositiveBigIntegerField(_("fewest pixels, width × height"), null=True, blank=True)
    max_pixels = models.PositiveBigIntegerField(_("most pixels, width × height"), null=True, blank=True)
    min_frame_rate = models.DecimalField(
        _("fewest frames a second"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    max_frame_rate = models.DecimalField(
        _("most frames a second"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    min_seconds = models.DecimalField(_("shortest, in seconds"), max_digits=7, decimal_places=2, null=True, blank=True)
    max_seconds = models.DecimalField(_("longest, in seconds"), max_digits=7, decimal_places=2, null=True, blank=True)
    max_total_seconds = models.DecimalField(
        _("longest together, in seconds"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    by_address_only = models.BooleanField(
        _("by address only"), default=False, help_text=_("The protocol takes this file only from an address.")
    )
    position = models.PositiveIntegerField(_("order"), default=100)

    class Meta:
        verbose_name = _("input")
        verbose_name_plural = _("inputs")
        ordering = ("position", "id")
        constraints = (models.UniqueConstraint(fields=("model", "role"), name="one_input_a_role"),)

    def __str__(self) -> str:
        return self.role

    @property
    def mime_list(self) -> list[str]:
        """The file types that this role takes."""
        return [part.strip() for part in self.mimes.split(",") if part.strip()]
