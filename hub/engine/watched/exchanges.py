"""Exchanges: requests and answers as kept for people to look at."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from attrs import define, field, frozen

from hub.engine.asking.recording import Recording
from hub.moments import later
from hub.scim.strictjson import dumps
from hub.shallow import shallow

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Exchanges, Ids
    from hub.spi import Json

log = structlog.get_logger("hub.exchanges")

#: Attributes whose values are never kept, in lower case.
SECRET = frozenset({"password"})

_SECRET_BYTES = tuple(name.encode() for name in SECRET)

#: What stands in their place.
HIDDEN = "(not kept)"

#: An id, and the path of the resource that has it. What else somebody asks for is no resource.
_ID = re.compile(r"[0-9a-f-]{36}")
_RESOURCE = re.compile(rf"/(?:Users|Groups)/({_ID.pattern})(?=[/?]|$)")

#: How many wait to be written before new ones are dropped and counted.
QUEUE_MAX = 2_000

#: How many are written at a time, and seconds until the next are where there were fewer: each writing costs
#: a commit, however many it is of.
BATCH_MAX, PAUSE_SECONDS = 100, 0.05

#: Seconds between two looks for exchanges that are too old or too many.
PRUNE_SECONDS = 600


@frozen(kw_only=True)
class Exchange:
    """One request and its answer: *request* as a JSON value, *answer* as bytes, *path* with its query."""

    reference: str
    team: str
    connection: str
    method: str
    path: str
    status: int
    duration_ms: float
    request: Json = None
    answer: bytes | None = None
    error: str | None = None
    quirks: tuple[str, ...] = ()
    became: Json = None
    effect: tuple[str, ...] = ()


_exchange = shallow(Exchange)


@define(kw_only=True)
class Keeper:
    """Writes exchanges in batches, apart from the requests that they are of."""

    exchanges: Exchanges
    clock: Clock
    references: Ids
    days: int
    rows_max: int
    body_max: int
    dropped: int = 0
    #: What waits to be written; None says that nothing follows.
    _queue: asyncio.Queue[Mapping[str, Any] | None] = field(factory=lambda: asyncio.Queue(QUEUE_MAX))

    def begin(self) -> Recording:
        """Return a recording for a request that has just come."""
        return Recording(self.references())

    def keep(self, exchange: Exchange) -> None:
        """Have *exchange* written soon; dropped and counted where too many wait already."""
        row = {"at": self.clock(), **_exchange(exchange)}
        for name in ("request", "answer", "became"):
            row[name] = kept(row[name], self.body_max)
        row["about"] = about(row["path"], row["answer"])
        try:
            self._queue.put_nowait(row)
        except asyncio.QueueFull:
            self.dropped += 1

    async def run(self) -> None:
        """Write what comes, until `close`."""
        pruner = asyncio.create_task(self._prune())
        while (first := await self._queue.get()) is not None:
            if await self._write([first]) < BATCH_MAX:
                await asyncio.sleep(PAUSE_SECONDS)
        pruner.cancel()

    async def close(self) -> None:
        """Have `run` end once all that was kept before is written."""
        await self._queue.put(None)

    async def _write(self, batch: list[Mapping[str, Any]]) -> int:
        """Write *batch* and what waits besides, and return how many that were."""
        while len(batch) < BATCH_MAX and not self._queue.empty():
            following = self._queue.get_nowait()
            if following is None:
                self._queue.put_nowait(None)  # for `run` to see
                break
            batch.append(following)
        try:
            await self.exchanges.add(batch)
        except Exception:  # the record of a request is never worth the hub
            self.dropped += len(batch)
            log.exception("exchanges.lost", count=len(batch), dropped=self.dropped)
        return len(batch)

    async def _prune(self) -> None:
        while True:
            try:
                before = later(self.clock(), -self.days * 86_400)
                await self.exchanges.prune(before=before, rows_max=self.rows_max)
            except Exception:
                log.exception("exchanges.not_pruned")
            await asyncio.sleep(PRUNE_SECONDS)


def about(path: str, answer: Json) -> str | None:
    """Return the id of the resource that an exchange is about: named by its *path*, else by the *answer*."""
    if named := _RESOURCE.search(path):
        return named[1]
    id = answer.get("id") if isinstance(answer, dict) else None
    return id if isinstance(id, str) and _ID.fullmatch(id) else None


def kept(value: Any, bytes_max: int) -> Any:
    """Return what may be kept of *value*, JSON as a value or as bytes: no secrets, and not too many bytes.

    Of what is longer than *bytes_max*, the beginning of its text is kept.
    """
    if value is None:
        return None
    text = value if isinstance(value, bytes) else dumps(value)
    lower = text.lower()
    if any(name in lower for name in _SECRET_BYTES):  # few have one: most are not looked through
        value = redacted(orjson.loads(text))
        text = dumps(value)
    if len(text) > bytes_max:
        return shortened(text, bytes_max)
    return orjson.loads(text) if isinstance(value, bytes) else value


def redacted(value: Any) -> Any:
    """Return *value* without the attributes that nobody may read again, in whatever case they are spelt."""
    match value:
        case dict() if any(name.lower() == "path" and _secret(path) for name, path in value.items()):
            # an operation on a secret: only what it is and what it is about may be read
            return {
                name: _shown(inner) if name.lower() in {"op", "path"} else HIDDEN
                for name, inner in value.items()
            }
        case dict():
            return {name: HIDDEN if _secret(name) else redacted(inner) for name, inner in value.items()}
        case list():
            return [redacted(inner) for inner in value]
        case _:
            return value


def _secret(path: object) -> bool:
    """Say whether the attribute at *path*, with its URN or without, is one of the secret ones."""
    name = str(path).partition("[")[0].rpartition(":")[2].partition(".")[0]
    return name.strip().lower() in SECRET


def _shown(text: object) -> str:
    return str(text).partition("[")[0]


def shortened(text: bytes, bytes_max: int) -> str:
    """Return the first *bytes_max* of *text*, and how long it was."""
    return f"{text[:bytes_max].decode(errors='ignore')} … ({len(text)} bytes)"
