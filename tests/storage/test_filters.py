"""Filters in SQL agree with the pure matcher, on both databases."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.engine.values.resources import Member, Membership
from hub.engine.values.scope import Scope
from hub.engine.values.searches import Search
from hub.engine.values.shape import as_document, as_text
from hub.scim.errors import InvalidFilter
from hub.scim.expressions import And, Compare, Operator, Or, Path
from hub.scim.match import matches
from hub.scim.membership import MemberChange
from hub.scim.parsing import DEFAULT_LIMITS, parse_filter
from hub.scim.schema import Attribute, Schema
from hub.scim.widening import widened
from hub.teams import Connection
from tests.scale import scale
from tests.storage.conftest import group, listed, user
from tests.storage.generated import TYPES, Maker, held_by

_numbers = itertools.count(1)


def life(maker):
    """Make up four users and three groups, and who is in which group."""
    users = [user(f"u{n}", **maker.document(TYPES["User"])) for n in range(4)]
    groups = [group(f"g{n}", **maker.document(TYPES["Group"])) for n in range(3)]
    edges = {
        (maker.chance.randrange(3), maker.chance.randrange(7)) for _ in range(maker.chance.randrange(12))
    }
    return [evolve(each, version=n + 1) for n, each in enumerate([*users, *groups])], edges


def shown(resources, edges):
    """Return each resource as the matcher sees it, worked out here from the *edges* alone."""
    ids = [each.id for each in resources]
    names = {each.id: each.document.get("displayName") for each in resources}
    groups = ids[4:]
    members = {g: {ids[m] for at, m in edges if groups[at] == g} for g in groups}
    deep = dict(members)
    for _ in groups:
        deep = {g: all_.union(*(deep[m] for m in all_ if m in deep)) for g, all_ in deep.items()}
    for each in resources:
        held = [
            Membership(group=g, display=names[g], direct=each.id in members[g])
            for g in groups
            if each.id in deep[g] and each.kind == "User"
        ]
        found = [
            Member(id=id, kind="Group" if id in groups else "User") for id in sorted(members.get(each.id, ()))
        ]
        document = as_document(as_text(evolve(each, groups=held)), "", found)
        for member in document.get("members", ()):
            if names[member["value"]] is not None:
                member["display"] = names[member["value"]]
        for of in document.get("groups", ()):
            if of["display"] is None:
                del of["display"]
        document["meta"]["version"] = f'W/"{each.version}"'
        yield each.id, document


async def settled(world, resources, edges):
    """Write *resources* into a new connection, and return its store and what they are called there."""
    number = next(_numbers)
    connection = f"k{number}"
    await world.put(Connection(id=connection, team="t", idp="generic"))
    store = world.registry.store(Scope(team="t", connection=connection, types=TYPES))
    made = [
        evolve(
            each,
            id=f"{number}-{each.id}",
            document={**each.document, "id": f"{number}-{each.id}"},
            person=each.person and f"{number}-{each.person}",
        )
        for each in resources
    ]

    async def work(unit):
        for each in made:
            if each.person:
                await unit.claim(each.person, None, 1)
            await unit.insert(each, exclusive=each.kind == "User")
        for at in range(3):
            added = frozenset(made[m].id for g, m in edges if g == at)
            await unit.change_members(made[4 + at].id, MemberChange(added=added))

    await store.write(work, reference="test")
    return store, made


async def agreed(store, kinds, types, where, seen):
    """Hold the database to what the matcher says of the documents that are *seen*."""
    wanted = [
        id
        for id, document in seen
        if (kind := document["meta"]["resourceType"]) in kinds and matches(types[kind], document, where)
    ]
    found = await store.search(Search(kinds=kinds, where=dict.fromkeys(kinds, where), count=10))

    assert (len(wanted), sorted(wanted)) == (found.total, [each.id for each in found.page]), str(where)


@settings(
    max_examples=scale(40, trust=3000),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example has a connection of its own
)
@given(seed=st.integers(0, 2**32))
async def test_a_search_finds_what_the_matcher_matches(world, seed):
    """Filters over resources, both made up: the database and the oracle choose the same."""
    chance = Random(seed)
    resources, edges = life(Maker(chance=chance))
    store, made = await settled(world, resources, edges)
    seen = list(shown(made, edges))
    maker = Maker(chance=chance, hold=held_by(document for _, document in seen))
    for kind in ("User", "Group"):
        for _ in range(10):
            await agreed(store, (kind,), TYPES, maker.filter(TYPES[kind]), seen)


@settings(max_examples=scale(15, trust=500), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
async def test_a_search_of_the_root_finds_what_the_matcher_matches(world, seed):
    """Of several kinds at once, what one does not know is what it has no value of."""
    chance = Random(seed)
    resources, edges = life(Maker(chance=chance))
    store, made = await settled(world, resources, edges)
    seen, types = list(shown(made, edges)), widened(TYPES)
    maker = Maker(chance=chance, hold=held_by(document for _, document in seen))
    for kind in ("User", "Group") * 4:
        await agreed(store, ("User", "Group"), types, maker.filter(TYPES[kind]), seen)


WORD = "urn:example:Every-thing_2.0:User"
MAILS = [{"value": "a@x", "type": "home"}, {"value": "b@x", "type": "work"}]
ODD = [
    {"oneDecimal": 2.0**60, "manyString": ["", "x"]},
    {"oneDecimal": 2**60 + 1, "manyString": ["y"], "manyDecimal": [1, 2.5]},
    {"oneDecimal": 1.0, "oneDatetime": "2011-05-13T06:42:34+02:00"},
]
LIFE = [
    user("u0", displayName="Ann", title="", emails=MAILS),
    user("u1", displayName="ANN", title="a[b", nickName="a*b?c", **{WORD: ODD[0]}),
    user("u2", title="ab", **{WORD: ODD[1]}),
    user("u3", title="a]b", nickName="a%b_c", **{WORD: ODD[2]}),
    *(group(f"g{n}", displayName=name) for n, name in enumerate(["Top", "Middle", "Low"])),
]
#: (group, member): Low is in Middle, which is in Top; u0 is in Low, u1 in Low and in Top, u2 in Middle.
INSIDE = {(2, 0), (2, 1), (0, 1), (1, 2), (0, 5), (1, 6)}
ASKED = {
    'groups.display eq "top"': "u0 u1 u2",
    'groups[type eq "indirect" and display eq "TOP"]': "u0 u2",
    'groups[type eq "direct" and display eq "Top"]': "u1",
    'groups[display eq "middle" and not (type eq "direct")]': "u0 u1",
    'not (groups.display eq "Low")': "u2 u3",
    'groups.display ne "Low"': "u0 u1 u2 u3",
    "groups eq null": "u3",
    'groups.$ref ew "/g1"': "u0 u1 u2",
    'groups.value eq "G0"': "",
    'id eq "U0"': "",
    'id co "U"': "",
    "title eq null": "",
    "title ne null": "u0 u1 u2 u3",
    "title pr": "u1 u2 u3",
    'title eq ""': "u0",
    'title co "a["': "u1",
    'title sw "a]"': "u3",
    'title co "[b]"': "",
    'nickName co "*b?"': "u1",
    'nickName co "*"': "u1",
    'nickName co "%b_"': "u3",
    'nickName ne "a*b?c"': "u0 u2 u3",
    'emails[type eq "work" and value eq "a@x"]': "",
    'emails[type eq "home" and value eq "A@X"]': "u0",
    'emails[not (type eq "work")]': "u0",
    'not (emails[type eq "work"])': "u1 u2 u3",
    f"{WORD}:oneDecimal eq {2**60}": "u1",
    f"{WORD}:oneDecimal gt {2**60}": "u2",
    f"{WORD}:oneDecimal eq 1": "u3",
    f'{WORD}:manyString lt "a"': "u1",
    f'{WORD}:manyString ne "x"': "u0 u1 u2 u3",
    f"{WORD}:manyDecimal[value gt 1 and value lt 2]": "",
    f'{WORD}:oneDatetime eq "2011-05-13T04:42:34Z"': "u3",
    f'{WORD}:oneDatetime gt "2011-05-13T04:42:33.999999Z"': "u3",
    f'schemas eq "{WORD}"': "u1 u2 u3",
    f"{WORD} pr": "u1 u2 u3",
    'meta.location ew "Users/u3" or meta.version eq "W/\\"2\\""': "u1 u3",
}


@pytest.fixture
async def known(world):
    """Have the people and groups of `LIFE` in a store."""
    store = world.registry.store(Scope(team="t", connection="c1", types=TYPES))
    life = [evolve(each, version=n + 1) for n, each in enumerate(LIFE)]

    async def work(unit):
        for each in life:
            if each.person:
                await unit.claim(each.person, None, 1)
            await unit.insert(each, exclusive=True)
        for at, member in sorted(INSIDE):
            added = frozenset({life[member].id})
            await unit.change_members(life[4 + at].id, MemberChange(added=added))

    await store.write(work, reference="test")
    return store, list(shown(life, INSIDE))


async def test_filters_find_who_is_meant(known):
    """Groups however deep, empty texts, patterns that are none, one element, numbers of any spelling."""
    store, seen = known
    for text, wanted in ASKED.items():
        where = parse_filter(text)
        found = await store.search(listed("User", where))
        assert wanted.split() == [each.id for each in found.page], text
        if "schemas" not in text:
            await agreed(store, ("User",), TYPES, where, seen)


def deep(levels, joints, *leaves):
    """Return a filter of so many *levels* of brackets, *joints* and *leaves* of which take turns."""
    text = leaves[0]
    for level in range(levels):
        text = f"{leaves[level % len(leaves)]} {joints[level % len(joints)]} ({text})"
    return text


JOINTS = [("and not",), ("or not",), ("and", "or"), ("or", "and"), ("and not", "or not"), ("or", "and not")]
LEAVES = [
    ("title pr", 'title co "a"', 'nickName sw "a"'),
    ('emails.value ne "a@x"', "emails pr", 'title eq "ab"'),
    ('groups.display ne "Low"', "title pr", 'groups.display co "o"'),
    ('emails[value co "b" or not (type eq "home")]', "emails pr", 'title ne "ab"'),
]
BRACKETS = [
    ("emails", 'value co "b"', 'type ne "home"', "type pr"),
    ("groups", 'display ne "Low"', 'type eq "direct"', 'display co "o"'),
]


@pytest.mark.parametrize("joints", JOINTS)
async def test_filters_as_deep_as_they_may_be(known, joints):
    """Whatever the limits let through is answered, within the brackets of a value path too."""
    store, seen = known
    most = DEFAULT_LIMITS.depth_max
    texts = [deep(most - 2 * ("[" in leaves[0]), joints, *leaves) for leaves in LEAVES]
    texts += [f"{name}[{deep(most - 1, joints, *leaves)}]" for name, *leaves in BRACKETS]
    for text in texts:
        await agreed(store, ("User",), TYPES, parse_filter(text), seen)


TITLE = Compare(path=Path(name="title"), operator=Operator.NE, value="x")


async def test_what_the_database_cannot_parse_is_refused(known, world):
    """Where limits are set higher than SQLite's own, it is the filter that is at fault."""
    store, seen = known
    nested = TITLE
    for _ in range(60):
        nested = Or(terms=(And(terms=(nested, TITLE)), TITLE))
    for where in nested, And(terms=(TITLE,) * 1100):
        # Later versions of SQLite can parse the one, and none the other.
        await _agreed_or_refused(world.database, agreed(store, ("User",), TYPES, where, seen))


