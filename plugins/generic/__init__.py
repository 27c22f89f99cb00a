"""Any identity provider that pushes SCIM 2.0 and has no plugin of its own."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from hub.spi import Dialect, Guide, hookimpl, read_guide

from .quirks import HEARS

#: Providers that differ from any other in nothing but their guide; the first is for whoever has none.
GUIDES: Final = ("generic", "authentik", "google", "jumpcloud", "keycloak", "onelogin", "ping")


def _guide(name: str) -> Guide:
    file = files(__name__).joinpath("guide.md" if name == "generic" else f"{name}.md")
    return read_guide(name, file.read_text(encoding="utf-8"))


GENERIC: Final = Dialect(
    name="generic",
    title="Another identity provider",
    hears=HEARS,
    guides=tuple(map(_guide, GUIDES)),
)


@hookimpl
def register_dialects() -> Iterable[Dialect]:
    """Return what any other provider speaks."""
    return (GENERIC,)
