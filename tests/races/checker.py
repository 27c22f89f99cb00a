"""A second opinion on a team: book, seats, people and events, by other means than the hub's own."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from attrs import frozen

from hub.house import House

Row = Mapping[str, Any]

#: What an entry says happened → the event that goes with it.
TOLD = {"taken": "seat_taken", "released": "seat_released"}


@frozen(kw_only=True)
class Kept:
    """What the database keeps of one team, row by row."""

    entries: Sequence[Row]
    seats: Sequence[Row]
    holdings: Sequence[Row]
    waiting: Sequence[Row]
    persons: Sequence[Row]
    users: Sequence[Row]
    events: Sequence[Row]


async def kept(house: House, team: str) -> Kept:
    """Read everything that is kept of *team*."""

    async def rows(sql: str) -> Sequence[Row]:
        return await house.database.rows(sql, team)

    events = await rows("SELECT event FROM outbox WHERE team_id = $1 ORDER BY transaction_id, id")
    return Kept(
        entries=await rows("SELECT number, what, reference, postings FROM entries WHERE team_id = $1"),
        seats=await rows("SELECT kind, bought, held, overdraft, waiting FROM seats WHERE team_id = $1"),
        holdings=await rows("SELECT person_id, kind FROM holdings WHERE team_id = $1 AND until IS NULL"),
        waiting=await rows("SELECT person_id, kind FROM waiting WHERE team_id = $1"),
        persons=await rows("SELECT id, claims FROM persons WHERE team_id = $1"),
        users=await rows(
            "SELECT id, connection_id, person_id, active, version, document FROM resources"
            " WHERE team_id = $1 AND kind = 'User'"
        ),
        events=[json.loads(row["event"]) for row in events],
    )


def faults(team: Kept) -> list[str]:
    """Return in sentences what cannot be, nothing when all is well."""
    holders: dict[str, str] = {}
    return [
        *_book(team, holders),
        *_holders(team, holders),
        *_claims(team),
        *_told(team),
        *_versions(team.events),
        *_turns(team.events),
    ]


def _book(team: Kept, holders: dict[str, str]) -> Iterator[str]:
    """Add the entries up; after each, no more seats are held than are bought or lent. Fills in *holders*."""
    bought, lent = Counter[str](), {row["kind"]: row["overdraft"] for row in team.seats}
    for place, entry in enumerate(sorted(team.entries, key=lambda entry: entry["number"]), 1):
        if entry["number"] != place:
            yield f"entry {entry['number']} stands at place {place}"
            return
        for posting in json.loads(entry["postings"]):
            yield from (f"entry {place}: {fault}" for fault in _moved(posting, bought, lent, holders))
    held = Counter(holders.values())
    for row in team.seats:
        counted, added = (row["bought"], row["held"]), (bought[row["kind"]], held[row["kind"]])
        if counted != added:
            yield f"{row['kind']}: (bought, held) is counted {counted}, and adds up to {added}"


def _moved(
    posting: Row, bought: Counter[str], lent: Mapping[str, int], holders: dict[str, str]
) -> Iterator[str]:
    """Move the seats of one posting, and say what is wrong about it or about what comes of it."""
    kind, count = posting["seat"], posting["count"]
    match posting["source"].split(":"), posting["target"].split(":"):
        case ["bought"], ["free"]:
            bought[kind] += count
        case ["free"], ["held", person] if count == 1 and person not in holders:
            holders[person] = kind
        case ["held", person], ["free"] if count == 1 and holders.get(person) == kind:
            del holders[person]
        case source, target:
            yield f"{count} {kind} cannot go from {source} to {target}"
    if (held := Counter(holders.values())[kind]) > bought[kind] + lent[kind]:
        yield f"{held} {kind} seats are held, {bought[kind]} are bought"


def _holders(team: Kept, holders: Mapping[str, str]) -> Iterator[str]:
    """Whoever is active holds a seat or waits for one, nobody else does, and the book says so."""
    active = {row["person_id"] for row in team.users if row["active"]}
    waiting = Counter(row["kind"] for row in team.waiting)
    for row in team.seats:
        if row["waiting"] != waiting[row["kind"]]:
            yield f"{row['kind']}: {row['waiting']} are counted as waiting, {waiting[row['kind']]} wait"
    if len(team.holdings) != len({row["person_id"] for row in team.holdings}):
        yield "somebody holds two seats"
    if {row["person_id"]: row["kind"] for row in team.holdings} != holders:
        yield "the open holdings are not those of the book"
    queued = {row["person_id"] for row in team.waiting}
    for person in sorted(active - holders.keys() - queued):
        yield f"{person} is active without a seat"
    for person in sorted(holders.keys() - active):
        yield f"{person} holds a seat and is not active"
    for person in sorted(queued - active):
        yield f"{person} waits for a seat and is not active"


def _claims(team: Kept) -> Iterator[str]:
    """The claims on a person are that person's active users, each active once in its connection."""
    active = Counter(row["person_id"] for row in team.users if row["active"])
    for row in team.persons:
        if row["claims"] != active[row["id"]]:
            yield f"{row['id']} has {row['claims']} claims and {active[row['id']]} active users"
    names = Counter((row["connection_id"], json.loads(row["document"])["userName"]) for row in team.users)
    yield from (
        f"{count} users of one connection are called {name}"
        for (_, name), count in names.items()
        if count > 1
    )


