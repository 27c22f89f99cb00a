"""Which kind of seat rules choose: the first that is met, and nothing that a group to come would change."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.seats.seating import RULES_MAX, SETTLE_AFTER, SeatingError, read, seating_of, written
from hub.engine.values.resources import Membership
from hub.spi import UNDECIDED, Seat
from hub.teams import Team

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
OWN = "urn:example:acme:2.0:User"
SCHEMAS = json.dumps([{"kind": "User", "schema": {"id": OWN, "attributes": [{"name": "badge"}]}}])

ANN = {
    "schemas": [CORE],
    "id": "u1",
    "userName": "ann@a.example",
    "userType": "Contractor",
    "active": True,
    "roles": [{"value": "admin"}, {"value": "author", "type": "site"}],
    ENTERPRISE: {"department": "Tour"},
    OWN: {"badge": "7"},
}
SALES = Membership(group="g1", display="Sales", direct=True)
STAFF = Membership(group="g2", display="Staff", direct=False)


def seating(*rules, default="standard", **more):
    """Return these rules, each a filter and a kind, of a team with a schema of its own."""
    said = [{"when": when, "seat": seat} for when, seat in rules]
    return read({"rules": said, "default": default, **more}, SCHEMAS)


def chosen(when, *groups, document=ANN, young=False):
    """Return what is chosen for Ann by one rule that says gold."""
    return seating((when, "gold")).choose([(document, groups)], young=young)


@pytest.mark.parametrize(
    "when",
    [
        'userType eq "contractor"',
        'USERTYPE eq "Contractor"',
        f'{CORE}:userType eq "Contractor"',
        'roles.value eq "admin"',
        'roles[value eq "author" and type eq "site"]',
        'roles eq "admin"',
        f'{ENTERPRISE}:department sw "t"',
        f'{OWN}:badge eq "7"',
        'groups.display eq "sales"',
        'groups eq "g1"',
        'groups.value eq "g2" and groups[display eq "Staff" and type eq "indirect"]',
        'groups.$ref eq "/Groups/g1"',
        'not (groups.display eq "Board")',
        "active eq true",
        'userName ew "@A.example" or title pr',
    ],
)
def test_a_rule_is_a_filter_over_the_user_as_its_provider_sees_it(when):
    """Core, enterprise and the team's own attributes, and the groups, in the case that each has."""
    assert Seat("gold") == chosen(when, SALES, STAFF)


@pytest.mark.parametrize(
    "when",
    ['userType eq "Employee"', 'groups.value eq "G1"', 'groups[display eq "Sales" and type eq "indirect"]'],
)
def test_whoever_meets_no_rule_has_the_default(when):
    """The case of an id counts, and one and the same group has to be met by what is in brackets."""
    assert Seat("standard") == chosen(when, SALES, STAFF)


def test_the_first_rule_that_is_met_decides():
    """The order is the team's; no seat is a choice like another, and so is no default."""
    rules = seating(("title pr", "gold"), ("userType pr", None), ("active eq true", "silver"), default=None)

    assert Seat.none() == rules.choose([(ANN, ())], young=False)
    assert Seat("gold") == rules.choose([({**ANN, "title": "Guide"}, ())], young=False)
    assert Seat(None) == rules.choose([({"userName": "bob"}, ())], young=False)


def test_any_user_of_a_person_meets_a_rule():
    """Rules come before users: a later user may meet an earlier rule."""
    rules = seating(("title pr", "gold"), ("userType pr", "silver"))

    assert Seat("gold") == rules.choose([(ANN, ()), ({"userName": "a", "title": "Guide"}, ())], young=False)
    assert Seat("standard") == rules.choose([], young=False)


@pytest.mark.parametrize(
    "when",
    [
        'groups.display eq "Sales"',
        'groups[display eq "Sales"]',
        f'{CORE}:groups.display eq "Sales"',
        "groups pr",
        'userType eq "x" or groups.display eq "Sales"',
        'not (groups.display eq "Sales")',
        'groups.display ne "Sales"',
        "groups.display eq null",
        'title pr or not (title pr or groups.display eq "Sales")',
    ],
)
def test_a_rule_on_groups_waits_for_them(when):
    """While groups may be on their way nobody is passed over, nor met for lack of one."""
    assert UNDECIDED is chosen(when, young=True)
    assert UNDECIDED is not chosen(when)
    assert seating((when, "gold")).looks_at_groups


