"""What a write does to the resources of a connection, and to the members of its groups."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Protocol

from hub.engine.values.resources import Member, Membership, Resource

if TYPE_CHECKING:
    from hub.scim.membership import MemberChange


class Resources(Protocol):
    """What a write does to the resources of its connection.

    Whatever adds or changes one raises `Outdated` where the connection's revision is not the one that the
    write goes by, and keeps that revision as it is until the write is done. Taking a user's access away does
    neither.
    """

    async def lock(self, kind: str, id: str, *, groups: bool = False) -> Resource | None:
        """Return a resource, locked until this write is done; with *groups*, a user comes with theirs."""

    async def insert(self, resource: Resource, *, exclusive: bool) -> None:
        """Add *resource*; with *exclusive* no other of its kind may have its name (`NameTaken`)."""

    async def update(self, before: Resource, after: Resource, *, exclusive: bool) -> None:
        """Write *after* as the next version of *before* (`NameTaken` as for `insert`)."""

    async def delete(self, resource: Resource) -> None:
        """Remove *resource* and its memberships."""


class Members(Protocol):
    """What a write does to the members of its connection's groups, those there are and those to come."""

    async def members(self, group: str, *, after: str = "", count: int = 1000) -> Sequence[Member]:
        """Return up to *count* members of a group whose ids come after *after*, in order of id."""

    async def count_members(self, group: str, *, most: int) -> int:
        """Return how many members a group has or expects, and *most* where it is more."""

    async def change_members(
        self, group: str, change: MemberChange, *, known: bool = False
    ) -> tuple[list[str], list[str]]:
        """Apply *change*, which has no filter, by delta; return who came and who went.

        Raises `UnknownMembers`. Ids that are *known* are not looked up: whoever is gone meanwhile stays out.
        """

    async def groups(self, user: str) -> Sequence[Membership]:
        """Return the groups that a user is in, in order of id."""

    async def known(self, values: AbstractSet[str]) -> dict[str, str]:
        """Return value → id of the resources that are called so: by id, by externalId, or by userName."""

    async def unknown(self, values: AbstractSet[str]) -> frozenset[str]:
        """Return those of *values* that nobody is called by, nor will be until this unit is done."""

    async def expect(self, group: str, change: MemberChange) -> tuple[bool, bool]:
        """Keep as pending members of a group the values that *change* adds, and no longer those it removes.

        Says whether any came to them, and whether any went.
        """

    async def expecting(self, newcomer: Resource) -> Sequence[str]:
        """Return the groups for which a value that *newcomer* is called by is pending, in order of id."""

    async def arrive(self, newcomer: Resource, group: str) -> bool:
        """Have a locked group expect *newcomer* no longer; False where it did not, or no longer."""
