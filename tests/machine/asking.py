"""What the machine's providers send, and how what they see is held against the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hub.ledger.book import Book
from hub.teams import Profile
from storage.database import Database
from tests.inprocess import Bench, Way
from tests.machine.model import PROFILE, Provider, Team

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

SHARED = ["a.example"]

#: The seats of each team, and its connections: what they speak, how strictly, which addresses they vouch for.
TEAMS = [
    (
        3,
        [
            ("okta", Profile.TOLERANT, SHARED),
            ("entra", Profile.TOLERANT, SHARED),
            ("generic", Profile.TOLERANT, []),
        ],
    ),
    (2, [("generic", Profile.STRICT, SHARED), ("okta", Profile.TOLERANT, [])]),
]

#: Some are one name written otherwise, some one person by another name, some no address at all.
NAMES = [
    "ann@a.example",
    "ANN@A.example",
    "bob@a.example",
    "cid@b.example",
    "eva0",
    "stra\u00dfe@a.example",
    "STRASSE@A.EXAMPLE",
]
TITLES = ["Guide", "Gu\u00eda", "x" * 500]
GROUP_NAMES = ["Staff", "STAFF", "Guides"]

#: How providers say that somebody is in or out; the second half says it as no RFC does.
SPELLINGS: list[Callable[[bool], dict[str, Any]]] = [
    lambda on: {"op": "replace", "path": "active", "value": on},
    lambda on: {"op": "replace", "value": {"active": on}},
    lambda on: {"op": "add", "path": f"{USER}:active", "value": on},
    lambda on: {"op": "Replace", "path": "active", "value": str(on)},
    lambda on: {"op": "Add", "value": {"Active": str(on).lower()}},
    lambda on: {"op": "replace", "path": "active", "value": [{"value": on}]},
]
PLAIN = 3


def body_of(user: Mapping[str, Any]) -> dict[str, Any]:
    """Return *user* as SCIM has it."""
    said = {key: value for key, value in user.items() if key != "email"}
    emails = [{"value": user["email"], "type": "work", "primary": True}] if "email" in user else []
    return {"schemas": [USER], **said, **({"emails": emails} if emails else {})}


def patched(*operations: dict[str, Any]) -> dict[str, Any]:
    """Return a PATCH of *operations*."""
    return {"schemas": [PATCH], "Operations": list(operations)}


def told(
    provider: Provider,
    id: str,
    *,
    name: str | None = None,
    title: str | None = None,
    access: bool | None = None,
    spell: Callable[[bool], dict[str, Any]] = SPELLINGS[0],
) -> tuple[dict[str, Any], Callable[[str], int]]:
    """Return a PATCH that tells what is not None, an empty title to take it away, and what it means."""
    said: list[dict[str, Any]] = []
    changes: dict[str, Any] = {}
    if name is not None:
        said.append({"op": "replace", "path": "userName", "value": name})
        changes["userName"] = name
    if title is not None:
        said.append(
            {"op": "replace", "path": "title", "value": title} if title else {"op": "remove", "path": "title"}
        )
        changes["title"] = title or None
    if access is not None:
        said.append(spell(access))
        changes["active"] = access
    return patched(*said), lambda _: provider.change(id, changes)


def operations(how: str, members: set[str], *, legacy: bool) -> list[dict[str, Any]]:
    """Return the operations that add, remove or replace *members*; none of them to remove is all of them."""
    match how:
        case "remove" if not members:
            return [{"op": "remove", "path": "members"}]
        case "remove" if legacy:
            return [{"op": "Remove", "path": "members", "value": values(members)}]
        case "remove":
            return [{"op": "remove", "path": f'members[value eq "{id}"]'} for id in sorted(members)]
        case _ if legacy:
            return [{"op": how.title(), "value": {"members": values(members)}}]
        case _:
            return [{"op": how, "path": "members", "value": values(members)}]


def moved(provider: Provider, id: str, how: str, members: set[str]) -> int:
    """Do to the model what `operations` mean, and return the status."""
    group = provider.groups.get(id)
    if group is None:
        return 404
    if how != "remove" and members - provider.ids:
        return 400
    if how == "remove" and provider.strict and members - group.members:
        return 400  # nobody is chosen by such a path
    match how:
        case "add":
            group.members |= members
        case "remove":
            group.members -= members or {*group.members}
        case _:
            group.members = {*members}
    return 204


def group_body(name: str, members: set[str]) -> dict[str, Any]:
    """Return a group as SCIM has it."""
    return {"schemas": [GROUP], "displayName": name, "members": values(members)}


def values(members: set[str]) -> list[dict[str, str]]:
    """Return *members* as a group has them."""
    return [{"value": id} for id in sorted(members)]


def shown(resource: dict[str, Any]) -> dict[str, Any]:
    """Return of a resource what the model knows."""
    if "displayName" in resource:
        members = sorted(member["value"] for member in resource.get("members", ()))
        return {"displayName": resource["displayName"], "members": members}
    known = {name: resource[name] for name in ("userName", "active", *PROFILE) if name in resource}
    emails = [email["value"] for email in resource.get("emails", ())]
    return {**known, **({"email": emails[0]} if emails else {})}


def listed(hub: Bench, way: Way, endpoint: str, **query: str) -> dict[str, Any]:
    """Return what a connection lists, by id."""
    answer = hub.ask(way, "GET", endpoint, count="1000", **query)
    assert 200 == answer.status_code, answer.text
    return {resource["id"]: shown(resource) for resource in answer.json()["Resources"]}


def assert_found(hub: Bench, provider: Provider, endpoint: str, filter: str, ids: set[str]) -> None:
    """See that *filter* finds *ids*, unless the connection is off."""
    if provider.closed() is None:
        assert ids == {*listed(hub, provider.way, endpoint, filter=filter)}, filter


def assert_seen(hub: Bench, provider: Provider, endpoint: str) -> None:
    """See that a connection lists exactly what the model has of it; being off, nothing."""
    if provider.closed() is not None:
        assert 403 == hub.ask(provider.way, "GET", endpoint).status_code
        return
    there = provider.users if endpoint == "/Users" else provider.groups
    assert {id: each.shown() for id, each in there.items()} == listed(hub, provider.way, endpoint)


async def counts(database: Database, one: str, two: str) -> dict[str, tuple[int, int, int]]:
    """Return the seats bought, the seats held and the entries written of two teams."""
    sql = "SELECT id, bought, held, entries FROM teams JOIN seats ON team_id = id WHERE id IN ($1, $2)"
    rows = await database.rows(sql, one, two)
    return {row["id"]: (row["bought"], row["held"], row["entries"]) for row in rows}


def assert_whole(hub: Bench, team: Team) -> None:
    """See that a team's book, folded again, says what is held, and that nothing is wrong with it."""
    made = team.providers[0].way.team

    async def folded() -> Book:
        book = Book()
        async for entry in hub.house.bookkeeping.entries(made):
            book.post(entry)
        return book

    book = hub.run(folded())
    assert (len(team.held), team.seats) == (book.held("standard"), book.bought("standard"))
    assert len(team.held) == len(book.holders)
    assert [] == hub.run(hub.house.bookkeeping.verify(made))
