"""Answers and errors as bytes: the one place where errors are caught."""

from __future__ import annotations

import math
import traceback
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog
from attrs import frozen
from starlette.requests import ClientDisconnect

from hub.scim.errors import (
    ScimError,
    ServerFault,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from hub.scim.strictjson import dumps
from hub.web.guards import AmbiguousLength
from hub.web.routes import WrongMethod

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.types import Send

    from hub.engine.asking.requests import Answer

Header = tuple[bytes, bytes]

#: Words an error as an answer.
Refusal: TypeAlias = "Callable[[ScimError], Reply]"


@frozen(kw_only=True)
class Reply:
    """One answer as HTTP has it; *error* is what went wrong, in the words that the asker was told.

    *media* is the type of its body, *cache* who may keep it.
    """

    status: int = 200
    body: bytes | None = None
    headers: tuple[Header, ...] = ()
    error: str | None = None
    media: bytes = b"application/scim+json; charset=utf-8"
    cache: bytes = b"no-store"

    async def send(self, send: Send, *, head: bool) -> None:
        """Send the answer, without its body where *head* asked for no more."""
        body = self.body or b""
        headers = [(b"cache-control", self.cache), (b"x-content-type-options", b"nosniff"), *self.headers]
        if self.body is not None:
            headers += ((b"content-type", self.media), (b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else body})


#: Noted for a client that left before it was answered; never sent.
GONE = Reply(status=499)


async def caught(work: Awaitable[Reply], *, refused: Refusal, reference: str) -> Reply:
    """Return the answer of *work*, or its error in the form of *refused*; a fault by *reference* only."""
    try:
        return await work
    except ScimError as error:
        return refused(error)
    except ClientDisconnect:  # nobody is left to be answered
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the asker gets a body and no internals
        structlog.get_logger("hub.web").error("fault", exchange=reference, trace=trace(error))
        return refused(ServerFault(f"The hub failed, not the request. Ref {reference}."))


def success(answer: Answer) -> Reply:
    """Return what the service answered, as HTTP has it."""
    said = ((b"location", answer.location), (b"etag", answer.tag))
    headers = tuple((name, value.encode()) for name, value in said if value is not None)
    return Reply(status=answer.status, body=answer.body, headers=headers)


def allowing(methods: tuple[str, ...]) -> Reply:
    """Return the answer to OPTIONS: the *methods* that the path takes (RFC 9110 §9.3.7)."""
    return Reply(status=204, headers=(_allow(methods),))


def refusal(error: ScimError, *, unavailable_status: int = 503) -> Reply:
    """Return *error* as an answer; the dialect says which status stands for *unavailable*."""
    status = unavailable_status if isinstance(error, Unavailable) else error.status
    body: dict[str, Any] = {**error.body(), "status": str(status)}
    return Reply(status=status, body=dumps(body), headers=headers_of(error), error=error.detail)


def trace(error: BaseException) -> list[str]:
    """Return the kinds and lines of *error* and its causes, without what they say: it may name a person."""
    return [line for cause in _causes(error) for line in (type(cause).__name__, *_frames(cause))]


def headers_of(error: ScimError, *, realm: bytes = b"scim") -> tuple[Header, ...]:
    """Return the headers that HTTP has for what *error* says."""
    match error:
        case Unauthorized():
            return ((b"www-authenticate", b'Bearer realm="%s"' % realm),)
        case WrongMethod():
            return (_allow(error.allowed),)
        case TooManyRequests() | Unavailable():
            # Whole seconds: a date or a fraction is read as minutes by some providers.
            return ((b"retry-after", str(max(1, math.ceil(error.retry_after))).encode()),)
        case AmbiguousLength():
            return ((b"connection", b"close"),)
        case _:
            return ()


def _allow(methods: tuple[str, ...]) -> Header:
    return b"allow", ", ".join(methods).encode()


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _frames(error: BaseException) -> list[str]:
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
    ]
