"""What was written about a person who is to be erased: their users, exchanges, events and notes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote_plus

from attrs import frozen

from hub.scim.folding import fold

from . import records
from .client import Client, Row
from .forgetting import Names, forget
from .paging import pages
from .patience import Patient
from .trail import ERASED

if TYPE_CHECKING:
    from hub.engine.ports import Progress
    from hub.engine.values.resources import Resource

#: How many rows are looked through at a time.
PAGE = 500

#: Returns what a row that says something of a *person* is to say afterwards, None where it says nothing.
Rewriting: TypeAlias = Callable[[Row, str, Names], Mapping[str, Any] | None]


@frozen(kw_only=True)
class DatabaseTraces(Patient):
    """`Traces` in a database."""

    async def users(self, team: str, person: str) -> Sequence[tuple[str, Resource]]:
        rows = await self._rows(
            f"SELECT {records.RESOURCE} FROM resources WHERE team_id = $1 AND person_id = $2 ORDER BY id",
            *(team, person),
        )
        return [(row["connection_id"], records.resource(row)) for row in rows]

    async def admins(self, team: str, person: str) -> AbstractSet[str]:
        sql = "SELECT admin_id FROM subjects WHERE team_id = $1 AND person_id = $2 AND admin_id IS NOT NULL"
        return frozenset(row["admin_id"] for row in await self._rows(sql, team, person))

    async def erase(self, team: str, person: str, pattern: re.Pattern[str], *, progress: Progress) -> int:
        def names(text: str) -> bool:
            folded = fold(text)
            return bool(pattern.search(folded) or ("%" in text and pattern.search(unquote_plus(folded))))

        count = 0
        for table, rewritten in _LOGS.items():
            sql = f"SELECT * FROM {table} WHERE team_id = $1 AND id > $2 ORDER BY id LIMIT {PAGE}"
            async for rows in pages(partial(self._rows, sql, team), itemgetter("id"), after=0):
                said = {row["id"]: values for row in rows if (values := rewritten(row, person, names))}
                await self._rewrite(table, team, said)
                count += len(said)
                progress(f"{count} erased")

        async def sign_ins(client: Client) -> int:
            return await forget(self.database, client, team, person, names)

        return count + await self._written(sign_ins)

    async def _rewrite(self, table: str, team: str, said: Mapping[int, Mapping[str, Any]]) -> None:
        async def rewrite(client: Client) -> None:
            for id, values in said.items():
                changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 3))
                sql = f"UPDATE {table} SET {changes} WHERE team_id = $1 AND id = $2"
                await self.database.run(client, sql, team, id, *values.values())

        if said:
            await self._written(rewrite)


def _exchange(row: Row, _: str, names: Names) -> Mapping[str, Any] | None:
    if not names(row["record"]):
        return None
    record = json.loads(row["record"])
    gone = {name: record[name] and ERASED for name in ("path", "request", "became", "answer", "error")}
    return {"record": records.dumps({**record, **gone})}


def _event(row: Row, person: str, _: Names) -> Mapping[str, Any] | None:
    # By the person alone: what is said of others is theirs, and is still to be told.
    event = json.loads(row["event"])
    if event["person"] != person or event["before"] is event["after"] is None:
        return None
    return {"event": records.dumps({**event, "before": None, "after": None})}


def _note(row: Row, person: str, names: Names) -> Mapping[str, Any] | None:
    about = row["person_id"] == person
    blamed = about and row["action"] != "person.erase"
    gone = {
        "who": ERASED if names(row["who"]) else row["who"],
        "target": person if about else ERASED if names(row["target"]) else row["target"],
        "why": ERASED if row["why"] and (blamed or names(row["why"])) else row["why"],
        "changes": "{}" if about or names(row["changes"]) else row["changes"],
    }
    return None if all(row[name] == value for name, value in gone.items()) else gone


#: Table → how its rows are rewritten.
_LOGS: Mapping[str, Rewriting] = {"exchanges": _exchange, "outbox": _event, "audit": _note}
