"""A client that can say anything: it speaks ASGI to the application, byte for byte as given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import anyio
from attrs import frozen
from starlette.types import ASGIApp, Message

from tests import wire

TOKEN = "Bearer right"
BASE = "/scim/v2/c1"


@frozen(kw_only=True)
class Heard(wire.Heard):
    """What was answered, without a socket."""

    @property
    def is_scim_error(self) -> bool:
        """Say whether the body is the error message of RFC 7644 §3.12, true to its status and media type."""
        body = self.json
        return (
            self.headers["content-type"] == "application/scim+json; charset=utf-8"
            and body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
            and body["status"] == str(self.status)
            and bool(body["detail"])
        )


@frozen(kw_only=True)
class Client:
    """Asks *app*; with the right token unless told otherwise."""

    app: ASGIApp

    async def ask(
        self,
        method: str,
        target: str | bytes,
        *,
        authorization: str | None = TOKEN,
        headers: Iterable[tuple[bytes, bytes]] = (),
        chunks: Iterable[bytes | float] = (),
        scheme: str = "http",
    ) -> Heard:
        """Send a request, its body in *chunks* (a number is a pause in seconds), and return the answer."""
        raw = target.encode() if isinstance(target, str) else target
        sent: list[Message] = []
        scope = _scope(method, raw, authorization, [*headers], scheme)
        await self.app(scope, _receiver(chunks), _sender(sent))
        start, *rest = sent
        return Heard(
            status=start["status"],
            headers={name.decode(): value.decode() for name, value in start["headers"]},
            body=b"".join(message["body"] for message in rest),
        )

    async def send(
        self, method: str, target: str, body: Any, *, media_type: str = "application/scim+json"
    ) -> Heard:
        """Send *body* (bytes as they are, anything else as JSON) with its length and type."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(raw)).encode())]
        return await self.ask(method, target, headers=headers, chunks=[raw])


def _scope(
    method: str, raw: bytes, authorization: str | None, headers: list[tuple[bytes, bytes]], scheme: str
) -> dict[str, Any]:
    from urllib.parse import unquote

    path, _, query = raw.partition(b"?")
    known = [(b"host", b"hub.example")] if b"host" not in dict(headers) else []
    token = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": unquote(path.decode("latin-1")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [*known, *token, *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }


def _receiver(chunks: Iterable[bytes | float]) -> Any:
    left = iter(chunks)

    async def receive() -> Message:
        for chunk in left:
            if isinstance(chunk, bytes):
                return {"type": "http.request", "body": chunk, "more_body": True}
            await anyio.sleep(chunk)
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


def _sender(sent: list[Message]) -> Any:
    async def send(message: Message) -> None:
        sent.append(message)

    return send
