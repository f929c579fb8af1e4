"""Tags for what a template alone cannot draw: icons, ratios, time against usual time, fields, amounts.

The settings make them built in, so that no template loads them.
"""

from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django import forms, template
from django.conf import settings
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from studio.currency import format_amount
from studio.ratios import RATIOS, nearest_ratio

register = template.Library()

NO_ID = str(UUID(int=0))

SHAPE_SIDE = 18
SHAPE_LONG_SIDE = 14
# The last quarter of a ruler is room for being late.
RULER_USUAL_PERCENT = 50


@register.simple_tag
def icon(name: str, *, size: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite: decoration beside a text, or with a label the image of a word."""
    return _icon(name, size, str(label))


# A page of cards has hundreds of a few icons.
@lru_cache(maxsize=1_000)
def _icon(name: str, size: str, label: str) -> SafeString:
    return format_html(
        '<svg class="icon"{}{}><use href="{}#{}"/></svg>',
        format_html(' data-size="{}"', size) if size else "",
        format_html(' role="img" aria-label="{}"', label) if label else SafeString(' aria-hidden="true"'),
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def address(name: str, public_id: UUID | str, *more: str) -> str:
    """Return the address of an item by its id, as `url` does; what its route looks like is worked out once only."""
    return _route(name, more).replace(NO_ID, str(public_id))


# A page of cards has a hundred addresses of a few routes.
@lru_cache(maxsize=200)
def _route(name: str, more: tuple[str, ...]) -> str:
    return reverse(name, args=(NO_ID, *more))


@register.simple_tag
def ratio_shape(ratio: str) -> SafeString:
    """Draw a ratio such as "16:9" as a small frame of that shape; other words draw a square."""
    value = RATIOS.get(ratio, 1.0)
    width = SHAPE_LONG_SIDE * min(1.0, value)
    height = SHAPE_LONG_SIDE / max(1.0, value)
    # A panorama of 8:1 would be a line.
    width, height = max(width, 4.0), max(height, 4.0)
    return format_html(
        '<svg class="ratio-shape" viewBox="0 0 18 18" aria-hidden="true">'
        '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5"/></svg>',
        *(f"{number:.1f}" for number in ((SHAPE_SIDE - width) / 2, (SHAPE_SIDE - height) / 2, width, height)),
    )


register.simple_tag(nearest_ratio, name="nearest_ratio")


@register.simple_tag
def time_ruler(elapsed_seconds: float, usual_seconds: float, late_seconds: float | None, label: str) -> SafeString:
    """Draw time spent against the usual (median) and the late (ninetieth percentile) time of our own past.

    The `elapsed` behaviour lengthens the bar while it ticks; the ruler's whole length is `data-scale-seconds`.
    """
    scale = max(usual_seconds * 100 / RULER_USUAL_PERCENT, (late_seconds or 0) * 1.15, 1.0)
    late = f"{100 * late_seconds / scale:.1f}%" if late_seconds else ""
    return format_html(
        '<svg class="time-ruler" role="img" aria-label="{}" data-scale-seconds="{}">'
        '<rect class="time-ruler__track" x="0" y="3" width="100%" height="2" rx="1"/>'
        '<rect class="time-ruler__elapsed" x="0" y="3" width="{}" height="2" rx="1"/>'
        '<rect class="time-ruler__median" x="{}" y="0" width="1.5" height="8" rx=".75"/>{}</svg>',
        label,
        f"{scale:.0f}",
        f"{min(100.0, 100 * elapsed_seconds / scale):.1f}%",
        f"{100 * usual_seconds / scale:.1f}%",
        format_html('<rect class="time-ruler__late" x="{}" y="1" width="1.5" height="6" rx=".75"/>', late)
        if late
        else "",
    )


@register.simple_tag
def control(field: BoundField, **attributes: Any) -> SafeString:
    """Render a field's own widget in the studio's clothes; further attributes are handed through."""
    clothes = {} if isinstance(field.field.widget, forms.CheckboxInput) else {"class": "field__control"}
    return field.as_widget(attrs={**clothes, **{name.replace("_", "-"): value for name, value in attributes.items()}})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Tell whether a field is one box to tick, whose label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Tell whether a field has several controls, which need a legend instead of a label."""
    return bool(field.field.widget.use_fieldset)


@register.filter
def money(amount: Decimal | None, currency: str = "") -> str:
    """Write an amount in its currency, by default the installation's; None is written as nothing."""
    return "" if amount is None else format_amount(amount, currency=currency or settings.CURRENCY)


@register.filter
def cut(text: str, length: int) -> str:
    """Return the beginning of a text that is longer, with an ellipsis as its last character."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


@register.filter
def clock(seconds: float | None) -> str:
    """Write a length of time as "1:12", from an hour on as "1:02:03"; None is written as nothing.

    Units: seconds.
    """
    if seconds is None:
        return ""
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
