"""What an administrator may write into the catalogue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from generations.ledger.prices import rule_errors
from generations.models import CatalogModel

# Which kinds each protocol can make.
PROTOCOL_KINDS = {
    "seedance": "video",
    "gemini_images": "image",
    "openai_images": "image",
    "openai_chat": "chat",
    "anthropic_messages": "chat",
}


def catalog_model_errors(model: CatalogModel) -> dict[str, list[str]]:
    """Return the errors of a catalogue row by field; empty when the studio can serve it."""
    errors: dict[str, list[str]] = {}
    kind = PROTOCOL_KINDS.get(model.protocol)
    if kind is None:
        errors["protocol"] = [_("Known protocols are: %(names)s.") % {"names": ", ".join(PROTOCOL_KINDS)}]
    elif model.kind != kind:
        errors["kind"] = [_("This protocol makes: %(kind)s.") % {"kind": kind}]
    if not isinstance(model.price_rule, dict):
        errors["price_rule"] = [_("A price rule is a JSON object.")]
    elif found := rule_errors(model.price_rule):
        errors["price_rule"] = [_("Not a price rule: %(errors)s") % {"errors": "; ".join(found)}]
    return errors


class CatalogModelForm(forms.ModelForm[CatalogModel]):
    """The admin's form of a model: a row that it accepts can be offered, submitted and priced."""

    class Meta:
        model = CatalogModel
        fields = (
            "gateway_name",
            "protocol",
            "kind",
            "name_en",
            "name_zh",
            "note_en",
            "note_zh",
            "is_enabled",
            "position",
            "prompt_max_characters",
            "accepts_data_uris",
            "expected_seconds",
            "context_window_tokens",
            "max_output_tokens",
            "price_rule",
        )
        widgets = {
            "protocol": forms.Select(choices=[(name, name) for name in ("", *PROTOCOL_KINDS)]),
            "kind": forms.Select(choices=[(name, name) for name in ("", *dict.fromkeys(PROTOCOL_KINDS.values()))]),
        }

    def clean(self) -> dict[str, Any] | None:
        """Refuse a protocol, kind or price rule that nothing here can serve."""
        cleaned = super().clean()
        for name, value in (cleaned or {}).items():
            setattr(self.instance, name, value)
        for field, messages in catalog_model_errors(self.instance).items():
            if field not in self.errors:
                self.add_error(field, messages)
        return cleaned
