"""Seats as pages show them: kinds and policies, rules after a look, who waits and who was refused."""

from __future__ import annotations

import pytest

from hub.ledger.policies import Policy
from hub.teams import Role
from tests.author import BY
from tests.web.portal.guests import guest, words

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
NASTY = "<script>alert(1)</script>@a.example"


@pytest.fixture
def way(house):
    """A connection of a team with one standard seat and one gold one."""
    way = house.way(house.team(seats=1), "generic", domains=["a.example"])
    house.run(house.house.purchasing.buy(way.team, "gold", 1, by=BY))
    return way


@pytest.fixture
def owner(house, way):
    """An owner of the team."""
    return guest(house, way.team)


def create(house, way, name, **attributes):
    """Push a user and return the answer's status."""
    return house.ask(way, "POST", "/Users", {"schemas": [USER], "userName": name, **attributes}).status_code


def kinds(house, way):
    """Return the kinds of the team."""
    return house.run(house.house.purchasing.kinds(way.team))


def audited(house, way):
    """Return what the audit says was done, and by whom."""
    trail = house.house.trail
    found = house.run(trail.latest(way.team.id, who="", action="", since="", before=None, count=50))
    return [(note.action, note.who) for _, note in found]


def test_kinds_are_shown_with_what_becomes_of_them(house, way, owner):
    """Bought, held, free, waiting, the policy in words."""
    house.run(house.house.purchasing.set_kind(way.team, "gold", policy=Policy.WAIT, grace=86_400, by=BY))
    assert 201 == create(house, way, "ann@a.example")
    said = words(owner.get("/seats"))

    assert "standard 1 1 none 0 Refuse Is free at once" in said
    assert "gold 1 0 1 0 Wait in line Is kept for 1 day" in said
    assert "Everybody: standard" in said


def test_who_waits_and_who_was_refused_are_told_apart(house, way, owner):
    """Whoever waits has a place; whoever was refused has what to click; names are only ever text."""
    house.run(house.house.purchasing.set_kind(way.team, "gold", policy=Policy.WAIT, by=BY))
    said = {"rules": [{"when": 'userType eq "Gold"', "seat": "gold"}]}
    ruling = house.house.ruling
    house.run(ruling.apply(way.team, house.run(ruling.read(way.team, said)), by=BY, progress=str))
    for number in range(2):
        assert 201 == create(house, way, f"g{number}@a.example", userType="Gold")
    assert 201 == create(house, way, "ann@a.example")
    assert 403 == create(house, way, NASTY)
    shown = owner.get("/seats")

    assert "<script>alert" not in shown.text
    assert "1 g1@a.example gold" in words(shown)
    assert f"{NASTY} standard" in words(shown)
    assert "Have the identity provider push this person again." in words(shown)