@pytest.mark.parametrize(
    ("when", "groups"),
    [
        ('groups.display eq "Sales"', (SALES,)),
        ('userType pr or groups.display eq "Board"', ()),
        ('userType eq "Contractor"', ()),
        ('groups[display ne "Board"]', (SALES,)),
        ("groups.display ne null", (SALES,)),
    ],
)
def test_what_no_group_can_change_is_decided_at_once(when, groups):
    """A rule that is met by what is there is met for good."""
    assert Seat("gold") == chosen(when, *groups, young=True)


def test_what_comes_before_a_rule_on_groups_is_decided_at_once():
    """And what comes after it waits: the groups may still choose."""
    rules = seating(("userType pr", "silver"), ("groups pr", "gold"), ("active eq true", "bronze"))

    assert Seat("silver") == rules.choose([(ANN, ())], young=True)
    assert UNDECIDED is rules.choose([({"userName": "bob", "active": True}, ())], young=True)


def test_an_attribute_of_a_team_called_groups_is_none_of_its_groups():
    """Only the memberships of a user arrive after it."""
    schemas = json.dumps([{"kind": "User", "schema": {"id": OWN, "attributes": [{"name": "groups"}]}}])
    rules = read({"rules": [{"when": f'{OWN}:groups eq "Sales"', "seat": "gold"}]}, schemas)

    assert not rules.looks_at_groups
    assert Seat("standard") == rules.choose([(ANN, ())], young=True)


# What is written


def test_a_team_that_says_nothing_has_standard_seats():
    """No rules, the default, and two rounds of a slow provider for groups to come."""
    nothing = seating_of(Team(id="t", name="acme", plan="basic"))

    assert ((), "standard", SETTLE_AFTER) == (nothing.rules, nothing.default, nothing.settle_after)
    assert not nothing.looks_at_groups
    assert Seat("standard") == nothing.choose([(ANN, ())], young=True)


def test_written_rules_read_as_they_were():
    """What is kept of a team says the same again; a kind that is no kind is null."""
    rules = seating(('userType eq "Ü\\"x"', "gold"), ("title pr", "none"), default="none", settle_after=60)
    team = Team(id="t", name="acme", plan="basic", schemas=SCHEMAS, seating=written(rules))

    assert rules == seating_of(team)
    assert seating_of(team) is seating_of(evolve(team))
    assert [
        {"when": 'userType eq "Ü\\"x"', "seat": "gold"},
        {"when": "title pr", "seat": None},
    ] == json.loads(team.seating)["rules"]
    assert [("rules[0].seat", "gold")] == rules.named


@pytest.mark.parametrize(
    ("value", "faults"),
    [
        ([], ["rules must be a table, with rules and default"]),
        ({"rule": []}, ["rule: unknown; known are default, rules, settle_after"]),
        ({"rules": {}}, ["rules: must be a list of tables, each with when and seat"]),
        ({"rules": [{}] * (RULES_MAX + 1)}, ["rules: at most 200, not 201"]),
        ({"rules": ["x"]}, ["rules[0]: must be a table with when, a filter, and seat, a kind or none"]),
        ({"rules": [{"when": "title pr"}]}, ["rules[0]: must be a table with"]),
        ({"rules": [{"when": "title pr", "seat": "gold", "kind": 1}]}, ["rules[0]: must be a table with"]),
        ({"rules": [{"when": 1, "seat": "gold"}]}, ["rules[0].when: must be a SCIM filter, as text"]),
        ({"default": "Gold!"}, ["default: must be a kind of seat"]),
        ({"default": 1}, ["default: must be a kind of seat"]),
        ({"settle_after": -1}, ["settle_after: must be from 0 to 604800 seconds"]),
        ({"settle_after": True}, ["settle_after: must be from 0 to 604800 seconds"]),
        ({"settle_after": 1.5}, ["settle_after: must be from 0 to 604800 seconds"]),
    ],
)
def test_what_cannot_be_rules_is_refused_with_its_place(value, faults):
    """Each fault stands behind the place that it is at."""
    with pytest.raises(SeatingError) as raised:
        read(value, "[]")
    assert len(faults) == len(raised.value.faults)
    assert all(said.startswith(fault) for said, fault in zip(raised.value.faults, faults, strict=True))


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ("userType eq", "expected a value"),
        ("userTyp pr", "User has no attribute userTyp"),
        ('userType gt "a" and', "expected the name of an attribute at character 20"),
        ("active gt true", "active is of type boolean, to which gt does not apply"),
        ('meta.created gt "2026-01-01T00:00:00Z"', "meta is about the record"),
        ('groups[display eq "a" and $ref pr', "expected and, or, or a closing ]"),
        ("(" * 30 + "title pr", "at most 20 levels"),
        (" or ".join(["title pr"] * 51), "at most 50 comparisons"),
        (f"title eq {'x' * 5000}", "at most 4096 characters"),
        ("urn:provisioning-hub:params:scim:schemas:extension:seat:2.0:User:kind pr", "not searched for"),
    ],
)
def test_a_filter_that_cannot_be_asked_is_refused_with_its_place(when, why):
    """All of them are told, by number and in the words of a refused filter."""
    with pytest.raises(SeatingError) as raised:
        seating(("title pr", "gold"), (when, "gold"), ("title", "gold"))
    first, second = raised.value.faults
    assert first.startswith("rules[1].when: ")
    assert why in first
    assert second.startswith("rules[2].when: ")


