"""A person's seat, read by whoever asks for it, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from hub.ledger.policies import Policy
from hub.scim.catalog import SEAT_USER
from hub.teams import Profile
from storage.database import Database
from tests.author import BY
from tests.protocol.provider import PATCH, SEARCH, USER, Provider, patch

SEAT = SEAT_USER.id
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture
def told(monkeypatch):
    """Note the statements about seats."""
    said: list[str] = []
    run = Database.run

    async def noted(self, client, sql, *values):
        if "holdings h" in sql:
            said.append(sql)
        return await run(self, client, sql, *values)

    monkeypatch.setattr(Database, "run", noted)
    return said


def seats(provider: Provider, **query: str) -> dict[str, object]:
    """Return the seats of all users by name, as a list has them."""
    found = provider.get("/Users", attributes=f"userName,{SEAT}", sortBy="userName", **query)
    return {each["userName"]: each.get(SEAT) for each in found["Resources"]}


def set_kind(provider: Provider, **terms: Any) -> None:
    """Change the terms of the standard kind."""
    house = provider.hub.house
    provider.hub.run(house.purchasing.set_kind(provider.way.team, "standard", by=BY, **terms))


def few(house, count: int) -> Provider:
    """Return a provider of a team with so many seats."""
    return Provider(hub=house, way=house.way(house.team(seats=count), "generic"))


def test_it_is_told_of(provider):
    """RFC 7643 §6, §7: an extension of users, all of it read-only and shown on request."""
    schema = provider.get(f"/Schemas/{SEAT}")

    assert ["kind", "state", "since", "position"] == [each["name"] for each in schema["attributes"]]
    assert {("readOnly", "request")} == {
        (each["mutability"], each["returned"]) for each in schema["attributes"]
    }
    extensions = provider.get("/ResourceTypes/User")["schemaExtensions"]
    assert {"schema": SEAT, "required": False} in extensions


def test_nothing_is_added_to_what_is_not_asked_for(provider, told):
    """Bodies and versions are as they ever were, and the store is not asked."""
    made = provider.user("ann")

    assert SEAT not in str(made)
    for path, query in (("/Users", {}), (f"/Users/{made['id']}", {}), ("/Users", {"attributes": "userName"})):
        assert SEAT not in str(provider.get(path, **query))
    assert SEAT not in str(provider.get("/Users", attributes=ENTERPRISE))
    assert [] == told


@pytest.mark.parametrize("named", [SEAT, SEAT.upper(), f"{SEAT}:kind, {SEAT}:state,{SEAT}:since"])
def test_it_is_shown_to_who_asks(provider, named):
    """By the name of the extension or by those of its attributes, and `schemas` names it then."""
    made = provider.user("ann")

    shown = provider.get(f"/Users/{made['id']}", attributes=named)

    assert {"schemas", "id", SEAT} == shown.keys()
    assert ("standard", "seated") == (shown[SEAT]["kind"], shown[SEAT]["state"])
    assert shown[SEAT]["since"] >= made["meta"]["created"]
    assert [USER, SEAT] == shown["schemas"]
    assert {"state": "seated"} == provider.get(f"/Users/{made['id']}", attributes=f"{SEAT}:state")[SEAT]
    excluded = provider.get(
        f"/Users/{made['id']}", attributes=f"userName,{SEAT}", excludedAttributes=f"{SEAT}:since"
    )
    assert {"kind", "state"} == excluded[SEAT].keys()


def test_a_page_takes_one_statement(provider, told):
    """However many users it has, and however they are asked for."""
    for name in ("ann", "bob", "eve"):
        provider.user(name)
    told.clear()

    assert {"seated"} == {each["state"] for each in seats(provider).values()}
    assert 1 == len(told)
    assert {"seated"} == {each["state"] for each in seats(provider, cursor="").values()}
    search = {"schemas": [SEARCH], "attributes": [SEAT]}
    for path in ("/Users/.search", "/.search"):
        found = provider.ask("POST", path, search).json()
        assert ["seated"] * 3 == [each[SEAT]["state"] for each in found["Resources"]]
    assert 4 == len(told)


def test_a_group_has_none(provider, told):
    """It is the person's: a list of groups is read as ever."""
    made = provider.group("staff")

    assert {"schemas", "id"} == provider.get(f"/Groups/{made['id']}", attributes=SEAT).keys()
    assert [] == told


def test_who_waits_has_a_place_in_the_queue(house):
    """Each is told how many come before, and moves up when one of them has gone."""
    provider = few(house, 1)
    set_kind(provider, policy=Policy.WAIT)
    ids = {name: provider.user(name)["id"] for name in ("ann", "bob", "eve", "joe")}

    shown = seats(provider)
    assert {"ann": "seated", "bob": "waiting", "eve": "waiting", "joe": "waiting"} == {
        name: each["state"] for name, each in shown.items()
    }
    assert [None, 1, 2, 3] == [each.get("position") for each in shown.values()]
    assert {"standard"} == {each["kind"] for each in shown.values()}
    assert 204 == provider.ask("DELETE", f"/Users/{ids['eve']}").status_code
    assert {"kind": "standard", "state": "waiting", "position": 2} == {
        **provider.get(f"/Users/{ids['joe']}", attributes=f"{SEAT}:kind,{SEAT}:state,{SEAT}:position")[SEAT]
    }