def test_an_owner_changes_what_becomes_of_a_kind(house, way, owner):
    """It is changed as by command, and is in the audit with who did it."""
    answer = owner.post("/seats/kinds/gold", policy="overdraft", overdraft="3", grace="0.5", overflow="")

    assert 303 == answer.status_code
    count = kinds(house, way)["gold"]
    assert (Policy.OVERDRAFT, 3, 43_200) == (count.policy, count.overdraft, count.grace)
    shown = owner.get("/seats/kinds/gold")
    assert "What becomes of gold seats is changed." in words(shown)
    assert 'value="0.5"' in shown.text
    action, who = audited(house, way)[0]
    assert "seat-kind.set" == action
    assert who.startswith("link:")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"policy": "overdraft", "overdraft": "0"}, "the policy needs a limit"),
        ({"policy": "overdraft", "overdraft": "many"}, "write a whole number"),
        ({"policy": "overflow", "overflow": ""}, "the policy needs the kind of seat that is given then"),
        ({"policy": "overflow", "overflow": "lead"}, "never bought 'lead'"),
        ({"policy": "refuse", "grace": "-1"}, "from 0 to"),
        ({"policy": "refuse", "grace": "9999"}, "from 0 to"),
        ({"policy": "refuse", "grace": "a week"}, "write days"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(house, way, owner, typed, says):
    """Nothing is changed, the form keeps what was typed, and says what is wrong with it."""
    before = kinds(house, way)
    answer = owner.post("/seats/kinds/gold", {"overdraft": "", "grace": "0", "why": "so said Bo", **typed})

    assert 422 == answer.status_code
    assert "There is a problem" in words(answer)
    assert says in words(answer)
    assert 'value="so said Bo"' in answer.text
    assert before == kinds(house, way)


def test_a_policy_that_no_page_offers_is_none(house, way, owner):
    """Whoever makes up a form gets a page, and nothing is done."""
    assert 400 == owner.post("/seats/kinds/gold", policy="free-for-all", grace="0").status_code


def test_only_an_operator_buys(house, way, owner):
    """What was bought is a matter between the team and whoever runs the hub."""
    assert 403 == owner.post("/seats/kinds", kind="gold", count="5").status_code
    operator = guest(house, way.team, Role.OPERATOR)

    assert 303 == operator.post("/seats/kinds", kind="gold", count="5").status_code
    assert 303 == operator.post("/seats/kinds/gold/return", fewer="2").status_code
    assert 4 == kinds(house, way)["gold"].bought


@pytest.mark.parametrize(
    ("path", "typed", "says"),
    [
        ("/seats/kinds", {"kind": "Gold!", "count": "1"}, "cannot be a kind of seat"),
        ("/seats/kinds", {"kind": "gold", "count": "0"}, "number of seats must be 1 or more"),
        ("/seats/kinds", {"kind": "gold", "count": "x"}, "write a whole number"),
        ("/seats/kinds/gold/return", {"fewer": "9"}, "cannot return 9"),
    ],
)
def test_numbers_that_are_none_are_refused(house, way, path, typed, says):
    """The operator is told beside the field, and nothing is bought."""
    before = kinds(house, way)
    answer = guest(house, way.team, Role.OPERATOR).post(path, typed)

    assert 422 == answer.status_code
    assert says in words(answer)
    assert before == kinds(house, way)


def test_a_kind_that_was_never_bought_is_not_there(house, way, owner):
    """Its page is none."""
    assert 404 == owner.get("/seats/kinds/lead").status_code


def test_rules_are_kept_after_a_look(house, way, owner):
    """First who would move, and nothing is changed; then they are kept, in the order of their places."""
    assert 201 == create(house, way, "ann@a.example", userType="Gold")
    typed = {
        "when-1": "title pr", "seat-1": "none", "place-1": "2",
        "when-2": 'userType eq "Gold"', "seat-2": "gold", "place-2": "1",
        "when-3": " ", "seat-3": "gold", "place-3": "3",
        "default": "standard", "minutes": "10",
    }  # fmt: skip
    shown = owner.post("/seats/rules/preview", typed)

    assert 200 == shown.status_code
    assert "standard gold 1 ann@a.example" in words(shown)
    assert "title pr no seat 0 fits nobody" in words(shown)
    assert "{}" == house.run(house.house.teams.named(way.team.id)).seating

    assert 303 == owner.post("/seats/rules", typed).status_code
    seating = house.house.ruling.rules(house.run(house.house.teams.named(way.team.id)))
    assert ['userType eq "Gold"', "title pr"] == [str(rule.when) for rule in seating.rules]
    assert 600 == seating.settle_after
    assert "The rules are kept, and 1 person is being moved." in words(owner.get("/seats"))
    house.run(house.house.relay.settle())
    assert 1 == kinds(house, way)["gold"].held


@pytest.mark.parametrize(
    ("typed", "field", "says"),
    [
        ({"when-7": "userType eq"}, "when-7", "Rule 1:"),
        ({"when-7": "title pr", "seat-7": "lead"}, "seat-7", "never bought 'lead'"),
        ({"minutes": "soon"}, "minutes", "must be from 0"),
        ({"default": "lead"}, "default", "never bought 'lead'"),
    ],
)
def test_a_rule_that_does_not_parse_is_said_at_its_field(owner, typed, field, says):
    """By preview and by keeping alike: the place, the reason, what was typed."""
    typed = {"seat-7": "gold", "place-7": "1", "default": "standard", "minutes": "10", **typed}
    for path in ("/seats/rules/preview", "/seats/rules"):
        answer = owner.post(path, typed)

        assert 422 == answer.status_code
        assert f'href="#{field}"' in answer.text
        assert says in words(answer)


def test_a_place_that_is_none_leaves_a_rule_where_it_is(owner):
    """Whatever stands there: no number is too long, or of other digits."""
    for place in ("9" * 5_000, "\N{ARABIC-INDIC DIGIT THREE}", "first", ""):
        typed = {"when-1": "title pr", "seat-1": "gold", "place-1": place}
        answer = owner.post("/seats/rules/preview", {**typed, "default": "standard", "minutes": "10"})

        assert 200 == answer.status_code


def test_a_field_that_no_page_has_is_none(owner):
    """A form that was made up is read as far as it is ours."""
    typed = {"when-01": "title pr", "when-\N{ARABIC-INDIC DIGIT THREE}": "title pr"}
    answer = owner.post("/seats/rules/preview", {**typed, "default": "standard", "minutes": "10"})

    assert 200 == answer.status_code
    assert "title pr" not in words(answer)
