"""The two set-up guides that this product comes from, sentence by sentence: `docs/coverage.md` has them."""

from __future__ import annotations

import json
import os
import re

import pytest
from attrs import evolve

from hub.engine.values.errors import AdminError
from hub.teams import Role, State
from tests.author import BY
from tests.inprocess import HOST, Way
from tests.web.portal.connections import AT, SCIM, ann, at, create, held, looked, made, notes, state
from tests.web.portal.guests import guest, words

PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BOTH = pytest.mark.parametrize("idp", ["okta", "entra"])

ADDRESS = "ann@a.example"
NOBODY = "77d1c4a2-0000-4000-8000-00000000dead"


@pytest.fixture
def team(house):
    """A team with fifty seats, whose SSO was set up."""
    return house.team(seats=50)


@pytest.fixture
def owner(house, team):
    """An owner of it, at a browser."""
    return guest(house, team)


def connected(house, team, idp):
    """Return a connection that is on."""
    return house.way(team, idp, domains=("a.example",))


def entries(house, team):
    """Return what the entries of the team's book say was done, in order."""

    async def all_():
        return [entry.what async for entry in house.house.bookkeeping.entries(team)]

    return house.run(all_())


def events(house, team):
    """Return the names of the events that plugins and the product will be told of, in order."""
    sql = "SELECT event FROM outbox WHERE team_id = $1 ORDER BY id"
    rows = house.run(house.house.database.rows(sql, team.id))
    return [json.loads(row["event"])["name"] for row in rows]


def looks_up(house, way, name=ADDRESS):
    """Ask whether somebody is there already, as the provider does before it creates them."""
    if way.connection.idp == "okta":
        return house.ask(way, "GET", "/Users", filter=f'userName eq "{name}"', startIndex="1", count="100")
    return house.ask(way, "GET", "/Users", filter=f'userName eq "{name}"')


def pushes(house, way, name=ADDRESS):
    """Look somebody up and create them, as the provider does for whoever is assigned."""
    assert 0 == looks_up(house, way, name).json()["totalResults"]
    sent = {"okta": {"groups": [], "password": "1mz0", "locale": "en-US"}, "entra": {"externalId": name}}
    return ann(house, way, name, **sent[way.connection.idp])


def removes(house, way, id, *, catalogue=False):
    """Unassign somebody, as the provider does; Okta's wizard by PUT, its catalogue by PATCH."""
    if way.connection.idp == "entra":
        operation = {"op": "Replace", "path": "active", "value": "False"}
    elif catalogue:
        operation = {"op": "replace", "value": {"active": False}}
    else:
        user = house.ask(way, "GET", f"/Users/{id}").json()
        return house.ask(way, "PUT", f"/Users/{id}", {**user, "active": False})
    return house.ask(way, "PATCH", f"/Users/{id}", {"schemas": [PATCH], "Operations": [operation]})


def entitled(house, way, name=ADDRESS):
    """Ask what the product asks when somebody signs in."""
    return house.question(way.team, house.key(way.team), user=name).json()


def test_k1_only_a_plan_with_scim_and_only_admins(house):
    """The switch is disabled with its reason; whoever asks all the same, by form or command, hears it."""
    engine = house.house
    team = house.run(engine.teams.create(f"free {os.urandom(4).hex()}", seats=1, plan="free", by=BY))
    connection, token = house.run(engine.connections.create(team, idp="okta", by=BY))
    way = Way(team=team, connection=connection, token=token)
    auditor = guest(house, team, Role.AUDITOR)

    assert "SCIM is not in your plan" in words(guest(house, team).get(at(way)))
    assert 409 == guest(house, team).post(at(way, "/on")).status_code
    with pytest.raises(AdminError, match="its plan is 'free'"):
        house.run(engine.connections.set_state(connection, State.ON, by=BY))
    assert 200 == auditor.get(at(way)).status_code
    assert "<button" not in re.search(r'id="switch".*?</section>', auditor.get(at(way)).text, re.DOTALL)[0]
    assert 403 == auditor.post(at(way, "/on")).status_code


@BOTH
def test_k2_an_account_in_the_provider(house, team, owner, idp):
    """The guide says first which one it takes."""
    assert "You need" in words(owner.get(at(connected(house, team, idp))))


def test_k3_sso_comes_first(house):
    """The switch is locked until SSO is there, and leads to where it is set up."""
    engine = house.house
    team = house.run(engine.teams.create(f"no sso {os.urandom(4).hex()}", seats=1, plan="enterprise", by=BY))
    connection, token = house.run(engine.connections.create(team, idp="okta", by=BY))
    way, owner = Way(team=team, connection=connection, token=token), guest(house, team)

    assert f'<a href="/teams/{team.id}{AT}/sso">Set up SSO</a>' in owner.get(at(way)).text
    assert 409 == owner.post(at(way, "/on")).status_code
    house.run(house.house.switches.set_team(team, {"sso_issuer": "https://sso.example"}, by=BY))
    assert 303 == owner.post(at(way, "/on")).status_code


