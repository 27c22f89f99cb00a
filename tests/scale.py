"""How hard the tests try: enough for every change, or all that was promised (`make trust`)."""

from __future__ import annotations

import os

TRUST = os.environ.get("HUB_TRUST") == "1"


def scale(few: int, *, trust: int) -> int:
    """Return *few*, or *trust* when the tests run at full scale."""
    return trust if TRUST else few
