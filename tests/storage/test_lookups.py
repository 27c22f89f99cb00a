"""Look-ups that come at once: one statement on PostgreSQL, and each is told what it looked for."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from hub.scim.membership import MemberChange
from hub.scim.parsing import parse_filter
from hub.teams import Token
from storage.database import Database
from tests.storage.conftest import NOW, group, listed, user


@pytest.fixture
def told(monkeypatch):
    """Note the statements that a database runs."""
    said, run = [], Database.run

    async def noted(self, client, sql, *values):
        said.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    return said


def statements(world, count):
    """Return how many statements so many look-ups at once take."""
    return count if world.database.dialect == "sqlite" else 1


def external_id(text):
    """Return what the provider calls the resource."""
    return json.loads(text.document)["externalId"]


async def test_who_is_read_by_id_at_once(world, told):
    """Each has their own groups, and whom there is not, or who is of another connection, is not there."""
    people = [user() for _ in range(5)]
    staff = group("staff")
    await world.add(*people, staff)
    await world.add(stranger := user(), connection="c2")
    joining = MemberChange(added=frozenset({people[0].id}))
    await world.write(lambda unit: unit.change_members("staff", joining))
    ids = [*(each.id for each in people), people[0].id, "nobody", stranger.id]
    told.clear()
    found = await asyncio.gather(*(world.store().text("User", id) for id in ids))

    assert [*ids[:6], None, None] == [each and each.id for each in found]
    assert [1, 0, 0, 0, 0, 1] == [len(each.groups) for each in found[:6]]
    assert statements(world, 8) == len(told)


async def test_who_is_looked_up_at_once(world, told):
    """Each gets all who have what they looked for, in order of id, and a page of them is one's own."""
    await world.add(*(user(externalId=id) for id in ("one", "two", "two", "two")), exclusive=False)
    asked = [listed("User", parse_filter(f'externalId eq "{id}"')) for id in ("one", "two", "none")]
    told.clear()
    found = await asyncio.gather(*(world.store().search(each) for each in asked))

    pages = [each.page for each in found]

    assert [1, 3, 0] == [each.total for each in found]
    assert [["one"], ["two"] * 3, []] == [list(map(external_id, page)) for page in pages]
    assert sorted(each.id for each in pages[1]) == [each.id for each in pages[1]]
    assert statements(world, 3) == len(told)


async def test_those_of_two_connections_who_look_up_one_name_at_once(world):
    """Neither is shown the other's user."""
    await world.add(ann := user("ann", userName="x"))
    await world.add(bob := user("bob", userName="x"), connection="c2")
    where = listed("User", parse_filter('userName eq "x"'))
    found = await asyncio.gather(*(world.store(each).search(where) for each in ("c1", "c2", "c1")))

    assert [[ann.id], [bob.id], [ann.id]] == [[text.id for text in each.page] for each in found]


async def test_whose_a_token_is_that_many_show_at_once_is_looked_up_once(world, told):
    """Most requests that come at once are one connection's; whoever shows another token is told of theirs."""
    await world.put(Token(key_id="one", team="t", connection="c1", digest="", created_at=NOW))
    await world.put(Token(key_id="two", team="t", connection="c2", digest="", created_at=NOW))
    await world.registry.token("none")  # which opens the connection
    told.clear()
    found = await asyncio.gather(*(world.registry.token(id) for id in ("one", "one", "two", "none", "one")))

    assert ["c1", "c1", "c2", None, "c1"] == [each and each[1].id for each in found]
    assert (3 if world.database.dialect == "sqlite" else 1) == len(told)


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_who_is_known_by_id_is_found_by_the_smallest_index(world, told):
    """It holds ids alone, and less of it has to be read from the disk than of the other."""
    await world.add(ann := user())
    told.clear()
    await world.store().text("User", ann.id)
    await world.write(lambda unit: unit.lock("User", ann.id))
    await world.write(lambda unit: unit.update(ann, ann.changed(ann.document, at="now"), exclusive=True))
    await world.write(lambda unit: unit.delete(ann))
    said = [sql for sql in told if re.search(r"(FROM|UPDATE) resources\b.* id = ", sql)]

    assert 4 == len(said)
    for sql in said:
        values = [None] * len(set(re.findall(r"\$\d+", sql)))
        steps = await world.database.rows(f"EXPLAIN QUERY PLAN {sql}", *values)
        plan = "\n".join(step["detail"] for step in steps)
        assert re.search(r"SEARCH resources USING INDEX \w+_1 \(id=\?\)", plan), plan