def test_who_is_gone_has_none_or_it_is_kept(house):
    """`active` is the provider's word, and the seat the team's: kept for a while where the team says so."""
    provider = few(house, 5)
    off = patch({"op": "replace", "path": "active", "value": False})
    one, two = (provider.user(name)["id"] for name in ("ann", "bob"))

    provider.ask("PATCH", f"/Users/{one}", off)
    set_kind(provider, grace=3600)
    provider.ask("PATCH", f"/Users/{two}", off)

    shown = seats(provider)
    assert {"state": "none"} == shown["ann"]
    assert ("kept", "standard") == (shown["bob"]["state"], shown["bob"]["kind"])


def test_who_is_undecided_is_told_so(house):
    """Until groups have come, nobody knows which kind it will be."""
    provider = few(house, 5)
    ruling, team = house.house.ruling, provider.way.team
    rules = {"rules": [{"when": 'groups.display eq "Sales"', "seat": "standard"}]}
    seating = house.run(ruling.read(team, rules))
    house.run(ruling.apply(team, seating, by=BY, progress=lambda _: None))

    made = provider.made(f"/Users?attributes={SEAT}", {"schemas": [USER], "userName": "ann"})

    assert {"state": "undecided"} == made[SEAT]
    assert {"ann": {"state": "undecided"}} == seats(provider)


def test_what_is_written_is_answered_with_the_seat_where_it_is_asked_for(provider):
    """As it is once the write is done."""
    made = provider.made(f"/Users?attributes={SEAT}", {"schemas": [USER], "userName": "ann"})
    off = patch({"op": "replace", "path": "active", "value": False})

    changed = provider.ask("PATCH", f"/Users/{made['id']}?attributes={SEAT}", off)

    assert "seated" == made[SEAT]["state"]
    assert {"state": "none"} == changed.json()[SEAT]


def test_the_version_differs_where_the_seat_does(house):
    """Whoever holds an answer that shows a seat is sent another one once that has changed."""
    provider = few(house, 1)
    set_kind(provider, policy=Policy.WAIT)
    first, path = provider.user("ann"), f"/Users/{provider.user('bob')['id']}?attributes={SEAT}"
    before = provider.ask("GET", path)
    assert 304 == provider.ask("GET", path, if_none_match=before.headers["etag"]).status_code

    provider.ask("DELETE", f"/Users/{first['id']}")
    house.run(house.house.relay.promote())
    after = provider.ask("GET", path, if_none_match=before.headers["etag"])

    assert (200, "seated") == (after.status_code, after.json()[SEAT]["state"])


@pytest.mark.parametrize("profile", [*Profile])
def test_what_a_provider_says_of_it_is_let_be(house, profile):
    """RFC 7644 §3.3, §3.5.1: it is read-only, so a body may have it, and means nothing by it."""
    provider = Provider.new(house, profile)
    said = {"schemas": [USER, SEAT], "userName": "ann", SEAT: {"kind": "gold", "state": "none"}}

    made = provider.made("/Users", said)
    put = provider.ask("PUT", f"/Users/{made['id']}", {**said, "title": "Guide"})

    assert 200 == put.status_code
    assert SEAT not in put.json()
    seat = provider.get(f"/Users/{made['id']}", attributes=SEAT)[SEAT]
    assert ("standard", "seated") == (seat["kind"], seat["state"])


def test_a_patch_of_it_is_refused_or_let_be(provider, tolerant):
    """RFC 7644 §3.5.2: a path to what is read-only is an error; in a value, only the strict profile minds."""
    for one, status in ((provider, 400), (tolerant, 200)):
        id = one.user("ann")["id"]
        for operation, expected in (
            ({"op": "replace", "path": f"{SEAT}:kind", "value": "gold"}, 400),
            ({"op": "replace", "value": {SEAT: {"kind": "gold"}}}, status),
        ):
            answer = one.ask("PATCH", f"/Users/{id}", {"schemas": [PATCH], "Operations": [operation]})
            assert expected == answer.status_code, answer.text


@pytest.mark.parametrize(
    "where",
    [f'{SEAT}:kind eq "standard"', f"{SEAT}:position gt 1", f"{SEAT} pr", f"not ({SEAT}:state pr)"],
)
def test_it_is_not_searched_for(provider, where):
    """A filter that names it is refused, and says so: it is worked out for each answer."""
    provider.user("ann")
    answer = provider.ask("GET", "/Users?filter=" + where.replace(" ", "%20").replace('"', "%22"))

    assert (400, "invalidFilter") == (answer.status_code, answer.json()["scimType"])
    assert SEAT in answer.json()["detail"]
    assert "not searched for" in answer.json()["detail"]


def test_nothing_is_sorted_by_it(provider):
    """For the same reason."""
    answer = provider.ask("GET", f"/Users?sortBy={SEAT}:since")

    assert (400, "invalidPath") == (answer.status_code, answer.json()["scimType"])


def test_another_connection_sees_the_seat_of_its_own_users(house):
    """It is the person's, whom both vouch for, and of whom each has its own user."""
    team = house.team(seats=5)
    ways = [house.way(team, "generic", domains=["a.example"]) for _ in range(2)]
    one, two = (Provider(hub=house, way=way) for way in ways)
    one.user("ann@a.example")
    id = two.user("ann@a.example", active=False)["id"]

    assert "seated" == two.get(f"/Users/{id}", attributes=SEAT)[SEAT]["state"]
