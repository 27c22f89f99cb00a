"""Pages of a search: in order, from one to the next and back, with their total, within a time."""

from __future__ import annotations

import asyncio
import json
from random import Random

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.engine.values.resources import Text
from hub.engine.values.scope import Scope
from hub.engine.values.searches import Mark, Search
from hub.scim.errors import TooMany
from hub.scim.expressions import Path
from hub.scim.membership import MemberChange
from hub.scim.parsing import parse_filter, parse_path
from storage.database import Database
from storage.searches import Asked
from tests.scale import scale
from tests.storage.conftest import group, listed, user
from tests.storage.generated import CUSTOM, TYPES

NAMES = [
    "Bob",
    "ann",
    "Ann",
    "élodie",
    "ÉLODIE",
    "",
    "zoe",
    None,
    "𝒜",
    "\uffff",
    None,
    "B" * 300,
    "b" * 299 + "a",
]
NUMBERS = [3, None, 2.5, -1, 2**62, 2**62 + 1, 2**60, 1e300, 0.1, None, 7, 7, -(2**63)]
FLAGS = [True, False, None] * 4 + [True]


@pytest.fixture
async def people(world):
    """Thirteen users with a title, a number, a flag, and a list of lengths each."""
    store = world.registry.store(Scope(team="t", connection="c1", types=TYPES))
    order = list(range(len(NAMES)))
    Random(7).shuffle(order)
    made = []
    for n, (name, number, flag) in enumerate(zip(NAMES, NUMBERS, FLAGS, strict=True)):
        custom = {
            "oneDecimal": number,
            "oneBoolean": flag,
            "manyString": None if name is None else ["zz", name][n % 2 :],
        }
        emails = (
            [] if name is None else [{"value": f"z{n}"}, {"value": name, "primary": True}, {"value": "a"}]
        )
        attributes = {"title": name, "emails": emails or None, CUSTOM.id: custom}
        said = {key: value for key, value in attributes.items() if value is not None}
        said[CUSTOM.id] = {key: value for key, value in custom.items() if value is not None}
        made.append(user(f"u{order[n]:02}", **said))

    async def work(unit):
        for each in made:
            await unit.claim(each.person, None, 1)
            await unit.insert(each, exclusive=True)

    await store.write(work, reference="test")
    return store, made


def key_of(path):
    """Return what tells what a user is sorted by, by the words of RFC 7644 §3.4.2.3."""

    def key(each):
        custom = each.document.get(CUSTOM.id, {})
        value = {
            "title": lambda: each.document.get("title"),
            "id": lambda: None,
            "emails": lambda: next(
                (e["value"] for e in each.document.get("emails", ()) if e.get("primary")), None
            ),
            f"{CUSTOM.id}:oneDecimal": lambda: custom.get("oneDecimal"),
            f"{CUSTOM.id}:oneBoolean": lambda: custom.get("oneBoolean"),
            f"{CUSTOM.id}:manyString": lambda: (custom.get("manyString") or [None])[0],
        }[path]()
        folded = (
            value.casefold()[:200]
            if isinstance(value, str) and value != "𝒜"
            else "a"
            if value == "𝒜"
            else value
        )
        return (value is None, 0 if value is None else folded, each.id)

    return key


SORTS = [
    None,
    "title",
    "id",
    "emails",
    *(f"{CUSTOM.id}:{name}" for name in ("oneDecimal", "oneBoolean", "manyString")),
]


def asked(sort, **facts):
    """Return a search of users in the order of *sort*."""
    path = None if sort is None else parse_path(sort)
    return Search(kinds=("User",), where={"User": facts.pop("where", None)}, sort=path, **facts)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("where", [None, "userName pr", 'id ge "u03"'])
async def test_pages_follow_each_other_in_order(people, sort, descending, where):
    """By index and by cursor, forwards and back: each resource once, in the order that the RFC says."""
    store, made = people
    chosen = [each for each in made if where is None or "pr" in where or each.id >= "u03"]
    ordered = sorted(chosen, key=key_of(sort or "id"), reverse=descending)
    wanted = [each.id for each in ordered]
    search = asked(sort, descending=descending, count=4, where=where and parse_filter(where))

    by_index = [await store.search(evolve(search, start=start)) for start in (1, 5, 9, 13, 17)]
    assert wanted == [each.id for page in by_index for each in page.page]
    assert {len(wanted)} == {page.total for page in by_index}
    forwards = [by_index[0]]
    while forwards[-1].next:
        forwards.append(await store.search(evolve(search, mark=forwards[-1].next)))
    assert wanted == [each.id for page in forwards for each in page.page]
    backwards = [forwards[-1]]
    while backwards[0].previous:
        backwards.insert(0, await store.search(evolve(search, mark=backwards[0].previous)))
    assert wanted == [each.id for page in backwards for each in page.page]
    assert {len(wanted)} == {page.total for page in forwards + backwards}
    assert None is forwards[0].previous
    assert None is backwards[-1].next


