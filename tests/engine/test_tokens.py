"""Tokens and keys of the API: made, rotated and revoked, and noted, on both databases."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub import tokens
from hub.engine.setup.tokens import OVERLAP_DAYS
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.moments import later
from hub.sources import clock
from tests.author import BY
from tests.engine.conftest import noted
from tests.storage.conftest import user


async def test_a_token_for_a_user_needs_the_user(engine, team):
    """Whoever is not there has no token, and the sentence says what is wanted instead."""
    connection, _ = await engine.connections.create(team, idp="generic", by=BY)
    with pytest.raises(AdminError, match="has no user 'ann': --user takes a SCIM id"):
        await engine.tokens.create(connection, user="ann", by=BY)

    assert [None] == [token.user for token in await engine.tokens.of(connection)]


async def test_tokens_overlap_end_and_are_revoked(engine, team):
    """A connection may have several; one is ended by its key id or by itself, and twice is once."""
    connection, first = await engine.connections.create(team, idp="generic", by=BY)
    token, second = await engine.tokens.create(connection, expires_at="2999-01-01T00:00:00.000Z", by=BY)

    revoked = await engine.tokens.revoke(first, by=BY)
    assert revoked == await engine.tokens.revoke(revoked.key_id, by=BY)
    assert [True, False] == [each.revoked_at is not None for each in await engine.tokens.of(connection)]
    assert second.startswith(f"hub_{token.key_id}_")
    with pytest.raises(AdminError, match="past"):
        await engine.tokens.create(connection, expires_at="2020-01-01T00:00:00.000Z", by=BY)
    with pytest.raises(AdminError, match="no token"):
        await engine.tokens.revoke("nothing", by=BY)


async def test_keys_of_the_api_are_the_team_s(engine, team):
    """They overlap, end in the future or never, and are revoked by key id or by themselves."""
    first, text = await engine.tokens.create_api_key(team, by=BY)
    second, _ = await engine.tokens.create_api_key(team, expires_at="2999-01-01T00:00:00.000Z", by=BY)
    revoked = await engine.tokens.revoke(text, by=BY)

    assert text.startswith(f"hub_{first.key_id}_")
    assert {revoked, second} == set(await engine.tokens.api_keys(team))
    assert revoked == evolve(first, revoked_at=revoked.revoked_at)
    assert revoked == await engine.tokens.revoke(first.key_id, by=BY)
    with pytest.raises(AdminError, match="past"):
        await engine.tokens.create_api_key(team, expires_at="2020-01-01T00:00:00.000Z", by=BY)
    notes = [note.action async for note in engine.trail.of(team.id)]
    assert ["team.create", "token.create", "token.create", "token.revoke"] == notes


async def test_earlier_tokens_end_a_week_after_the_next_is_made(engine, okta):
    """Those that would last longer; the next one opens the connection for as long as was said."""
    before = clock()
    token, text = await engine.tokens.rotate(okta, expires_at=later(before, 90 * 86_400), by=BY)
    old, new = await engine.tokens.of(okta)

    assert (
        later(before, OVERLAP_DAYS * 86_400) <= str(old.expires_at) <= later(clock(), OVERLAP_DAYS * 86_400)
    )
    assert token == new
    assert tokens.same(new.digest, tokens.digest(tokens.parse(text), bytes(32)))


async def test_what_ends_sooner_or_is_over_stays_so(engine, okta):
    """To rotate lets nothing last longer, and brings nothing back."""
    soon, _ = await engine.tokens.create(okta, expires_at=later(clock(), 86_400), by=BY)
    gone, _ = await engine.tokens.create(okta, by=BY)
    gone = await engine.tokens.revoke(gone.key_id, by=BY)
    await engine.tokens.rotate(okta, by=BY)
    there = {token.key_id: token for token in await engine.tokens.of(okta)}

    assert (soon, gone) == (there[soon.key_id], there[gone.key_id])


async def test_a_token_of_one_user_is_not_rotated(engine, okta, database):
    """It is no provider's, and ends when it was to end."""

    async def add(unit):
        await unit.claim("p-u1", None, 1)
        await unit.insert(user("u1"), exclusive=True)

    scope = Scope(team=okta.team, connection=okta.id)
    await engine.registry.store(scope).write(add, reference="test")
    mine, _ = await engine.tokens.create(okta, user="u1", by=BY)
    await engine.tokens.rotate(okta, by=BY)

    assert [mine] == [token for token in await engine.tokens.of(okta) if token.user]


async def test_a_rotation_is_in_the_audit(engine, team, okta):
    """Which token ends when, and which one was made; no secret."""
    token, text = await engine.tokens.rotate(okta, by=BY)
    retired, created = (await noted(engine, team))[-2:]

    assert ("token.retire", "token.create") == (retired[0], created[0])
    assert {"expires_at"} == set(retired[1])
    assert text.split("_")[2] not in str(created)
    assert token.key_id in [note.target async for note in engine.trail.of(team.id)]


async def test_a_token_cannot_end_before_it_is_made(engine, okta):
    """The moment has to be to come."""
    with pytest.raises(AdminError, match="in the past"):
        await engine.tokens.rotate(okta, expires_at=later(clock(), -1), by=BY)
