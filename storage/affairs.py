"""What administrators say inside a transaction: of a team, its connections, its tokens, its people."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from attrs import frozen

from hub.engine.common.failpoints import failpoint
from hub.engine.values.claimants import Personal
from hub.engine.values.errors import NameTaken
from hub.engine.values.notes import Author
from hub.scim.folding import fold
from hub.teams import Admin, ApiKey, Connection, Link, Team, Token

from . import records, visits
from .faults import Violation
from .keys import key
from .statements import values_of
from .trail import ERASED, NOTE
from .transaction import Transaction

#: What LIKE takes for more than itself.
WILD = re.compile("[!%_]")


@frozen(kw_only=True)
class Affairs(Transaction):
    """What administrators change of a team."""

    async def found(self, team: Team) -> None:
        await self.later(
            "INSERT INTO teams (id, name, plan, sso_issuer, created_at) VALUES ($1, $2, $3, $4, $5)",
            *(team.id, team.name, team.plan, team.sso_issuer, self.now),
            refusals={(Violation.UNIQUE, "teams"): NameTaken(team)},
        )
        await self.flush()

    async def team(self, *, alone: bool = True) -> Team:
        if alone:
            # In turn, apart from the lock on the row, which every entry of the book takes last of all.
            turn = self.in_turn("id")
            await self.rows(f"SELECT 1 FROM teams WHERE id = $1{turn}", self.scope.team)
        # Apart, so that it sees what those before it have done.
        (row,) = await self.rows("SELECT * FROM teams WHERE id = $1", self.scope.team)
        return records.team(row)

    async def connections(self) -> Sequence[Connection]:
        found = await self.rows(
            "SELECT * FROM connections WHERE team_id = $1 ORDER BY created_at, id", self.scope.team
        )
        return [records.connection(row) for row in found]

    async def put(self, thing: Team | Connection | Token | ApiKey | Admin | Link) -> None:
        match thing:
            case Team():
                await self._revise()
                await self.rows(
                    "UPDATE teams SET plan = $2, sso_issuer = $3, schemas = $4, seating = $5 WHERE id = $1",
                    *(self.scope.team, thing.plan, thing.sso_issuer, thing.schemas, thing.seating),
                )
            case Connection():
                await self._revise()
                values = {**records.connection_values(thing), "created_at": self.now}
                await self._upsert("connections", "id", values)
            case Token() | ApiKey():
                if isinstance(thing, Token) and thing.revoked_at:
                    await self._revise(thing.connection)
                await self._upsert("tokens", "key_id", records.key_values(thing))
            case Admin():
                await self._upsert("admins", "id", visits.admin_values(thing))
            case Link():
                await self._upsert("links", "key_id", visits.link_values(thing))

    async def tokens(self, connection: str, *, by: str | None = None) -> Sequence[Token]:
        made = "SELECT target FROM audit WHERE team_id = $1 AND who = $3 AND action = 'token.create'"
        found = await self.rows(
            "SELECT * FROM tokens WHERE team_id = $1 AND connection_id = $2"
            + (f" AND key_id IN ({made})" if by else "")
            + " ORDER BY created_at, key_id",
            *((self.scope.team, connection, by) if by else (self.scope.team, connection)),
        )
        return [records.token(row) for row in found]

    async def holders(self, urn: str) -> int:
        # In compact JSON, only a name stands so: within a value quotes are escaped.
        name = WILD.sub(r"!\g<0>", json.dumps(urn) + ":{")
        (row,) = await self.rows(
            "SELECT count(*) AS held FROM resources WHERE team_id = $1 AND document LIKE $2 ESCAPE '!'",
            *(self.scope.team, f"%{name}%"),
        )
        return int(row["held"])

    async def admins(self) -> Sequence[Admin]:
        return [visits.admin(row) for row in await self.rows(visits.ADMINS, self.scope.team)]

    async def dismiss(self, admin: Admin) -> None:
        mine = (self.scope.team, admin.id)
        # Who a provider says they are stays that of the person, if there is one.
        await self.rows(
            "DELETE FROM subjects WHERE team_id = $1 AND admin_id = $2 AND person_id IS NULL", *mine
        )
        await self.rows("UPDATE subjects SET admin_id = NULL WHERE team_id = $1 AND admin_id = $2", *mine)
        await self.rows("DELETE FROM admins WHERE team_id = $1 AND id = $2", *mine)

    async def _revise(self, connection: str | None = None) -> None:
        """Have no write go by what it has read of the team and its *connection*, or of all, before.

        It waits for those that do: before the row of the team, which they may be waiting for.
        """
        which, one = (" AND id = $2", (connection,)) if connection else ("", ())
        await self.rows(
            f"UPDATE connections SET revision = revision + 1 WHERE team_id = $1{which}"
            + self.database.in_turn("id"),
            *(self.scope.team, *one),
        )

    async def personal(self, person: str) -> Personal | None:
        found = await self.rows(
            "SELECT by_hand, name, suspended FROM persons WHERE team_id = $1 AND id = $2"
            f"{self.in_turn('id')}{self.database.for_update}",
            *(self.scope.team, person),
        )
        return next((records.personal(row) for row in found), None)

    async def put_personal(self, person: str, personal: Personal) -> None:
        await self.rows(
            "UPDATE persons SET by_hand = $3, name = $4, name_key = $5, suspended = $6"
            " WHERE team_id = $1 AND id = $2",
            *(self.scope.team, person, personal.by_hand, personal.name),
            *(personal.name and fold(personal.name), personal.suspended),
        )

    async def forget(self, person: str, names: AbstractSet[str]) -> None:
        await self.rows(
            "DELETE FROM person_keys WHERE team_id = $1 AND person_id = $2", self.scope.team, person
        )
        called = records.dumps(sorted(map(key, names)))
        for table, name in (("refused", "name_key"), ("pending_members", "folded")):
            await self.rows(
                f"DELETE FROM {table} WHERE team_id = $1 AND {name} IN ({self.database.listed('$2')})",
                *(self.scope.team, called),
            )
        await self.rows(
            "UPDATE links SET created_by = $3"
            f" WHERE team_id = $1 AND created_by IN ({self.database.listed('$2')})",
            *(self.scope.team, records.dumps(sorted(names)), ERASED),
        )

    async def note(
        self, by: Author, action: str, target: str, *, changes: Mapping[str, Any], person: str | None = None
    ) -> None:
        mine = (self.scope.team, self.reference, self.now)
        values = (*mine, by.name, action, target, person, by.why, records.dumps(changes))
        await self.later(f"INSERT INTO audit ({NOTE}) VALUES {values_of(values)}", *values)
        failpoint("write.note")

    async def _upsert(self, table: str, key: str, values: dict[str, object]) -> None:
        """Add a row, or change that with the same *key*, unless it is another team's."""
        values = {**values, "team_id": self.scope.team}
        fixed = {key, "team_id", "created_at"}
        changes = ", ".join(f"{name} = {_changed(table, name)}" for name in values if name not in fixed)
        changed = await self.rows(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES {values_of(list(values.values()))}"
            f" ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE {table}.team_id = excluded.team_id"
            f" RETURNING {key}",
            *values.values(),
        )
        assert changed, f"{table}: {values[key]} is another team's"


def _changed(table: str, name: str) -> str:
    """Return what a column is set to: what was ended stays so, whatever somebody has read of it before."""
    return f"COALESCE({table}.{name}, excluded.{name})" if name == "revoked_at" else f"excluded.{name}"
