"""A whole hub in this process, for one file of tests of its pages."""

from __future__ import annotations

import pytest

from tests.conftest import house
from tests.web.portal.guests import guest

__all__ = ["house"]


@pytest.fixture
def team(house):
    """A team that may turn SCIM on."""
    return house.team(seats=2)


@pytest.fixture
def owner(house, team):
    """An owner of it, at a browser."""
    return guest(house, team)


@pytest.fixture
def way(house, team):
    """A connection of Okta that is on."""
    return house.way(team, "okta", domains=("a.example",))
