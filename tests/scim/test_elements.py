"""Elements of multi-valued attributes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.catalog import USER
from hub.scim.elements import chooser, described, joined, one_primary
from hub.scim.errors import InvalidValue
from hub.scim.parsing import parse_path
from tests.scim.counting import calls_of

EMAILS = USER.by_name["emails"]
WORK = {"value": "a@x.example", "type": "work"}

elements = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "value": st.sampled_from("ab"),
            "type": st.sampled_from(["work", "home"]),
            "primary": st.booleans(),
            "display": st.sampled_from("AB"),
        },
    ).filter(bool),
    max_size=4,
    unique_by=lambda element: element.get("value"),
)


@pytest.mark.parametrize(
    ("new", "after"),
    [
        (WORK, [WORK]),
        ({"value": "a@x.example"}, [WORK]),
        ({**WORK, "display": "A"}, [{**WORK, "display": "A"}]),
        ({"value": "a@x.example", "type": "home"}, [WORK, {"value": "a@x.example", "type": "home"}]),
        ({"value": "b@x.example", "type": "work"}, [WORK, {"value": "b@x.example", "type": "work"}]),
        ({"type": "work"}, [WORK, {"type": "work"}]),
    ],
)
def test_what_is_the_same_element(new, after):
    """RFC 7643 §2.4: value and type together are there once."""
    assert after == joined([WORK], [new])


def test_elements_without_a_value():
    """An address, which has no value, is known by all that it says."""
    address = {"type": "work", "locality": "Vienna"}

    assert [address] == joined([address], [dict(address)])
    assert 2 == len(joined([address], [{"type": "work", "locality": "Graz"}]))


def test_plain_elements():
    """Elements that are no objects are known by themselves."""
    assert ["a", "b"] == joined(["a"], ["b", "a"])


@pytest.mark.parametrize(
    "make",
    [lambda n: {"value": str(n), "type": "work"}, lambda n: {"locality": str(n)}, str],
    ids=["with a value", "without", "plain"],
)
def test_work_grows_with_the_elements(make):
    """Ten times as many elements take ten times the work, no more."""

    def work(size):
        held, new = [make(n) for n in range(size)], [make(n) for n in range(size // 2, 2 * size)]
        return calls_of(lambda: joined(held, new))

    assert work(1000) <= 11 * work(100)


@given(elements, elements)
def test_joined_twice_is_joined_once(held, new):
    """Adding what was added changes nothing."""
    once = joined(held, one_primary(new, "emails", strict=False))

    assert once == joined(once, one_primary(new, "emails", strict=False))


@given(elements, elements)
def test_a_new_primary_is_the_only_one(held, new):
    """RFC 7644 §3.5.2: who becomes primary is so alone."""
    new = one_primary(new, "emails", strict=False)
    after = joined(held, new)

    if any(element.get("primary") for element in new):
        assert 1 == sum(element.get("primary", False) for element in after)


def test_one_primary():
    """RFC 7643 §2.4: at most one is primary; the first is believed, or all are refused."""
    both = [{"value": "a", "primary": True}, {"value": "b", "primary": True}]

    assert [both[0], {"value": "b", "primary": False}] == one_primary(both, "emails", strict=False)
    assert both[:1] == one_primary(both[:1], "emails", strict=True)
    with pytest.raises(InvalidValue, match="emails has 2 primary values"):
        one_primary(both, "emails", strict=True)


@pytest.mark.parametrize(
    ("where", "element"),
    [
        ('type eq "work"', {"type": "work"}),
        (
            'TYPE eq "work" and (primary eq true and value eq "a")',
            {"type": "work", "primary": True, "value": "a"},
        ),
        ('type ne "work"', None),
        ('type eq "work" or type eq "home"', None),
        ('not (type eq "work")', None),
        ("type pr", None),
    ],
)
def test_described(where, element):
    """A conjunction of equalities describes one element; nothing else does."""
    assert element == described(EMAILS, parse_path(f"emails[{where}]").where)


def test_chooser():
    """A filter chooses elements, no filter chooses all, and plain elements are asked by value."""
    schemas = parse_path('schemas[value eq "urn:a"]').where
    choose = chooser(EMAILS, parse_path('emails[type eq "WORK"]').where)

    assert (True, False) == (choose(WORK), choose({"value": "a@x.example"}))
    assert chooser(EMAILS, None)({})
    assert chooser(USER.by_name["title"], schemas)("URN:A")
