"""People, seats, changes and events: what the other hooks are told."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from attrs import field, frozen

from .dialect import Json

#: The names of events are the names of the hooks that hear them.
EVENTS: Final = (
    "user_provisioned",
    "user_updated",
    "user_deactivated",
    "user_reactivated",
    "user_deprovisioned",
    "group_changed",
    "seat_taken",
    "seat_released",
    "seat_waiting",
    "seats_threshold",
)


@frozen
class Seat:
    """A seat of one kind, such as `standard`; of kind None it is a welcome that takes no seat."""

    kind: str | None

    @classmethod
    def none(cls) -> Seat:
        """Return the choice that lets a person in without taking a seat."""
        return cls(kind=None)


class Undecided(enum.Enum):
    """The choice that cannot be made yet, since a person's groups arrive after the person."""

    UNDECIDED = "undecided"


UNDECIDED: Final = Undecided.UNDECIDED

Choice: TypeAlias = Seat | Undecided


@frozen(kw_only=True)
class Person:
    """Whoever one or more users of a team are about.

    *groups* are the names of the person's groups, *profile* is the plain SCIM document of the user.
    """

    id: str
    team: str
    user_name: str
    active: bool
    user_type: str | None = None
    groups: tuple[str, ...] = ()
    profile: Mapping[str, Json] = field(factory=dict)


@frozen(kw_only=True)
class Change:
    """A person as they were, None when nobody knew them, and as they would be."""

    team: str
    connection: str
    before: Person | None
    after: Person


@frozen
class Objection:
    """Why a change may not be; *detail* is a sentence the provider's administrator can act on."""

    detail: str


@frozen(kw_only=True)
class Event:
    """Something that has been committed.

    *id* is the same each time it is told; *version* counts the changes of *resource*, in whose order its
    events come; *before* and *after* are plain SCIM documents, of a group without its members, who are told
    by the ids of those who came and went; *cause* is the exchange or use case behind it.
    """

    id: str
    name: str
    at: datetime
    team: str
    connection: str | None
    kind: str
    resource: str | None
    person: str | None
    version: int
    before: Mapping[str, Json] | None
    after: Mapping[str, Json] | None
    seat: str | None
    quirks: tuple[str, ...]
    cause: str
    members_added: tuple[str, ...] = ()
    members_removed: tuple[str, ...] = ()
