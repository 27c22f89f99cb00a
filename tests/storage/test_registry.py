"""Teams, connections and tokens, kept and found again."""

from __future__ import annotations

import asyncio

import pytest
from attrs import evolve

from hub.engine.values.notes import Author
from hub.teams import ApiKey, Connection, Profile, State, Team, Token
from tests.storage.conftest import NOW, user

CONNECTION = Connection(
    id="c9",
    team="t",
    idp="generic",
    profile=Profile.STRICT,
    state=State.ON,
    domains=("a.example", "b.example"),
)
LATER = "2027-01-01T00:00:00.000Z"
TOKEN = Token(key_id="k", team="t", connection="c9", digest="d", created_at=NOW)
API_KEY = ApiKey(key_id="a", team="t", digest="d", created_at=NOW)

#: What of these, and of their team, somebody changes.
CHANGED = (
    Team(id="t", name="team t", plan="enterprise"),
    evolve(CONNECTION, state=State.OFF),
    evolve(TOKEN, revoked_at=NOW),
    evolve(API_KEY, revoked_at=NOW),
)


async def test_a_connection_is_kept_and_changed(world):
    """What was put is what is found; putting it again changes it."""
    await world.put(CONNECTION)
    assert CONNECTION == await world.registry.connection("c9")

    off = evolve(CONNECTION, state=State.OFF)
    await world.put(off)
    assert off == await world.registry.connection("c9")
    assert {"c1", "c2", "c9"} == {each.id for each in await world.registry.connections("t")}
    assert 4 == len(await world.registry.connections())


async def test_a_token_comes_with_its_owner(world):
    """One question tells the token, its connection and its team."""
    await world.put(CONNECTION)
    await world.put(TOKEN)

    assert (TOKEN, CONNECTION, Team(id="t", name="team t", plan="basic")) == await world.registry.token("k")
    assert None is await world.registry.token("x")


async def test_a_token_may_stand_for_a_user(world):
    """Whom it stands for is kept, and with the user it goes."""
    await world.add(user("u9"))
    token = evolve(TOKEN, connection="c1", user="u9")
    await world.put(token)
    (kept, *_) = await world.registry.token("k")

    assert token == kept
    assert [token] == list(await world.registry.tokens("c1"))
    await world.write(lambda unit: unit.delete(user("u9")))
    assert None is await world.registry.token("k")


async def test_a_token_is_revoked_in_place(world):
    """Putting a token again changes it, and adds none."""
    await world.put(CONNECTION)
    await world.put(TOKEN)
    revoked = evolve(TOKEN, revoked_at=NOW)
    await world.put(revoked)

    assert [revoked] == list(await world.registry.tokens("c9"))


async def test_what_was_revoked_stays_so(world):
    """Also where somebody puts again what they have read before, as one does who rotates at that moment."""
    await world.put(CONNECTION)
    await world.put(TOKEN)
    await world.put(evolve(TOKEN, revoked_at=NOW))
    await world.put(evolve(TOKEN, expires_at=LATER))

    (kept, *_) = await world.registry.token("k")
    assert evolve(TOKEN, revoked_at=NOW, expires_at=LATER) == kept


async def test_a_team_is_found_by_name_and_by_id(world):
    """Operators say names, the house says ids."""
    team = Team(id="t", name="team t", plan="basic")

    assert team == await world.registry.team(name="team t")
    assert team == await world.registry.team(id="t")
    assert None is await world.registry.team(name="nobody")
    assert ["team t", "team u"] == [each.name for each in await world.registry.teams()]


async def test_a_team_is_changed(world):
    """What a team adds comes with it and with its tokens, and no other team has it."""
    await world.put(CONNECTION)
    await world.put(TOKEN)
    changed = Team(id="t", name="team t", plan="enterprise", sso_issuer="https://a", schemas='[{"a": 1}]')
    await world.put(changed)

    assert changed == await world.registry.team(name="team t")
    assert changed == (await world.registry.token("k"))[2]
    assert [Team(id="u", name="team u", plan="basic")] == [
        each for each in await world.registry.teams() if each.id == "u"
    ]


#: Each way to ask for what administrators change.
READS = {
    "team": lambda registry: registry.team(id="t"),
    "teams": lambda registry: registry.teams(),
    "connection": lambda registry: registry.connection("c9"),
    "connections": lambda registry: registry.connections("t"),
    "tokens": lambda registry: registry.tokens("c9"),
    "api keys": lambda registry: registry.api_keys("t"),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_what_is_still_being_written_is_not_read(world, read):
    """It may come to nothing: what is found is what was there before, and nobody waits for the rest."""
    for thing in (CONNECTION, TOKEN, API_KEY):
        await world.put(thing)
    before = await read(world.registry)
    written, done = asyncio.Event(), asyncio.Event()

    async def work(unit):
        for thing in CHANGED:
            await unit.put(thing)
        await unit.flush()
        written.set()
        await done.wait()

    writing = asyncio.create_task(world.write(work))
    await written.wait()
    try:
        async with asyncio.timeout(10):
            meanwhile = await read(world.registry)
    finally:
        done.set()
        await writing

    assert before == meanwhile
    assert before != await read(world.registry)


@pytest.mark.parametrize("thing", [CONNECTION, TOKEN])
async def test_nothing_of_another_team_is_changed(world, thing):
    """Whoever names what another team has changes nothing of it."""
    await world.put(CONNECTION)
    await world.put(TOKEN)

    with pytest.raises(AssertionError, match="another team's"):
        await world.put(evolve(thing, team="u", **({"connection": "d1"} if thing is TOKEN else {})), team="u")
    assert (TOKEN, CONNECTION) == (await world.registry.token("k"))[:2]


async def test_tokens_are_seen_by_whoever_shares_their_commit(world):
    """All of a connection, or those alone that somebody made."""
    await world.put(CONNECTION)
    other = evolve(TOKEN, key_id="l")

    async def work(unit):
        await unit.put(TOKEN)
        await unit.put(other)
        await unit.note(Author(name="link:a"), "token.create", "k", changes={})
        await unit.note(Author(name="link:b"), "token.create", "l", changes={})
        return [await unit.tokens("c9", by=by) for by in (None, "link:a", "link:c")]

    assert [[TOKEN, other], [TOKEN], []] == await world.write(work)


async def test_holders_of_a_schema(world):
    """Who holds attributes of a schema is counted in the whole team; who only speaks of it does not."""
    urn = "urn:example:a_b%:2.0:User"
    await world.add(user(**{urn: {"badge": "1"}}), user(title=f'"{urn}":{{'), user(title=urn))
    await world.add(user(**{urn: {"badge": "2"}}), connection="c2")
    await world.add(user(**{urn.replace("_", "x"): {"badge": "3"}}), user(**{f"{urn}2": {"badge": "4"}}))
    await world.add(user(**{urn: {"badge": "5"}}), connection="d1", team="u")

    assert 2 == await world.write(lambda unit: unit.holders(urn))
    assert 0 == await world.write(lambda unit: unit.holders("urn:example:other:User"))