def test_k4_settings_security_authentication_scim(house, team, owner):
    """The path is that of the guide, and so is what stands above the page."""
    assert "/settings/security/authentication/scim" == SCIM
    assert "Settings Security Authentication SCIM" in words(owner.get(SCIM))
    assert f'href="/teams/{team.id}{SCIM}"' in owner.get(AT).text


def test_k5_enable_scim(house, team, owner):
    """On, once however often; no seat moves, no entry is written; hands are locked; it is in the audit."""
    way = made(house, team, create(owner))
    before = entries(house, team)
    for _ in range(2):
        owner.post(at(way, "/on"))

    assert (State.ON, 0, before) == (state(house, way), held(house, way), entries(house, team))
    assert 1 == [note.action for note in notes(house, team)].count("connection.on")


@BOTH
def test_k6_k12_steps_in_the_console_are_waited_for_calmly(house, team, owner, idp):
    """Nothing arrives while the app is made and its tab is opened: nothing is wrong, nothing is done."""
    heard = owner.get(at(connected(house, team, idp)))

    assert "Waiting for the first request" in words(heard)
    assert 'class="done"' not in heard.text
    assert "notice bad" not in heard.text


@pytest.mark.parametrize("path", ["/Users", "/Users/", "/Groups", "/Groups/"])
def test_k7_the_base_url_is_pasted(house, team, path):
    """With and without a slash at the end: no redirect, no 404."""
    assert 200 == house.ask(connected(house, team, "okta"), "GET", path).status_code


def test_k8_people_are_identified_by_their_address(house, team):
    """The filter stays `userName eq`, its value is the address: found in any letter case."""
    way = connected(house, team, "okta")
    pushes(house, way)

    assert 1 == looks_up(house, way, "ANN@A.Example").json()["totalResults"]


def test_k9_an_empty_team_is_imported(house, team):
    """Saving lists a few users and groups: of an empty team, too."""
    way = connected(house, team, "okta")
    users = house.ask(way, "GET", "/Users", startIndex="1", count="2")
    groups = house.ask(way, "GET", "/Groups", startIndex="1", count="100")

    assert [(200, 0), (200, 0)] == [
        (each.status_code, each.json()["totalResults"]) for each in (users, groups)
    ]


def test_k10_the_token_is_pasted_and_tested(house, team, owner):
    """With the word Bearer or without, and the page says so; a wrong one is refused in SCIM's words."""
    way = connected(house, team, "okta")

    async def heard(authorization):
        path = f"{way.path}/Users?startIndex=1&count=2"
        return await house.client.get(path, headers={"authorization": authorization})

    wrong = house.run(heard("Bearer wrong"))
    looked(house)
    assert 401 == wrong.status_code
    assert "401" == wrong.json()["status"]
    assert "it starts with “wron”" in words(owner.get(at(way)))

    assert [200, 200] == [house.run(heard(f"{prefix}{way.token}")).status_code for prefix in ("", "Bearer ")]
    looked(house)
    assert "The test request from Okta arrived" in words(owner.get(at(way)))


def test_k11_three_boxes_are_ticked_once_they_are_seen(house, team, owner):
    """A box cannot be seen: each shows with its first request, and never before."""
    way = connected(house, team, "okta")
    user = pushes(house, way).json()
    looked(house)
    created = words(owner.get(at(way)))
    house.ask(way, "PUT", f"/Users/{user['id']}", {**user, "title": "Guide"})
    removes(house, way, user["id"])
    looked(house)
    removed = words(owner.get(at(way)))

    assert "by Create Users: seen" in created
    assert "by Update User Attributes: not seen yet" in created
    assert "by Deactivate Users: not seen yet" in created
    assert "by Update User Attributes: seen" in removed
    assert "by Deactivate Users: seen" in removed


