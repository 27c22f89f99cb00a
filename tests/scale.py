"""How hard the tests try: enough for every change, or all that was promised (`make trust`)."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

TRUST = os.environ.get("HUB_TRUST") == "1"


def scale(few: T, *, trust: T) -> T:
    """Return *few*, or *trust* when the tests run at full scale."""
    return trust if TRUST else few
