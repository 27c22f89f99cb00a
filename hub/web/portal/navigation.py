"""The navigation: the ways to a team's main pages that a visitor may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hub.teams import Role

#: What a team's pages are reached by, in order: title, path below the team.
NAVIGATION = (
    ("Overview", ""),
    ("People", "/people"),
    ("Groups", "/groups"),
    ("Seats", "/seats"),
    ("Book", "/book"),
    ("Activity", "/activity"),
    ("Settings", "/settings/security/authentication"),
    ("Admins", "/admins"),
    ("Audit", "/audit"),
)


@frozen
class Way:
    """An entry of the navigation; *current* says that the page is it, or below it."""

    title: str
    url: str
    current: bool


@frozen
class Navigation:
    """The ways to a team's main pages; *least* has the path of a page → the least role that may see it."""

    least: Mapping[str, Role]

    def ways(self, role: Role, *, here: str, url: Callable[[str], str]) -> Sequence[Way]:
        """Return the ways for whoever has that *role* and is *here*; *url* is of a path below the team."""
        ways = []
        for title, path in NAVIGATION:
            least = self.least.get(f"/teams/{{team}}{path}")
            if least is not None and role.may(least):
                there = url(path)
                ways.append(Way(title, there, here == there or (bool(path) and here.startswith(f"{there}/"))))
        return ways
