"""Whom a sign-in is about: a person of the team, one of its admins, both, or nobody, and why."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub.engine.values.known import Known

if TYPE_CHECKING:
    from hub.engine.ports import Subjects
    from hub.providers import Identity, Provider


@frozen(kw_only=True)
class Match:
    """Who somebody is in the team; and, in a sentence, how that was found out or why it was not.

    *contradicted* says that what the provider sends means two people, so that nothing is to rest on it.
    """

    person: str | None = None
    admin: str | None = None
    says: str
    contradicted: bool = False


async def whom(subjects: Subjects, provider: Provider, identity: Identity) -> Match:
    """Return who *identity* is: as it was found before, else by what *provider* may vouch for.

    Whoever was deleted and comes back may be another person here: then they are that one. An admin is found
    by what the provider says in this very sign-in: users are written by others, too.
    """
    linked = await subjects.linked(provider, identity.subject)
    known = await subjects.known(
        provider, external_id=identity.external_id, addresses=frozenset(identity.addresses)
    )
    addresses = frozenset(each for each in identity.addresses if _domain(each) in known.domains)
    match = found(known, addresses, identity)
    if linked.person and not (linked.gone and match.person):
        match = Match(
            person=linked.person, says="They have signed in before, and are the same person as then."
        )
    if linked.admin or match.contradicted:
        return evolve(match, admin=linked.admin)
    return evolve(match, admin=await _admin(subjects, provider, addresses))


def found(known: Known, addresses: AbstractSet[str], identity: Identity) -> Match:
    """Return the person whom *identity* means when it is first seen: by its id, by an address, or by both.

    *addresses* are those for which the provider may vouch.
    """
    owners = {person for each, person in known.owners.items() if each in addresses}
    bearers = {person for each, people in known.bearers.items() if each in addresses for person in people}
    called, how = (owners, "whose it is") if owners else (bearers, "a user of this provider's, called so")
    meant = known.external & called if known.external and called else known.external or called
    if not meant and called:
        says = f"The provider's id is one person's, and {_listed(addresses)} another's: this may be neither."
        return Match(says=says, contradicted=True)
    if not meant:
        return Match(says=_unfound(known, addresses, identity))
    if len(meant) > 1:
        whose = _listed(addresses) if called else "the provider's id"
        return Match(says=f"Several people have {whose}: which is meant cannot be told.")
    if known.external:
        says = "Found by the id that the provider has for them over SCIM, too."
    else:
        says = f"Found by their address, {_listed(addresses)}: {how}."
    return Match(person=next(iter(meant)), says=says)


def _unfound(known: Known, addresses: AbstractSet[str], identity: Identity) -> str:
    if addresses:
        return f"The team has nobody with {_listed(addresses)}: assign them in the provider's SCIM app, too."
    if identity.addresses:
        domains = ", ".join(sorted(known.domains)) or "no domain"
        return (
            f"The provider names {_listed(identity.addresses)}, and is trusted with addresses in {domains}:"
            " add the domain to those of this provider."
        )
    if identity.doubtful:
        return (
            f"The provider names {_listed(identity.doubtful)}, and does not say that the address is verified"
            " (email_verified), or writes it in letters that look like others: so it finds nobody."
        )
    return "The provider says neither an address nor the id that it uses over SCIM: have it send one."


async def _admin(subjects: Subjects, provider: Provider, addresses: AbstractSet[str]) -> str | None:
    """Return the admin who has one of *addresses*."""
    admins = set((await subjects.admins(provider.team, addresses)).values())
    return next(iter(admins)) if len(admins) == 1 else None


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _listed(addresses: AbstractSet[str] | tuple[str, ...]) -> str:
    return " and ".join(sorted(addresses))
