"""Requests over keep-alive connections, at little cost to the machine that measures itself."""

from __future__ import annotations

import json
import math
import select
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from attrs import Factory, define, field, frozen

#: A method, a path below the door's, with its query, and a body.
Request: TypeAlias = tuple[str, str, bytes]

#: Seconds without any answer after which all that are awaited are given up.
PATIENCE = 120.0

_clock = time.perf_counter


@frozen
class Answer:
    """What came back; in *raw*, chunks (RFC 9112 §7.1) may still be cut by their sizes.

    Status 0 is no answer, and *raw* says why.
    """

    status: int
    raw: bytes
    chunked: bool = False

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(_joined(self.raw) if self.chunked else self.raw)


CUT, LATE = Answer(0, b"cut"), Answer(0, b"late")

#: Told each answer and the seconds that it took.
Heard: TypeAlias = Callable[[Answer, float], None]


@frozen(kw_only=True)
class Door:
    """Where a server is asked, and as whom: by a token, or by a browser's cookie."""

    host: str
    port: int
    path: str
    token: str
    cookie: str = ""

    @classmethod
    def at(cls, url: str, token: str = "", *, cookie: str = "") -> Door:
        """Return the door at *url*: a SCIM root, or what else paths are below."""
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        return cls(host=parts.hostname, port=parts.port, path=parts.path, token=token, cookie=cookie)

    def encode(self, request: Request) -> bytes:
        """Return *request* as it goes over the wire."""
        method, path, body = request
        known = f"Cookie: {self.cookie}" if self.cookie else f"Authorization: Bearer {self.token}"
        return (
            f"{method} {self.path}{path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"{known}\r\nContent-Type: application/scim+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode() + body


def talk(
    door: Door, requests: Iterator[Request], heard: Heard, *, at_once: int, until: float = math.inf
) -> None:
    """Send *requests*, so many *at_once*, and wait for the last answer.

    They end when there are no more, or when `perf_counter` says *until*.
    """
    with select.epoll() as poll:
        _Talk(door=door, requests=requests, heard=heard, until=until, poll=poll).run(at_once)


@define(kw_only=True)
class _Talk:
    door: Door
    requests: Iterator[Request]
    heard: Heard
    until: float
    poll: select.epoll
    wires: dict[int, _Wire] = Factory(dict)

    def run(self, at_once: int) -> None:
        for _ in range(at_once):
            self._ask(None)
        while self.wires:
            ready = self.poll.poll(PATIENCE)
            for place, _ in ready:
                self._read(self.wires[place])
            if not ready:
                self._give_up()

    def _ask(self, wire: _Wire | None) -> None:
        """Send the next request, if there is one, on *wire* or on a new one in its stead."""
        request = next(self.requests, None) if _clock() < self.until else None
        if wire is not None and (wire.closed or request is None):
            del self.wires[wire.place]
            wire.end.close()
            wire = None
        if request is not None:
            began = _clock()  # a new connection is part of what an answer takes
            (wire or self._opened()).send(self.door.encode(request), began)

    def _opened(self) -> _Wire:
        end = socket.create_connection((self.door.host, self.door.port))
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = self.wires[end.fileno()] = _Wire(end=end, place=end.fileno())
        self.poll.register(wire.place, select.EPOLLIN)
        return wire

    def _read(self, wire: _Wire) -> None:
        if answer := wire.receive():
            self.heard(answer, _clock() - wire.began)
            self._ask(wire)

    def _give_up(self) -> None:
        for wire in self.wires.values():
            self.heard(LATE, _clock() - wire.began)
            wire.end.close()
        self.wires.clear()


@define(kw_only=True)
class _Wire:
    end: socket.socket
    place: int
    began: float = 0.0
    closed: bool = False
    _got: bytearray = field(factory=bytearray)
    _body: int = 0  # where it begins; 0: the head is not whole yet
    _length: int | None = None  # None: in chunks

    def send(self, request: bytes, began: float) -> None:
        self.began = began
        try:
            self.end.sendall(request)
        except OSError:
            self.closed = True  # which receive will find, too

    def receive(self) -> Answer | None:
        """Take what is there; return the answer once it is whole."""
        try:
            part = self.end.recv(1 << 18)
        except OSError:
            part = b""
        if not part:
            self.closed = True
            return CUT
        self._got += part
        if self._body or self._begun():
            return self._whole()
        return None

    def _begun(self) -> bool:
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._got[: end + 2].lower()
        _, chunked, _ = head.partition(b"transfer-encoding: chunked")
        _, _, length = head.partition(b"content-length:")
        self._body = end + 4
        self._length = None if chunked else int(length.partition(b"\r\n")[0] or 0)
        self.closed = head.startswith(b"http/1.0") or b"connection: close" in head
        return True

    def _whole(self) -> Answer | None:
        if self._length is None:
            # no JSON holds a bare CR LF, so nothing but the last chunk ends like this
            whole = self._got.endswith(b"0\r\n\r\n", self._body)
        else:
            whole = len(self._got) >= self._body + self._length
        if not whole:
            return None
        answer = Answer(int(self._got[9:12]), bytes(self._got[self._body :]), self._length is None)
        self._got, self._body = bytearray(), 0
        return answer


def _joined(chunks: bytes) -> bytes:
    parts, at = [], 0
    while size := int(chunks[at : (start := chunks.index(b"\r\n", at) + 2)].partition(b";")[0], 16):
        parts.append(chunks[start : start + size])
        at = start + size + 2
    return b"".join(parts)
