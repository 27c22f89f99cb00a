"""What was seen of connections, on both databases."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.asking.sightings import Hour, Seen, Sighting
from hub.teams import Token
from storage.sightings import DatabaseSightings

EARLY, LATE = "2026-06-01T12:00:00.000Z", "2026-06-01T13:00:00.000Z"


def sighting(connection="c1", fact="test", at=EARLY, **more):
    """Return a fact seen once."""
    return Sighting(connection=connection, fact=fact, first_at=at, last_at=at, **more)


def seen(*sightings, tokens=None, traffic=None):
    """Return what a lookout hands over."""
    return Seen(sightings=sightings, tokens=tokens or {}, traffic=traffic or {})


@pytest.fixture
def sightings(world):
    """Return the sightings of two teams."""
    return DatabaseSightings(database=world.database, patience=5)


async def test_the_first_time_stays_and_the_latest_is_kept(sightings):
    """With the exchange and the detail of the latest."""
    await sightings.add(seen(sighting(reference="hx_1", detail="abcd")))
    await sightings.add(seen(sighting(at=LATE, reference="hx_2", detail="efgh")))

    expected = evolve(sighting(reference="hx_2", detail="efgh"), last_at=LATE)
    assert {"test": expected} == await sightings.of("t", "c1")


async def test_a_node_that_is_late_takes_nothing_back(sightings):
    """What another has seen since stays the latest."""
    await sightings.add(seen(sighting(at=LATE, reference="hx_2")))
    await sightings.add(seen(sighting(at=EARLY, reference="hx_1")))

    found = (await sightings.of("t", "c1"))["test"]

    assert ("hx_2", LATE) == (found.reference, found.last_at)


async def test_of_a_connection_that_there_is_not_nothing_is_kept(sightings):
    """Anybody may invent one; it keeps nothing else from being written."""
    await sightings.add(
        seen(sighting("nowhere"), sighting(), traffic={"nowhere": Hour(hour="2026-06-01T12", requests=1)})
    )

    assert {} == await sightings.of("t", "nowhere")
    assert ["test"] == list(await sightings.of("t", "c1"))


async def test_each_connection_and_team_has_its_own(sightings):
    """A fact of one is none of another, whoever asks for it."""
    await sightings.add(seen(sighting("c1"), sighting("c2", "lookup"), sighting("d1", "group")))

    assert ["test"] == list(await sightings.of("t", "c1"))
    assert ["lookup"] == list(await sightings.of("t", "c2"))
    assert {} == await sightings.of("t", "d1")
    assert {} == await sightings.of("u", "c1")


async def test_tokens_say_when_they_were_used(sightings, world):
    """The latest minute counts; a token that is put again keeps it."""
    token = Token(key_id="k1", team="t", connection="c1", digest="d", created_at=EARLY)
    await world.put(token)
    await sightings.add(seen(tokens={"k1": LATE, "nothing": LATE}))
    await sightings.add(seen(tokens={"k1": EARLY}))
    await world.put(evolve(token, revoked_at=LATE))
    (found,) = await world.registry.tokens("c1")

    assert evolve(token, used_at=LATE, revoked_at=LATE) == found


async def test_traffic_adds_up_by_the_hour(sightings):
    """What several nodes write of one hour is one row; the old ones go."""
    hour = Hour(hour="2026-06-01T12", requests=3, writes=2, failed=1)
    await sightings.add(seen(traffic={"c1": hour, "d1": hour}))
    await sightings.add(seen(traffic={"c1": hour}))
    await sightings.add(seen(traffic={"c1": evolve(hour, hour="2026-06-01T13")}))

    assert [evolve(hour, requests=6, writes=4, failed=2), evolve(hour, hour="2026-06-01T13")] == list(
        await sightings.traffic("t", "c1", since="2026-06-01T12")
    )
    assert [] == list(await sightings.traffic("u", "c1", since=""))
    await sightings.prune(before="2026-06-01T13")
    assert 1 == len(await sightings.traffic("t", "c1", since=""))
