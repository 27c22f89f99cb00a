"""How a team's connections are doing, read on both databases."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.asking.sightings import Hour, Seen, Sighting
from hub.engine.watched.health import Healths
from hub.engine.watched.states import Condition
from hub.sources import clock
from hub.spi import facts
from storage.sightings import DatabaseSightings
from tests.author import BY


@pytest.fixture
def sightings(engine, database):
    """Return what was seen of connections."""
    return DatabaseSightings(database=database, patience=5)


@pytest.fixture
def healths(engine, sightings):
    """Return the one that looks how connections are doing."""
    return Healths(registry=engine.registry, sightings=sightings, plugins=engine.plugins, clock=clock)


def seen(connection, *names):
    """Return *names* of facts, as seen just now."""
    at = clock()
    facts_seen = [Sighting(connection=connection.id, fact=name, first_at=at, last_at=at) for name in names]
    return Seen(sightings=tuple(facts_seen), tokens={}, traffic={})


async def test_each_connection_has_its_headline(engine, team, healths, sightings):
    """The one that asks is connected, the other waited for, by the name of its guide."""
    first, _ = await engine.connections.create(team, idp="okta", on=True, by=BY)
    await engine.connections.create(team, idp="azure", on=True, by=BY)
    await sightings.add(seen(first, facts.REQUEST))
    okta, entra = await healths.team(team)

    assert (Condition.CONNECTED, "Okta") == (okta.headline.condition, okta.called)
    assert (Condition.WAITING, "Microsoft Entra ID") == (entra.headline.condition, entra.called)
    assert okta.last is not None
    assert entra.last is None
    assert 1 == len(entra.tokens)


async def test_quirks_that_showed_come_with_their_sentence_and_remedy(engine, team, healths, sightings):
    """Those of the dialect, and those of everybody; a name that nobody knows any more is left out."""
    entra, _ = await engine.connections.create(team, idp="entra", on=True, by=BY)
    await sightings.add(seen(entra, "quirk:capitalised-op", "quirk:of-yesterday", facts.REQUEST))
    health = await healths.of(team, entra)

    assert ["capitalised-op"] == [each.quirk.name for each in health.oddities]
    assert "aadOptscim062020" in health.oddities[0].quirk.remedy


async def test_todays_changes_and_failures_are_counted(engine, team, healths, sightings):
    """For the share of errors that an overview shows."""
    okta, _ = await engine.connections.create(team, idp="okta", on=True, by=BY)
    hour = Hour(hour=clock()[:13], requests=90, writes=60, failed=30)
    await sightings.add(Seen(sightings=(), tokens={}, traffic={okta.id: hour}))
    health = await healths.of(team, okta)

    assert (60, 30, Condition.AT_RISK) == (health.writes, health.failed, health.headline.condition)


async def test_a_connection_without_its_plugin_is_shown_all_the_same(engine, team, healths):
    """Under the name it was made with."""
    okta, _ = await engine.connections.create(team, idp="okta", by=BY)
    health = await healths.of(team, evolve(okta, idp="gone"))

    assert ("gone", ()) == (health.called, health.guide.steps)


async def test_the_guide_that_was_chosen_is_followed(engine, team, healths):
    """A dialect of several providers has several; the first is for whoever chose none."""
    other, _ = await engine.connections.create(team, idp="generic", by=BY)

    assert "Another identity provider" == (await healths.of(team, other)).called
    assert "OneLogin" == (await healths.of(team, evolve(other, guide="onelogin"))).called
    assert "Another identity provider" == (await healths.of(team, evolve(other, guide="gone"))).called
