"""Searched values as an index holds them."""

from __future__ import annotations

from hashlib import sha256

#: The longest value that is its own key, bytes; an index of PostgreSQL holds no row above 2,704.
LENGTH_MAX = 1000


def key(text: str) -> str:
    """Return what stands for *text* in an index: itself, or a digest where it is too long for one.

    No value is the digest of another: it begins with a control character, which no value holds.
    """
    raw = text.encode()
    return text if len(raw) <= LENGTH_MAX else f"\x1f{sha256(raw).hexdigest()}"
