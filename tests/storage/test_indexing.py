"""What filters read follows each write; what must be unique is kept so."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.values.errors import ValueTaken
from hub.engine.values.scope import Scope
from hub.scim.parsing import parse_filter
from storage import indexing
from tests.storage.conftest import listed, user
from tests.storage.generated import CUSTOM, TYPES

BADGE = "urn:example:Badge"


@pytest.fixture
def store(world):
    """Return a store of a team with unique badges."""
    return world.registry.store(Scope(team="t", connection="c1", types=TYPES))


async def added(store, *users):
    """Add *users*."""

    async def work(unit):
        for each in users:
            await unit.claim(each.person, None, 1)
            await unit.insert(each, exclusive=True)

    await store.write(work, reference="test")


async def found(store, text):
    """Return the ids of the users that match *text*."""
    return [each.id for each in (await store.search(listed("User", parse_filter(text)))).page]


async def test_filters_see_each_write(store, world):
    """What is added is found, what is changed is found as it is now, what is gone is found no more."""
    before = user("u1", title="old", emails=[{"value": "a@a.example"}, {"value": "b@a.example"}])
    await added(store, before)
    assert ["u1"] == await found(store, 'title eq "OLD" and emails eq "b@a.example"')

    after = before.changed(
        {**before.document, "title": "new", "emails": [{"value": "c@a.example"}, {"value": "a@a.example"}]},
        at="x",
    )
    await store.write(lambda unit: unit.update(before, after, exclusive=True), reference="test")
    for text, wanted in {
        'title eq "old"': [], 'title eq "new"': ["u1"], 'emails eq "a@a.example"': ["u1"],
        'emails eq "b@a.example"': [], 'emails eq "c@a.example"': ["u1"],
    }.items():  # fmt: skip
        assert wanted == await found(store, text), text

    await store.write(lambda unit: unit.delete(after), reference="test")
    for table in ("searched", "resource_keys"):
        assert [] == list(await world.database.rows(f"SELECT 1 FROM {table}")), table


async def test_what_filters_do_not_read_is_not_written_again(store, world):
    """A new version of the same document changes nothing of what is searched."""
    before = user("u1", emails=[{"value": "a"}])
    await added(store, before)
    await world.write(lambda unit: unit.rows("UPDATE searched SET folded = 'kept' WHERE id = 'u1'"))

    after = before.changed(before.document, at="x")
    await store.write(lambda unit: unit.update(before, after, exclusive=True), reference="test")
    assert ["kept"] == [row["folded"] for row in await world.database.rows("SELECT folded FROM searched")]


async def test_a_unique_value_is_taken_once(store):
    """Nobody takes another's, by creating or by changing; who had it may let it go; its attribute is told."""
    one, two = user("u1", **{BADGE: {"badge": 7}}), user("u2", **{BADGE: {"badge": 8}})
    await added(store, one, two)

    with pytest.raises(ValueTaken) as taken:
        await added(store, user("u3", **{BADGE: {"badge": 7}}))
    assert (f"{BADGE}:badge",) == taken.value.args
    assert [] == await found(store, 'id eq "u3"')
    with pytest.raises(ValueTaken):
        await changed(store, two, 7)
    await changed(store, one, 9)
    await changed(store, two, 7)
    assert (["u1"], ["u2"], []) == tuple([await found(store, f"{BADGE}:badge eq {n}") for n in (9, 7, 8)])


async def test_all_that_is_taken_is_told(store, monkeypatch):
    """However many statements write it: whoever mends one value is not told of the next."""
    both = frozenset(indexing.Key(path=path, value="7", exclusive=True) for path in ("a", "b"))
    monkeypatch.setattr(indexing, "keys", lambda *_: both)
    monkeypatch.setattr(indexing, "_WRITTEN_MAX", 1)
    await added(store, user("u1"))

    with pytest.raises(ValueTaken) as taken:
        await added(store, user("u2"))
    assert ("a", "b") == taken.value.args


async def test_a_unique_value_is_unique_within_a_connection(store, world):
    """Another connection's resources have values of their own."""
    await added(store, user("u1", **{BADGE: {"badge": 7}}))
    other = evolve(store, scope=evolve(store.scope, connection="c2"))
    await added(other, user("u2", **{BADGE: {"badge": 7}}))

    assert ["u2"] == await found(other, f"{BADGE}:badge eq 7")


async def test_a_resource_may_have_any_number_of_addresses(store, world):
    """More than a statement has places for are written, and taken away again."""
    before = user("u1", emails=[{"value": f"a{n}@a.example"} for n in range(17_000)])
    await added(store, before)
    assert ["u1"] == await found(store, 'emails eq "a16999@a.example"')

    after = before.changed({**before.document, "emails": [{"value": "b@a.example"}]}, at="x")
    await store.write(lambda unit: unit.update(before, after, exclusive=True), reference="test")
    kept = await world.database.rows("SELECT value FROM resource_keys")
    assert ["b@a.example"] == [row["value"] for row in kept]


async def test_what_was_written_under_another_schema_can_be_changed(store):
    """A value that its attribute's type cannot compare is passed over: it may not keep an account open."""
    odd = {"oneInteger": "7", "oneDatetime": "soon", "thing": "x", "things": ["y", {"tags": 7}]}
    before = user("u1", title="old", **{BADGE: {"badge": "abc"}, CUSTOM.id: odd})
    await added(store, before)
    after = before.changed({**before.document, "active": False, BADGE: {"badge": ["abc"]}}, at="x")
    await store.write(lambda unit: unit.update(before, after, exclusive=True), reference="test")

    assert ["u1"] == await found(store, f'active eq false and title eq "old" and not ({BADGE}:badge pr)')


async def changed(store, before, badge):
    """Give *before* another *badge*."""
    after = before.changed({**before.document, BADGE: {"badge": badge}}, at="x")
    await store.write(lambda unit: unit.update(before, after, exclusive=True), reference="test")
