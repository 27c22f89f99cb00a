"""What somebody enters of a provider, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection

from attrs import frozen

from hub.engine.values.addresses import domain_in
from hub.engine.values.errors import AdminError

#: The most domains of a provider; the longest title, and the longest other value.
DOMAINS_MAX, TITLE_MAX, TEXT_MAX = 100, 80, 1000

#: The longest time that a provider may be asked to let pass between two proofs: a month.
AGE_MAX = 30 * 24 * 3600

#: Field → how it is called.
_CALLED = {"issuer": "the issuer", "client_id": "the client ID", "secret": "the client secret"}


class Misfit(AdminError):
    """A provider cannot be set up so: *field* is to be mended."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(says)
        self.field = field


@frozen(kw_only=True)
class Draft:
    """What somebody enters of a provider, whichever is its protocol; *secret* and metadata may be left out.

    With *connections*, only those are told that their people sign in with it; None leaves them as they are.
    """

    title: str
    domains: Collection[str] = ()
    connections: Collection[str] | None = None
    issuer: str = ""
    client_id: str = ""
    secret: str = ""
    max_age: int | None = None
    metadata_url: str = ""
    metadata: str = ""

    def check_client(self, *, known: bool) -> None:
        """Raise `Misfit` for what is no client of an OpenID provider; one that is *known* has a secret."""
        for name, called in _CALLED.items():
            value = getattr(self, name).strip()
            if not value and not (name == "secret" and known):
                raise Misfit(name, f"{called} is missing: the provider shows it")
            if len(value) > TEXT_MAX:
                raise Misfit(name, f"{called} is longer than {TEXT_MAX} characters")
        if self.max_age is not None and not 0 <= self.max_age <= AGE_MAX:
            raise Misfit("max_age", f"the age of a sign-in is from 0 to {AGE_MAX} seconds")


def title_in(text: str) -> str:
    """Return the title that *text* is, or raise `Misfit`."""
    title = " ".join(text.split())
    if not 0 < len(title) <= TITLE_MAX:
        raise Misfit("title", f"the provider needs a name of at most {TITLE_MAX} characters")
    return title


def domains_in(said: Collection[str]) -> tuple[str, ...]:
    """Return the domains that were *said*, folded, or raise `Misfit`."""
    if len(said) > DOMAINS_MAX:
        raise Misfit("domains", f"a provider vouches for at most {DOMAINS_MAX} domains")
    try:
        return tuple(dict.fromkeys(domain_in(each) for each in said))
    except AdminError as error:
        raise Misfit("domains", str(error)) from error
