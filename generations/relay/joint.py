"""Where a reply that was cut goes on: the model is asked to go on from there, and what it repeats is taken away."""

from __future__ import annotations

# Said to the model behind its own cut words; the reader never sees it.
GO_ON = (
    "Your last message was cut off. Go on from exactly where it ends, in the same language and form. "
    "Do not mention this, and repeat nothing that stands there already."
)
WINDOW_CHARACTERS = 400
# So much is hardly ever the same by chance; less only counts as a repeated beginning of the word that was cut.
REPEAT_MIN_CHARACTERS = 12
WORD_MIN_CHARACTERS = 3


class Joint:
    """Takes the pieces of a continuation and returns them without what they repeat of the words before them.

    While what has come stands somewhere in those words, it may be the beginning of a repetition, and is held back.
    """

    def __init__(self, before: str) -> None:
        self._before = before[-WINDOW_CHARACTERS:]
        self._held = ""
        self._is_open = bool(before)

    def take(self, piece: str) -> str:
        """Return what can be shown now."""
        if not self._is_open:
            return piece
        self._held += piece
        return "" if self._held in self._before else self.rest()

    def rest(self) -> str:
        """Return what was held back, without a repetition."""
        held, self._held, self._is_open = self._held, "", False
        return held[repeated_length(self._before, held) :]


def repeated_length(before: str, after: str) -> int:
    """Return how much of the beginning of `after` is the end of `before` said again. Units: characters."""
    for length in range(min(len(before), len(after)), WORD_MIN_CHARACTERS - 1, -1):
        if before.endswith(after[:length]) and (length >= REPEAT_MIN_CHARACTERS or _is_cut_word(before, length)):
            return length
    return 0


def _is_cut_word(before: str, length: int) -> bool:
    """Tell whether the last so many characters are exactly one word of letters and digits."""
    word, ahead = before[-length:], before[-length - 1 : -length]
    return word.isascii() and word.isalnum() and not ahead.isalnum()
