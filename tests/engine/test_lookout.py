"""Facts are noted at once when they are new, and now and then when they go on."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from hub import tokens
from hub.engine.asking.recording import Recording
from hub.engine.asking.requests import Admission
from hub.engine.asking.sightings import Hour
from hub.engine.watched import lookout as module
from hub.engine.watched.lookout import (
    FACT_SECONDS,
    SIGHTINGS_MAX,
    STRANGERS_MAX,
    TOKEN_SECONDS,
    Lookout,
    shown,
)
from hub.spi import Dialect, Inbound, Verb, facts
from hub.spi.messages import create
from hub.teams import Connection, State, Team

NOW = "2026-06-01T12:34:56.000Z"
ID = "01890a5d-ac96-774b-bcce-b302099a8057"
READ = Inbound(verb=Verb.READ, id="u1")


class Kept:
    """Sightings in a list, which may fail."""

    def __init__(self):
        self.seen, self.pruned, self.failing = [], [], False

    async def add(self, seen):
        """Keep what was *seen*, or fail."""
        if self.failing:
            raise OSError
        self.seen.append(seen)

    async def prune(self, *, before):
        """Note what was asked to go."""
        self.pruned.append(before)


class Watch:
    """A lookout over a list, and the seconds that it is told."""

    def __init__(self):
        self.kept, self.seconds = Kept(), 0.0
        self.lookout = Lookout(sightings=self.kept, clock=lambda: NOW, timer=lambda: self.seconds)

    def saw(self, asked=READ, connection="c", *, effect=(), answer=None, read=True, status=200):
        """Let a request pass."""
        team = Team(id="t", name="acme", plan="enterprise", sso_issuer="https://sso.example")
        admission = Admission(
            connection=Connection(id=connection, team="t", idp="plain", state=State.ON),
            team=team,
            dialect=Dialect(name="plain", title="Plain"),
            key_id="k1",
        )
        recording = Recording("hx_1", effect=effect)
        self.lookout.saw(admission, asked, recording, read=read, status=status, answer=answer)

    async def written(self):
        """Return what is written now: facts, tokens, traffic; nothing where there is nothing."""
        count = len(self.kept.seen)
        await self.lookout.write()
        return self.kept.seen[count:]


@pytest.fixture
def watch():
    """A lookout to let requests pass."""
    return Watch()


async def test_a_busy_connection_costs_a_row_a_fact_now_and_then(watch):
    """Of a thousand requests within seconds, one is noted; then the next, ten seconds on."""
    for _ in range(1000):
        watch.saw()
    (first,) = await watch.written()
    watch.seconds = FACT_SECONDS - 0.1
    watch.saw()
    (second,) = await watch.written()
    watch.seconds = FACT_SECONDS
    watch.saw()
    (third,) = await watch.written()

    assert [1, 0, 1] == [len(each.sightings) for each in (first, second, third)]
    assert [1000, 1, 1] == [each.traffic["c"].requests for each in (first, second, third)]


async def test_each_fact_of_each_connection_is_new_once(watch):
    """One connection, or one fact, does not hide another."""
    watch.saw()
    watch.saw(connection="d")
    watch.saw(create(userName="ann"), effect=("user_provisioned",), answer=b'{"id":"u7"}')
    (seen,) = await watch.written()

    assert [("c", "request"), ("c", "user-created"), ("d", "request")] == [
        (each.connection, each.fact) for each in seen.sightings
    ]
    assert [None, "u7", None] == [each.detail for each in seen.sightings]
    assert {"hx_1"} == {each.reference for each in seen.sightings}


async def test_a_token_is_used_to_the_minute(watch):
    """However often: once a minute is written, and the minute is all that is said."""
    watch.saw()
    watch.saw()
    (first,) = await watch.written()
    watch.seconds = TOKEN_SECONDS - 1
    watch.saw()
    (second,) = await watch.written()
    watch.seconds = TOKEN_SECONDS
    watch.saw()
    (third,) = await watch.written()

    assert {"k1": "2026-06-01T12:34:00.000Z"} == first.tokens == third.tokens
    assert {} == second.tokens


async def test_traffic_is_counted_by_what_came_of_it(watch):
    """Changes and their refusals; who is told to come again later was not refused."""
    watch.saw()
    watch.saw(create(), read=False)
    watch.saw(create(), read=False, status=409)
    watch.saw(create(), read=False, status=429)
    watch.saw(status=404)
    (seen,) = await watch.written()

    assert {"c": Hour(hour="2026-06-01T12", requests=5, writes=3, failed=1)} == seen.traffic
    assert [] == await watch.written()


async def test_a_wrong_token_is_noted_with_what_may_be_shown(watch):
    """Whoever asks by it, again and again, costs a row now and then."""
    for _ in range(100):
        watch.lookout.turned_away(ID, b"Bearer s3cret-of-somebody", "hx_2")
    (seen,) = await watch.written()

    assert [("wrong-token", "s3cr", "hx_2")] == [
        (each.fact, each.detail, each.reference) for each in seen.sightings
    ]


@pytest.mark.parametrize(
    ("authorization", "expected"),
    [
        (None, ""),
        (b"Bearer ", ""),
        (b"Bearer abcdef", "abcd"),
        (b"abcdef", "abcd"),
        (b"Bearer <b>\x01\xff", "<b>?"),
        (b"\x00\xff\x7f\n", "????"),
    ],
)
def test_no_more_than_four_characters_are_shown(authorization, expected):
    """Nothing that cannot be printed is among them."""
    assert expected == shown(authorization)


def test_of_a_token_of_the_hub_its_public_part_is_shown():
    """The key id says which it was; not a character of the secret is among it."""
    credential = tokens.mint(bytes(range(40)))

    assert f"hub_{credential.key_id}" == shown(f"Bearer {credential}".encode())


async def test_who_invents_connections_takes_no_place_of_others(watch):
    """What waits of strangers is bounded, by few, and what is seen of connections is noted beside it."""
    for number in range(SIGHTINGS_MAX + 5):
        watch.lookout.turned_away(f"{number:036x}", None, "hx_2")
    for number in range(SIGHTINGS_MAX):
        watch.saw(connection=f"c{number}")
    (seen,) = await watch.written()

    found = Counter(each.fact for each in seen.sightings)
    assert {facts.WRONG_TOKEN: STRANGERS_MAX, facts.REQUEST: SIGHTINGS_MAX} == found
    assert SIGHTINGS_MAX + 5 - STRANGERS_MAX == watch.lookout.dropped


async def test_what_waits_is_bounded(watch):
    """Beyond, what is seen is dropped, and counted."""
    for number in range(SIGHTINGS_MAX + 5):
        watch.saw(connection=f"c{number}")
    (seen,) = await watch.written()

    assert SIGHTINGS_MAX == len(seen.sightings)
    assert 5 == watch.lookout.dropped


async def test_strangers_have_their_places_again_once_they_are_written(watch):
    """Whoever was too much before is noted when they come again."""
    for number in range(STRANGERS_MAX):
        watch.lookout.turned_away(f"{number:036x}", None, "hx_2")
    watch.lookout.turned_away(ID, None, "hx_3")
    await watch.written()
    watch.lookout.turned_away(ID, None, "hx_4")
    (seen,) = await watch.written()

    assert [(ID, "hx_4")] == [(each.connection, each.reference) for each in seen.sightings]


@pytest.mark.parametrize("invented", ["", "c", ID + "a", ID * 400, ID[:-1] + "\0", ID[:-1] + "é", ID.upper()])
async def test_what_is_no_id_of_a_connection_is_not_remembered(watch, invented):
    """An address may be as long as a request's head, and hold what no database takes."""
    watch.lookout.turned_away(invented, None, "hx_2")

    assert ([], {}) == (await watch.written(), watch.lookout._due)


