"""What can be wrong with a book."""

from __future__ import annotations


class LedgerError(Exception):
    """An entry does not follow from the book before it; the text names the entry."""
