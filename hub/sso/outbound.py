"""The client that asks identity providers: only where it may, within limits, and nowhere it is sent."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2
from attrs import field, frozen

from .addresses import IpAddress, allowed, parse

#: The most bytes of one answer, and the seconds in which it must be there.
BYTES_MAX = 512 * 1024
SECONDS = 10

#: How a request says who asks; compressed answers could grow without end.
_HEADERS = {"user-agent": "provisioning-hub", "accept-encoding": "identity"}


class Unreachable(Exception):
    """An address could not be asked; the text says why, for an administrator to read."""


@frozen(kw_only=True)
class Outbound:
    """Asks over HTTPS, at public addresses; with *private* also over HTTP, and in one's own house."""

    private: bool = False

    async def fetch(self, url: str, *, headers: Mapping[str, str] | None = None) -> bytes:
        """Return what is at *url*, or raise `Unreachable`."""
        self.check(url)
        async with self.asking(url), httpx2.AsyncClient(**self.settings()) as client:
            answer = await client.get(url, headers=dict(headers or {}))
            if not answer.is_success:
                raise Unreachable(_refused(url, answer))
            return answer.content

    def check(self, url: str) -> None:
        """Raise `Unreachable` for an address that is never asked, wherever it leads."""
        schemes = {"https", "http"} if self.private else {"https"}
        try:
            parts = urlsplit(url)
            fits = parts.scheme in schemes and parts.hostname and parts.port != 0
        except ValueError:
            fits = None
            parts = urlsplit("")
        if not fits or parts.username is not None or parts.fragment:
            raise Unreachable(f"'{url}' is no address of the form https://host/path")

    def settings(self) -> dict[str, Any]:
        """Return the arguments of a client of httpx2 that asks as this one does."""
        return {
            "transport": _Bounded(self.private),
            "headers": _HEADERS,
            "timeout": SECONDS,
            "trust_env": False,
            "follow_redirects": False,
        }

    @asynccontextmanager
    async def asking(self, url: str) -> AsyncIterator[None]:
        """Enclose a request to *url*, whose failure is `Unreachable`, too."""
        try:
            async with asyncio.timeout(SECONDS):
                yield
        except TimeoutError as error:
            raise Unreachable(f"{_host(url)} did not answer within {SECONDS} seconds") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, httpcore2.UnsupportedProtocol, UnicodeError) as error:
            raise Unreachable(f"{_host(url)} could not be asked: {_words(error)}") from error


class _Bounded(httpx2.AsyncHTTPTransport):
    """Connects to no address that was not checked, and takes no answer that is too long."""

    def __init__(self, private: bool) -> None:  # noqa: FBT001 - of this module alone
        super().__init__(verify=_trusted(), trust_env=False)
        # httpx2 has no other way to say how names become addresses; a test sees to it that this one works.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_trusted(), network_backend=_Checked(private), max_keepalive_connections=0
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await super().handle_async_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            await answer.aclose()
            raise httpx2.DecodingError("its answer is compressed, which it was asked not to be")
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        answer.stream = _Counted(answer.stream)
        return answer


@frozen
class _Counted(httpx2.AsyncByteStream):
    """The bytes of an answer, up to the limit."""

    stream: httpx2.AsyncByteStream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = BYTES_MAX
        async for part in self.stream:
            left -= len(part)
            if left < 0:
                raise httpx2.ReadError(f"its answer is longer than {BYTES_MAX} bytes")
            yield part

    async def aclose(self) -> None:
        await self.stream.aclose()


@frozen
class _Checked(httpcore2.AsyncNetworkBackend):
    """Resolves a name once, checks every address, and connects to one of these, so that none is swapped."""

    private: bool
    backend: httpcore2.AsyncNetworkBackend = field(factory=httpcore2.AnyIOBackend)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore2's own
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        failure: Exception = httpcore2.ConnectError("it has no address")
        for address in await _checked(host, port, private=self.private):
            try:
                return await self.backend.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


async def _checked(host: str, port: int, *, private: bool) -> list[IpAddress]:
    """Return the addresses of *host*, all of which may be connected to; else none is."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore2.ConnectError("there is no host of that name") from error
    addresses = list(dict.fromkeys(parse(str(each[4][0])) for each in found))
    if not all(allowed(each, private=private) for each in addresses):
        raise httpcore2.ConnectError("it is not at a public address")
    return addresses


@cache
def _trusted() -> ssl.SSLContext:
    return httpx2.create_ssl_context()  # with SSL_CERT_FILE, for providers that one's own house vouches for


def _refused(url: str, answer: httpx2.Response) -> str:
    if answer.is_redirect:
        return f"{_host(url)} sends on to another address: give that one, whole"
    return f"{_host(url)} answered {answer.status_code}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
