"""Beginning to sign in costs a row and perhaps a question to a provider: nobody begins without end."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from hub.moments import later
from hub.web.portal import room
from tests.running import database_for
from tests.sso.house import HOST, Company, begun, open_bench
from tests.web.portal.guests import stranger


@pytest.fixture(params=["sqlite", "postgres"])
def house(request, tmp_path, monkeypatch):
    """A hub of each test's own: who has begun too often must wait, in the next test, too."""
    monkeypatch.setattr(room, "AT_RATE", 40.0)
    with open_bench(database_for(request, tmp_path), tmp_path) as opened:
        yield opened


def kept(house, company):
    """Return the sign-ins under way that are kept of a team."""
    return house.run(house.house.database.rows("SELECT id FROM flows WHERE team_id = $1", company.team.id))


def test_what_is_over_is_forgotten_though_nobody_signs_in(house, forger):
    """Who somebody was, in a sign-in that they did not end, is not kept until the next one begins."""
    company = Company.of(house, forger)
    begun(stranger(house), company)
    flows = house.house.signins.flows
    (flow,) = house.run(house.house.database.rows("SELECT * FROM flows WHERE team_id = $1", company.team.id))

    house.run(flows.prune(before=flow["expires_at"]))
    assert 1 == len(kept(house, company))
    house.run(flows.prune(before=later(flow["expires_at"], 1)))
    assert [] == kept(house, company)


def test_nobody_begins_without_end(house, forger):
    """Too often is 429, which keeps nothing; the provider is asked once for all."""
    company = Company.of(house, forger)
    browser, path = stranger(house), f"{HOST}/signin/{company.team.id}"

    async def flood():
        return await asyncio.gather(*(browser.client.get(path) for _ in range(200)))

    codes = Counter(each.status_code for each in house.run(flood()))

    assert {303, 429} == set(codes)
    assert codes[303] == len(kept(house, company))
    assert 1 == forger.count("/.well-known/openid-configuration")


def test_nobody_begins_without_end_from_everywhere(house, forger):
    """A provider is sent so many a second, from however many addresses; another one's go on."""
    company, other = (Company.of(house, forger) for _ in range(2))
    browsers, path = [stranger(house) for _ in range(20)], f"{HOST}/signin/{company.team.id}"

    async def flood():
        return await asyncio.gather(*(each.client.get(path) for each in browsers for _ in range(10)))

    assert {303, 429} == {each.status_code for each in house.run(flood())}
    assert begun(browsers[0], other)
