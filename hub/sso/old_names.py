"""EdDSA by its old name, which is the one that products and providers know (RFC 9864 has another)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from joserfc.errors import SecurityWarning


@contextmanager
def old_names() -> Iterator[None]:
    """Enclose what joserfc would warn of: that a name is old."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)
        yield
