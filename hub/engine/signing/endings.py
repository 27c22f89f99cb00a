"""How a sign-in ends: somebody is let in, sent on or turned away, or shown what came of a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hub.engine.values.entitlements import Reason
    from hub.providers import Identity, Provider

    from .matching import Match


class Lost(Exception):
    """A sign-in that cannot go on: unknown, expired, used, of another browser, or not believed.

    Whoever asks is never told which.
    """


class Unsent(Exception):
    """Nobody can be sent to the provider just now; the text says why, for its administrator."""


@frozen(kw_only=True)
class Admitted:
    """An admin of the team has signed in to the portal, and wants to go *to* a page of it."""

    admin: str
    to: str


@frozen(kw_only=True)
class SentOn:
    """Somebody is let in to the product, which they go back to at *url* with a code."""

    url: str


@frozen(kw_only=True)
class TurnedAway:
    """Somebody signed in, and is not let in.

    *reason* is why the product is not open to them; None where it is the portal that is not.
    """

    provider: Provider
    called: str
    reason: Reason | None
    message: str


@frozen
class Tried:
    """Somebody signed in to try whether it works: whoever looks after the team is shown the `Trial`."""


@frozen(kw_only=True)
class Trial:
    """What came of trying to sign in: who the provider says it was, and who that is here; or the *fault*."""

    identity: Identity | None = None
    match: Match | None = None
    fault: str | None = None
