"""Any identity provider that pushes SCIM 2.0 and has no plugin of its own."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from hub.spi import Dialect, hookimpl

from .quirks import HEARS

GENERIC: Final = Dialect(
    name="generic",
    title="Another identity provider",
    hears=HEARS,
    guide=files(__name__).joinpath("guide.md").read_text(encoding="utf-8"),
)


@hookimpl
def register_dialects() -> Iterable[Dialect]:
    """Return what any other provider speaks."""
    return (GENERIC,)
