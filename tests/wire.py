"""HTTP/1.1 by hand: what a well-behaved client would never send, byte for byte."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

from attrs import define, field, frozen

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MEDIA_TYPE = "application/scim+json"


@frozen(kw_only=True)
class Heard:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)

    @property
    def refusal(self) -> tuple[int, str | None]:
        """Return status and scimType of a refusal, which must be a SCIM error with a sentence."""
        assert 400 <= self.status < 500, (self.status, self.body)
        assert self.headers["content-type"].startswith(MEDIA_TYPE), self.headers
        error = self.json
        assert [ERROR] == error["schemas"]
        assert str(self.status) == error["status"]
        assert len(error["detail"]) > 10, error
        return self.status, error.get("scimType")


@define
class Wire:
    """A connection to the server at *url*, opened again when it was closed."""

    url: str
    token: str = ""
    _reader: asyncio.StreamReader | None = field(default=None, init=False)
    _writer: asyncio.StreamWriter | None = field(default=None, init=False)

    @property
    def base(self) -> str:
        """Return the path below which everything is asked."""
        return urlsplit(self.url).path

    async def send(self, method: str, path: str | bytes, body: Any = None, **headers: str) -> Heard:
        """Ask for *path* below the base; *body* is bytes as they are, or a value to be sent as JSON."""
        below = path if isinstance(path, bytes) else path.encode()
        return await self.raw(method, self.base.encode() + below, body, **headers)

    async def raw(self, method: str, target: bytes, body: Any = None, **headers: str) -> Heard:
        """Ask for *target*, as it stands."""
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        lines = {"host": urlsplit(self.url).netloc, "authorization": f"Bearer {self.token}"}
        if body is not None:
            lines |= {"content-type": MEDIA_TYPE, "content-length": str(len(raw))}
        lines |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
        request = method.encode() + b" " + target + b" HTTP/1.1\r\n" + head.encode("latin-1") + b"\r\n" + raw
        try:
            return await self._exchange(request, method)
        except (ConnectionError, asyncio.IncompleteReadError):  # closed while idle, or after the last answer
            await self.close()
            return await self._exchange(request, method)

    async def close(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _exchange(self, request: bytes, method: str) -> Heard:
        if self._reader is None or self._writer is None:
            where = urlsplit(self.url)
            self._reader, self._writer = await asyncio.open_connection(where.hostname, where.port)
        self._writer.write(request)
        async with asyncio.timeout(30):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])
            }
            status = int(head[0].split(" ")[1])
            length = 0 if method == "HEAD" or status == 204 else int(headers.get("content-length", 0))
            body = await self._reader.readexactly(length)
        if headers.get("connection", "").lower() == "close":
            await self.close()
        return Heard(status=status, headers=headers, body=body)