@settings(max_examples=scale(25, trust=500), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_what_comes_and_goes_disturbs_no_page(world, seed):
    """Read on by cursor, each resource that stays is met exactly once, whoever else arrives or leaves."""
    chance, store = Random(seed), world.store("c2")
    sort = chance.choice([None, "displayName"])
    stay = {f"s{seed}-{chance.randrange(10**6):06}" for _ in range(8)}
    pass_by = [f"p{seed}-{chance.randrange(10**6):06}" for _ in range(12)]
    await world.add(*(user(id, displayName=id[::-1], title=str(seed)) for id in stay), connection="c2")
    met, mark, there = [], None, []
    while True:
        where = parse_filter(f'title eq "{seed}"')
        found = await store.search(asked(sort, where=where, mark=mark, count=3))
        met += [each.id for each in found.page]
        mark = found.next
        if mark is None:
            break
        if pass_by and chance.random() < 0.7:
            there.append(user(pass_by.pop(), displayName=f"{chance.random()}", title=str(seed)))
            await world.add(there[-1], connection="c2")
        if there and chance.random() < 0.4:
            gone = there.pop(chance.randrange(len(there)))
            await world.write(lambda unit, gone=gone: unit.delete(gone), "c2")

    assert sorted(stay) == sorted(id for id in met if id.startswith("s"))


async def test_a_mark_outlives_its_resource(people):
    """A cursor that was given out leads on although what it names is gone."""
    store, made = people
    search = asked("title", count=3)
    first = await store.search(search)
    gone = next(each for each in made if each.id == first.page[-1].id)
    await store.write(lambda unit: unit.delete(gone), reference="test")

    found = await store.search(evolve(search, mark=first.next))
    whole = await store.search(evolve(search, count=20))
    assert [each.id for each in whole.page[2:5]] == [each.id for each in found.page]
    assert found.previous is not None


async def test_a_count_of_none_still_counts(world):
    """RFC 7644 §3.4.2.4: a count of 0 asks for the number of results alone."""
    await world.add(*(user(title="x") for _ in range(3)))
    for where in (None, parse_filter('title eq "x"'), parse_filter('groups.display ne "x"')):
        found = await world.store().search(listed("User", where, count=0))
        assert (3, [], None, None) == (found.total, list(found.page), found.previous, found.next)


async def test_kinds_together_are_in_one_order(world):
    """Of all kinds at once, a list goes by id over all of them."""
    await world.add(user("b"), user("d"), group("a"), group("c"))
    search = Search(kinds=("User", "Group"), where={"User": None, "Group": None}, count=3)
    first = await world.store().search(search)
    second = await world.store().search(evolve(search, mark=first.next))

    assert ([*"abc"], [*"d"]) == ([each.id for each in first.page], [each.id for each in second.page])
    assert (4, 4) == (first.total, second.total)


async def test_kinds_are_kept_apart(world):
    """A user and a group are never found by each other's kind."""
    await world.add(user("u1"), group("g1"))

    assert None is await world.store().text("Group", "u1")
    assert isinstance(await world.store().text("Group", "g1"), Text)
    for kind in ("User", "Group"):
        found = await world.store().search(
            listed(kind, parse_filter("id pr and externalId ne null or id pr"))
        )
        assert {kind} == {each.kind for each in found.page}


async def test_a_search_stays_in_its_connection(world):
    """Nothing of another connection, or of another team, is found by any kind of statement."""
    for connection, team in (("c1", "t"), ("c2", "t"), ("d1", "u")):
        one, many = (
            user(f"u-{connection}", userName="ann", emails=[{"value": "a"}], title="x"),
            group(f"g-{connection}", displayName="G"),
        )
        await world.add(one, many, connection=connection, team=team)
        await world.write(
            lambda unit, one=one, many=many: unit.change_members(
                many.id, MemberChange(added=frozenset({one.id}))
            ),
            connection,
            team,
        )
    for text in [
        'title eq "x"',
        'userName eq "ann"',
        'emails eq "a"',
        'groups.display eq "g"',
        "groups pr",
        "id pr",
    ]:
        for sort in (None, Path(name="title")):
            found = await world.store().search(listed("User", parse_filter(text), sort=sort))
            assert (["u-c1"], 1) == ([each.id for each in found.page], found.total), text
    for text in ['members eq "u-c1"', 'members.type eq "user"', "members pr", 'displayName eq "G"']:
        found = await world.store().search(listed("Group", parse_filter(text)))
        assert ["g-c1"] == [each.id for each in found.page], text


# ---- what it takes

INDEXED = {
    "User": [
        'id eq "x"',
        'userName eq "Ann"',
        'externalId eq "x"',
        'emails eq "x"',
        'emails.value eq "x"',
        'emails[type eq "work" and value eq "x"]',
        'userName eq "x" and title co "y"',
        ['urn:ietf:params:scim:schemas:core:2.0:User:username eq "x"', 'id pr and id eq "x"'][0],
        "urn:example:Badge:badge eq 7",
    ],
    "Group": [
        'displayName eq "Staff"',
        'members eq "u"',
        'members.value eq "u"',
        'members[value eq "u"]',
        'id eq "x"',
    ],
}
INDEXES = {
    "sqlite": ("EXPLAIN QUERY PLAN ", "detail"),
    "postgres": ("EXPLAIN ", "QUERY PLAN"),
}


def statement(database, kind, text):
    """Return the statement of the page of users or groups that match *text*."""
    search = listed(kind, parse_filter(text))
    return Asked(search=search, types=TYPES, dialect=database.dialect, team="t", connection="c1").page()


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in INDEXED.items() for text in texts]
)
async def test_what_providers_ask_is_answered_by_an_index(world, kind, text):
    """The few are looked up, and neither are all of a kind gone through nor do they wait behind a scan."""
    page = statement(world.database, kind, text)
    explain, column = INDEXES[world.database.dialect]
    ones = [] if page.one is None else [json.dumps([page.one])]
    rows = await world.database.rows(explain + page.sql, *page.values, *ones)
    plan = "\n".join(row[column] for row in rows)

    assert not page.scans
    assert "resources_in_order (connection_id=? AND kind=?)" not in plan
    assert "Seq Scan" not in plan


