"""The teams' audits: what administrators did, to be read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from operator import itemgetter

from attrs import frozen

from hub.engine.values.notes import Note

from .client import Row
from .paging import pages
from .patience import Patient

#: The columns that a note fills.
NOTE = "team_id, reference, at, who, action, target, person_id, why, changes"

#: Stands where something was that named a person who was erased.
ERASED = "(erased)"

#: How many rows are read at a time.
PAGE = 500


@frozen(kw_only=True)
class DatabaseTrail(Patient):
    """A `Trail` in a database."""

    async def of(self, team: str, *, since: str = "", person: str | None = None) -> AsyncIterator[Note]:
        about = "" if person is None else " AND person_id = $4"
        chosen = () if person is None else (person,)
        sql = (
            f"SELECT id, {NOTE} FROM audit WHERE team_id = $1 AND id > $2 AND at >= $3{about}"
            f" ORDER BY id LIMIT {PAGE}"
        )

        async def page(last: int) -> Sequence[Row]:
            return await self._rows(sql, team, last, since, *chosen)

        async for rows in pages(page, itemgetter("id"), after=0):
            for row in rows:
                yield _note(row)

    async def latest(
        self, team: str, *, who: str, action: str, since: str, before: int | None, count: int
    ) -> Sequence[tuple[int, Note]]:
        wanted = {
            "at >= {}": since,
            "id < {}": before,
            "who = {}": who,
            "(action = {0} OR substr(action, 1, length({0}) + 1) = {0} || '.')": action,
        }
        chosen = [(condition, value) for condition, value in wanted.items() if value]
        where = "".join(f" AND {said.format(f'${n}')}" for n, (said, _) in enumerate(chosen, 2))
        rows = await self._rows(
            f"SELECT id, {NOTE} FROM audit WHERE team_id = $1{where} ORDER BY id DESC LIMIT {count:d}",
            *(team, *(value for _, value in chosen)),
        )
        return [(row["id"], _note(row)) for row in rows]


def _note(row: Row) -> Note:
    return Note(
        at=row["at"],
        who=row["who"],
        action=row["action"],
        target=row["target"],
        person=row["person_id"],
        why=row["why"],
        changes=json.loads(row["changes"]),
    )
