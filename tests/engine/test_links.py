"""Links: what they open, how often, and until when."""

from __future__ import annotations

import asyncio

import pytest

from hub.engine.setup import tokens
from hub.engine.signing.links import ADMIN_SECONDS, SETUP_SECONDS
from hub.engine.values.errors import AdminError
from hub.engine.values.notes import Author
from hub.moments import later
from hub.teams import Role
from tests.author import BY
from tests.engine.visiting import NOW, Portal


@pytest.fixture
def portal(database):
    """Return the portal's use cases, and their clock."""
    return Portal(database)


@pytest.fixture
async def connection(engine, team):
    """Return a connection of the team."""
    return (await engine.connections.create(team, idp="generic", by=BY))[0]


async def test_a_link_of_an_admin_opens_once(portal, team):
    """Looking at it does not use it up, following it does."""
    _, text = await portal.links.for_admin(team, by=BY)
    for _ in range(2):
        assert await portal.links.find(text) is not None
    link = await portal.links.find(text)
    first = await portal.sessions.enter(link)

    assert first is not None
    assert await portal.links.find(text) is None
    assert await portal.sessions.enter(link) is None


async def test_a_link_for_setting_up_opens_as_often_as_it_lasts(portal, connection):
    """An outside admin comes again and again, for a week."""
    _, text = await portal.links.for_setup(connection, by=BY)
    for _ in range(3):
        assert await portal.sessions.enter(await portal.links.find(text)) is not None


@pytest.mark.parametrize(("kind", "seconds"), [("admin", ADMIN_SECONDS), ("setup", SETUP_SECONDS)])
async def test_a_link_expires(portal, team, connection, kind, seconds):
    """Until the last moment it opens, and then it does not: neither found nor followed."""
    making = {"admin": (portal.links.for_admin, team), "setup": (portal.links.for_setup, connection)}
    make, of = making[kind]
    link, text = await make(of, by=BY)
    portal.wait(seconds - 1)

    assert later(NOW, seconds) == link.expires_at
    assert link == await portal.links.find(text)
    portal.wait(1)
    assert await portal.links.find(text) is None
    assert await portal.sessions.enter(link) is None


async def test_a_revoked_link_opens_nothing(portal, team, connection):
    """Neither for who has it in hand already."""
    link, text = await portal.links.for_setup(connection, by=BY)
    revoked = await portal.links.revoke(team, link.key_id, by=BY)

    assert await portal.links.find(text) is None
    assert await portal.sessions.enter(link) is None
    assert revoked == await portal.links.revoke(team, link.key_id, by=BY)
    assert [revoked] == list(await portal.links.of(connection))


async def made_by(engine, link, connection, **more):
    """Have whoever came in by a link make a token."""
    return (await engine.tokens.create(connection, by=Author(name=link.who), **more))[0]


async def test_a_link_is_revoked_with_the_tokens_made_with_it(portal, engine, team, connection):
    """Those of others stay, and so does what is over already."""
    link, _ = await portal.links.for_setup(connection, by=BY)
    mine, over = [await made_by(engine, link, connection) for _ in range(2)]
    await engine.tokens.revoke(over.key_id, by=BY)
    there = {each.key_id: each for each in await engine.tokens.of(connection)}
    await portal.links.revoke(team, link.key_id, tokens_too=True, by=BY)
    changed = [each for each in await engine.tokens.of(connection) if each != there[each.key_id]]

    assert [(mine.key_id, NOW)] == [(each.key_id, each.revoked_at) for each in changed]
    assert 2 == [note.action async for note in engine.trail.of(team.id)].count("token.revoke")


async def test_a_token_that_is_just_being_made_is_revoked_too(portal, engine, team, connection, monkeypatch):
    """It is waited for."""
    link, _ = await portal.links.for_setup(connection, by=BY)
    put, begun = tokens.put_new, asyncio.Event()

    async def slowly(unit, token, *, by):
        await put(unit, token, by=by)
        begun.set()
        await asyncio.sleep(0.2)

    monkeypatch.setattr(tokens, "put_new", slowly)
    making = asyncio.create_task(made_by(engine, link, connection))
    await begun.wait()
    await portal.links.revoke(team, link.key_id, tokens_too=True, by=BY)
    made = (await making).key_id

    assert [NOW] == [each.revoked_at for each in await engine.tokens.of(connection) if each.key_id == made]


async def test_a_link_is_revoked_by_its_team(portal, engine, team, connection):
    """Another team has no such link, as if there were none."""
    other = await engine.teams.create("other", seats=1, plan="basic", by=BY)
    link, text = await portal.links.for_setup(connection, by=BY)
    for key_id in (link.key_id, "nothing"):
        with pytest.raises(AdminError, match="'other' has no link"):
            await portal.links.revoke(other, key_id, by=BY)

    assert await portal.links.find(text) is not None


async def test_what_was_never_a_link_opens_nothing(portal, engine, team, connection):
    """Not a token, nor a link with another secret, nor one of a hub with another key."""
    _, text = await portal.links.for_admin(team, by=BY)
    _, token = await engine.tokens.create(connection, by=BY)
    _, other = await portal.links.for_admin(team, by=BY)
    mixed = "_".join([*text.split("_")[:2], *other.split("_")[2:]])
    for made_up in ("", "hub_", token, mixed, text[:-1], text.upper()):
        assert await portal.links.find(made_up) is None
    portal.key = bytes([1]) * 32
    assert await portal.links.find(text) is None


@pytest.mark.parametrize("role", [Role.SETUP, Role.OPERATOR])
async def test_a_link_to_a_team_is_for_its_admins(portal, team, role):
    """An operator's link is no team's, one for setting up is a connection's."""
    with pytest.raises(AdminError, match="for an owner, an admin or an auditor"):
        await portal.links.for_admin(team, role=role, by=BY)


async def test_links_are_noted(portal, engine, team, connection):
    """Who made and revoked one is in the audit, and nothing that opens anything."""
    one, text = await portal.links.for_admin(team, role=Role.ADMIN, by=BY)
    two, more = await portal.links.for_setup(connection, by=BY)
    await portal.links.revoke(team, two.key_id, by=BY)
    notes = [note async for note in engine.trail.of(team.id) if note.action.startswith("link.")]

    assert [("link.create", one.key_id), ("link.create", two.key_id), ("link.revoke", two.key_id)] == [
        (note.action, note.target) for note in notes
    ]
    assert "admin" == notes[0].changes["role"]["after"]
    assert {"revoked_at"} == notes[2].changes.keys()
    assert not any(secret in str(notes) for secret in (text, more, one.digest, two.digest))
