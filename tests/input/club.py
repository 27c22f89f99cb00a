"""A team with a schema of its own, a second connection, and a token of one user: more to be hurt."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from attrs import evolve, fields, frozen

from hub.engine.values.scope import Scope
from hub.engine.values.searches import Mark, Search
from hub.teams import Profile
from tests.author import BY
from tests.input.conftest import USER, Target, made
from tests.running import Desk
from tests.wire import Wire

CLUB = "urn:example:club:2.0:User"


def _told(name: str, kind: str = "string", **facts: object) -> dict[str, object]:
    return {"name": name, "type": kind, **facts}


SCHEMA = {
    "id": CLUB,
    "attributes": [
        _told("number", uniqueness="server"),
        _told("joined", "dateTime", mutability="immutable"),
        _told("tier", canonicalValues=["Gold", "Silver"]),
        _told("balance", "decimal"),
        _told("points", "integer"),
        _told("seen", mutability="readOnly"),
        _told("secret", returned="never", caseExact=True),
        _told("picture", "reference", referenceTypes=["external"]),
        _told("key", "binary"),
        _told("vip", "boolean"),
        _told("words", multiValued=True),
        _told(
            "locker",
            "complex",
            subAttributes=[_told("room", required=True), _told("lock", mutability="immutable")],
        ),
        _told(
            "cards",
            "complex",
            multiValued=True,
            subAttributes=[_told("value", required=True), _told("type", canonicalValues=["door", "lift"])],
        ),
    ],
}
"""Every type and every characteristic that a schema of a team's own can have."""

HELD: dict[str, Any] = {
    "number": "7",
    "joined": "2020-01-01T00:00:00Z",
    "tier": "Gold",
    "points": 3,
    "locker": {"room": "A", "lock": "1"},
    "cards": [{"value": "x", "type": "door"}],
}

NOT_HELD: list[tuple[dict[str, Any], str]] = [
    ({"number": "7"}, "uniqueness"),
    ({"number": 7}, "invalidValue"),
    ({"joined": "yesterday"}, "invalidValue"),
    ({"joined": "2020-02-30T00:00:00Z"}, "invalidValue"),
    ({"tier": "Lead"}, "invalidValue"),
    ({"balance": "1"}, "invalidValue"),
    ({"points": 1.5}, "invalidValue"),
    ({"points": True}, "invalidValue"),
    ({"picture": {}}, "invalidValue"),
    ({"key": "§"}, "invalidValue"),
    ({"vip": 1}, "invalidValue"),
    ({"words": "x"}, "invalidValue"),
    ({"words": [1]}, "invalidValue"),
    ({"words": ["x"] * 1001}, "invalidValue"),
    ({"locker": {"lock": "1"}}, "invalidValue"),
    ({"locker": ["A"]}, "invalidValue"),
    ({"locker": "A"}, "invalidValue"),
    ({"cards": [{"type": "door"}]}, "invalidValue"),
    ({"cards": [{"value": "x", "type": "roof"}]}, "invalidValue"),
    ({"cards": [{"value": 7}]}, "invalidValue"),
]
"""What somebody new may not have of it, each with the scimType of the refusal."""

NOT_CHANGED: list[tuple[dict[str, Any], str]] = [
    ({"op": "replace", "path": f"{CLUB}:joined", "value": "2021-01-01T00:00:00Z"}, "mutability"),
    ({"op": "remove", "path": f"{CLUB}:joined"}, "mutability"),
    ({"op": "replace", "path": f"{CLUB}:seen", "value": "x"}, "mutability"),
    ({"op": "remove", "path": f"{CLUB}:locker.room"}, "mutability"),
    ({"op": "replace", "path": f"{CLUB}:locker.lock", "value": "2"}, "mutability"),
    ({"op": "replace", "path": f"{CLUB}:tier", "value": "Lead"}, "invalidValue"),
    ({"op": "add", "path": f"{CLUB}:points", "value": "3"}, "invalidValue"),
    ({"op": "add", "path": f"{CLUB}:cards", "value": [{"type": "lift"}]}, "invalidValue"),
    ({"op": "replace", "path": f"{CLUB}:cards[value eq 7].type", "value": "lift"}, "invalidFilter"),
    ({"op": "replace", "path": f"{CLUB}:cards[nothing pr].type", "value": "lift"}, "invalidFilter"),
]
"""What nobody may do to somebody who holds `HELD`, by PATCH."""

