"""People who are assigned in only one of two apps: the one that people sign in with, and the one for SCIM."""

from __future__ import annotations

from attrs import frozen

#: How many are called by name, and how many are counted: beyond, there are more than that.
NAMED_MAX, COUNTED_MAX = 10, 1_000


@frozen(kw_only=True)
class Gaps:
    """Who is known on one side only, of a connection and of the provider that its people sign in with.

    *unsigned* people were pushed and have never signed in, *unpushed* ones have signed in and are nobody's
    users; of both, a few are called by name. Neither is counted beyond `COUNTED_MAX`.
    """

    unsigned: int = 0
    unsigned_names: tuple[str, ...] = ()
    unpushed: int = 0
    unpushed_names: tuple[str, ...] = ()
    signed_in: bool = False
    """Whether anybody has signed in by that provider yet: before, nothing can be said of the others."""