def _told(team: Kept) -> Iterator[str]:
    """Each entry about a person's seat has one event with the same cause, and each such event its entry."""
    entries = Counter((TOLD[row["what"]], row["reference"]) for row in team.entries if row["what"] in TOLD)
    events = Counter((row["name"], row["cause"]) for row in team.events if row["name"] in TOLD.values())
    yield from (f"{name} because of {cause}: written, not told" for name, cause in entries - events)
    yield from (f"{name} because of {cause}: told, not written" for name, cause in events - entries)


def _turns(events: Sequence[Row]) -> Iterator[str]:
    """What is told of a person's seat alternates: taken, released, taken again."""
    told = defaultdict[str, list[str]](list)
    for event in events:
        if event["name"] in TOLD.values():
            told[event["person"]].append(event["name"])
    for person, names in told.items():
        if names != [("seat_taken", "seat_released")[turn % 2] for turn in range(len(names))]:
            yield f"{person}: the seat is told as {names}"


def _versions(events: Sequence[Row]) -> Iterator[str]:
    """Events of a resource come in the order of its versions, each beginning where the last one ended."""
    told = defaultdict[str, list[Row]](list)
    for event in events:
        if event["resource"] is not None:  # else it is about a seat, and no request asked for it
            told[event["resource"]].append(event)
    for resource, own in told.items():
        changes = [event for event in own if not event["name"].startswith("seat_")]
        if [event["version"] for event in changes] != list(range(1, len(changes) + 1)):
            yield f"{resource}: versions come as {[event['version'] for event in changes]}"
        if any(one["after"] != other["before"] for one, other in pairwise(changes)):
            yield f"{resource}: a change begins where none ended"
        together = [event["version"] for event in own]
        if together != sorted(together):
            yield f"{resource}: seats and changes come as {together}"


async def told(house: House, team: str) -> list[Row]:
    """Return the events of a team in the order of their numbers.

    Those about a kind of seat were written while it was locked: by their numbers it shows who came first.
    """
    rows = await house.database.rows("SELECT event FROM outbox WHERE team_id = $1 ORDER BY id", team)
    return [json.loads(row["event"]) for row in rows]


def out_of_turn(events: Sequence[Row], kind: str) -> list[str]:
    """Return who got a seat of a *kind* before somebody who had waited longer, nothing when nobody did."""
    queue: list[str] = []
    faults: list[str] = []
    for event in events:
        name, person = event["name"], event["person"]
        if name == "seat_taken" and event["seat"] == kind and queue[:1] not in ([], [person]):
            faults.append(f"{person} is seated, and {queue[0]} came first")
        if name == "seat_waiting":
            queue.append(person)
        elif name in {"seat_taken", "user_deactivated", "user_deprovisioned"}:
            queue = [each for each in queue if each != person]
    return faults