@pytest.mark.parametrize(
    ("text", "why"),
    [("{", "not JSON"), ('{"rules":[{"when":"x","seat":null}]}', r"rules\[0\].when: expected an operator")],
)
def test_what_somebody_else_wrote_into_the_row_is_told_by_its_column(text, why):
    """The sentence names the column, the team and the place in it."""
    team = Team(id="t", name="acme", plan="basic", seating=text)
    with pytest.raises(SeatingError, match=f"teams.seating of 'acme': {why}"):
        seating_of(team)


# Laws


@frozen
class Person:
    """What rules in these laws ask about."""

    type: str | None
    groups: frozenset[str]


Holds: TypeAlias = Callable[[Person], bool]

#: A filter, and whether somebody meets it.
TERMS: list[tuple[str, Holds]] = [
    ('userType eq "x"', lambda one: one.type == "x"),
    ("userType pr", lambda one: one.type is not None),
    ('groups.display eq "S"', lambda one: "S" in one.groups),
    ('groups[display eq "T"]', lambda one: "T" in one.groups),
    ('groups.display ne "S"', lambda one: one.groups != {"S"}),
    ("groups.display eq null", lambda one: not one.groups),
    ("groups pr", lambda one: bool(one.groups)),
]


def _joined(word: str, one: tuple[str, Holds], two: tuple[str, Holds]) -> tuple[str, Holds]:
    how = all if word == "and" else any
    return f"({one[0]}) {word} ({two[0]})", lambda person: how(each[1](person) for each in (one, two))


def _denied(one: tuple[str, Holds]) -> tuple[str, Holds]:
    return f"not ({one[0]})", lambda person: not one[1](person)


filters = st.recursive(
    st.sampled_from(TERMS),
    lambda inner: st.one_of(
        st.builds(_joined, st.sampled_from(["and", "or"]), inner, inner), st.builds(_denied, inner)
    ),
    max_leaves=4,
)
kinds = st.sampled_from(["gold", "silver", None])
tables = st.lists(st.tuples(filters, kinds), max_size=4)
groups = st.frozensets(st.sampled_from(["S", "T", "U"]))
persons = st.lists(st.builds(Person, st.sampled_from(["x", "y", None]), groups), min_size=1, max_size=3)


def _rules(table):
    return seating(*((when, seat) for (when, _), seat in table), default="bronze")


def _users(people):
    return [
        (
            {"userName": "a", **({"userType": one.type} if one.type else {})},
            [Membership(group=f"g{name}", display=name, direct=True) for name in sorted(one.groups)],
        )
        for one in people
    ]


@given(tables, persons)
def test_the_first_rule_that_anybody_meets(table, people):
    """Once groups are there, it is as if each rule were asked by hand, and nothing is undecided."""
    expected = next((seat for (_, met), seat in table if any(map(met, people))), "bronze")

    assert Seat(expected) == _rules(table).choose(_users(people), young=False)


@given(tables, persons, groups)
def test_what_is_decided_early_stays(table, people, more):
    """Whatever groups come later, they do not change what was not left undecided."""
    early = _rules(table).choose(_users(people), young=True)
    later = [Person(one.type, one.groups | more) for one in people]

    if early is not UNDECIDED:
        assert early == _rules(table).choose(_users(later), young=False)


@given(tables, persons)
def test_without_rules_on_groups_nothing_is_undecided(table, people):
    """Teams that say nothing of groups never meet it."""
    rules = _rules([(when, seat) for when, seat in table if "groups" not in when[0]])

    assert not rules.looks_at_groups
    assert rules.choose(_users(people), young=False) == rules.choose(_users(people), young=True)
