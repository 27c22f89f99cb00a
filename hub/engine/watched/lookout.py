"""Notes what requests show of their connections, and has it written in batches beside them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson
import structlog
from attrs import define, evolve, field

from hub import tokens
from hub.engine.asking.sightings import Hour, Seen, Sighting, sights
from hub.moments import later
from hub.spi import facts

if TYPE_CHECKING:
    from hub.engine.asking.recording import Recording
    from hub.engine.asking.requests import Admission
    from hub.engine.ports import Clock, Sightings
    from hub.spi import Inbound

log = structlog.get_logger("hub.lookout")

#: Seconds in which a fact of a connection is noted once, and in which the use of a token is.
FACT_SECONDS, TOKEN_SECONDS = 10.0, 60.0

#: Seconds between two writes: what is first seen is written at once, what comes meanwhile together.
PAUSE_SECONDS = 0.5

#: How many facts wait to be written, and how many are remembered as noted; beyond, they are dropped.
SIGHTINGS_MAX, NOTED_MAX = 1_000, 50_000

#: How many connections wait that somebody named who was not let in: any of them may be invented.
STRANGERS_MAX = 100

#: Days for which it is kept how much a connection asked.
TRAFFIC_DAYS = 90

#: The shape of a connection's id. What else an address names is long, or no text, as its inventor likes.
_ID = re.compile(r"[0-9a-f-]{36}")

#: What may be shown of a credential that opens nothing: its first characters.
SHOWN_MAX = 4

#: Answers that ask for the same again later: no failure of anything.
_LATER = frozenset({429, 503})


@define(kw_only=True)
class Lookout:
    """Notes facts of connections, each written now and then only; *timer* tells seconds since any moment."""

    sightings: Sightings
    clock: Clock
    timer: Callable[[], float]
    dropped: int = 0
    #: What → the second from which it is noted again: a fact of a connection, or the use of a token.
    _due: dict[tuple[str, str], float] = field(factory=dict, init=False)
    _waiting: dict[tuple[str, str], Sighting] = field(factory=dict, init=False)
    #: Apart, for whoever invents connections to take no place of one that was let in.
    _strangers: dict[tuple[str, str], Sighting] = field(factory=dict, init=False)
    _used: dict[str, str] = field(factory=dict, init=False)
    _traffic: dict[str, list[int]] = field(factory=dict, init=False)
    _news: asyncio.Event = field(factory=asyncio.Event, init=False)
    _closed: bool = field(default=False, init=False)
    _pruned_on: str = field(default="", init=False)

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
        """Note what a request that was let in shows; *read* says that it can have changed nothing."""
        now, connection = self.timer(), admission.connection.id
        for fact in sights(admission, asked, recording, status=status, answer=answer):
            if now >= self._due.get((connection, fact), now):
                detail = _made(answer) if fact is facts.CREATED else None
                seen = self._sighting(connection, fact, recording.reference, detail)
                self._note(self._waiting, SIGHTINGS_MAX, seen, now=now)
        if admission.key_id and now >= self._due.get((connection, admission.key_id), now):
            self._remember((connection, admission.key_id), now + TOKEN_SECONDS)
            self._used[admission.key_id] = self.clock()[:16] + ":00.000Z"
            self._news.set()
        count = self._traffic.setdefault(connection, [0, 0, 0])
        count[0] += 1
        if not read:
            count[1] += 1
            count[2] += status >= 400 and status not in _LATER

    def turned_away(self, connection: str, authorization: bytes | None, reference: str) -> None:
        """Note that somebody asked for *connection*, if there is one, with a token that opens nothing."""
        now = self.timer()
        if _ID.fullmatch(connection) and now >= self._due.get((connection, facts.WRONG_TOKEN), now):
            seen = self._sighting(connection, facts.WRONG_TOKEN, reference, shown(authorization))
            self._note(self._strangers, STRANGERS_MAX, seen, now=now)

    async def run(self) -> None:
        """Write what is seen, until `close`."""
        while not self._closed:
            await self._told()
            self._news.clear()
            await self.write()
            await self._pause()
        await self.write()

    def close(self) -> None:
        """Have `run` end once all that was seen is written."""
        self._closed = True
        self._news.set()

    async def write(self) -> None:
        """Write what was seen since the last time; where that fails, it is dropped, and the hub goes on."""
        seen, at = self._taken(), self.clock()
        try:
            if seen:
                await self.sightings.add(seen)
            if at[:10] != self._pruned_on:
                self._pruned_on = at[:10]
                await self.sightings.prune(before=later(at, -TRAFFIC_DAYS * 86_400)[:13])
        except Exception:
            self.dropped += len(seen.sightings)
            log.exception("sightings.lost", count=len(seen.sightings), dropped=self.dropped)

    async def _pause(self) -> None:
        """Let the time between two writes pass, unless `close` is called."""
        if not self._closed:
            await asyncio.sleep(PAUSE_SECONDS)

    async def _told(self) -> None:
        """Wait until a fact is seen, but no longer than figures of traffic may wait to be written."""
        try:
            async with asyncio.timeout(FACT_SECONDS):
                await self._news.wait()
        except TimeoutError:
            return

    def _sighting(self, connection: str, fact: str, reference: str, detail: str | None) -> Sighting:
        at = self.clock()
        return Sighting(
            connection=connection, fact=fact, first_at=at, last_at=at, reference=reference, detail=detail
        )

    def _note(
        self, waiting: dict[tuple[str, str], Sighting], most: int, seen: Sighting, *, now: float
    ) -> None:
        if len(waiting) >= most:
            self.dropped += 1
            return
        what = (seen.connection, seen.fact)
        self._remember(what, now + FACT_SECONDS)
        waiting[what] = evolve(seen, first_at=waiting.get(what, seen).first_at)
        self._news.set()

    def _remember(self, what: tuple[str, str], due: float) -> None:
        if len(self._due) >= NOTED_MAX:
            self._due.clear()
        self._due[what] = due

    def _taken(self) -> Seen:
        hour = self.clock()[:13]
        traffic = {
            connection: Hour(hour=hour, requests=requests, writes=writes, failed=failed)
            for connection, (requests, writes, failed) in self._traffic.items()
        }
        # In one order everywhere: two nodes that write the same rows do not wait for each other in a ring.
        seen = Seen(
            sightings=tuple(each for _, each in sorted((self._waiting | self._strangers).items())),
            tokens=dict(sorted(self._used.items())),
            traffic=dict(sorted(traffic.items())),
        )
        self._waiting, self._strangers, self._used, self._traffic = {}, {}, {}, {}
        return seen


_PRINTED = re.compile(r"[ -~]*")


def shown(authorization: bytes | None) -> str:
    """Return what may be shown of a credential that opens nothing.

    Of one of the hub's own, its key id, which is no secret; of any other its first characters.
    """
    text = (authorization or b"").decode("latin-1")
    scheme, _, rest = text.partition(" ")
    secret = rest.strip() if scheme.lower() == "bearer" else text
    credential = tokens.parse(secret)
    if credential:
        return f"hub_{credential.key_id}"
    return "".join(each if _PRINTED.fullmatch(each) else "?" for each in secret[:SHOWN_MAX])


def _made(answer: bytes | None) -> str | None:
    """Return the id of the resource that an answer says was made."""
    made = orjson.loads(answer) if answer else None
    return str(made["id"]) if isinstance(made, dict) and "id" in made else None
