"""Filling a server over its API, by the same requests for all."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from attrs import Factory, field, frozen

from . import people
from .load import ask
from .subjects import Subject
from .wire import LATE, Answer, Door, talk

#: Users who are in no group, to be put into one and taken out again.
SPARES = 64

#: Users of a page.
PAGE = 100

#: Seconds that the walk to the last page by cursor may take.
WALK_SECONDS = 120.0


@frozen(kw_only=True)
class Filled:
    """What a server holds: *users*, ids by number, the last few in no group, and *groups* by their members.

    *cursor* leads to the last whole page; *persons* are some of who the users are about, as the portal has
    them; *numbers* are of users to come.
    """

    size: int
    users: list[str]
    groups: Mapping[int, str]
    cursor: str
    persons: tuple[str, ...] = ()
    numbers: Iterator[int] = field(default=Factory(lambda self: itertools.count(len(self.users)), True))

    @property
    def spares(self) -> list[str]:
        """Return the users in no group."""
        return self.users[self.size :]


def pretended(members: Sequence[int]) -> Filled:
    """Return what the ceiling is said to hold, so that it gets requests like the others'."""
    id = "0" * 36
    return Filled(size=1, users=[id] * (1 + SPARES), groups=dict.fromkeys(members, id), cursor="c" * 100)


def groups_at(size: int, members: Sequence[int]) -> list[int]:
    """Return how many members each group has where there are *size* users: nobody is in one twice."""
    return sorted({min(each, size) for each in members})


def fill(subject: Subject, members: Sequence[int]) -> Filled:
    """Fill *subject* with its users and a group for each number of *members*."""
    users = _users(subject, subject.size + SPARES)
    built = {size: _group(subject, users[:size]) for size in groups_at(subject.size, members)}
    groups = {size: group for size, group in built.items() if group}
    cursor = _last_cursor(subject.door, len(users))
    persons = _persons(subject.portal) if subject.portal else ()
    return Filled(size=subject.size, users=users, groups=groups, cursor=cursor, persons=persons)


def _persons(portal: Door) -> tuple[str, ...]:
    page = _made(ask(portal, ("GET", "/people", b""))[0])
    return tuple(each.decode() for each in re.findall(rb'/people/([0-9a-f-]{36})"', page.raw))


def _users(subject: Subject, count: int) -> list[str]:
    ids: dict[str, str] = {}

    def heard(answer: Answer, _: float) -> None:
        made = _made(answer).json()
        ids[made["externalId"]] = made["id"]

    requests = (("POST", "/Users", people.body(people.user(number))) for number in range(count))
    talk(subject.door, requests, heard, at_once=subject.at_once)
    return [ids[people.external_id(number)] for number in range(count)]


def _group(subject: Subject, members: list[str]) -> str:
    """Return the id of a new group; nothing if that takes longer than anybody waits."""
    door, batch = subject.door, subject.batch or len(members)
    first = people.group(f"Group of {len(members)}", members[:batch])
    answer, _ = ask(door, ("POST", "/Groups", people.body(first)))
    if answer is LATE:
        return ""
    id: str = _made(answer).json()["id"]
    for start in range(batch, len(members), batch):
        value = [{"value": member} for member in members[start : start + batch]]
        more = people.patch("add", "members", value=value)
        _made(ask(door, ("PATCH", f"/Groups/{id}?excludedAttributes=members", people.body(more)))[0])
    return id


def _last_cursor(door: Door, count: int) -> str:
    """Return the cursor of the last whole page of *count* users, having walked there.

    Empty where there are no cursors, or where the way is too long.
    """
    cursor, deadline = "", time.monotonic() + WALK_SECONDS
    for _ in range(count // PAGE - 1):
        answer, _ = ask(door, ("GET", f"/Users?cursor={quote(cursor)}&count={PAGE}", b""))
        cursor = answer.json().get("nextCursor", "") if answer.status == 200 else ""
        if not cursor or time.monotonic() > deadline:
            return ""
    return cursor


def _made(answer: Answer) -> Answer:
    if answer.status not in {200, 201, 204}:
        raise AssertionError(f"filling was answered {answer.status}: {answer.raw[:500]!r}")
    return answer
