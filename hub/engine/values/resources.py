"""SCIM resources as a store keeps them, and the groups that join them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

if TYPE_CHECKING:
    from .places import SeatStatus

#: How many members come along with a group; the others are read a page at a time.
MEMBERS_FIRST = 200


@frozen(kw_only=True)
class Resource:
    """A SCIM resource as the store keeps it: *document* without members, groups or meta."""

    id: str
    kind: str
    document: Mapping[str, Any]
    created: str
    modified: str
    version: int = 1
    person: str | None = None
    groups: Sequence[Membership] = ()

    @property
    def active(self) -> bool:
        """Say whether it vouches for somebody: it is a User whose `active` is true, not just missing."""
        return self.kind == "User" and self.document.get("active") is True

    def changed(self, document: Mapping[str, Any], *, at: str) -> Resource:
        """Return the next version, holding *document*."""
        return evolve(self, document=document, modified=at, version=self.version + 1)


@frozen(kw_only=True)
class Text:
    """A resource as it is stored: its document is JSON text, neither parsed nor built.

    *groups* are a user's; *members* are a group's first `MEMBERS_FIRST`, None where they were not read;
    *seat* is that of the person whom a user is about, None where it was not asked for.
    """

    id: str
    kind: str
    document: str
    created: str
    modified: str
    version: int = 1
    groups: Sequence[Membership] = ()
    members: Sequence[Member] | None = None
    seat: SeatStatus | None = None


@frozen(kw_only=True)
class Membership:
    """A group that a user is in, itself (*direct*) or by a group within it."""

    group: str
    display: str
    direct: bool


@frozen(kw_only=True)
class Member:
    """A User or Group in a group, as a reader of the group sees it."""

    id: str
    kind: str
