"""People who are assigned in only one of two apps, on both databases."""

from __future__ import annotations

import pytest

from hub.engine.values import gaps as module
from hub.engine.values.gaps import Gaps
from hub.providers import Oidc, Provider
from storage.gaps import DatabaseGaps
from tests.storage.conftest import NOW, user


@pytest.fixture
async def gaps(world):
    """Return the question, about a team with two providers."""
    for id in ("i1", "i2"):
        how = Oidc(issuer=f"https://{id}.example", client_id="hub", client_secret="sealed")
        provider = Provider(id=id, team="t", title=id, how=how, created_at=NOW)
        await world.write(lambda unit, provider=provider: unit.put_provider(provider))
    return DatabaseGaps(database=world.database, patience=5)


async def signed_in(world, subject, person=None, *, provider="i1"):
    """Note that somebody has signed in."""
    async with world.database.transaction() as client:
        await world.database.run(
            client,
            "INSERT INTO subjects (provider_id, subject, team_id, person_id, address, first_at, last_at)"
            " VALUES ($1, $2, 't', $3, $4, $5, $5)",
            *(provider, subject, person, f"{subject}@a.example", NOW),
        )


async def test_nothing_is_said_before_anybody_has_signed_in(gaps, world):
    """All would be missing in the other app, which tells nobody anything."""
    await world.add(user("ann"))

    assert Gaps() == await gaps.between("t", "c1", "i1")


async def test_both_sides_are_told_apart(gaps, world):
    """Whoever is in both is in neither list; the inactive are no users."""
    await world.add(user("ann"), user("bob"), user("cat", active=False))
    await signed_in(world, "ann", "p-ann")
    await signed_in(world, "cat", "p-cat")
    await signed_in(world, "dan")

    assert Gaps(
        unsigned=1,
        unsigned_names=("bob",),
        unpushed=2,
        unpushed_names=("cat@a.example", "dan@a.example"),
        signed_in=True,
    ) == await gaps.between("t", "c1", "i1")


async def test_another_connection_and_another_provider_are_not_looked_at(gaps, world):
    """A user of the one, or a sign-in by the other, closes no gap."""
    await world.add(user("ann"))
    await world.add(user("bob"), connection="c2")
    await signed_in(world, "ann", "p-ann", provider="i2")
    await signed_in(world, "bob", "p-bob")
    found = await gaps.between("t", "c1", "i1")

    assert (("ann",), ("bob@a.example",)) == (found.unsigned_names, found.unpushed_names)


async def test_another_team_is_not_looked_at(gaps, world):
    """Whatever ids are asked for."""
    await world.add(user("ann"))
    await signed_in(world, "bob")

    assert Gaps() == await gaps.between("u", "c1", "i1")


async def test_many_are_neither_counted_nor_named_without_end(gaps, world, monkeypatch):
    """A few are named, and so many counted."""
    monkeypatch.setattr("storage.gaps.COUNTED_MAX", 3)
    await world.add(*[user(f"u{n:02}") for n in range(module.NAMED_MAX + 2)])
    await signed_in(world, "ann")
    found = await gaps.between("t", "c1", "i1")

    assert (3, module.NAMED_MAX) == (found.unsigned, len(found.unsigned_names))
