"""What administrators change of a connection that is in use: noted, on both databases."""

from __future__ import annotations

import secrets

import pytest
from attrs import evolve

from hub import tokens
from hub.engine.connecting import DOMAINS_MAX, OVERLAP_DAYS, Connecting
from hub.engine.errors import AdminError
from hub.moments import later
from hub.sources import clock, new_id
from storage.providers import DatabaseProviders
from tests.author import BY


@pytest.fixture
def connecting(admin, database):
    """Return the use cases."""
    return Connecting(
        registry=admin.registry,
        signing_in=DatabaseProviders(database=database, patience=5),
        plugins=admin.plugins,
        clock=clock,
        ids=new_id,
        key=bytes(32),
        entropy=secrets.token_bytes,
    )


@pytest.fixture
async def okta(admin, team):
    """Return a connection that is on."""
    connection, _ = await admin.create_connection(team, idp="okta", on=True, by=BY)
    return connection


async def noted(admin, team):
    """Return what the audit says was done, with what that changed."""
    return [(note.action, dict(note.changes)) async for note in admin.audit(team)]


async def test_earlier_tokens_end_a_week_after_the_next_is_made(admin, connecting, okta):
    """Those that would last longer; the next one opens the connection for as long as was said."""
    before = clock()
    token, text = await connecting.rotate(okta, expires_at=later(before, 90 * 86_400), by=BY)
    old, new = await admin.tokens(okta)

    assert (
        later(before, OVERLAP_DAYS * 86_400) <= str(old.expires_at) <= later(clock(), OVERLAP_DAYS * 86_400)
    )
    assert token == new
    assert tokens.same(new.digest, tokens.digest(tokens.parse(text), bytes(32)))


async def test_what_ends_sooner_or_is_over_stays_so(admin, connecting, okta):
    """To rotate lets nothing last longer, and brings nothing back."""
    soon, _ = await admin.create_token(okta, expires_at=later(clock(), 86_400), by=BY)
    gone, _ = await admin.create_token(okta, by=BY)
    gone = await admin.revoke(gone.key_id, by=BY)
    await connecting.rotate(okta, by=BY)
    there = {token.key_id: token for token in await admin.tokens(okta)}

    assert (soon, gone) == (there[soon.key_id], there[gone.key_id])


async def test_a_token_of_one_user_is_not_rotated(admin, connecting, okta, database):
    """It is no provider's, and ends when it was to end."""
    from hub.engine.scope import Scope
    from tests.storage.conftest import user

    async def add(unit):
        await unit.claim("p-u1", None, 1)
        await unit.insert(user("u1"), exclusive=True)

    scope = Scope(team=okta.team, connection=okta.id)
    await admin.registry.store(scope).write(add, reference="test")
    mine, _ = await admin.create_token(okta, user="u1", by=BY)
    await connecting.rotate(okta, by=BY)

    assert [mine] == [token for token in await admin.tokens(okta) if token.user]


async def test_a_rotation_is_in_the_audit(admin, team, connecting, okta):
    """Which token ends when, and which one was made; no secret."""
    token, text = await connecting.rotate(okta, by=BY)
    retired, created = (await noted(admin, team))[-2:]

    assert ("token.retire", "token.create") == (retired[0], created[0])
    assert {"expires_at"} == set(retired[1])
    assert text.split("_")[2] not in str(created)
    assert token.key_id in [note.target async for note in admin.audit(team)]


async def test_a_token_cannot_end_before_it_is_made(connecting, okta):
    """The moment has to be to come."""
    with pytest.raises(AdminError, match="in the past"):
        await connecting.rotate(okta, expires_at=later(clock(), -1), by=BY)


async def test_domains_are_folded_and_stand_once(admin, team, connecting, okta):
    """As they are compared; and what did not change is not noted."""
    for _ in range(2):
        kept = await connecting.trust(okta, ["A.example", "a.EXAMPLE", "b.example"], by=BY)
    changes = [changes for action, changes in await noted(admin, team) if action == "connection.set"]

    assert ("a.example", "b.example") == kept.domains == (await admin.connection(okta.id)).domains
    assert [{"domains": {"before": [], "after": ["a.example", "b.example"]}}] == changes


@pytest.mark.parametrize(
    "domains", [["a"], ["ann@a.example"], [f"d{n}.example" for n in range(DOMAINS_MAX + 1)]]
)
async def test_what_is_no_domain_or_too_many_is_refused(connecting, okta, domains):
    """Nothing is changed."""
    with pytest.raises(AdminError, match="domain"):
        await connecting.trust(okta, domains, by=BY)


async def test_a_guide_is_one_of_its_dialect(admin, connecting, okta):
    """Another provider's says which there are."""
    assert "okta-template" == (await connecting.follow(okta, "okta-template", by=BY)).guide
    with pytest.raises(AdminError, match="okta has no guide 'entra': it has okta, okta-template"):
        await connecting.follow(okta, "entra", by=BY)


async def test_a_provider_that_there_is_not_is_refused(admin, connecting, okta):
    """And to say none leaves it open."""
    with pytest.raises(AdminError, match="no such provider"):
        await connecting.signs_in_by(okta, "nothing", by=BY)

    assert okta == await connecting.signs_in_by(okta, None, by=BY)


async def test_what_others_have_changed_meanwhile_stays(admin, connecting, okta):
    """Each change is of what the connection is now, not of what somebody looked at."""
    await connecting.trust(okta, ["a.example"], by=BY)
    kept = await connecting.follow(okta, "okta-template", by=BY)

    assert evolve(okta, domains=("a.example",), guide="okta-template") == kept
