"""What is known here of who somebody may be that signs in."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from attrs import field, frozen


@frozen(kw_only=True)
class Linked:
    """The person, and the admin, of whom a provider's subject is known to be.

    *gone* says that of the person nothing is left in the team that might come back: they were deleted.
    """

    person: str | None = None
    admin: str | None = None
    gone: bool = False


@frozen(kw_only=True)
class Known:
    """Who may be meant at first contact, ids of people: by *external_id*, or by address.

    In *domains* the provider vouches for addresses. *owners* are whose an address is; *bearers*, whose users
    of the provider's own connections are called so.
    """

    domains: AbstractSet[str] = frozenset()
    external: AbstractSet[str] = frozenset()
    owners: Mapping[str, str] = field(factory=dict)
    bearers: Mapping[str, AbstractSet[str]] = field(factory=dict)
