"""People who are assigned in only one of two apps: the one that people sign in with, and the one for SCIM."""

from __future__ import annotations

from attrs import frozen

#: How many are called by name, and how many are counted: beyond, there are more than that.
NAMED_MAX, COUNTED_MAX = 10, 1_000


@frozen(kw_only=True)
class Gaps:
    """People who are known either to a connection or to the provider of its sign-ins, and not to both.

    *unsigned* people were pushed over SCIM and have never signed in; *unpushed* ones have signed in, and no
    user is about them. A few of both are named; neither is counted beyond `COUNTED_MAX`.
    """

    unsigned: int = 0
    unsigned_names: tuple[str, ...] = ()
    unpushed: int = 0
    unpushed_names: tuple[str, ...] = ()
    signed_in: bool = False
    """Whether anybody has signed in by that provider yet: before, nothing can be said of the others."""
