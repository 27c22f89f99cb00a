"""Bugs that races bring out, for a hub to run with; the tests must catch each.

PLANTED names a file, which names the bug of the moment. All are of one kind: what was read
some time ago decides what is written now. They read before the transaction begins, since
on SQLite nothing changes while one lasts.
"""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from attrs import evolve

from hub.engine.ports import Work
from hub.engine.values.claimants import Claimant
from hub.engine.values.errors import NameTaken
from hub.engine.values.places import SeatCount
from hub.engine.values.resources import Resource
from hub.scim.membership import MemberChange
from storage import records
from storage.database import Database
from storage.store import DatabaseStore
from storage.unit import DatabaseUnit

#: The bug of the write now running, and what it had read of its team's rows before it began.
BUG: ContextVar[str] = ContextVar("BUG")
READ: ContextVar[Sequence[Any]] = ContextVar("READ")


async def take(unit: DatabaseUnit, kind: str) -> SeatCount | None:
    """Look whether a seat is left, then count one more: check, then insert."""
    rows = READ.get()
    if unit.database.dialect == "postgres":  # there the transaction's own look is old enough
        rows = await unit.rows("SELECT * FROM seats WHERE team_id = $1", unit.scope.team)
    if not any(row["held"] < row["bought"] for row in rows if row["kind"] == kind):
        return None
    (taken,) = await unit.rows(
        "UPDATE seats SET held = held + 1 WHERE team_id = $1 AND kind = $2 RETURNING *",
        *(unit.scope.team, kind),
    )
    return records.seat_count(taken)


async def claims(unit: DatabaseUnit, person: str, change: int) -> Claimant:
    """Write down how many claims there were, and one more or less."""
    (count,) = (row["claims"] + change for row in READ.get() if row["id"] == person)
    await unit.rows("UPDATE persons SET claims = $2 WHERE id = $1", person, count)
    return await unit.claimant(person)


async def claim(unit: DatabaseUnit, person: str, address: str | None, change: int) -> str:
    """Make a person unless the address was known."""
    known = [row["person_id"] for row in READ.get() if row["address"] == address]
    if known or address is None:
        return await _claim(unit, known[0] if known else person, None, change)
    made = await _claim(unit, person, None, change)
    await unit.rows(
        "INSERT INTO person_keys (team_id, address, person_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        *(unit.scope.team, address, person),
    )
    return made


async def change_members(
    unit: DatabaseUnit, group: str, change: MemberChange, *, known: bool = False
) -> tuple[list[str], list[str]]:
    """Put the whole list back, as it was and as it is to be changed."""
    before = {row["member_id"] for row in READ.get() if row["group_id"] == group}
    whole = evolve(change, reset=True, added=frozenset(before - change.removed | change.added))
    return await _change_members(unit, group, whole, known=known)


async def insert(unit: DatabaseUnit, resource: Resource, *, exclusive: bool) -> None:
    """Look whether the name is taken, then insert."""
    key = records.resource_values(resource, unit.scope, exclusive=exclusive)[5]
    if any((row["kind"], row["name_key"]) == (resource.kind, key) for row in READ.get()):
        raise NameTaken(resource)
    await _insert(unit, resource, exclusive=False)


async def lock(unit: DatabaseUnit, kind: str, id: str, *, groups: bool = False) -> Resource | None:
    """Take the resource as it was read, and lock nothing."""
    del unit, groups
    return next((records.resource(row) for row in READ.get() if (row["kind"], row["id"]) == (kind, id)), None)


class OutOfTurn(Database):
    """A database whose transactions wait for rows only."""

    def in_turn(self, _: str) -> str:
        """Return nothing."""
        return ""


async def lock_out_of_turn(
    unit: DatabaseUnit, kind: str, id: str, *, groups: bool = False
) -> Resource | None:
    """Lock the resource, but let those who come later overtake; nothing to be seen on SQLite."""
    return await _lock(evolve(unit, database=OutOfTurn(url=unit.database.url)), kind, id, groups=groups)


#: The bug → the method of a unit that has it, how it goes then, and the table read before.
BUGS: dict[str, tuple[str, Callable[..., Awaitable[Any]], str]] = {
    "seats checked before": ("take", take, "seats"),
    "claims written back": ("claims", claims, "persons"),
    "addresses checked before": ("claim", claim, "person_keys"),
    "members written back": ("change_members", change_members, "members"),
    "names checked before": ("insert", insert, "resources"),
    "users written back": ("lock", lock, "resources"),
    "users out of turn": ("lock", lock_out_of_turn, "resources"),
}

_claim, _change_members = DatabaseUnit.claim, DatabaseUnit.change_members
_insert, _lock = DatabaseUnit.insert, DatabaseUnit.lock
_write = DatabaseStore.write


async def write(store: DatabaseStore, work: Work[Any], *, reference: str, shares: bool = False) -> Any:
    """Read, then write a moment later, each alone."""
    del shares
    bug = Path(os.environ["PLANTED"]).read_text(encoding="utf-8")
    _, _, table = BUGS[bug]
    read = await store.database.rows(f"SELECT * FROM {table} WHERE team_id = $1", store.scope.team)
    await asyncio.sleep(0.002)  # whatever the machine: another may read meanwhile

    async def told(unit: Any) -> Any:
        # Here, not around it: several works may be run by a task of none of them.
        BUG.set(bug)
        READ.set(read)
        return await work(unit)

    return await _write(store, told, reference=reference)


def plant(name: str) -> None:
    """Let a unit do *name* as the bug of the moment does, if that is where it is."""
    right = getattr(DatabaseUnit, name)

    @functools.wraps(right)
    async def either(unit: DatabaseUnit, *values: Any, **named: Any) -> Any:
        where, wrong, _ = BUGS[BUG.get()]
        return await (wrong if where == name else right)(unit, *values, **named)

    setattr(DatabaseUnit, name, either)


if "PLANTED" in os.environ:
    setattr(DatabaseStore, "write", write)  # noqa: B010 - mypy lets no method be replaced
    for each in {method for method, _, _ in BUGS.values()}:
        plant(each)
