"""The beginning of a reply in plain words: what Markdown's marks mean has no room on a card."""

import re

_FENCE = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[^\n]*\n?", re.MULTILINE)
# A rule across the page, the line under a heading, the line between a table's head and its rows.
_RULE = re.compile(r"^[ \t]*[|:]?[ \t]*(?:[-=*_][ \t|:]*){3,}$\n?", re.MULTILINE)
_LINE_MARKS = re.compile(r"^[ \t]*(?:>[ \t]*)*(?:#{1,6}[ \t]+|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?)?", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|(.*?)\|?[ \t]*$", re.MULTILINE)
# The end of an excerpt may cut an address in two.
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:[ \t]+\"[^\"\n]*\")?(?:\)|\Z)")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
# Signs inside a Latin word or between figures are no marks: snake_case, 2*3*4.
_EMPHASIS = re.compile(r"(?<![0-9A-Za-z*_\\])([*_])(?=[^\s*_])([^*_\n]+?)(?<=\S)\1(?![0-9A-Za-z*_])")
_CODE = re.compile(r"(`+)([^`\n]+)\1")
_HALF_WRITTEN = re.compile(r"\*\*(?=\S[^*\n]*\Z)|`(?=[^`\n]*\Z)|[*_~`]+\Z")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain_words(markdown: str) -> str:
    """Return the words of a Markdown text, or of its beginning, on one line and without marks."""
    text = _RULE.sub("", _FENCE.sub("", markdown))
    text = _LINE_MARKS.sub("", text)
    text = _TABLE_ROW.sub(lambda row: " · ".join(cell.strip() for cell in row[1].split("|")), text)
    text = _LINK.sub(r"\1", text)
    text = _CODE.sub(r"\2", _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text)))
    return " ".join(_ESCAPED.sub(r"\1", _HALF_WRITTEN.sub("", text)).split())
