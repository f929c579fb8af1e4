"""From the words of a prompt, English or Chinese, to a manner of painting, an hour of the day and a tint."""

import dataclasses
import hashlib
import re

from generations.sandbox.lexicon import CONCEPTS, HOUR_WORDS, TINTS
from generations.sandbox.light import HOURS, choose_light
from generations.sandbox.scene import Mood

# What a prompt without any known word may become.
_ANY_MANNER = (
    "flow",
    "watercolour",
    "papercut",
    "poster",
    "dunes",
    "peaks",
    "sea",
    "forest",
    "aurora",
    "planet",
    "balloons",
    "ink",
)
_LATIN = re.compile(r"[a-z][a-z'-]*")
_NATURAL_HOURS = {
    "neon": "night",
    "aurora": "night",
    "lanterns": "night",
    "planet": "night",
    "creature": "day",
    "flowers": "day",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What a prompt was understood to ask for. ``style`` is a finish laid over another manner, or empty."""

    manner: str
    style: str
    mood: Mood


def read_prompt(prompt: str, *, seed: int) -> Reading:
    """Return manner, style and mood; the same prompt and seed always give the same."""
    text = prompt.lower()
    latin = frozenset(_LATIN.findall(text))
    found = {name: place for name, concept in CONCEPTS.items() if (place := _first(concept.words, text, latin)) >= 0}
    digest = hashlib.sha256(f"{' '.join(text.split())}|{seed}".encode()).digest()
    manner, style = _choose_manner(found, digest)
    hour = "day" if style else _choose_hour(text, latin, manner, digest)
    tint = next((code for code, words in TINTS.items() if _first(words, text, latin) >= 0), "")
    if manner == "creature":
        # An orange cat is orange by itself; its meadow is not.
        tint = ""
    mood = Mood(
        seed=int.from_bytes(digest[:4], "big"),
        light=choose_light(hour, pick=digest[5] / 256, tint=tint),
        words=frozenset(found),
        tint=tint,
    )
    return Reading(manner, style, mood)


def _choose_manner(found: dict[str, int], digest: bytes) -> tuple[str, str]:
    ranked = sorted(found, key=lambda name: (-CONCEPTS[name].weight, found[name]))
    if not ranked:
        return _ANY_MANNER[digest[4] % len(_ANY_MANNER)], ""
    best = ranked[0]
    manner = CONCEPTS[best].manner
    scenery = [name for name in ranked[1:] if 3 <= CONCEPTS[name].weight <= 5 and CONCEPTS[name].manner != manner]
    # Ink and watercolour can render any scene; posters and cut paper have compositions of their own.
    is_finish = best == "watercolour" or (best == "ink" and bool(scenery) and CONCEPTS[scenery[0]].manner != "peaks")
    if is_finish and scenery:
        return CONCEPTS[scenery[0]].manner, best
    return manner, ""


def _choose_hour(text: str, latin: frozenset[str], manner: str, digest: bytes) -> str:
    places = {hour: _first(words, text, latin) for hour, words in HOUR_WORDS.items()}
    named = [hour for hour, place in places.items() if place >= 0]
    if named:
        return named[0]
    return _NATURAL_HOURS.get(manner) or HOURS[digest[6] % len(HOURS)]


def _first(words: str, text: str, latin: frozenset[str]) -> int:
    """Return where the first of the words stands in the text, or -1. Chinese has no word boundaries to respect."""
    places = [text.find(word) for word in words.split() if (word in latin if word[0].isascii() else word in text)]
    return min(places, default=-1)
