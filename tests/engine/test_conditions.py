"""When a version is the one that its reader has seen (RFC 7644 §3.14)."""

from __future__ import annotations

import pytest

from hub.engine.asking.conditions import ANY, NO_CONDITIONS, Conditions
from hub.scim.errors import PreconditionFailed


def of(*tags: str) -> frozenset[str]:
    """Return *tags* as a header's."""
    return frozenset(tag if tag == ANY else f'"{tag}"' for tag in tags)


@pytest.mark.parametrize("tags", [of("5"), of("4", "5"), of("5-0123456789abcdef"), of(ANY)])
def test_met(tags):
    """The version itself, whatever it says of groups, or any version."""
    Conditions(match=tags).check(5)
    Conditions(match=tags).check_write(5)


@pytest.mark.parametrize("tags", [of("4"), of("6"), of("55"), of("x"), of(""), of("-5"), of("05"), of("5x")])
def test_missed(tags):
    """No other version does, nor what was never one."""
    with pytest.raises(PreconditionFailed):
        Conditions(match=tags).check(5)
    with pytest.raises(PreconditionFailed):
        Conditions(match=tags).check_write(5)
    Conditions(none_match=tags).check_write(5)


@pytest.mark.parametrize("tags", [of("5"), of("4", "5"), of("5-ab"), of(ANY)])
def test_a_write_unless(tags):
    """RFC 9110 §13.1.2: a write is not done to a version that If-None-Match names; a read does not mind."""
    with pytest.raises(PreconditionFailed):
        Conditions(none_match=tags).check_write(5)
    Conditions(none_match=tags).check(5)


def test_no_condition_is_always_met():
    """A write without the headers never fails for a concurrent one."""
    NO_CONDITIONS.check_write(5)
    assert not NO_CONDITIONS.is_known('W/"5"')


@pytest.mark.parametrize(
    ("tags", "known"),
    [
        (of("5-ab"), True),
        (of("4", "5-ab"), True),
        (of(ANY), True),
        (of("5"), False),
        (of("5-ac"), False),
        (of(), False),
    ],
)
def test_what_is_known(tags, known):
    """For a reader all of the tag counts: the groups of a user, too."""
    assert known is Conditions(none_match=tags).is_known('W/"5-ab"')
