"""A write that an administrator overtakes is begun anew, by what holds then; a few times, and no more."""

from __future__ import annotations

import pytest

from hub.engine.answering.writing import CHANGES_MAX, Writing
from hub.scim.bulk import BULK_REQUEST
from hub.teams import State
from tests.author import BY
from tests.seated import USER, crew


@pytest.mark.parametrize(("state", "status"), [(State.OFF, "403"), (State.PAUSED, "503")])
def test_a_bulk_request_stops_where_its_connection_is_turned_off(house, monkeypatch, state, status):
    """It was let in once, for all its operations; each goes by what holds when it is done."""
    team = crew(house, seats=9)
    answer = Writing.answer

    async def then_off(self, *asked):
        try:
            return await answer(self, *asked)
        finally:
            await house.house.connections.set_state(team.way.connection, state, by=BY)

    monkeypatch.setattr(Writing, "answer", then_off)
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": {"schemas": [USER], "userName": name}}
        for name in ("ann", "bob", "cid")
    ]
    body = {"schemas": [BULK_REQUEST], "Operations": operations}
    answered = house.ask(team.way, "POST", "/Bulk", body).json()["Operations"]

    assert ["201", status, status] == [each["status"] for each in answered]
    assert {"ann": "standard"} == team.spots()


def test_a_bulk_request_stops_where_its_token_is_revoked(house, monkeypatch):
    """It was let in by it once, for all its operations; but for what takes access away, the rest is not."""
    team = crew(house, seats=9)
    answer, ann = Writing.answer, team.make("ann")
    key_id = team.way.token.split("_")[1]

    async def then_ended(self, *asked):
        try:
            return await answer(self, *asked)
        finally:
            await house.house.tokens.revoke(key_id, by=BY)

    monkeypatch.setattr(Writing, "answer", then_ended)
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": {"schemas": [USER], "userName": name}}
        for name in ("bob", "cid")
    ]
    operations.append({"method": "DELETE", "path": f"/Users/{ann}"})
    body = {"schemas": [BULK_REQUEST], "Operations": operations}
    answered = house.ask(team.way, "POST", "/Bulk", body).json()["Operations"]

    assert ["201", "401", "204"] == [each["status"] for each in answered]
    assert {"bob": "standard"} == team.spots()


def test_who_is_overtaken_again_and_again_comes_again(house, monkeypatch):
    """Nothing goes on for ever: after some tries the provider is told to try later."""
    team, tries = crew(house, seats=9), []
    tried = Writing._tried

    async def overtaken(self, request):
        tries.append(request.connection.revision)
        await house.house.connections.set_state(team.way.connection, State.PAUSED, by=BY)
        await house.house.connections.set_state(team.way.connection, State.ON, by=BY)
        return await tried(self, request)

    monkeypatch.setattr(Writing, "_tried", overtaken)
    answer = team.create("ann")

    assert (503, CHANGES_MAX) == (answer.status_code, len(set(tries)))
    assert answer.headers["retry-after"].isdecimal()
    assert {} == team.spots()
