"""Requests over the wire, against a server that says exactly what it is told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.bench.load import ask, load
from tests.bench.wire import CUT, Door
from tests.bench.work import refused
from tests.bench.works import GET

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def saying(*answers: list[bytes]) -> Iterator[Door]:
    """Serve a connection for each of *answers*, sent in these parts, then closed."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            for parts in answers:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    for part in parts:
                        connection.sendall(part)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Door.at(f"http://127.0.0.1:{listening.getsockname()[1]}/v2", "secret")
        thread.join()


@pytest.mark.parametrize(
    "parts",
    [
        [WHOLE],
        [WHOLE[:20], WHOLE[20:40], WHOLE[40:]],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", b"1\r\n}\r\n0\r\n", b"\r\n"],
    ],
    ids=["at once", "in parts", "in chunks"],
)
def test_answer_is_whole_however_it_comes(parts):
    """An answer is read to its end, and no further."""
    with saying(parts) as door:
        answer, _ = ask(door, ("GET", "/Users", b""))

    assert (200, {}) == (answer.status, answer.json())


def test_server_that_hangs_up_is_called_again():
    """HTTP/1.0 closes after each answer, which is no error; a closed connection without an answer is one."""
    old = [WHOLE.replace(b"HTTP/1.1", b"HTTP/1.0")]
    requests = iter([("GET", "/Users", b"")] * 3)
    with saying(old, [], old) as door:
        rate = load(door, requests, refused, seconds=5, at_once=1)

    assert {"cut": 1} == rate.wrong
    assert 0 < rate.per_second


def test_request_says_who_asks_for_what():
    """A request goes out below the door's path, with its token and the length of its body."""
    sent = Door.at("http://127.0.0.1:8080/v2", "secret").encode(("PUT", "/Users/1", b"{}"))

    assert sent.startswith(
        b"PUT /v2/Users/1 HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer secret\r\n"
    )
    assert sent.endswith(b"Content-Length: 2\r\n\r\n{}")


def test_answer_is_looked_at():
    """A status of success that shows nothing of what was asked for is wrong; so is no answer."""
    with saying([WHOLE]) as door:
        empty, _ = ask(door, ("GET", "/Users/1", b""))

    assert "wrong" == GET.fault(empty)
    assert "" == refused(empty)
    assert "cut" == GET.fault(CUT)
