"""Microsoft Entra ID, formerly Azure Active Directory."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from hub.spi import Dialect, Policy, hookimpl

from .quirks import HEARS

ENTRA: Final = Dialect(
    name="entra",
    title="Microsoft Entra ID (Azure AD)",
    hears=HEARS,
    # Its validator creates a second group of one name, and wants a 409.
    policy=Policy(group_names_unique=True),
    retry="In Entra: wait, or Provision on demand for this person, or Restart provisioning.",
    guide=files(__name__).joinpath("guide.md").read_text(encoding="utf-8"),
    aliases=("azure",),
)


@hookimpl
def register_dialects() -> Iterable[Dialect]:
    """Return what Entra ID speaks."""
    return (ENTRA,)
