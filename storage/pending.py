"""Pending members: values by which a group named somebody before anybody was called so."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.values.kinds import NAMES
from hub.engine.values.resources import Resource
from hub.scim.folding import fold

from .client import Row
from .keys import key
from .memberships import named
from .transaction import Transaction

if TYPE_CHECKING:
    from hub.scim.membership import MemberChange


def _name(value: str) -> str:
    return key(fold(value))


#: What a resource may be called by, the weightiest last: the column, how it spells a value, whom it is for.
_CALLED: Sequence[tuple[str, Callable[[str], str], str]] = (
    ("name_key", _name, " AND kind = 'User'"),
    ("external_id", key, " AND kind IN ('User', 'Group')"),
    ("id", str, ""),
)


@frozen(kw_only=True)
class Pending(Transaction):
    """What the groups of a connection expect.

    PostgreSQL would let a member arrive while a group that names it does not see it yet, nor it the group.
    So whoever is about to make a value pending takes the connection's turn alone: it waits for all who are
    writing, then looks again, and the next to write wait for it. All others share the turn, from their
    beginning. A row would be locked as well, but that numbers a transaction: before its turn at a group.
    """

    async def unknown(self, values: AbstractSet[str]) -> frozenset[str]:
        unknown = values - (await self.known(values)).keys() if values else frozenset[str]()
        if self.database.dialect == "sqlite":  # which has one writer
            return frozenset(unknown)
        turn = "pg_advisory_xact_lock" if unknown else "pg_advisory_xact_lock_shared"
        await self.rows(f"SELECT {turn}(hashtextextended($1, 0))", self.scope.connection)
        return frozenset(values - (await self.known(values)).keys()) if unknown else frozenset()

    async def known(self, values: AbstractSet[str]) -> dict[str, str]:
        spelled = [_spelled(values, spelling) for _, spelling, _ in _CALLED]
        looks = " UNION ALL ".join(
            f"SELECT {rank} AS called, r.{column} AS said, r.id AS id FROM"
            f" {named(self.database, f'${rank + 3}', column, of)}"
            for rank, (column, _, of) in enumerate(_CALLED)
        )
        asked = [json.dumps(sorted(each)) for each in spelled]
        rows = await self.rows(f"{looks} ORDER BY called, id DESC", *self._owner, *asked)
        return {value: row["id"] for row in rows for value in spelled[row["called"]][row["said"]]}

    async def expect(self, group: str, change: MemberChange) -> tuple[bool, bool]:
        new: Sequence[Row] = ()
        old: Sequence[Row] = ()
        if change.reset or change.removed:
            has, values = ("NOT IN", change.added) if change.reset else ("IN", change.removed)
            old = await self.rows(
                "DELETE FROM pending_members WHERE team_id = $1 AND connection_id = $2 AND group_id = $3"
                f" AND value {has} ({self.database.listed('$4')}) RETURNING 1 AS one",
                *(*self._owner, group, json.dumps(sorted(map(key, values)))),
            )
        if change.added:
            added = sorted({key(value): _name(value) for value in change.added}.items())
            new = await self.rows(
                "INSERT INTO pending_members (team_id, connection_id, group_id, value, folded)"
                f" {self.database.paired('$4', '$1', '$2', '$3')} ON CONFLICT DO NOTHING RETURNING 1 AS one",
                *(*self._owner, group, json.dumps(added)),
            )
        return bool(new), bool(old)

    async def expecting(self, newcomer: Resource) -> Sequence[str]:
        rows = await self.rows(
            f"SELECT DISTINCT group_id FROM pending_members WHERE {_CALLING} ORDER BY group_id",
            *(*self._owner, *_names(newcomer)),
        )
        return [row["group_id"] for row in rows]

    async def arrive(self, newcomer: Resource, group: str) -> bool:
        rows = await self.rows(
            f"DELETE FROM pending_members WHERE {_CALLING} AND group_id = $8 RETURNING 1 AS one",
            *(*self._owner, *_names(newcomer), group),
        )
        return bool(rows)

    @property
    def _owner(self) -> tuple[str, str | None]:
        return self.scope.team, self.scope.connection


#: Meets what `_names` says from $3 on: the index is asked folded, and what counts case is held against it.
_CALLING = (
    "team_id = $1 AND connection_id = $2 AND folded IN ($3, $4, $5) AND (folded = $3 OR value IN ($6, $7))"
)


def _names(newcomer: Resource) -> tuple[str, ...]:
    """Return what *newcomer* is called by: its name without case, its id and externalId, folded and not.

    Where one is missing, the id is there in its place.
    """
    id = newcomer.id
    external_id = newcomer.document.get("externalId", id)
    name = newcomer.document.get(NAMES["User"], id) if newcomer.kind == "User" else id
    return (_name(name), _name(id), _name(external_id), key(id), key(external_id))


def _spelled(values: Iterable[str], spelling: Callable[[str], str]) -> dict[str, list[str]]:
    """Return spelling → the values that are spelled so."""
    spelled = defaultdict[str, list[str]](list)
    for value in values:
        spelled[spelling(value)].append(value)
    return spelled
