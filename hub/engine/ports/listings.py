"""What administrators look through, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.engine.values.claimants import SignIn
    from hub.engine.values.listing import Page, Turn, Wanted
    from hub.engine.values.places import Refused
    from hub.engine.values.resources import Resource


class Listings(Protocol):
    """The people of a team, as administrators list them."""

    async def people(self, team: str, wanted: Wanted, turn: Turn) -> Page[str]:
        """Return a page of the people who are *wanted*, the newest first."""

    async def refused(self, team: str, wanted: Wanted, turn: Turn) -> Page[Refused]:
        """Return a page of who was refused and is not in since, by connection and name.

        Of what is *wanted*, text, kind and connection count.
        """

    async def sign_ins(self, team: str, people: Sequence[str]) -> Mapping[str, Sequence[SignIn]]:
        """Return person → their sign-ins, the latest first, of those of *people* who ever signed in."""

    async def users(self, team: str, person: str) -> Sequence[tuple[str, Resource]]:
        """Return a person's users, active or not, each after its connection, with groups, oldest first."""

    async def refused_as(self, team: str, names: Sequence[str]) -> Sequence[Refused]:
        """Return the refusals of users who are called by one of *names*, folded."""