async def _agreed_or_refused(database, agreeing):
    try:
        await agreeing
    except InvalidFilter:
        assert "sqlite" == database.dialect


INVALID = [
    'nonsense eq "x"', "userName eq 1", "active gt true", 'name eq "x"', 'emails[nonsense eq "x"]',
    'meta.created gt "yesterday"', 'meta co "x"', "groups[direct pr]", "schemas eq 1",
    'userName eq "x" and x pr',
]  # fmt: skip


@pytest.mark.parametrize("text", INVALID)
async def test_what_may_not_be_asked_is_refused(world, text):
    """What the schema forbids to compare is the same error as ever, before any statement is run."""
    with pytest.raises(InvalidFilter):
        await world.store().search(listed("User", parse_filter(text)))


async def test_paths_that_are_no_paths(world):
    """Names that SQLite could not say, and texts that look like SQL, are only names and texts."""
    odd = Attribute(name='a"b\\c', description="d")
    schema = Schema(id='urn:x:"]; DROP TABLE resources', name="Odd", description="d", attributes=(odd,))
    types = {**TYPES, "User": evolve(TYPES["User"], extensions=(schema,))}
    store = world.registry.store(Scope(team="t", connection="c1", types=types))
    text = "'; DROP TABLE resources; --"

    async def work(unit):
        await unit.claim("p-u1", None, 1)
        await unit.insert(user("u1", **{schema.id: {odd.name: text}}), exclusive=True)

    await store.write(work, reference="test")
    for operator in ("eq", "co", "sw", "ew", "ge"):
        path = Path(name=odd.name, schema=schema.id)
        found = await store.search(
            listed("User", Compare(path=path, operator=Operator(operator), value=text))
        )
        assert ["u1"] == [each.id for each in found.page], operator


async def test_long_texts_are_told_apart(world):
    """What is longer than an index or a pattern holds is still compared to its end."""
    long = "ab" * 30_000
    await world.add(user("u1", title=long + "a"), user("u2", title=long + "b"))

    for operator in Operator.EQ, Operator.SW, Operator.CO, Operator.EW, Operator.GE:
        where = Compare(path=Path(name="title"), operator=operator, value=long + "B")
        found = await world.store().search(listed("User", where))
        assert ["u2"] == [each.id for each in found.page], operator
