"""What the web asks of the rest of the house: protocols that the engine, or a test, fulfils."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from hub.engine.asking.conditions import NO_CONDITIONS, Conditions

if TYPE_CHECKING:
    from hub.engine.asking.recording import Recording
    from hub.engine.asking.requests import Admission, Answer
    from hub.engine.watched.exchanges import Exchange
    from hub.spi import Inbound, Json
    from hub.teams import ApiKey

#: Says why the hub cannot serve just now, a sentence each; nothing when it can.
Ready = Callable[[], Awaitable[list[str]]]


class Door(Protocol):
    """Lets a connection in, and answers what it asks; `hub.engine.answering.service.Service` is one."""

    async def admit(self, connection_id: str, authorization: str | None) -> Admission:
        """Return whose request it is, or raise `Unauthorized`, in one sentence whatever is wrong."""

    async def answer(
        self,
        admission: Admission,
        inbound: Inbound,
        recording: Recording,
        *,
        base_url: str,
        conditions: Conditions = NO_CONDITIONS,
    ) -> Answer:
        """Do what *inbound* asks, if *conditions* hold, and note in *recording* what came of it.

        Raises the `ScimError` that says why not.
        """


class Questions(Protocol):
    """Answers a team's product; `hub.engine.product.questions.Questions` is one."""

    async def admit(self, team: str, authorization: str | None) -> ApiKey:
        """Return the key of *team* that was sent; raises `Unauthorized`, always in the same words."""

    async def by_name(self, team: str, names: Sequence[str]) -> list[dict[str, Json]]:
        """Return for each name whether that person may sign in, in order; raises `Unavailable`."""

    async def by_id(self, team: str, person: str) -> dict[str, Json]:
        """Return whether the *person* with that id may sign in; raises `Unavailable`."""


class Lookout(Protocol):
    """Notes what requests show of their connections; `hub.engine.watched.lookout.Lookout` is one."""

    def saw(
        self,
        admission: Admission,
        asked: Inbound | None,
        recording: Recording,
        *,
        read: bool,
        status: int,
        answer: bytes | None,
    ) -> None:
        """Note what a request that was let in shows; never waits, never raises."""

    def turned_away(self, connection: str, authorization: bytes | None, reference: str) -> None:
        """Note that somebody asked for *connection* with a token that opens nothing."""


class HandOver(Protocol):
    """Exchanges the codes of sign-ins; `hub.engine.product.handover.HandOver` is one."""

    async def exchange(self, team: str, code: str, verifier: str, *, issuer: str) -> dict[str, Json]:
        """Return who signed in, whether they may, and what is signed of it; raises `NoSuchCode`."""


class Keeper(Protocol):
    """Notes what was asked and answered; `hub.engine.watched.exchanges.Keeper` is one."""

    def begin(self) -> Recording:
        """Return what a request that has just come is noted in."""

    def keep(self, exchange: Exchange) -> None:
        """Have a finished *exchange* kept; neither waits nor raises."""