async def test_who_is_looked_up_by_name_is_found_by_one_statement(world):
    """What providers ask before each push is written once, whoever is asked for, on whichever page."""
    await world.add(*(group(displayName=name) for name in ("Staff", "staff", "Crew")), exclusive=False)
    search = Search(kinds=("Group",), where={"Group": parse_filter('displayName eq "STAFF"')}, count=1)
    asked = Asked(search=search, types=TYPES, dialect=world.database.dialect, team="t", connection="c1")
    other = evolve(asked, search=evolve(search, where={"Group": parse_filter('displayName eq "Crew"')}))
    pages = [await world.store().search(evolve(search, start=start)) for start in (1, 2, 3)]

    assert asked.page().sql is other.page().sql
    assert [2, 2, 2] == [page.total for page in pages]
    assert [1, 1, 0] == [len(page.page) for page in pages]
    assert 2 == len({page.page[0].id for page in pages[:2]})


@pytest.mark.parametrize(
    "text",
    [
        'userName ne "x"',
        'userName eq "x" or title eq "y"',
        'title eq "x"',
        'not (id eq "x")',
        'userName co "x"',
    ],
)
async def test_the_rest_is_read_beside_the_others(world, text):
    """What no index answers does not keep lookups waiting."""
    assert statement(world.database, "User", text).scans


SEARCHES = [
    listed("User"), listed("User", start=3), listed("User", parse_filter('title co "x"')),
    listed("User", parse_filter('userName eq "n1"')), listed("User", parse_filter('groups.display co "g"')),
    listed("User", sort=Path(name="title")),
    listed("User", parse_filter("title pr"), sort=Path(name="title")),
    listed("User", mark=Mark(id="n3")), listed("Group", parse_filter('members.display co "x"')),
    Search(kinds=("User", "Group"), where={"User": None, "Group": None}, count=10),
]  # fmt: skip


async def test_no_search_takes_more_statements_for_more_resources(world, monkeypatch):
    """One statement, or two, whether there are a few resources or many."""
    told = []
    for name in ("run", "scan"):
        to = getattr(Database, name)

        async def counted(self, *values, to=to, name=name):
            told.append(name)
            return await to(self, *values)

        monkeypatch.setattr(Database, name, counted)
    counts = []
    for size in (9, 60):
        await world.add(
            *(user(f"n{n}", title=f"x{n}") for n in range(size - 9, size)),
            *(user() for _ in range(size)),
            group(),
        )
        of_each = []
        for search in SEARCHES:
            told.clear()
            await world.store().search(evolve(search, count=4))
            of_each.append(len([each for each in told if each == "scan"] or told))
        counts.append(of_each)

    assert max(map(max, counts)) <= 2
    assert counts[0] == counts[1]


async def test_a_search_that_takes_too_long_is_stopped(world):
    """It is refused with a 400 `tooMany` within its time; no other read and no later search suffers."""
    await world.add(*(user(f"u{n}", title="x" * n) for n in range(20)))
    slow = {
        "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
        " SELECT max(x) AS total FROM c",
        "postgres": "SELECT pg_sleep(60)",
    }[world.database.dialect]
    impatient = evolve(world.store(), search_seconds=0.3)
    page = evolve(statement(world.database, "User", "title pr"), sql=slow, values=())
    loop = asyncio.get_running_loop()
    begun = loop.time()
    stopped, found, text = await asyncio.gather(
        impatient._found(page),
        world.store().search(listed("User", parse_filter('title ew "x"'))),
        world.store().text("User", "u1"),
        return_exceptions=True,
    )

    assert isinstance(stopped, TooMany)
    assert (19, "u1") == (found.total, text.id)
    assert loop.time() - begun < 5
    for _ in range(3):
        assert 19 == (await world.store().search(listed("User", parse_filter('title ew "x"')))).total
