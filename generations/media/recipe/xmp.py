"""XMP packets: made, joined to one that is there, and searched for a recipe without a parser of XML.

A packet from outside is text to be searched, nothing more: entities that multiply, references to other files and
nesting without end need a parser to do harm. Source: ISO 16684-1, and
https://github.com/adobe/XMP-Toolkit-SDK/blob/main/docs/XMPSpecificationPart3.pdf for its place in each format.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, unescape

from generations.media.recipe.label import FIELD, XMP_NAMESPACE, XMP_PREFIX
from generations.media.recipe.splicing import UnsupportedFileError
from generations.media.recipe.words import Inscription

NAMESPACE = "urn:studio:recipe:1.0:"
# What is read of a packet, and how large one may be that we join.
MOST_BYTES = 1024 * 1024
DESCRIPTION_CHARACTERS = 1_000
_RECIPE = re.compile(r"<studio:recipe>([^<]*)</studio:recipe>|studio:recipe=\"([^\"<]*)\"")
_END = b"</rdf:RDF>"
_QUOTES = {"&quot;": '"', "&apos;": "'"}
# XML knows no other control characters, not even written as entities.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def packet(inscription: Inscription, *, earlier: bytes = b"", has_recipe: bool = True) -> bytes:
    """Return a packet with label, description and recipe; what an earlier packet says stays in it.

    Somebody else's label is never replaced: whoever made the picture has said so already.
    Raises: UnsupportedFileError for an earlier packet that cannot be joined.
    """
    is_labelled = XMP_NAMESPACE.encode() in earlier
    names = [f'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:studio="{NAMESPACE}"']
    fields = []
    if not is_labelled:
        names.append(f'xmlns:{XMP_PREFIX}="{XMP_NAMESPACE}"')
        fields.append(f"<{XMP_PREFIX}:{FIELD}>{_escaped(inscription.label)}</{XMP_PREFIX}:{FIELD}>")
    if b"dc:description" not in earlier and inscription.description:
        words = _escaped(inscription.description[:DESCRIPTION_CHARACTERS])
        language = '<rdf:li xml:lang="x-default">'
        fields.append(f"<dc:description><rdf:Alt>{language}{words}</rdf:li></rdf:Alt></dc:description>")
    if has_recipe:
        fields.append(f"<studio:recipe>{_escaped(inscription.recipe)}</studio:recipe>")
    description = f'<rdf:Description rdf:about="" {" ".join(names)}>{"".join(fields)}</rdf:Description>'.encode()
    return _joined(earlier, description) if earlier else _fresh(description)


def find_recipe(content: bytes) -> str:
    """Return the text of the recipe in a packet, or nothing. Looks at no more than the first megabyte."""
    found = _RECIPE.search(content[:MOST_BYTES].decode("utf-8", "replace"))
    return unescape(found[1] or found[2] or "", _QUOTES) if found else ""


def _fresh(description: bytes) -> bytes:
    head = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    return head + rdf + description + _END + b'</x:xmpmeta><?xpacket end="w"?>'


def _joined(earlier: bytes, description: bytes) -> bytes:
    if len(earlier) > MOST_BYTES or earlier.count(_END) != 1 or b"studio:recipe" in earlier:
        raise UnsupportedFileError("its packet cannot be joined")
    before, after = earlier.split(_END)
    return before + description + _END + after


def _escaped(text: str) -> str:
    return escape(_UNWRITABLE.sub("", text))
