"""How long somebody is signed in, and all that ends it."""

from __future__ import annotations

import asyncio

import pytest

from hub.engine.signing.sessions import IDLE_SECONDS, LASTS_SECONDS, SEEN_SECONDS
from hub.engine.values.claimants import Personal
from hub.engine.values.notes import Note
from hub.engine.values.scope import Scope
from hub.teams import Role
from tests.author import BY
from tests.engine.visiting import Portal

ADDRESS = "ann@acme.example"
NOTHING = Note(at="", who="", action="", target="", person=None, why=None, changes={})


@pytest.fixture
def portal(database):
    """Return the portal's use cases, and their clock."""
    return Portal(database)


@pytest.fixture
async def ann(portal, team):
    """Return an owner of the team."""
    return await portal.admins.add(team, ADDRESS, role=Role.OWNER, by=BY)


async def entered(portal, made):
    """Follow the link that *made* makes; return what the browser holds."""
    _, text = await made
    link = await portal.links.find(text)
    assert link is not None
    _, held = await portal.sessions.enter(link)
    return held


async def test_whoever_signs_in_is_known_by_what_their_browser_holds(portal, team, ann):
    """A session is the admin's, in their role; nothing that the database keeps opens it."""
    session, held = await portal.sessions.begin(ann)
    found = await portal.sessions.find(held)

    assert (team.id, Role.OWNER, ADDRESS, ann.id) == (found.team, found.role, found.who, found.admin)
    assert session.id not in held
    assert held not in session.id
    for made_up in ("", session.id, held[:-1], held + "0"):
        assert await portal.sessions.find(made_up) is None


async def test_what_opens_a_session_differs_each_time(portal, ann):
    """Signing in again is another session, and the first goes on until it is ended."""
    (first, one), (_, other) = [await portal.sessions.begin(ann) for _ in range(2)]
    await portal.sessions.end(first)

    assert one != other
    assert await portal.sessions.find(one) is None
    assert await portal.sessions.find(other) is not None


async def test_another_key_opens_nothing(portal, ann):
    """What a browser holds is worth nothing to a hub with another key."""
    _, held = await portal.sessions.begin(ann)
    portal.key = bytes([1]) * 32

    assert await portal.sessions.find(held) is None


async def test_a_session_ends_when_nobody_asks_anything(portal, ann):
    """After so long without a request it has ended; with one in between it goes on."""
    _, held = await portal.sessions.begin(ann)
    for _ in range(3):
        portal.wait(IDLE_SECONDS - SEEN_SECONDS - 1)

        assert await portal.sessions.find(held) is not None
    portal.wait(IDLE_SECONDS)

    assert await portal.sessions.find(held) is None


async def test_looking_is_no_sign_of_life(portal, ann):
    """A page that is left open, and looks whether its session goes on, does not keep it."""
    session, held = await portal.sessions.begin(ann)
    for _ in range(2):
        portal.wait(IDLE_SECONDS / 2)
        looked = await portal.sessions.look(session.id)
        found = await portal.sessions.find(held, alive=False)

    assert looked is found is None
    assert await portal.sessions.find(held) is None


