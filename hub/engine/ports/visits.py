"""Who looks after teams in the portal, and who is there now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hub.engine.values.notes import Note
    from hub.teams import Admin, Link, Session


class Visits(Protocol):
    """Who looks after teams in the portal, the links that let them in, and who is there now."""

    async def admins(self, team: str) -> Sequence[Admin]:
        """Return a team's admins, oldest first."""

    async def link(self, key_id: str) -> Link | None:
        """Return a link; it tells what it is of."""

    async def links(self, team: str, *, connection: str) -> Sequence[Link]:
        """Return the links for setting up a connection, oldest first."""

    async def add(self, link: Link) -> None:
        """Keep a link that is of no team."""

    async def begin(self, session: Session, *, note: Note, reference: str) -> bool:
        """Keep *session*, and use up the link that it was begun by; False where that lets nobody in.

        Nor does it where its admin, or the provider that they came by, is there no more.

        *note* goes into the team's audit, by *reference*. Sessions that are over are forgotten.
        """

    async def session(self, id: str, *, at: str, seen_after: str) -> Session | None:
        """Return a session that has not ended *at* a moment, and was seen after another.

        It ends with its link's revocation, with its admin, with the provider that they came by, and once the
        person who has the admin's address, or is known to be them, is suspended or nobody vouches for them.
        """

    async def seen(self, id: str, *, at: str) -> None:
        """Note that a session was seen *at* a moment."""

    async def end(self, session: Session, *, note: Note, reference: str) -> None:
        """Forget a session, with a *note* in its team's audit, unless it has ended before."""

    async def refused(self, team: str, *, note: Note, reference: str) -> None:
        """Keep in a team's audit that somebody did not come in."""

    async def shut(self, team: str | None, *, note: Note, reference: str) -> int:
        """Forget all sessions of a team, or of operators, and revoke their links; return how many sessions.

        Links for setting up stay. *note* goes into the team's audit, by *reference*.
        """
