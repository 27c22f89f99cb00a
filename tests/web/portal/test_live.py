"""What changes while somebody looks: what is sent, and all that ends it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from attrs import define, field

from hub.teams import Role, Session
from hub.web.portal import live
from hub.web.portal.live import STREAMS_MAX, Streams
from hub.web.portal.problems import TooOften

SESSION = Session(
    id="s1",
    team="t1",
    role=Role.OWNER,
    who="ann@acme.example",
    created_at="2026-06-01T12:00:00.000Z",
    seen_at="2026-06-01T12:00:00.000Z",
    expires_at="2026-06-02T00:00:00.000Z",
)


@define
class Looked:
    """A browser that looks at a stream, and the session that it does so in."""

    shown: list[str] = field(factory=list)
    signed_in: bool = True
    stop: asyncio.Event = field(factory=asyncio.Event)
    left: asyncio.Event = field(factory=asyncio.Event)
    sent: list[dict[str, Any]] = field(factory=list)

    async def look(self, _):
        """Return the session, while it lasts."""
        return SESSION if self.signed_in else None

    async def source(self):
        """Return the next of what there is to see, the last of it for ever."""
        return self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]

    async def receive(self):
        """Say when the browser leaves."""
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        """Keep what is sent."""
        self.sent.append(message)

    def begin(self, streams, method="GET"):
        """Begin to look."""
        response = streams.response(self.source, session=SESSION)
        scope = {"type": "http", "method": method, live.STOP: self.stop}
        return asyncio.create_task(response(scope, self.receive, self.send))

    @property
    def events(self):
        """Return what came of it, event by event."""
        text = b"".join(message.get("body", b"") for message in self.sent).decode()
        return [event for event in text.split("\n\n") if event]

    async def until(self, count):
        """Wait for so many events."""
        async with asyncio.timeout(10):
            while len(self.events) < count:
                await asyncio.sleep(0.001)


@pytest.fixture
def looked():
    """Somebody who looks."""
    return Looked()


@pytest.fixture
def streams(looked):
    """The streams of a hub that looks often."""
    return Streams(sessions=looked, look_seconds=0.001)


async def ended(task):
    """Wait for the end of a stream."""
    async with asyncio.timeout(10):
        await task


async def test_what_changes_is_sent_and_what_stays_is_not(looked, streams):
    """Each change is one event, of as many lines as it has."""
    looked.shown = ["<p>1</p>", "<p>1</p>", "<p>2</p>\n<p>3</p>"]
    task = looked.begin(streams)
    await looked.until(2)
    looked.left.set()
    await ended(task)

    assert ["data: <p>1</p>", "data: <p>2</p>\ndata: <p>3</p>"] == looked.events
    assert b"text/event-stream; charset=utf-8" == dict(looked.sent[0]["headers"])[b"content-type"]
    assert b"content-length" not in dict(looked.sent[0]["headers"])
    assert {"type": "http.response.body", "body": b"", "more_body": False} == looked.sent[-1]


async def test_nothing_to_see_is_shown_too(looked, streams):
    """What was there and is no more goes from the page."""
    looked.shown = ["", "<p>1</p>", ""]
    task = looked.begin(streams)
    await looked.until(3)
    looked.left.set()
    await ended(task)

    assert ["data: \ndata: ", "data: <p>1</p>", "data: \ndata: "] == looked.events


@pytest.mark.parametrize("end", ["left", "stop"])
async def test_a_stream_ends_with_the_browser_and_with_the_hub(looked, streams, end):
    """It holds up neither a stop nor itself for somebody who has gone."""
    looked.shown = ["here"]
    streams.look_seconds = 60
    task = looked.begin(streams)
    await looked.until(1)
    getattr(looked, end).set()
    await ended(task)

    assert ["data: here"] == looked.events


async def test_a_stream_ends_with_its_session(looked, streams):
    """Whoever is signed out meanwhile is told so, and sees nothing more."""
    looked.shown = ["one", "two"]
    task = looked.begin(streams)
    await looked.until(2)
    looked.signed_in = False
    looked.shown = ["secret"]
    await ended(task)

    assert ["data: one", "data: two", "event: ended\ndata:"] == looked.events


async def test_a_stream_ends_by_itself(looked, streams, monkeypatch):
    """Browsers ask anew: nothing is held open for ever."""
    monkeypatch.setattr(live, "LASTS_SECONDS", 0.01)
    looked.shown = ["here"]
    await ended(looked.begin(streams))

    assert ["data: here"] == looked.events


async def test_signs_of_life_are_sent_where_nothing_changes(looked, streams, monkeypatch):
    """A proxy on the way sees that the stream is alive."""
    monkeypatch.setattr(live, "PING_SECONDS", 0)
    looked.shown = ["here"]
    task = looked.begin(streams)
    await looked.until(3)
    looked.left.set()
    await ended(task)

    assert ["data: here", ":", ":"] == looked.events[:3]


async def test_what_costs_more_is_looked_at_less_often(looked, streams):
    """A page may say how long it lies between two looks."""
    looked.shown = ["one", "two"]
    response = streams.response(looked.source, session=SESSION, look_seconds=60)
    scope = {"type": "http", "method": "GET", live.STOP: looked.stop}
    task = asyncio.create_task(response(scope, looked.receive, looked.send))
    await looked.until(1)
    await asyncio.sleep(0.05)
    looked.stop.set()
    await ended(task)

    assert ["data: one"] == looked.events


async def test_a_session_has_so_many_streams(looked, streams):
    """One more is refused, until one of them has ended."""
    looked.shown = ["here"]
    tasks = [looked.begin(streams) for _ in range(STREAMS_MAX)]
    await looked.until(STREAMS_MAX)
    with pytest.raises(TooOften):
        looked.begin(streams)
    looked.left.set()
    for task in tasks:
        await ended(task)
    looked.left.clear()

    again = looked.begin(streams)
    looked.stop.set()
    await ended(again)


async def test_a_source_that_fails_ends_its_stream(looked, streams):
    """And counts as open no longer."""
    for _ in range(STREAMS_MAX + 1):
        with pytest.raises(IndexError):
            await ended(looked.begin(streams))


async def test_asking_for_the_head_opens_nothing(looked, streams):
    """HEAD is answered at once."""
    await ended(looked.begin(streams, "HEAD"))

    assert [] == looked.events


def test_a_request_is_told_of_the_stop():
    """The key under which a worker tells it is the one that streams look at."""
    from hub.serving.worker import STOP

    assert STOP == live.STOP
