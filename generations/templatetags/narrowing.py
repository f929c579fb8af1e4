"""The address of a list with another question."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from generations.library.asked import Asked

register = template.Library()


@register.simple_tag
def narrowed(asked: Asked, question: str) -> str:
    """Return the library's address for the same part of it, asked something else."""
    words = {name: word for name, word in {**asked.words, "q": question}.items() if word}
    return f"{reverse('library')}?{urlencode(words)}" if words else reverse("library")