async def test_a_session_ends_however_busy(portal, ann):
    """After half a day everybody signs in again."""
    _, held = await portal.sessions.begin(ann)
    for _ in range(LASTS_SECONDS // 1200 - 1):
        portal.wait(1200)

        assert await portal.sessions.find(held) is not None
    portal.wait(1200)

    assert await portal.sessions.find(held) is None


async def test_requests_within_a_minute_write_once(portal, ann):
    """A session that was just seen is not written to."""
    session, held = await portal.sessions.begin(ann)
    for _ in range(3):
        portal.wait(SEEN_SECONDS / 4)
        found = await portal.sessions.find(held)

    assert session.seen_at == found.seen_at
    portal.wait(SEEN_SECONDS)
    await portal.sessions.find(held)
    assert portal.now == (await portal.sessions.look(session.id)).seen_at


async def test_a_removed_admin_is_out(portal, team, ann):
    """Their session ends with the next request, another's does not."""
    bob = await portal.admins.add(team, "bob@acme.example", role=Role.OWNER, by=BY)
    (_, one), (_, other) = [await portal.sessions.begin(each) for each in (ann, bob)]
    await portal.admins.remove(team, ADDRESS, by=BY)

    assert await portal.sessions.find(one) is None
    assert await portal.sessions.find(other) is not None


async def test_another_role_counts_at_once(portal, team, ann):
    """What an admin may do is as it is now, and not as it was when they signed in."""
    await portal.admins.add(team, "bob@acme.example", role=Role.OWNER, by=BY)
    _, held = await portal.sessions.begin(ann)
    await portal.admins.set_role(team, ADDRESS, Role.AUDITOR, by=BY)

    assert Role.AUDITOR is (await portal.sessions.find(held)).role


@pytest.mark.parametrize("change", ["unclaimed", "suspended"])
async def test_whoever_is_put_out_of_the_team_is_out_of_the_portal(portal, team, ann, change):
    """The session of whoever's person is removed or suspended ends with the next request."""
    store = portal.registry.store(Scope(team=team.id))
    await store.write(lambda unit: unit.claim("p1", ADDRESS, 1), reference="in")
    _, held = await portal.sessions.begin(ann)
    before = await portal.sessions.find(held)

    async def out(unit):
        if change == "suspended":
            await unit.put_personal("p1", Personal(suspended="left in anger"))
        else:
            await unit.claims("p1", -1)

    await store.write(out, reference="out")

    assert before is not None
    assert await portal.sessions.find(held) is None


async def test_a_person_of_another_team_is_nobody_here(portal, engine, team, ann):
    """Who is out of another team, under the same address, is not out of this one."""
    other = await engine.teams.create("other", seats=1, plan="basic", by=BY)
    store = portal.registry.store(Scope(team=other.id))
    await store.write(lambda unit: unit.claim("p1", ADDRESS, 0), reference="out")
    _, held = await portal.sessions.begin(ann)

    assert await portal.sessions.find(held) is not None


async def test_a_session_for_setting_up_ends_with_its_link(portal, engine, team):
    """It ends when the link expires, however soon, and when it is revoked."""
    connection, _ = await engine.connections.create(team, idp="generic", by=BY)
    link, text = await portal.links.for_setup(connection, by=BY)
    portal.wait(7 * 86_400 - 600)
    _, held = await portal.sessions.enter(await portal.links.find(text))
    found = await portal.sessions.find(held)

    assert (Role.SETUP, connection.id, link.expires_at) == (found.role, found.connection, found.expires_at)
    portal.wait(601)
    assert await portal.sessions.find(held) is None


@pytest.mark.parametrize("kind", ["admin", "setup"])
async def test_a_session_ends_with_the_revocation_of_its_link(portal, engine, team, kind):
    """Whoever came by a link that is revoked is out with the next request."""
    connection, _ = await engine.connections.create(team, idp="generic", by=BY)
    made = (
        portal.links.for_admin(team, by=BY) if kind == "admin" else portal.links.for_setup(connection, by=BY)
    )
    held = await entered(portal, made)
    link = (await portal.sessions.find(held)).link
    await portal.links.revoke(team, link, by=BY)

    assert await portal.sessions.find(held) is None


async def test_operators_are_of_no_team(portal):
    """They come by a link of their own, which no team's audit tells of."""
    held = await entered(portal, portal.links.for_operator(by=BY))
    found = await portal.sessions.find(held)

    assert (None, Role.OPERATOR) == (found.team, found.role)


async def test_coming_in_is_noted(portal, engine, team, ann):
    """The audit tells who signed in, and by which link, and no secret."""
    await portal.sessions.begin(ann)
    held = await entered(portal, portal.links.for_admin(team, role=Role.AUDITOR, by=BY))
    notes = [note async for note in engine.trail.of(team.id) if note.action == "session.begin"]

    assert [(ADDRESS, "owner"), (notes[1].who, "auditor")] == [(note.who, note.target) for note in notes]
    assert notes[1].who == f"link:{notes[1].changes['link']['after']}"
    assert held not in str(notes)


async def test_everybody_is_signed_out(portal, engine, team, ann):
    """Of a team, however they came, and their links end; operators stay, who are signed out apart."""
    other = await engine.teams.create("other", seats=1, plan="basic", by=BY)
    connection, _ = await engine.connections.create(team, idp="generic", by=BY)
    _, by_sign_in = await portal.sessions.begin(ann)
    by_link = await entered(portal, portal.links.for_admin(team, by=BY))
    unused = (await portal.links.for_admin(team, by=BY))[1]
    setup = (await portal.links.for_setup(connection, by=BY))[1]
    elsewhere = await entered(portal, portal.links.for_admin(other, by=BY))
    operator = await entered(portal, portal.links.for_operator(by=BY))

    assert 2 == await portal.sessions.end_all(team, by=BY)
    assert [None, None] == [await portal.sessions.find(each) for each in (by_sign_in, by_link)]
    assert [True, True] == [await portal.sessions.find(each) is not None for each in (elsewhere, operator)]
    assert await portal.links.find(unused) is None
    assert await portal.links.find(setup) is not None
    assert "session.end" in [note.action async for note in engine.trail.of(team.id)]
    assert 1 == await portal.sessions.end_all(None, by=BY)
    assert await portal.sessions.find(operator) is None
    assert await portal.sessions.find(elsewhere) is not None


async def test_sessions_that_are_over_are_forgotten(portal, ann):
    """The next that begins takes away what is over."""
    first, _ = await portal.sessions.begin(ann)
    portal.wait(LASTS_SECONDS + 1)
    second, _ = await portal.sessions.begin(ann)
    rows = await portal.database.rows("SELECT id FROM sessions")

    assert [second.id] == [row["id"] for row in rows]
    assert first.id != second.id


async def test_a_beginning_whose_answer_was_lost_is_found(portal, team):
    """What is begun again, by the same try, is begun once; its link is not taken for spent."""
    _, text = await portal.links.for_admin(team, by=BY)
    session, _ = await portal.sessions.enter(await portal.links.find(text))

    assert await portal.visits.begin(session, note=NOTHING, reference="again")
    assert 1 == len(await portal.database.rows("SELECT id FROM audit WHERE action = 'session.begin'"))


async def test_of_many_who_follow_a_link_one_comes_in(portal, team):
    """However many follow it at once, it opens once."""
    _, text = await portal.links.for_admin(team, by=BY)
    link = await portal.links.find(text)
    came = await asyncio.gather(*(portal.sessions.enter(link) for _ in range(8)))

    assert 1 == sum(each is not None for each in came)
