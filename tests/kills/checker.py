"""An independent look at a team: what it holds, and whether people, seats, book and events agree.

Shares no code with the hub: its own SQL over the tables, and its own folding of the book.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.running import Connected

#: Runs a statement with `$1` … and returns its rows.
Rows = Callable[..., Awaitable[Sequence[Mapping[str, Any]]]]

#: What is written for a team, with what tells one row from another.
TABLES = {
    "resources": "id, kind, document, active, version",
    "persons": "id, claims",
    "person_keys": "address, person_id",
    "members": "group_id, member_id",
    "seats": "kind, bought, held",
    "holdings": "id, person_id, kind, until",
    "entries": "number, what, reference, postings",
    "outbox": "id, event",
}

#: The event that each kind of line in the book goes with.
SEAT_EVENTS = {"taken": "seat_taken", "released": "seat_released"}

State = dict[str, list[dict[str, Any]]]


async def state(rows: Rows, team: str) -> State:
    """Return all that is written for *team*, by table."""
    return {
        table: [
            dict(row)
            for row in await rows(f"SELECT {columns} FROM {table} WHERE team_id = $1 ORDER BY 1, 2", team)
        ]
        for table, columns in TABLES.items()
    }


async def whole(connected: Connected) -> State:
    """Return all that is written for a team, of which every part has to agree with every other."""
    now = await state(connected.house.database.rows, connected.team.id)
    assert [] == problems(now)
    assert [] == await connected.problems()
    return now


def problems(now: State) -> list[str]:
    """Return where the parts of a team contradict each other; nothing when each effect is whole."""
    return [*_people(now), *_seats(now), *_book(now), *_events(now)]


def _people(now: State) -> Iterator[str]:
    # Whom a user is about is asked of the events: not of the table that claims are counted by.
    person = {event["resource"]: str(event["person"]) for event in _told(now)}
    active = Counter(person.get(row["id"], "") for row in now["resources"] if row["active"])
    held = {row["person_id"] for row in now["holdings"] if row["until"] is None}
    for nobody in active.keys() - {row["id"] for row in now["persons"]}:
        yield f"{nobody}: has active users and is nobody"
    for row in now["persons"]:
        if row["claims"] != active[row["id"]]:
            yield f"{row['id']}: {row['claims']} claims, {active[row['id']]} active users"
        if (row["claims"] > 0) != (row["id"] in held):
            yield f"{row['id']}: {row['claims']} claims, and {'a' if row['id'] in held else 'no'} seat"


def _seats(now: State) -> Iterator[str]:
    held = Counter(row["kind"] for row in now["holdings"] if row["until"] is None)
    for row in now["seats"]:
        if row["held"] != held[row["kind"]]:
            yield f"{row['held']} seats are counted as held, {held[row['kind']]} are held"
        if row["held"] > row["bought"]:
            yield f"{row['held']} seats are held, {row['bought']} were bought"


def _book(now: State) -> Iterator[str]:
    numbers = [row["number"] for row in now["entries"]]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the book is numbered {numbers}"
    balances: Counter[str] = Counter()
    for row in now["entries"]:
        for posting in json.loads(row["postings"]):
            balances[posting["source"]] -= posting["count"]
            balances[posting["target"]] += posting["count"]
        if any(count not in {0, 1} for account, count in balances.items() if account.startswith("held:")):
            yield f"after entry {row['number']} somebody holds other than no seat or one"
    in_book = {account[5:] for account, count in balances.items() if account.startswith("held:") and count}
    held = {row["person_id"] for row in now["holdings"] if row["until"] is None}
    if in_book != held:
        yield f"the book has seats held by {in_book - held} that nobody holds, and lacks {held - in_book}"
    if balances["free"] != sum(row["bought"] - row["held"] for row in now["seats"]):
        yield f"the book says that {balances['free']} seats are free"


def _events(now: State) -> Iterator[str]:
    events = _told(now)
    said = Counter(
        (event["cause"], event["name"]) for event in events if event["name"] in SEAT_EVENTS.values()
    )
    booked = Counter(
        (row["reference"], SEAT_EVENTS[row["what"]]) for row in now["entries"] if row["what"] in SEAT_EVENTS
    )
    if said != booked:
        yield f"the book and the events differ: {said - booked} were only told, {booked - said} only booked"
    versions: dict[str, list[int]] = {}
    for event in events:
        if event["name"] not in SEAT_EVENTS.values() and event["resource"] is not None:
            versions.setdefault(event["resource"], []).append(event["version"])
    for resource, told in versions.items():
        if sorted(told) != list(range(1, len(told) + 1)):
            yield f"{resource}: events tell of the versions {told}"
    gone = {event["resource"] for event in events if event["after"] is None}
    last = {resource: max(told) for resource, told in versions.items() if resource not in gone}
    there = {row["id"]: row["version"] for row in now["resources"]}
    if last != there:
        yield f"the events' last words are {last}, the resources are {there}"


def _told(now: State) -> list[dict[str, Any]]:
    return [json.loads(row["event"]) for row in now["outbox"]]