async def test_what_is_remembered_is_forgotten_when_it_is_much(watch, monkeypatch):
    """A fact may be noted once too often; it is not remembered without end."""
    monkeypatch.setattr(module, "NOTED_MAX", 10)
    for number in range(25):
        watch.saw(connection=f"c{number}")

    assert len(watch.lookout._due) <= 10


async def test_what_cannot_be_written_is_dropped(watch):
    """The hub goes on, and the next is written."""
    watch.kept.failing = True
    watch.saw()
    assert [] == await watch.written()
    watch.kept.failing = False
    watch.saw(connection="d")

    assert 1 == len(await watch.written())
    assert 1 == watch.lookout.dropped


async def test_old_traffic_goes_once_a_day(watch):
    """What is older than its days is asked to go, with the first write of a day."""
    await watch.written()
    await watch.written()

    assert ["2026-03-03T12"] == watch.kept.pruned


async def test_what_is_new_is_written_at_once_and_the_rest_before_the_end(watch):
    """The first sighting waits for no timer; `close` leaves nothing behind."""
    running = asyncio.create_task(watch.lookout.run())
    watch.saw()
    async with asyncio.timeout(5):
        while not watch.kept.seen:
            await asyncio.sleep(0)
        watch.saw(connection="d")
        watch.lookout.close()
        await running

    assert ["c", "d"] == [each.connection for seen in watch.kept.seen for each in seen.sightings]
