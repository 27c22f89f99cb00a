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
    monkeypatch.setattr(sparing, "PAUSE_SECONDS", 0.02)


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
        await asyncio.sleep(0.04)

    assert 0 == waits.begun


async def test_a_long_pause_is_waited_through_once():
    """The next request ends it, as does a pause after it, even where that is told of twice at once."""
    pause, waits = Pause(), Waits()
    async with TaskGroup(asyncio.get_running_loop()) as group:
        for turn in (1, 2, 3):
            await asyncio.gather(pause.restart(group, waits), pause.restart(group, waits))
            assert waits.begun == waits.ended
            await asyncio.sleep(0.04)
            assert (turn, turn - 1) == (waits.begun, waits.ended)
        await pause.stop()

    assert 3 == waits.ended


async def test_nothing_begins_for_a_connection_at_its_end(recwarn):
    """It may take a while to close, when nobody reads."""
    said = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    pause, waits = Pause(), Waits()
    async with TaskGroup(asyncio.get_running_loop()) as group:
        await pause.restart(group, waits)
    await asyncio.sleep(0.04)

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
    config.include_server_header = False
    for now[0] in (1_000_000.1, 1_000_000.9, 1_000_001.0):
        headers = config.response_headers("h11")
        assert [(b"date", format_date_time(int(now[0])).encode())] == headers
        headers.clear()

    assert [1_000_000.1, 1_000_001.0] == said


def test_connections_of_a_hub_are_spared(hub):
    """Each has one task while nothing comes by it for a moment, where Hypercorn has three."""
    place = urlsplit(hub(1).url).netloc
    with ExitStack() as stack:
        asking, *others = (stack.enter_context(closing(HTTPConnection(place))) for _ in range(6))
        alone = asked(asking, "/tasks")
        for connection in others:
            asked(connection, "/pid")
        for _ in range(20):  # on a slow machine a moment may have passed
            for connection in others:
                asked(connection, "/pid")
            if len(others) == (more := asked(asking, "/tasks") - alone):
                break

    assert len(others) == more


def asked(connection, path):
    """Return the number that is answered."""
    connection.request("GET", path)
    return int(connection.getresponse().read())
