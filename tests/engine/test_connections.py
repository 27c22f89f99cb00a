"""Connections as administrators make and change them: noted, on both databases."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.setup.connections import DOMAINS_MAX
from hub.engine.values.errors import AdminError
from hub.teams import State
from tests.author import BY
from tests.engine.conftest import ISSUER, noted


@pytest.mark.parametrize(
    ("plan", "issuer", "why"),
    [("basic", ISSUER, "plan"), ("enterprise", None, "SSO"), ("basic", None, "plan.*SSO")],
)
async def test_scim_needs_the_plan_and_sso(engine, plan, issuer, why):
    """A connection of a team that lacks one cannot be on, neither at once nor later; and it says which."""
    team = await engine.teams.create("poor", seats=1, plan=plan, sso_issuer=issuer, by=BY)
    with pytest.raises(AdminError, match=why):
        await engine.connections.create(team, idp="generic", on=True, by=BY)
    assert [] == list(await engine.connections.of(team))

    connection, _ = await engine.connections.create(team, idp="generic", by=BY)
    with pytest.raises(AdminError, match=why):
        await engine.connections.set_state(connection, State.ON, by=BY)
    assert State.DRAFT is (await engine.connections.one(connection.id)).state


async def test_a_connection_is_of_the_dialect_that_its_alias_means(engine, team):
    """Former names are accepted, and the present one is kept."""
    connection, _ = await engine.connections.create(team, idp="azure", by=BY)

    assert "entra" == connection.idp


MANY = [f"d{n}.example" for n in range(DOMAINS_MAX + 1)]


@pytest.mark.parametrize("domain", ["", "example", "ann@a.example", ".example", "a..example", "a b.example"])
async def test_what_is_no_domain_is_refused(engine, team, domain):
    """A connection asserts domains, written as such."""
    with pytest.raises(AdminError, match="domain"):
        await engine.connections.create(team, idp="generic", domains=[domain], by=BY)


async def test_a_new_connection_is_held_to_what_holds_later(engine, team):
    """Its domains stand once and are no more than it may have, its guide is one of its dialect."""
    doubled = ["A.example", "a.EXAMPLE", "b.example"]
    kept, _ = await engine.connections.create(team, idp="okta", domains=doubled, guide="okta", by=BY)
    with pytest.raises(AdminError, match="at most 100 domains"):
        await engine.connections.create(team, idp="okta", domains=MANY, by=BY)
    with pytest.raises(AdminError, match="okta has no guide 'entra': it has okta, okta-template"):
        await engine.connections.create(team, idp="okta", guide="entra", by=BY)

    assert [kept] == list(await engine.connections.of(team))
    assert (("a.example", "b.example"), "okta") == (kept.domains, kept.guide)


async def test_an_unknown_provider_is_refused_with_those_known(engine, team):
    """The names that would do are told."""
    with pytest.raises(AdminError, match="generic"):
        await engine.connections.create(team, idp="nobody", by=BY)


async def test_a_connection_that_is_not_there_is_said_with_the_way_to_find_it(engine):
    """The sentence names the command that lists what there is."""
    with pytest.raises(AdminError, match="hub connection list"):
        await engine.connections.one("nothing")


async def test_domains_are_folded_and_stand_once(engine, team, okta):
    """As they are compared; and what did not change is not noted."""
    for _ in range(2):
        kept = await engine.connections.trust(okta, ["A.example", "a.EXAMPLE", "b.example"], by=BY)
    changes = [changes for action, changes in await noted(engine, team) if action == "connection.set"]

    assert ("a.example", "b.example") == kept.domains == (await engine.connections.one(okta.id)).domains
    assert [{"domains": {"before": [], "after": ["a.example", "b.example"]}}] == changes


@pytest.mark.parametrize("domains", [["a"], ["ann@a.example"], MANY])
async def test_what_is_no_domain_or_too_many_is_refused(engine, okta, domains):
    """Nothing is changed."""
    with pytest.raises(AdminError, match="domain"):
        await engine.connections.trust(okta, domains, by=BY)


async def test_a_guide_is_one_of_its_dialect(engine, okta):
    """Another provider's says which there are."""
    assert "okta-template" == (await engine.connections.follow(okta, "okta-template", by=BY)).guide
    with pytest.raises(AdminError, match="okta has no guide 'entra': it has okta, okta-template"):
        await engine.connections.follow(okta, "entra", by=BY)


async def test_a_provider_that_there_is_not_is_refused(engine, okta):
    """And to say none leaves it open."""
    with pytest.raises(AdminError, match="no such provider"):
        await engine.connections.signs_in_by(okta, "nothing", by=BY)

    assert okta == await engine.connections.signs_in_by(okta, None, by=BY)


async def test_what_others_have_changed_meanwhile_stays(engine, okta):
    """Each change is of what the connection is now, not of what somebody looked at."""
    await engine.connections.trust(okta, ["a.example"], by=BY)
    kept = await engine.connections.follow(okta, "okta-template", by=BY)

    assert evolve(okta, domains=("a.example",), guide="okta-template") == kept
