"""Text as a gateway streams it, made into text that every database and browser can hold."""

from __future__ import annotations


class IncomingText:
    """Cleans a text that comes in pieces: pairs of surrogates may be torn apart between two of them."""

    def __init__(self) -> None:
        self._half = ""

    def take(self, piece: str) -> str:
        """Return the piece without NUL, carriage returns and lone surrogates; half a pair is kept for the next."""
        piece = self._half + piece
        self._half = ""
        if piece and "\ud800" <= piece[-1] <= "\udbff":
            self._half, piece = piece[-1], piece[:-1]
        if piece.isascii():
            return piece.replace("\x00", "\ufffd").replace("\r", "")
        return _whole_pairs(piece).replace("\x00", "\ufffd").replace("\r", "")

    def rest(self) -> str:
        """Return what stands for half a pair that was never completed."""
        half, self._half = self._half, ""
        return "\ufffd" if half else ""


def _whole_pairs(piece: str) -> str:
    return piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
