"""Activity as pages show it: what providers did, in words, and each exchange in full."""

from __future__ import annotations

import asyncio

import pytest

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
    assert "Tried to add a person No seat left: 1 of 1 Standard seats are taken." in said
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

    assert "Why it was refused No seat left: 1 of 1 Standard seats are taken." in said
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
