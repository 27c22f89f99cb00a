"""Which rules look for a group."""

from __future__ import annotations

import pytest

from hub.engine.people.grouping import looks_for
from hub.engine.seats.seating import read
from hub.engine.values.gathered import Gathering

SALES = Gathering(id="g1", connection="c", display="Sales", members=0, created="")


@pytest.mark.parametrize(
    ("when", "looks"),
    [
        ('groups.display eq "sales"', True),
        ('groups.display eq "Engineering"', False),
        ('groups.value eq "g1"', True),
        ('groups[display sw "Sa" and type eq "direct"]', True),
        ('userType eq "x" and not (groups.display eq "Sales")', True),
        ('groups.display ne "Sales"', True),
        ('groups.display ne "Engineering"', False),
        ("groups pr", True),
        ('userType eq "Sales"', False),
        ("title eq null", False),
        ('title pr or groups.display co "ale"', True),
    ],
)
def test_a_rule_looks_for_a_group(when, looks):
    """By its name, its id or a part of it, also where it is not to be there; no other attribute counts."""
    (rule,) = read({"rules": [{"when": when, "seat": "standard"}]}, "[]").rules

    assert looks is looks_for(rule, SALES)
