"""A part of a page that is the same for many items but for their ids, rendered once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

KEPT = "alike_renderings"


class AlikeNode(template.Node):
    """What stands between the tags, kept by its likeness for as long as one page is rendered."""

    def __init__(self, nodelist: NodeList, likeness: FilterExpression, ids: Sequence[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.likeness = likeness
        self.ids = ids

    def render(self, context: Context) -> SafeString:
        """Return the part as this item has it."""
        likeness = self.likeness.resolve(context)
        ids = [str(one.resolve(context, ignore_failures=True) or "") for one in self.ids]
        if not likeness:
            return self.nodelist.render(context)
        # The lowest dictionary of a context lives as long as the page, through every include.
        kept: dict[Any, tuple[list[str], str]] = context.dicts[0].setdefault(KEPT, {})
        key = self, likeness, tuple(map(bool, ids))
        if key not in kept:
            kept[key] = ids, self.nodelist.render(context)
        first_ids, html = kept[key]
        for first, own in zip(first_ids, ids, strict=True):
            if first != own:
                html = html.replace(first, own)
        return mark_safe(html)  # noqa: S308 - rendered by a template, and ids put in the place of ids


@register.tag
def alike(parser: Parser, token: Token) -> AlikeNode:
    """Render a part once a page for all items of one likeness, and put each item's own ids into its copy.

    ``{% alike card.likeness card.public_id card.cover.public_id %}…{% endalike %}``: the part must say nothing of the
    item but what its likeness stands for and its ids, which are UUIDs, so that no other text can be taken for one. An
    item with an empty likeness is like no other. A page of 24 cards has three or four likenesses.
    """
    _name, likeness, *ids = token.split_contents()
    nodelist = parser.parse(("endalike",))
    parser.delete_first_token()
    return AlikeNode(nodelist, parser.compile_filter(likeness), [parser.compile_filter(one) for one in ids])
