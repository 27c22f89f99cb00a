"""What a hub is, in the plainest words: sets and dictionaries, and nobody in a hurry."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from attrs import define, field

from tests.inprocess import Way

_numbers = itertools.count(1)

#: What a user's document may say, but for who it is and whether it has access.
PROFILE = ("externalId", "title")


def fold(text: str) -> str:
    """Return *text* as names are compared: without case, without the ways of writing one letter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@define
class User:
    """A user of one connection; *person* numbers whoever it is about."""

    person: int
    name: str
    active: bool
    profile: dict[str, str]
    email: str | None = None

    def shown(self) -> dict[str, Any]:
        """Return what a reader is to see."""
        return {
            "userName": self.name,
            "active": self.active,
            **self.profile,
            **({"email": self.email} if self.email else {}),
        }


@define
class Group:
    """A group of one connection."""

    name: str
    members: set[str] = field(factory=set)

    def shown(self) -> dict[str, Any]:
        """Return what a reader is to see."""
        return {"displayName": self.name, "members": sorted(self.members)}


@define
class Team:
    """A team: its seats, how many lines its book has, and who is known by which address."""

    seats: int
    entries: int = 1
    known: dict[str, int] = field(factory=dict)
    providers: list[Provider] = field(factory=list)

    @property
    def held(self) -> set[int]:
        """Return who holds a seat: whoever at least one active user is about."""
        return {user.person for each in self.providers for user in each.users.values() if user.active}

    def person(self, addresses: Iterable[str]) -> int:
        """Return who has the first of *addresses*, or somebody new, who has it from now on."""
        new = next(_numbers)
        first = next(iter(addresses), None)
        return new if first is None else self.known.setdefault(first, new)


@define
class Provider:
    """A connection and the resources in it."""

    way: Way
    team: Team
    state: str = "on"
    users: dict[str, User] = field(factory=dict)
    groups: dict[str, Group] = field(factory=dict)

    @property
    def strict(self) -> bool:
        """Say whether its connection is strict."""
        return self.way.connection.strict

    def closed(self, *, grants: bool = False) -> int | None:
        """Return the status that is answered instead of doing anything, None where it is open."""
        match self.state:
            case "paused" if grants:
                return 429 if self.way.connection.idp == "okta" else 503
            case "off":
                return 403
            case _:
                return None

    def create(self, id: str, user: dict[str, Any]) -> int:
        """Do what a POST of *user* does, if it may, and return the status."""
        addresses = [fold(text) for text in (user["userName"], user.get("email")) if text]
        vouched = [text for text in addresses if text.rpartition("@")[2] in self.way.connection.domains]
        if self._taken(user["userName"]):
            return 409
        before = dict(self.team.known)
        person = self.team.person(vouched)
        active = user.get("active") is not False
        if active and not self._seated(person):
            self.team.known = before
            return 403
        profile = {name: user[name] for name in PROFILE if name in user}
        with_seat = self.team.held
        self.users[id] = User(person, user["userName"], active, profile, user.get("email"))
        self._counted(with_seat)
        return 201

    def change(self, id: str, changes: dict[str, Any]) -> int:
        """Do what a PUT or a PATCH that means *changes* does, if it may, and return the status."""
        user = self.users.get(id)
        if user is None:
            return 404
        with_seat, wants = self.team.held, changes.get("active", user.active)
        fault = self._fault(id, user, changes, wants=wants)
        if fault is None or (fault == 409 and not self.strict and changes.get("active") is False):
            user.active = wants
            self._counted(with_seat)
        if fault is not None:
            return fault
        user.name = changes.get("userName", user.name)
        for name in {*PROFILE} & changes.keys():
            user.profile.pop(name, None)
            user.profile |= {name: changes[name]} if changes[name] is not None else {}
        user.email = changes.get("email", user.email)
        return 200

    def delete(self, kind: dict[str, User] | dict[str, Group], id: str) -> int:
        """Do what a DELETE of one of a *kind* does, and return the status."""
        with_seat = self.team.held
        found = kind.pop(id, None)
        if found is None:
            return 404
        for group in self.groups.values():
            group.members.discard(id)
        self._counted(with_seat)
        return 204

    def name_group(self, id: str, name: str, members: set[str] | None) -> int | None:
        """Give a group, new or not, a name and perhaps *members*; return the status of a refusal."""
        unique = self.way.connection.idp == "entra"
        others = (group.name for other, group in self.groups.items() if other != id)
        # Members are put in before the name is looked at, where the group is there already.
        faults = [400] if members and members - self.ids else []
        faults += [409] if unique and fold(name) in map(fold, others) else []
        if faults:
            return faults[0] if id in self.groups else faults[-1]
        group = self.groups.setdefault(id, Group(name))
        group.name = name
        group.members = group.members if members is None else set(members)
        return None

    @property
    def ids(self) -> set[str]:
        """Return the ids of all its resources."""
        return {*self.users, *self.groups}

    def named(self, name: str) -> Iterator[str]:
        """Yield the ids of users called *name*."""
        return (id for id, user in self.users.items() if fold(user.name) == fold(name))

    def _fault(self, id: str, user: User, changes: dict[str, Any], *, wants: bool) -> int | None:
        if "userName" in changes and {*self.named(changes["userName"])} - {id}:
            return 409
        return 403 if wants and not user.active and not self._seated(user.person) else None

    def _taken(self, name: str) -> bool:
        return any(self.named(name))

    def _seated(self, person: int) -> bool:
        held = self.team.held
        return person in held or len(held) < self.team.seats

    def _counted(self, with_seat: set[int]) -> None:
        """Write one entry for each person whose seat has changed."""
        self.team.entries += len(with_seat ^ self.team.held)
