"""Activity as pages show it: what providers did, in words, and each exchange in full."""

from __future__ import annotations

import asyncio

import pytest

from hub.web.portal.telling import advice
from tests.author import BY
from tests.web.portal.guests import guest, words

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def way(house):
    """A connection of a team with one seat, whose provider had one person taken and one refused."""
    way = house.way(house.team(seats=1), "entra", domains=["a.example"])
    for name, status in (("ann@a.example", 201), ("bo@a.example", 403)):
        said = {"schemas": [USER], "userName": name, "active": "True"}
        assert status == house.ask(way, "POST", "/Users", said).status_code
    kept(house)
    return way


@pytest.fixture
def owner(house, way):
    """An owner of the team."""
    return guest(house, way.team)


def kept(house):
    """Have what was noted of requests written."""

    async def written():
        keeping = asyncio.create_task(house.house.keeper.run())
        await house.house.keeper.close()
        await keeping

    house.run(written())


def latest(house, way):
    """Return the reference of the latest exchange."""
    (_, last), *_ = house.run(house.house.activity.latest(way.team, count=1))
    return last["reference"]


def test_it_is_told_in_words(owner):
    """What came of each, about whom, and why one was refused."""
    said = words(owner.get("/activity"))

    assert (
        "Person added, standard seat taken, standard seats running out ann@a.example Done 201 1 quirk" in said
    )
    assert "Tried to add a person No seat left: 1 of 1 Standard seat is taken." in said
    assert "bo@a.example Refused 403" in said


def test_only_what_is_asked_for_is_shown(house, way, owner):
    """The refused alone; of one connection alone; a page at a time."""
    refused = words(owner.get("/activity", failed="yes"))
    none = words(owner.get("/activity", connection="00000000-0000-7000-8000-000000000000"))

    assert ("ann@a.example" in refused, "bo@a.example" in refused) == (False, True)
    assert "No request that is kept fits." in none
    assert "ann@a.example" in words(owner.get("/activity", connection=way.connection.id))


def test_older_ones_are_a_link_away(owner, monkeypatch):
    """A page ends where the next one begins."""
    monkeypatch.setattr("hub.web.portal.activity.COUNT", 1)
    first = owner.get("/activity")
    link = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = owner.get("/activity", before=link.rpartition("=")[2])

    assert ("ann@a.example" in first.text, "bo@a.example" in first.text) == (False, True)
    assert ("ann@a.example" in second.text, "bo@a.example" in second.text) == (True, False)
    assert "data-live" not in second.text


def test_an_exchange_is_told_in_full(house, way, owner):
    """Sent, understood, answered; what was odd and its remedy; before and after of whom it changed."""
    user = house.ask(way, "GET", "/Users", filter='userName eq "ann@a.example"').json()["Resources"][0]
    operations = [{"op": "Replace", "path": "active", "value": "False"}]
    said = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    assert house.ask(way, "PATCH", f"/Users/{user['id']}", said).status_code in {200, 204}
    kept(house)
    page = owner.get(f"/activity/{latest(house, way)}")
    said = words(page)

    assert "Person removed, access off, standard seat free again" in said
    assert "What was odd about it capitalised-op : " in said
    assert "boolean-as-text : " in said
    assert all(title in said for title in ("Sent", "Understood as", "Before and after"))
    assert '"active": true' in said
    assert '"active": false' in said


def test_a_refusal_says_what_to_do(house, way, owner):
    """The sentence that the provider was told, and what to click there."""
    said = words(owner.get(f"/activity/{latest(house, way)}"))

    assert "Why it was refused No seat left: 1 of 1 Standard seat is taken." in said
    assert house.house.plugins.dialect("entra").retry in said


def test_nobody_sees_another_team_s(house, way):
    """An exchange of another team is not there, nor one that never was."""
    other = guest(house, house.team(seats=1))

    assert 404 == other.get(f"/activity/{latest(house, way)}").status_code
    assert 404 == other.get("/activity/hx_0000000000000000").status_code
    assert "ann@a.example" not in other.get("/activity", connection=way.connection.id).text


def test_what_any_provider_may_say_is_explained_too(house, way, owner):
    """A departure that no dialect calls its own has its sentence nevertheless."""
    plain = house.way(way.team, "generic", domains=["b.example"])
    said = {"schemas": [USER], "userName": "cy@b.example", "active": "False"}
    assert 201 == house.ask(plain, "POST", "/Users", said).status_code
    kept(house)

    assert "text-for-boolean : " in words(owner.get(f"/activity/{latest(house, way)}"))


def test_groups_that_come_and_go_are_told_as_such(house, way, owner):
    """One that is pushed is added, one that goes is deleted; only in between is it changed."""
    said = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Sales"}
    group = house.ask(way, "POST", "/Groups", said).json()["id"]
    assert house.ask(way, "PUT", f"/Groups/{group}", {**said, "displayName": "Sale"}).status_code == 200
    assert house.ask(way, "DELETE", f"/Groups/{group}").status_code == 204
    kept(house)
    told = words(owner.get("/activity"))

    assert told.index("Group deleted") < told.index("Group changed") < told.index("Group added")


def test_what_changed_is_shown_once(house, way, owner):
    """Two events of one change, a removal and the seat that is free by it, are one before and after."""
    user = house.ask(way, "GET", "/Users", filter='userName eq "ann@a.example"').json()["Resources"][0]
    assert house.ask(way, "DELETE", f"/Users/{user['id']}").status_code == 204
    kept(house)
    told = words(owner.get(f"/activity/{latest(house, way)}"))

    assert 1 == told.count("Before and after")
    assert "Before and after: person deleted, seat free again" in told


def test_a_connection_is_called_as_on_its_own_page(house, way, owner):
    """By the guide that is followed for it, everywhere."""
    plain = house.way(way.team, "generic").connection
    house.run(house.house.connections.follow(plain, "onelogin", by=BY))
    for path in ("/activity", "/people", "/groups", "/settings/security/authentication/sso/new/oidc"):
        said = words(owner.get(path))

        assert "OneLogin" in said, path
        assert "Another identity provider" not in said, path


@pytest.mark.parametrize(
    ("status", "do"),
    [
        (400, "mapping"),
        (403, "Buy or free"),
        (409, "change the name"),
        (429, "Nothing"),
        (503, "runs this hub"),
    ],
)
def test_each_refusal_has_its_own_advice(status, do):
    """What helps against a taken name does not help against a full team."""
    assert do in advice(status)
