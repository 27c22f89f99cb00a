"""Groups and their members, as lists show them."""

from __future__ import annotations

from attrs import frozen

#: How many members of a group are counted for a list of groups.
COUNTED_MAX = 1000


@frozen(kw_only=True)
class Gathering:
    """A group of a *connection*, with how many *members* are in it directly.

    In a list they are counted up to `COUNTED_MAX`, one more where there are more; *expected* is how many more
    are waited for.
    """

    id: str
    connection: str
    display: str
    members: int
    created: str
    expected: int = 0


@frozen(kw_only=True)
class Gathered:
    """A member of a group: a user, or (*kind*) a group; *person* and *active* are a user's."""

    id: str
    kind: str
    called: str
    name: str | None = None
    person: str | None = None
    active: bool = True
