"""Filters on a database agree with the pure matcher, whatever SQL answers of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.engine.ports import Text
from hub.engine.shape import as_document, as_text
from hub.scim.catalog import USER_TYPE
from hub.scim.match import matches
from hub.scim.membership import MemberChange
from hub.scim.parsing import parse_filter
from storage.where import narrow
from tests.scale import scale
from tests.storage.conftest import group, listed, user

NAMES = ["ann", "Ann", "élodie", "ÉLODIE", "ß", "ss", "a%b", "a_b", 'quo"te']
USERS = [
    user(f"u{n}", userName=f"{name}-{n}", externalId=name, displayName=name, title=name)
    for n, name in enumerate(NAMES)
]
TERMS = st.one_of(
    *(
        st.builds(
            f"{attribute} {{}} {{}}".format,
            st.sampled_from(["eq", "ne", "co", "sw", "ew", "gt", "le"]),
            st.sampled_from(
                NAMES + [each.id for each in USERS] + [each.document["userName"] for each in USERS]
            ).map(lambda text: '"' + text.replace('"', '\\"') + '"'),
        )
        for attribute in ("id", "userName", "externalId", "displayName", "title")
    ),
    st.sampled_from(["title pr", "nickName pr", "active eq true", "not (active eq true)"]),
)
FILTERS = st.recursive(
    TERMS,
    lambda inner: st.builds("({}) {} ({})".format, inner, st.sampled_from(["and", "or"]), inner),
    max_leaves=4,
)


@settings(
    max_examples=scale(60, trust=2000),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the same users for all filters
)
@given(text=FILTERS)
async def test_a_search_finds_what_the_matcher_matches(world, text):
    """Generated filters over generated users: the database and the oracle choose the same, in one order."""
    store, where = world.store(), parse_filter(text)
    if not await store.text("User", USERS[0].id):
        await world.add(*USERS)
    wanted = [each.id for each in USERS if matches(USER_TYPE, as_document(as_text(each), ""), where)]
    found = await store.search(listed("User", where))

    assert (len(wanted), wanted) == (found.total, [each.id for each in found.page])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("User", 'userName eq "Ann"'),
        ("User", 'urn:ietf:params:scim:schemas:core:2.0:User:username eq "x" and id eq "y"'),
        ("User", 'externalId eq "x"'),
        ("Group", 'displayName eq "Staff"'),
        ("Group", 'id eq "g" and members eq "u"'),
        ("Group", 'members.value eq "u"'),
        ("Group", 'members[value eq "u"]'),
    ],
)
def test_what_providers_ask_is_answered_by_an_index(kind, text):
    """Nothing of these filters is left to be matched one resource at a time."""
    assert None is narrow(kind, parse_filter(text), ("t", "c")).rest


@pytest.mark.parametrize(
    "text",
    ['userName ne "x"', 'userName eq "x" or id eq "y"', 'emails eq "x"', 'urn:x:userName eq "x"', "id pr"],
)
def test_the_rest_is_left_to_the_matcher(text):
    """What no index answers is not guessed at."""
    assert narrow("User", parse_filter(text), ("t", "c")).rest is not None


async def test_groups_are_found_by_their_members(world):
    """By id through an index, by anything else through the members themselves."""
    await world.add(user("u1", displayName="Ann"), user("u2"), group("g1"), group("g2"))

    async def join(unit):
        await unit.change_members("g1", MemberChange(added=frozenset({"u1"})))

    await world.write(join)
    for text in ('members eq "u1"', 'members[value eq "u1"]', 'members.type eq "user"'):
        found = await world.store().search(listed("Group", parse_filter(text)))
        assert ["g1"] == [each.id for each in found.page], text


async def test_pages_follow_each_other(world):
    """Pages by index and by matcher together hold each resource once, in one order."""
    await world.add(*USERS)
    for where in (None, parse_filter("userName pr")):
        pages = [
            await world.store().search(listed("User", where, start=start, count=4)) for start in (1, 5, 9, 13)
        ]

        assert {len(USERS)} == {page.total for page in pages}
        assert [each.id for each in USERS] == [each.id for page in pages for each in page.page]


async def test_a_count_of_none_still_counts(world):
    """RFC 7644 §3.4.2.4: a count of 0 asks for the number of results alone."""
    await world.add(*USERS)
    found = await world.store().search(listed("User", None, count=0))

    assert (len(USERS), []) == (found.total, list(found.page))


async def test_groups_have_a_type_of_their_own(world):
    """A user and a group are never found by each other's kind."""
    await world.add(user("u1"), group("g1"))

    assert None is await world.store().text("Group", "u1")
    assert isinstance(await world.store().text("Group", "g1"), Text)