@pytest.mark.parametrize(
    "path", ["/Users", "/Groups", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig"]
)
def test_k13_the_tenant_url_carries_a_flag(house, team, owner, path):
    """The page shows it with the flag, and a parameter without a value is let be wherever it comes."""
    way = connected(house, team, "entra")
    asked = house.client.get(
        f"{way.path}{path}?aadOptscim062020", headers={"authorization": f"Bearer {way.token}"}
    )

    assert 200 == house.run(asked).status_code
    assert f"https://hub.example{way.path}?aadOptscim062020</code>" in owner.get(at(way)).text


def test_k14_the_connection_is_tested(house, team, owner):
    """A value that nobody has is an empty list, for a program without a name, too; the page says so."""
    way = connected(house, team, "entra")

    async def tested():
        headers = {"authorization": f"Bearer {way.token}"}
        question = house.client.build_request(
            "GET", f"{HOST}{way.path}/Users?filter=userName+eq+%22{NOBODY}%22", headers=headers
        )
        del question.headers["user-agent"]
        return await house.client.send(question)

    heard = house.run(tested())
    looked(house)

    assert (200, 0) == (heard.status_code, heard.json()["totalResults"])
    assert "The test request from Microsoft Entra ID arrived" in words(owner.get(at(way)))


@BOTH
def test_k15_k16_whoever_is_assigned_takes_a_seat(house, team, idp):
    """One seat, one entry, one event; told again, nothing more."""
    way = connected(house, team, idp)
    assert 201 == pushes(house, way).status_code
    assert 409 == ann(house, way, ADDRESS).status_code

    assert 1 == held(house, way)
    assert ["bought", "taken"] == entries(house, team)
    assert 1 == events(house, team).count("seat_taken")


def test_k16_no_more_people_than_seats(house):
    """Fifty-one on fifty seats: fifty are in, one is refused, and nothing of that one is kept."""
    way = connected(house, house.team(seats=50), "entra")
    answers = [pushes(house, way, f"p{n}@a.example").status_code for n in range(51)]

    assert [201] * 50 + [403] == answers
    assert (50, 50) == (held(house, way), house.ask(way, "GET", "/Users").json()["totalResults"])


@BOTH
def test_k17_nobody_is_invited(house, team, idp):
    """Entitled with the answer: nothing is to be accepted, and no event asks for it."""
    way = connected(house, team, idp)
    assert entitled(house, way)["entitled"] is False
    pushes(house, way)

    assert entitled(house, way)["entitled"] is True
    assert {"user_provisioned", "seat_taken"} == set(events(house, team))


def test_k18_a_profile_follows(house, team):
    """One event; the book does not hear of it."""
    way = connected(house, team, "okta")
    user = pushes(house, way).json()
    before = entries(house, team)
    changed = house.ask(way, "PUT", f"/Users/{user['id']}", {**user, "title": "Guide"})

    assert (200, "Guide") == (changed.status_code, changed.json()["title"])
    assert (1, before) == (events(house, team).count("user_updated"), entries(house, team))


@pytest.mark.parametrize("catalogue", [False, True], ids=["wizard", "catalogue"])
def test_k19_whoever_is_removed_gives_the_seat_back(house, team, catalogue):
    """In the same moment; they stay listed as inactive, and are shut out with the next question."""
    way = connected(house, team, "okta")
    user = pushes(house, way).json()
    assert 200 == removes(house, way, user["id"], catalogue=catalogue).status_code

    assert 0 == held(house, way)
    assert entitled(house, way)["entitled"] is False
    assert looks_up(house, way).json()["Resources"][0]["active"] is False
    assert ["bought", "taken", "released"] == entries(house, team)


def test_k20_a_deletion_a_month_later_moves_no_seat(house, team):
    """The removal has freed it; the deletion finds nothing to free."""
    way = connected(house, team, "entra")
    user = pushes(house, way).json()
    removes(house, way, user["id"])
    before = entries(house, team)

    assert 204 == house.ask(way, "DELETE", f"/Users/{user['id']}").status_code
    assert (0, before) == (held(house, way), entries(house, team))


@BOTH
def test_k21_no_hand_moves_a_seat_while_it_is_on(house, team, owner, idp):
    """Refused in one sentence; a suspension is possible and noted; off unlocks."""
    way, people = connected(house, team, idp), house.house.people
    pushes(house, way)
    person = house.run(people.find(team, ADDRESS))
    with pytest.raises(AdminError, match=idp):
        house.run(people.unseat(team, person, by=BY))
    house.run(people.suspend(team, person, by=evolve(BY, why="a lost laptop")))

    assert "They cannot be assigned by hand" in words(owner.get(at(way)))
    assert "person.suspend" == notes(house, team)[-1].action
    owner.post(at(way, "/off"), seats="keep")
    house.run(people.add(team, "bob@b.example", by=BY))


def test_k22_any_provider_and_the_sentence_of_a_full_team(house):
    """Who is refused reads how many seats there are, what to do, and the reference."""
    way = house.way(house.team(seats=1), "generic")
    ann(house, way, "a@a.example")
    heard = ann(house, way, "b@a.example")

    assert 403 == heard.status_code
    assert re.search(r"1 of 1 .* Ref hx_", heard.json()["detail"])
