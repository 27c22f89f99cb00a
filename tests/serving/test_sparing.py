"""What is spared with each request: no task for a short pause, and the date once a second."""

import asyncio
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from urllib.parse import urlsplit
from wsgiref.handlers import format_date_time

import pytest
from hypercorn.asyncio.task_group import TaskGroup

from hub.serving import sparing
from hub.serving.sparing import Dated, Pause


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setattr(sparing, "PAUSE_SECONDS", 0.1)


class Waits:
    """What waits while nothing comes: how often it began, and how often it was ended."""

    def __init__(self):
        self.begun = self.ended = 0

    async def __call__(self):
        """Wait until it is ended."""
        self.begun += 1
        try:
            await asyncio.Event().wait()
        finally:
            self.ended += 1


async def test_short_pauses_begin_nothing():
    """However many requests come one after the other."""
    pause, waits = Pause(), Waits()
    async with TaskGroup(asyncio.get_running_loop()) as group:
        for _ in range(100):
            await pause.restart(group, waits)
            await asyncio.sleep(0.001)
            await pause.stop()
        await asyncio.sleep(0.25)

    assert 0 == waits.begun


async def test_a_long_pause_is_waited_through_once():
    """The next request ends it, as does a pause after it, even where that is told of twice at once."""
    pause, waits = Pause(), Waits()
    async with TaskGroup(asyncio.get_running_loop()) as group:
        for turn in (1, 2, 3):
            await asyncio.gather(pause.restart(group, waits), pause.restart(group, waits))
            assert waits.begun == waits.ended
            await asyncio.sleep(0.25)
            assert (turn, turn - 1) == (waits.begun, waits.ended)
        await pause.stop()

    assert 3 == waits.ended


async def test_what_comes_during_the_end_of_a_pause_ends_the_next():
    """By HTTP/2 several requests are told of at once, and the last word is that of the last."""
    pause, waits = Pause(), Waits()
    async with TaskGroup(asyncio.get_running_loop()) as group:
        await pause.restart(group, waits)
        await asyncio.sleep(0.25)
        first = asyncio.create_task(pause.stop())
        answered = asyncio.create_task(pause.restart(group, waits))
        await first
        await pause.stop()
        await answered
        await asyncio.sleep(0.25)
        assert (1, 1) == (waits.begun, waits.ended)

        await pause.restart(group, waits)
        await asyncio.sleep(0.25)
        await asyncio.gather(pause.restart(group, waits), pause.stop())
        await asyncio.sleep(0.25)

    assert (2, 2) == (waits.begun, waits.ended)


async def test_nothing_begins_for_a_connection_at_its_end(recwarn):
    """It may take a while to close, when nobody reads."""
    said = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    pause, waits = Pause(), Waits()
    async with TaskGroup(asyncio.get_running_loop()) as group:
        await pause.restart(group, waits)
    await asyncio.sleep(0.25)

    assert 0 == waits.begun
    assert [] == said
    assert [] == [str(each.message) for each in recwarn]


def test_the_date_is_put_into_words_once_a_second(monkeypatch):
    """And is that of the second, in a list of one's own."""
    now, said = [1_000_000.1], []
    monkeypatch.setattr(sparing, "time", lambda: now[0])
    monkeypatch.setattr("hypercorn.config.time", lambda: now[0])
    monkeypatch.setattr(
        "hypercorn.config.format_date_time", lambda at: said.append(at) or format_date_time(at)
    )
    config = Dated()
    for now[0] in (1_000_000.1, 1_000_000.9, 1_000_001.0):
        headers = config.response_headers("h11")
        assert [(b"date", format_date_time(int(now[0])).encode())] == headers
        headers.clear()

    assert [1_000_000.1, 1_000_001.0] == said


def test_connections_of_a_hub_are_spared(hub):
    """Each has one task while nothing comes by it for a moment, where Hypercorn has more."""
    place = urlsplit(hub(1).url).netloc
    with ExitStack() as stack:
        asking, *others = (stack.enter_context(closing(HTTPConnection(place, timeout=20))) for _ in range(6))
        alone = asked(asking, "/tasks")
        for connection in others:
            asked(connection, "/pid")
        for _ in range(20):  # on a slow machine a moment may have passed
            for connection in others:
                asked(connection, "/pid")
            if len(others) == (more := asked(asking, "/tasks") - alone):
                break

    assert len(others) == more


def test_a_pause_that_lasts_ends_the_connection(hub):
    """It is closed after as long as the hub keeps it."""
    served = hub(1, "--keep-alive-seconds", "0.5")
    with closing(HTTPConnection(urlsplit(served.url).netloc, timeout=20)) as connection:
        asked(connection, "/pid")
        assert b"" == connection.sock.recv(1)


def asked(connection, path):
    """Return the number that is answered."""
    connection.request("GET", path)
    return int(connection.getresponse().read())
