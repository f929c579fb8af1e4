"""The catalogue for administrators: a model of a known protocol is added here, without code."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from generations.forms.catalog import CatalogModelForm
from generations.models import CatalogModel, ModelInput, ModelParameter


class ParameterInline(admin.StackedInline[ModelParameter, CatalogModel]):
    """What the form asks. Eleven fields are too wide for one line of a table."""

    model = ModelParameter
    extra = 1
    fields = (
        ("position", "name", "type", "is_advanced"),
        ("minimum", "maximum"),
        "values",
        ("default", "condition"),
        ("label_en", "label_zh"),
    )
    formfield_overrides = {
        models.JSONField: {"widget": forms.Textarea(attrs={"rows": 2, "cols": 48})},
    }


class InputInline(admin.StackedInline[ModelInput, CatalogModel]):
    """Which files the form takes, and their limits."""

    model = ModelInput
    extra = 0
    classes = ("collapse",)


@admin.register(CatalogModel)
class CatalogModelAdmin(admin.ModelAdmin[CatalogModel]):
    """One row a model: switch it, order it, price it."""

    form = CatalogModelForm
    list_display = ("gateway_name", "name_en", "name_zh", "kind", "protocol", "is_enabled", "position")
    list_editable = ("is_enabled", "position")
    list_filter = ("kind", "protocol", "is_enabled")
    search_fields = ("gateway_name", "name_en", "name_zh")
    inlines = (ParameterInline, InputInline)
    save_as = True
    fieldsets = (
        (None, {"fields": ("gateway_name", "protocol", "kind", "is_enabled", "position")}),
        (_("Names"), {"fields": ("name_en", "name_zh", "note_en", "note_zh")}),
        (
            _("Limits"),
            {
                "fields": (
                    "prompt_max_characters",
                    "accepts_data_uris",
                    "expected_seconds",
                    "context_window_tokens",
                    "max_output_tokens",
                )
            },
        ),
        (_("Price"), {"fields": ("price_rule",)}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse to delete a model that something was made with; it can be switched off."""
        if obj is not None and (obj.generations.exists() or obj.threads.exists()):
            return False
        return super().has_delete_permission(request, obj)
