"""Who looks after teams in the portal, the links that let them in, and who is there now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from hub.scim.folding import fold
from hub.scim.strictjson import dumps
from hub.teams import Admin, Link, Role, Session

from .client import Client, Row
from .keys import key
from .patience import Patient
from .statements import values_of
from .trail import NOTE

if TYPE_CHECKING:
    from hub.engine.values.notes import Note

ADMINS = "SELECT * FROM admins WHERE team_id = $1 ORDER BY created_at, id"

#: Field of a value → its column, where they differ.
COLUMNS = {name: f"{name}_id" for name in ("team", "connection", "admin", "link", "provider")}

#: Whether a link lets somebody in at $2: an admin's once, one for setting up until it ends.
_OPENS = "revoked_at IS NULL AND expires_at > $2 AND (used_at IS NULL OR role = 'setup')"

_USED = f"UPDATE links SET used_at = $2 WHERE key_id = $1 AND {_OPENS} RETURNING key_id"


def out(team: str, admin: str, *, person: str = "NULL") -> str:
    """Return SQL that finds whoever is behind an *admin* of a *team* and is suspended or removed there.

    They are found by the admin's address, by what providers call them, and by *person*.
    """
    return (
        "SELECT 1 FROM (SELECT k.person_id AS id FROM admins a"
        " JOIN person_keys k ON k.team_id = a.team_id AND k.address = a.address_key"
        f" WHERE a.team_id = {team} AND a.id = {admin}"
        f" UNION ALL SELECT u.person_id FROM subjects u WHERE u.team_id = {team} AND u.admin_id = {admin}"
        f" UNION ALL SELECT {person}) AS known JOIN persons p ON p.id = known.id"
        f" WHERE p.team_id = {team} AND (p.claims = 0 OR p.suspended IS NOT NULL)"
    )


#: All that decides whether somebody is (still) in; what an admin may do is as it is now.
_SESSION = (
    "SELECT s.*, COALESCE(a.role, s.role) AS role_now FROM sessions s"
    " LEFT JOIN links l ON l.key_id = s.link_id"
    " LEFT JOIN admins a ON a.team_id = s.team_id AND a.id = s.admin_id"
    " WHERE s.id = $1 AND s.expires_at > $2 AND s.seen_at > $3 AND l.revoked_at IS NULL"
    f" AND NOT EXISTS ({out('s.team_id', 's.admin_id')})"
)


@frozen(kw_only=True)
class DatabaseVisits(Patient):
    """`Visits` in a database."""

    async def admins(self, team: str) -> Sequence[Admin]:
        return [admin(row) for row in await self._rows(ADMINS, team)]

    async def link(self, key_id: str) -> Link | None:
        rows = await self._rows("SELECT * FROM links WHERE key_id = $1", key_id)
        return _link(rows[0]) if rows else None

    async def links(self, team: str, *, connection: str) -> Sequence[Link]:
        rows = await self._rows(
            "SELECT * FROM links WHERE team_id = $1 AND connection_id = $2 ORDER BY created_at, key_id",
            *(team, connection),
        )
        return [_link(row) for row in rows]

    async def add(self, link: Link) -> None:
        await self._write(*_insert("links", link_values(link)))

    async def begin(self, session: Session, *, note: Note, reference: str) -> bool:
        async def begun(client: Client) -> bool:
            run, now = self.database.run, session.created_at
            if await run(client, "SELECT id FROM sessions WHERE id = $1", session.id):
                return True  # by an earlier try, whose answer was lost
            if session.link and not await run(client, _USED, session.link, now):
                return False
            await run(client, "DELETE FROM sessions WHERE expires_at < $1", now)
            sql, *values = _insert("sessions", _values(session))
            await run(client, sql, *values)
            if session.team is not None:
                await self._note(client, session.team, reference, note)
            return True

        return await self._written_still(begun)  # the admin, or the provider, may have just gone

    async def session(self, id: str, *, at: str, seen_after: str) -> Session | None:
        rows = await self._rows(_SESSION, id, at, seen_after)
        return _session(rows[0]) if rows else None

    async def seen(self, id: str, *, at: str) -> None:
        await self._write("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2", id, at)

    async def end(self, session: Session, *, note: Note, reference: str) -> None:
        async def ended(client: Client) -> None:
            gone = "DELETE FROM sessions WHERE id = $1 RETURNING id"
            if await self.database.run(client, gone, session.id) and session.team is not None:
                await self._note(client, session.team, reference, note)

        await self._written(ended)

    async def refused(self, team: str, *, note: Note, reference: str) -> None:
        async def refused(client: Client) -> None:
            await self._note(client, team, reference, note)

        await self._written(refused)

    async def shut(self, team: str | None, *, note: Note, reference: str) -> int:
        mine = "COALESCE(team_id, '') = $1"

        async def shut(client: Client) -> int:
            run, whose = self.database.run, team or ""
            revoked = f"UPDATE links SET revoked_at = $2 WHERE {mine} AND revoked_at IS NULL"
            await run(client, f"{revoked} AND role <> 'setup'", whose, note.at)
            gone = await run(client, f"DELETE FROM sessions WHERE {mine} RETURNING id", whose)
            if team is not None:
                await self._note(client, team, reference, note)
            return len(gone)

        return await self._written(shut)

    async def _note(self, client: Client, team: str, reference: str, note: Note) -> None:
        told = (note.at, note.who, note.action, note.target, note.person, note.why)
        values = (team, reference, *told, dumps(dict(note.changes)).decode())
        await self.database.run(client, f"INSERT INTO audit ({NOTE}) VALUES {values_of(values)}", *values)


def admin(row: Row) -> Admin:
    """Return the admin in *row*."""
    return Admin(
        id=row["id"],
        team=row["team_id"],
        address=row["address"],
        role=Role(row["role"]),
        created_at=row["created_at"],
        name=row["name"],
    )


def admin_values(admin: Admin) -> dict[str, Any]:
    """Return what an admin puts into its columns, among them the address in the form it is looked up by."""
    return {**_values(admin), "address_key": key(fold(admin.address))}


def link_values(link: Link) -> dict[str, Any]:
    """Return what a link puts into its columns."""
    return _values(link)


def _link(row: Row) -> Link:
    return Link(
        key_id=row["key_id"],
        team=row["team_id"],
        role=Role(row["role"]),
        connection=row["connection_id"],
        digest=row["digest"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
    )


def _session(row: Row) -> Session:
    return Session(
        id=row["id"],
        team=row["team_id"],
        role=Role(row["role_now"]),
        who=row["who"],
        created_at=row["created_at"],
        seen_at=row["seen_at"],
        expires_at=row["expires_at"],
        admin=row["admin_id"],
        connection=row["connection_id"],
        link=row["link_id"],
        provider=row["provider_id"],
    )


def _values(value: Admin | Link | Session) -> dict[str, Any]:
    said = asdict(value)
    return {COLUMNS.get(name, name): said[name] for name in said}


def _insert(table: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    kept = [*values.values()]
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES {values_of(kept)}", *kept
