"""Text without case, the same on every database."""

from __future__ import annotations

from unicodedata import normalize


def fold(text: str) -> str:
    """Return *text* as it is compared where case does not count: NFKC, casefold, NFKC."""
    if text.isascii():
        return text.lower()
    return normalize("NFKC", normalize("NFKC", text).casefold())
