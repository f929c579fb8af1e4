"""How a try of a webhook went, in the person's words."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from generations.notify.messages import delivery_words

register = template.Library()


@register.filter
def told(attempt: Mapping[str, object]) -> str:
    """Return the status of an answer, or why there was none."""
    status = attempt.get("status")
    return f"HTTP {status}" if status else str(delivery_words(str(attempt.get("error", ""))))
