"""A load of requests over keep-alive connections, each sent when the one before it was answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from attrs import Factory, frozen

CONNECTIONS = 16

#: Makes the next request: method, path, body.
Next = Callable[[], tuple[str, str, bytes]]


@frozen
class Rate:
    """What a load came to: answers a second, and how long each took, seconds, sorted."""

    per_second: float
    seconds: list[float] = Factory(list)

    def quantile(self, share: float) -> float:
        """Return the time, in milliseconds, within which that *share* was answered."""
        return self.seconds[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000


async def load(url: str, token: str, make: Next, *, seconds: float, status: bytes) -> Rate:
    """Send what *make* makes to *url* for so many *seconds*; every answer must have the *status*."""
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port}"
    head = f"Host: {host}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/scim+json\r\n"
    started = time.perf_counter()
    deadline = started + seconds
    times: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        while (began := time.perf_counter()) < deadline:
            method, path, body = make()
            writer.write(
                f"{method} {parts.path}{path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            answer = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(answer))
            assert answer[9:12] == status, answer
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return Rate(len(times) / (time.perf_counter() - started), sorted(times))


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
