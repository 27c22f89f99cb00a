"""What operators ask, and what they are told when it cannot be done."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.errors import AdminError
from hub.teams import State, Team
from tests.author import BY
from tests.engine.conftest import ISSUER


async def test_a_team_begins_with_its_seats_in_the_book(admin, team):
    """What was bought is the first entry, and the book is whole."""
    (entry,) = [entry async for entry in admin.entries(team)]

    assert (1, "bought", 5) == (entry.number, entry.what, entry.postings[0].count)
    assert (5, 0, 5) == ((seats := (await admin.seats(team))["standard"]).bought, seats.held, seats.free)
    assert [] == await admin.verify(team)


async def test_a_team_without_seats_has_an_empty_book(admin):
    """Nothing bought is nothing written."""
    team = await admin.create_team("none", seats=0, plan="basic", by=BY)

    assert [] == [entry async for entry in admin.entries(team)]
    assert 0 == (await admin.seats(team))["standard"].free


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
async def test_a_team_that_cannot_be_is_refused(admin, team, name, seats, why):
    """The reason is named, and nothing is half done."""
    with pytest.raises(AdminError, match=why):
        await admin.create_team(name, seats=seats, plan="basic", by=BY)
    assert ["acme"] == [each.name for each in await admin.teams()]


@pytest.mark.parametrize(
    ("plan", "issuer", "why"),
    [("basic", ISSUER, "plan"), ("enterprise", None, "SSO"), ("basic", None, "plan.*SSO")],
)
async def test_scim_needs_the_plan_and_sso(admin, plan, issuer, why):
    """A connection of a team that lacks one cannot be on, neither at once nor later; and it says which."""
    team = await admin.create_team("poor", seats=1, plan=plan, sso_issuer=issuer, by=BY)
    with pytest.raises(AdminError, match=why):
        await admin.create_connection(team, idp="generic", on=True, by=BY)
    assert [] == list(await admin.connections(team))

    connection, _ = await admin.create_connection(team, idp="generic", by=BY)
    with pytest.raises(AdminError, match=why):
        await admin.set_state(connection, State.ON, by=BY)
    assert State.DRAFT is (await admin.connection(connection.id)).state


async def test_a_connection_is_of_the_dialect_that_its_alias_means(admin, team):
    """Former names are accepted, and the present one is kept."""
    connection, _ = await admin.create_connection(team, idp="azure", by=BY)

    assert "entra" == connection.idp


@pytest.mark.parametrize("domain", ["", "example", "ann@a.example", ".example", "a..example", "a b.example"])
async def test_what_is_no_domain_is_refused(admin, team, domain):
    """A connection asserts domains, written as such."""
    with pytest.raises(AdminError, match="domain"):
        await admin.create_connection(team, idp="generic", domains=[domain], by=BY)


async def test_an_unknown_provider_is_refused_with_those_known(admin, team):
    """The names that would do are told."""
    with pytest.raises(AdminError, match="generic"):
        await admin.create_connection(team, idp="nobody", by=BY)


async def test_a_token_for_a_user_needs_the_user(admin, team):
    """Whoever is not there has no token, and the sentence says what is wanted instead."""
    connection, _ = await admin.create_connection(team, idp="generic", by=BY)
    with pytest.raises(AdminError, match="has no user 'ann': --user takes a SCIM id"):
        await admin.create_token(connection, user="ann", by=BY)

    assert [None] == [token.user for token in await admin.tokens(connection)]


async def test_tokens_overlap_end_and_are_revoked(admin, team):
    """A connection may have several; one is ended by its key id or by itself, and twice is once."""
    connection, first = await admin.create_connection(team, idp="generic", by=BY)
    token, second = await admin.create_token(connection, expires_at="2999-01-01T00:00:00.000Z", by=BY)

    revoked = await admin.revoke(first, by=BY)
    assert revoked == await admin.revoke(revoked.key_id, by=BY)
    assert [True, False] == [each.revoked_at is not None for each in await admin.tokens(connection)]
    assert second.startswith(f"hub_{token.key_id}_")
    with pytest.raises(AdminError, match="past"):
        await admin.create_token(connection, expires_at="2020-01-01T00:00:00.000Z", by=BY)
    with pytest.raises(AdminError, match="no token"):
        await admin.revoke("nothing", by=BY)


async def test_keys_of_the_api_are_the_team_s(admin, team):
    """They overlap, end in the future or never, and are revoked by key id or by themselves."""
    first, text = await admin.create_api_key(team, by=BY)
    second, _ = await admin.create_api_key(team, expires_at="2999-01-01T00:00:00.000Z", by=BY)
    revoked = await admin.revoke(text, by=BY)

    assert text.startswith(f"hub_{first.key_id}_")
    assert {revoked, second} == set(await admin.api_keys(team))
    assert revoked == evolve(first, revoked_at=revoked.revoked_at)
    assert revoked == await admin.revoke(first.key_id, by=BY)
    with pytest.raises(AdminError, match="past"):
        await admin.create_api_key(team, expires_at="2020-01-01T00:00:00.000Z", by=BY)
    notes = [note.action async for note in admin.audit(team)]
    assert ["team.create", "token.create", "token.create", "token.revoke"] == notes


@pytest.mark.parametrize("ask", ["team", "connection"])
async def test_what_is_not_there_is_said_with_the_way_to_find_it(admin, ask):
    """The sentence names the command that lists what there is."""
    with pytest.raises(AdminError, match=f"hub {ask} list"):
        await getattr(admin, ask)("nothing")


async def test_a_plan_is_never_assumed(admin):
    """SCIM is part of one plan only, so whoever makes a team says which it has."""
    with pytest.raises(TypeError, match="plan"):
        await admin.create_team("acme", seats=1, by=BY)
    with pytest.raises(TypeError, match="plan"):
        Team(id="t", name="acme")
