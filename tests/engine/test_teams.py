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


ISSUERS = [
    *("", "nonsense", "sso.example", "//sso.example", "ftp://sso.example", "http://sso.example"),
    *("https://", "https://:443", "https://a b", "https://[x", "https://a:port", "https://a:0"),
    *("https://a.example/\u202e", "https://a.example/" + "a" * 1000),
]


@pytest.mark.parametrize("issuer", ISSUERS)
def test_what_is_no_issuer_is_refused(house, issuer):
    """Neither is a team made with it, nor does one come to it: its SCIM would rest on nothing."""
    teams, team = house.house.teams, house.team(seats=1)
    before = house.run(teams.all())

    with pytest.raises(AdminError, match="is not an issuer: https://, or http:// on this machine"):
        house.run(teams.create("without", seats=1, plan="basic", sso_issuer=issuer, by=BY))
    with pytest.raises(AdminError, match="is not an issuer"):
        house.run(house.house.switches.set_team(team, {"sso_issuer": issuer}, by=BY))
    assert before == house.run(teams.all())


@pytest.mark.parametrize(
    "issuer",
    ["https://a.example", "https://a.example:8443/o/saml2?idpid=1", "http://127.0.0.1:8080/realms/a"],
)
def test_an_issuer_is_kept_as_it_is_said(house, issuer):
    """But for the space around it: a provider that is set up calls itself the same."""
    team, name = house.team(seats=1), f"signs in by {issuer}"
    changed, _ = house.run(house.house.switches.set_team(team, {"sso_issuer": f" {issuer} "}, by=BY))
    made = house.run(house.house.teams.create(name, seats=1, plan="basic", sso_issuer=f"{issuer}\n", by=BY))

    assert (issuer, issuer) == (changed.sso_issuer, made.sso_issuer)
