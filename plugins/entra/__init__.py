"""Microsoft Entra ID, formerly Azure Active Directory."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from hub.spi import Dialect, Policy, Probe, hookimpl, read_guide
from hub.spi.messages import search

from .quirks import ENDPOINT, HEARS

GUIDE: Final = read_guide("entra", files(__name__).joinpath("guide.md").read_text(encoding="utf-8"))

#: What it asks when the connection is tested: for somebody whom the matching attribute, set to a GUID made up
#: for this, cannot find.
TEST: Final = Probe(
    query={"filter": r'(?!id )[\w.:]+ eq "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"'},
    source=f"{ENDPOINT}#understand-the-microsoft-entra-scim-implementation",
    example=search('userName eq "5f7d1e0c-9f0c-4f0a-8a3b-0d6a2f1d9c11"'),
    spares=(
        search('userName eq "ann@a.example"'),
        search('id eq "5f7d1e0c-9f0c-4f0a-8a3b-0d6a2f1d9c11"'),
        search('userName eq "5f7d1e0c-9f0c-4f0a-8a3b-0d6a2f1d9c11"', kind="Group"),
    ),
)

ENTRA: Final = Dialect(
    name="entra",
    title="Microsoft Entra ID (Azure AD)",
    hears=HEARS,
    # Its validator creates a second group of one name, and wants a 409.
    policy=Policy(group_names_unique=True),
    retry="In Entra: wait, or Provision on demand for this person, or Restart provisioning.",
    test=TEST,
    guides=(GUIDE,),
    aliases=("azure",),
)


@hookimpl
def register_dialects() -> Iterable[Dialect]:
    """Return what Entra ID speaks."""
    return (ENTRA,)
