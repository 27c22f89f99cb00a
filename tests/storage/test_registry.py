"""Teams, connections and tokens, kept and found again."""

from __future__ import annotations

from attrs import evolve

from hub.teams import Connection, Profile, State, Team, Token
from tests.storage.conftest import NOW

CONNECTION = Connection(
    id="c9",
    team="t",
    idp="generic",
    profile=Profile.STRICT,
    state=State.ON,
    domains=("a.example", "b.example"),
)
TOKEN = Token(key_id="k", team="t", connection="c9", digest="d", created_at=NOW)


async def test_a_connection_is_kept_and_changed(world):
    """What was put is what is found; putting it again changes it."""
    await world.registry.put_connection(CONNECTION)
    assert CONNECTION == await world.registry.connection("c9")

    off = evolve(CONNECTION, state=State.OFF)
    await world.registry.put_connection(off)
    assert off == await world.registry.connection("c9")
    assert {"c1", "c2", "c9"} == {each.id for each in await world.registry.connections("t")}
    assert 4 == len(await world.registry.connections())


async def test_a_token_comes_with_its_owner(world):
    """One question tells the token, its connection and its team."""
    await world.registry.put_connection(CONNECTION)
    await world.registry.put_token(TOKEN)

    assert (TOKEN, CONNECTION, Team(id="t", name="team t", plan="basic")) == await world.registry.token("k")
    assert None is await world.registry.token("x")


async def test_a_token_is_revoked_in_place(world):
    """Putting a token again changes it, and adds none."""
    await world.registry.put_connection(CONNECTION)
    await world.registry.put_token(TOKEN)
    revoked = evolve(TOKEN, revoked_at=NOW)
    await world.registry.put_token(revoked)

    assert [revoked] == list(await world.registry.tokens("c9"))


async def test_a_team_is_found_by_name_and_by_id(world):
    """Operators say names, the house says ids."""
    team = Team(id="t", name="team t", plan="basic")

    assert team == await world.registry.team(name="team t")
    assert team == await world.registry.team(id="t")
    assert None is await world.registry.team(name="nobody")
    assert ["team t", "team u"] == [each.name for each in await world.registry.teams()]