NOT_REPLACED: list[tuple[dict[str, Any], str]] = [
    ({"joined": "2021-01-01T00:00:00Z"}, "mutability"),
    ({"locker": {"room": "A", "lock": "2"}}, "mutability"),
    *NOT_HELD[1:],
]
"""What nobody may make of somebody who holds `HELD`, by PUT."""


@frozen(kw_only=True)
class Club(Target):
    """A target of a team with a schema; *other* is its second connection, *me* its user's own way in.

    *cursors* are queries with a cursor that is none of theirs, each with the scimType of the refusal.
    """

    other: Wire
    me: Wire
    cursors: tuple[tuple[str, str], ...]


async def founded(desk: Desk, profile: Profile) -> Club:
    """Make a club with somebody in it."""
    target = await made(desk, profile)
    connected = target.connected
    engine = connected.house
    await engine.schemas.add(connected.team, json.dumps(SCHEMA).encode(), kind="User", by=BY)
    ann = {"schemas": [USER, CLUB], "userName": "ann@a.example", "active": True, CLUB: HELD}
    heard = await target.wire.send("PUT", f"/Users/{target.user}", ann)
    assert 200 == heard.status, heard.body
    other = await desk.connection("generic", profile=profile, team=connected.team)
    _, token = await engine.tokens.create(connected.connection, user=target.user, by=BY)
    return Club(
        **{field.name: getattr(target, field.name) for field in fields(Target)},
        other=Wire(other.url, other.token),
        me=Wire(connected.url, token),
        cursors=_cursors(target, other.connection.id),
    )


def _cursors(target: Target, other: str) -> tuple[tuple[str, str], ...]:
    """Return queries with cursors that are wrong in each way there is; the first cursor is good."""
    connected = target.connected
    cursors = connected.house.service.query.cursors
    mine = Scope(team=connected.team.id, connection=connected.connection.id)
    users = Search(kinds=("User",), where={"User": None}, count=100)
    mark = Mark(id="0")
    good = cursors.seal(mark, mine, users, None)
    old = evolve(cursors, clock=lambda: "2020-01-01T00:00:00.000Z").seal(mark, mine, users, None)
    stranger = evolve(cursors, key=b"another key").seal(mark, mine, users, None)
    theirs = cursors.seal(mark, evolve(mine, connection=other), users, None)
    flipped = good[:30] + ("A" if good[30] != "A" else "B") + good[31:]
    wrong = ["x", "=", "A" * 21, "A" * 5000, "\u00e9", good[:-1], good[1:], f"{good}A", f"{good}==", flipped]
    elsewhere = [
        "Groups?",
        "?",
        "Users?filter=active%20pr&",
        "Users?sortBy=title&",
        "Users?sortOrder=descending&",
    ]
    return (
        (f"/Users?cursor={good}", ""),
        *((f"/Users?cursor={quote(text)}", "invalidCursor") for text in [*wrong, stranger, theirs]),
        *((f"/{place}cursor={good}", "invalidCursor") for place in elsewhere),
        (f"/Users?cursor={old}", "expiredCursor"),
        (f"/Users?cursor={good}&count=7", "invalidCount"),
        ("/Users?cursor=&count=1001", "invalidCount"),
        ("/Users?cursor=&count=x", "invalidCount"),
        (f"/Users?cursor={good}&startIndex=1", "invalidValue"),
    )
