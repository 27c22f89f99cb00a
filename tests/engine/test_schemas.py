"""What a team adds to the schemas of SCIM: taken whole, replaced and removed only while nobody has values."""

from __future__ import annotations

import asyncio
import json

import pytest

from hub.engine.setup.schemas import SCHEMAS_MAX
from hub.engine.values.errors import AdminError, Outdated
from hub.engine.values.resources import Resource
from hub.engine.values.scope import Scope
from tests.author import BY

URN = "urn:example:acme:2.0:User"


def text(urn=URN, *names, **facts):
    """Return the text of a schema with attributes of these *names*, "badge" by default."""
    attributes = [{"name": name, **facts} for name in names or ["badge"]]
    return json.dumps({"id": urn, "attributes": attributes}).encode()


async def urns(engine, team):
    """Return what is kept, read anew."""
    return [each.schema.id for each in engine.schemas.of(await engine.teams.named(team.id))]


async def hold(engine, connection, held=None, urn=URN):
    """Let a user of the connection hold a badge; set *held* a moment before that is committed."""
    document = {"schemas": [], "userName": "ann", urn: {"badge": "1"}}
    resource = Resource(id="u1", kind="User", document=document, created="now", modified="now", person="p1")

    async def work(unit):
        await unit.claim("p1", None, 0)
        await unit.insert(resource, exclusive=True)
        if held:
            await unit.flush()
            held.set()
            await asyncio.sleep(0.2)

    scope = Scope(team=connection.team, connection=connection.id, revision=connection.revision)
    await engine.registry.store(scope).write(work, reference="hold")


async def test_added_and_removed(engine, team):
    """Several stand side by side; one is named without case."""
    added = await engine.schemas.add(team, text(), kind="User", by=BY)
    await engine.schemas.add(
        await engine.teams.named(team.id), text("urn:example:acme:2.0:Crew"), kind="Group", by=BY
    )

    assert (URN, "User") == (added.schema.id, added.kind)
    assert [URN, "urn:example:acme:2.0:Crew"] == await urns(engine, team)
    await engine.schemas.remove(await engine.teams.named(team.id), URN.upper(), by=BY)
    assert ["urn:example:acme:2.0:Crew"] == await urns(engine, team)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "the schema is not JSON at line 1"),
        (b"\xff", "the schema is not UTF-8"),
        (b'{"id": 1, "ID": 2}', "'ID' is given twice"),
        (b"[]", "a schema must be a JSON object"),
        (text("urn:x", "a b"), "id: must be a URN.*\nattributes\\[0\\].name: must be"),
        (text(f"{URN}:badge"), f"could not tell it from {URN}"),
        (text("urn:example:acme"), f"could not tell it from {URN}"),
    ],
)
async def test_what_cannot_be_added_is_refused(engine, team, body, why):
    """All faults are told, and nothing is changed."""
    await engine.schemas.add(team, text(), kind="User", by=BY)
    with pytest.raises(AdminError, match=why):
        await engine.schemas.add(await engine.teams.named(team.id), body, kind="User", by=BY)
    assert [URN] == await urns(engine, team)


async def test_a_team_has_so_many(engine, team):
    """Everything has a limit; to replace one adds none."""
    for number in range(SCHEMAS_MAX):
        await engine.schemas.add(
            await engine.teams.named(team.id), text(f"{URN}{number}"), kind="User", by=BY
        )
    with pytest.raises(AdminError, match="at most 20 schemas"):
        await engine.schemas.add(await engine.teams.named(team.id), text(), kind="User", by=BY)
    await engine.schemas.add(await engine.teams.named(team.id), text(f"{URN}0", "other"), kind="User", by=BY)
    assert SCHEMAS_MAX == len(await urns(engine, team))


async def test_replaced_while_nobody_holds_it(engine, team):
    """The same URN again is the new schema, and of the new kind."""
    await engine.schemas.add(team, text(), kind="User", by=BY)
    await engine.schemas.add(
        await engine.teams.named(team.id), text(URN.upper().lower(), "other"), kind="Group", by=BY
    )

    [found] = engine.schemas.of(await engine.teams.named(team.id))
    assert ("Group", ["other"]) == (found.kind, [each.name for each in found.schema.attributes])


@pytest.fixture
async def connection(engine, team):
    """Return a connection of the team, once this has its schema."""
    await engine.schemas.add(team, text(), kind="User", by=BY)
    return (await engine.connections.create(team, idp="generic", by=BY))[0]


async def test_kept_while_somebody_holds_it(engine, team, connection):
    """Nobody's values are left without a schema: neither change nor removal; the same again is no change."""
    await hold(engine, connection)
    team = await engine.teams.named(team.id)

    for change in (
        engine.schemas.add(team, text(URN, "badge", "other"), kind="User", by=BY),
        engine.schemas.add(team, text(), kind="Group", by=BY),
        engine.schemas.remove(team, URN, by=BY),
    ):
        with pytest.raises(AdminError, match=f"1 resources of 'acme' hold attributes of {URN}"):
            await change
    await engine.schemas.add(team, text(), kind="User", by=BY)
    await engine.schemas.add(team, text("urn:example:acme:2.0:More"), kind="User", by=BY)
    assert [URN, "urn:example:acme:2.0:More"] == await urns(engine, team)


async def test_kept_while_somebody_comes_to_hold_it(engine, team, connection):
    """Whoever is being written while it is taken away is waited for, and keeps it."""
    held, team = asyncio.Event(), await engine.teams.named(team.id)
    arriving = asyncio.create_task(hold(engine, connection, held))
    await held.wait()
    with pytest.raises(AdminError, match="1 resources of 'acme' hold attributes"):
        await engine.schemas.remove(team, URN, by=BY)

    await arriving
    assert [URN] == await urns(engine, team)


async def test_kept_by_whoever_shares_its_commit(engine, team, connection):
    """Whoever is written in the same moment is refused, or keeps it."""
    team = await engine.teams.named(team.id)
    changes = (hold(engine, connection), engine.schemas.remove(team, URN, by=BY))
    ended = await asyncio.gather(*changes, return_exceptions=True)

    assert 1 == sum(isinstance(each, (AdminError, Outdated)) for each in ended), ended


async def test_two_at_once(engine, team):
    """Who looked before another wrote is asked to look again: nobody's schema is lost."""
    await engine.schemas.add(team, text(), kind="User", by=BY)
    with pytest.raises(AdminError, match="have just been changed"):
        await engine.schemas.add(team, text("urn:example:acme:2.0:More"), kind="User", by=BY)
    assert [URN] == await urns(engine, team)


async def test_what_is_not_there(engine, team):
    """The way to find what is there is told."""
    with pytest.raises(AdminError, match="hub schema list"):
        await engine.schemas.remove(team, URN, by=BY)
