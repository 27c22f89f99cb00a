"""What administrators change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Protocol

from hub.engine.values.claimants import Personal
from hub.engine.values.notes import Author

if TYPE_CHECKING:
    from hub.teams import Admin, ApiKey, Connection, Link, Team, Token


class Affairs(Protocol):
    """What administrators change of a team, its connections, its tokens and its people."""

    async def found(self, team: Team) -> None:
        """Add the team that this unit is for (`NameTaken`)."""

    async def team(self, *, alone: bool = True) -> Team:
        """Return the team that this unit is for; no other unit that asks so goes on until this one is done.

        The work of an administrator begins with it, so that what it finds stays as it is. Without *alone*,
        nobody is held up.
        """

    async def connections(self) -> Sequence[Connection]:
        """Return the team's connections, oldest first."""

    async def put(self, thing: Team | Connection | Token | ApiKey | Admin | Link) -> None:
        """Change the team, or add one of its connections, tokens, admins or links, or change it."""

    async def tokens(self, connection: str, *, by: str | None = None) -> Sequence[Token]:
        """Return a connection's tokens, oldest first, or of them those that were made *by* somebody."""

    async def holders(self, urn: str) -> int:
        """Return how many of the team's resources hold attributes of the schema *urn*."""

    async def admins(self) -> Sequence[Admin]:
        """Return the team's admins, oldest first."""

    async def dismiss(self, admin: Admin) -> None:
        """Remove an admin, and their sessions."""

    async def personal(self, person: str) -> Personal | None:
        """Lock a person, and return what an administrator said of them."""

    async def put_personal(self, person: str, personal: Personal) -> None:
        """Change what an administrator said of a person; `recount` then counts their claims anew."""

    async def forget(self, person: str, names: AbstractSet[str]) -> None:
        """Forget by which addresses a person was found.

        Forget, too, that anybody called by one of *names* is expected in a group, or was refused a seat.
        """

    async def note(
        self, by: Author, action: str, target: str, *, changes: Mapping[str, Any], person: str | None = None
    ) -> None:
        """Write into the team's audit what *by* did to *target*, and the *person* it is about, if any.

        *action* is named as the command is: `connection.on`. *changes* (JSON) never hold a secret.
        """
