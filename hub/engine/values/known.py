"""What is known here of the person who may be behind a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from attrs import field, frozen


@frozen(kw_only=True)
class Linked:
    """The person, and the admin, that somebody known to a provider has turned out to be.

    *gone* says that nothing of the person is left in the team that might come back: they were deleted.
    """

    person: str | None = None
    admin: str | None = None
    gone: bool = False


@frozen(kw_only=True)
class Known:
    """The people, by id, whom somebody may be who signs in for the first time.

    One has the *external_id*. Others go by address, in the *domains* for which the provider vouches: an
    address belongs to its *owners*, and *bearers* are people whose users, of the provider's own connections,
    are called by it.
    """

    domains: AbstractSet[str] = frozenset()
    external: AbstractSet[str] = frozenset()
    owners: Mapping[str, str] = field(factory=dict)
    bearers: Mapping[str, AbstractSet[str]] = field(factory=dict)
