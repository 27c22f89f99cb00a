"""Books written straight into the tables, with all that they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

from hub.ledger.entries import Entry
from hub.ledger.holdings import Holding
from storage import records
from storage.database import Database
from storage.statements import values_of
from tests.ledger.clerk import KINDS, Clerk

#: How many rows a statement writes.
ROWS = 1000


async def write(database: Database, clerk: Clerk, count: int) -> None:
    """Write a team, its people, and the first *count* lines that *clerk* writes.

    Every other person is vouched for by an administrator, the others each by a user.
    """
    team = clerk.team
    over: list[Holding] = []
    async with database.transaction() as client:

        async def insert(table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
            for page in _pages(rows):
                sql = f"INSERT INTO {table} ({columns}) VALUES {values_of(*page)}"
                await database.run(client, sql, *chain.from_iterable(page))

        await insert("teams", "id, name, plan, created_at", [(team, team, "enterprise", "")])
        await insert("seats", "team_id, kind, bought", [(team, kind, 0) for kind in KINDS])
        await insert(
            "connections",
            "id, team_id, idp, profile, state, domains, created_at",
            [(f"{team}-c", team, "generic", "tolerant", "on", "", "")],
        )
        people = [*enumerate(clerk.people)]
        await insert(
            "persons", "id, team_id, claims, by_hand", [(each, team, 1, n % 2 == 0) for n, each in people]
        )
        await insert(
            "resources",
            "id, team_id, connection_id, kind, document, name_key, exclusive, active, person_id, version,"
            " created, modified",
            [
                (f"{each}-u", team, f"{team}-c", "User", "{}", each, True, True, each, 1, "", "")
                for n, each in people
                if n % 2
            ],
        )
        for page in _pages(clerk.line() for _ in range(count)):
            entries = [_entry(entry) for entry, _ in page]
            await insert("entries", "team_id, number, at, what, reference, postings", entries)
            over += [ended for _, ended in page if ended]
        begun = sorted([*over, *clerk.held.values()], key=lambda holding: holding.since)
        await insert("holdings", *_holdings(team, begun))
        await database.run(
            client, "UPDATE teams SET entries = $2, booked_at = $3 WHERE id = $1", team, count, clerk.at
        )
        held = Counter(each.kind for each in clerk.held.values())
        for kind in KINDS:
            await database.run(
                client,
                "UPDATE seats SET bought = $3, overdraft = $4, held = $4 WHERE team_id = $1 AND kind = $2",
                *(team, kind, clerk.bought[kind], held[kind]),
            )


def _pages(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while page := [*islice(rows, ROWS)]:
        yield page


def _entry(entry: Entry) -> tuple[Any, ...]:
    postings = records.postings(entry.postings)
    return (entry.team, entry.number, entry.at, entry.what, entry.reference, postings)


def _holdings(team: str, holdings: Iterable[Holding]) -> tuple[str, list[tuple[Any, ...]]]:
    rows = [(team, each.person, each.kind, each.since, each.until) for each in holdings]
    return "team_id, person_id, kind, since, until", rows
