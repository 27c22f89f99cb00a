"""Teams as operators make and find them, and what they are told when that cannot be done."""

from __future__ import annotations

import pytest

from hub.engine.values.errors import AdminError
from hub.teams import Team
from tests.author import BY


async def test_a_team_begins_with_its_seats_in_the_book(engine, team):
    """What was bought is the first entry, and the book is whole."""
    (entry,) = [entry async for entry in engine.bookkeeping.entries(team)]

    assert (1, "bought", 5) == (entry.number, entry.what, entry.postings[0].count)
    assert (5, 0, 5) == (
        (seats := (await engine.bookkeeping.seats(team))["standard"]).bought,
        seats.held,
        seats.free,
    )
    assert [] == await engine.bookkeeping.verify(team)


async def test_a_team_without_seats_has_an_empty_book(engine):
    """Nothing bought is nothing written."""
    team = await engine.teams.create("none", seats=0, plan="basic", by=BY)

    assert [] == [entry async for entry in engine.bookkeeping.entries(team)]
    assert 0 == (await engine.bookkeeping.seats(team))["standard"].free


@pytest.mark.parametrize(
    ("name", "seats", "why"),
    [
        ("acme", 1, "already"),
        ("", 1, "name"),
        ("  ", 1, "name"),
        ("other", -1, "below zero"),
        ("other", 2**31, "at most 2147483647"),
    ],
)
async def test_a_team_that_cannot_be_is_refused(engine, team, name, seats, why):
    """The reason is named, and nothing is half done."""
    with pytest.raises(AdminError, match=why):
        await engine.teams.create(name, seats=seats, plan="basic", by=BY)
    assert ["acme"] == [each.name for each in await engine.teams.all()]


async def test_a_team_that_is_not_there_is_said_with_the_way_to_find_it(engine):
    """The sentence names the command that lists what there is."""
    with pytest.raises(AdminError, match="hub team list"):
        await engine.teams.named("nothing")


async def test_a_plan_is_never_assumed(engine):
    """SCIM is part of one plan only, so whoever makes a team says which it has."""
    with pytest.raises(TypeError, match="plan"):
        await engine.teams.create("acme", seats=1, by=BY)
    with pytest.raises(TypeError, match="plan"):
        Team(id="t", name="acme")
