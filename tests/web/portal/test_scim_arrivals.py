"""What arrives is said on the page of a connection: by reload, and as it happens."""

from __future__ import annotations

from hub.engine.asking.sightings import Seen, Sighting
from hub.engine.values.scope import Scope
from hub.providers import Oidc, Provider
from hub.sources import clock, new_id
from hub.spi import facts
from tests.inprocess import Way
from tests.web.portal.connections import (
    SCIM,
    ann,
    at,
    create,
    event,
    kept,
    looked,
    made,
)
from tests.web.portal.guests import words


def test_the_page_says_what_arrived(house, way, owner):
    """Waiting, then the test, then the first person with their seat: by reload as much as live."""
    assert "Waiting for the first request from Okta" in words(owner.get(at(way)))
    house.ask(way, "GET", "/Users", startIndex="1", count="2")
    looked(house)
    tested = words(owner.get(at(way)))
    ann(house, way, externalId="00u1")
    looked(house)
    seated = words(owner.get(at(way)))

    assert "The test request from Okta arrived and was answered" in tested
    assert "Connected, last request just now" in tested
    assert "The first person arrived: ann@a.example has a standard seat" in seated


def test_what_arrives_is_sent_to_who_looks(house, way, owner):
    """The streams show the same as the page, of the moment in which they look."""
    house.ask(way, "GET", "/Users", startIndex="1", count="2")
    looked(house)
    first = house.run(event(house, owner, at(way, "/news/live")))
    progress = house.run(event(house, owner, at(way, "/live")))

    assert "The test request from Okta arrived" in first
    assert '<li class="done">' in progress
    assert "Test and save" in progress


def test_a_wrong_token_is_told_of_with_what_may_be_shown(house, way, owner):
    """Four characters of it, escaped; once a right one comes, no more."""
    wrong = Way(team=way.team, connection=way.connection, token="<b>xyz-secret")
    house.ask(wrong, "GET", "/Users")
    looked(house)
    heard = owner.get(at(way))
    house.ask(way, "GET", "/Users")
    looked(house)

    assert "starts with “&lt;b&gt;x”" in heard.text
    assert "secret" not in heard.text
    assert "wrong token" not in words(owner.get(at(way)))


def test_a_request_before_it_is_on_explains_itself(house, team, owner):
    """The provider is refused, and the page says that it arrived, and what to do."""
    way = made(house, team, create(owner))
    assert 403 == house.ask(way, "GET", "/Users").status_code
    looked(house)
    heard = words(owner.get(at(way)))

    assert "Okta has reached us, and was refused because SCIM is off" in heard
    assert "Turn on SCIM, then test the connection once more" in heard


def test_who_was_refused_is_listed_with_what_to_click(house, way, owner):
    """The third of two: by name, and the words of that provider's console."""
    statuses = [ann(house, way, f"p{n}@a.example").status_code for n in range(3)]
    heard = words(owner.get(at(way)))

    assert [201, 201, 403] == statuses
    assert "Refused for want of a seat" in heard
    assert "p2@a.example" in heard
    assert "Retry Selected" in heard


def test_a_quirk_that_showed_comes_with_its_remedy(house, team, owner):
    """What the provider could do better is said in its own words."""
    way = house.way(team, "entra")
    made_ = ann(house, way).json()
    operation = {"op": "Replace", "path": "title", "value": "Guide"}
    schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    house.ask(way, "PATCH", f"/Users/{made_['id']}", {"schemas": schemas, "Operations": [operation]})
    looked(house)

    assert "Add ?aadOptscim062020 to the Tenant URL" in words(owner.get(at(way)))


def test_names_are_text_wherever_they_are_shown(house, way, owner):
    """A person called like a script is called so, and runs nothing."""
    evil = "<script>alert(1)</script>@a.example"
    for name in (evil, "x@a.example", f"{evil}.example"):
        ann(house, way, name)
    looked(house)
    for path in (at(way), at(way, "/off"), SCIM):
        heard = owner.get(path)

        assert "<script>alert" not in heard.text
    assert "&lt;script&gt;alert(1)" in owner.get(at(way)).text


def test_all_that_was_seen_is_listed(house, way, owner):
    """There is no fact that the page has no words for."""
    at_ = "2026-06-01T12:00:00.000Z"
    sightings = [
        Sighting(connection=way.connection.id, fact=fact, first_at=at_, last_at=at_) for fact in facts.FACTS
    ]
    seen = Seen(sightings=tuple(sightings), tokens={}, traffic={})
    house.run(house.house.lookout.sightings.add(seen))
    heard = words(owner.get(at(way)))

    assert [] == [says for says in facts.FACTS.values() if says not in heard]


def test_people_in_one_app_only_are_pointed_out(house, way, owner):
    """Whoever signs in and was not pushed, and whoever was pushed and does not sign in: by name."""
    how = Oidc(issuer="https://sso.example", client_id="hub", client_secret="sealed")
    provider = Provider(id=new_id(), team=way.team.id, title="Sign-in", how=how, created_at=clock())
    registry, database = house.house.registry, house.house.database
    house.run(
        registry.store(Scope(team=way.team.id)).write(lambda unit: unit.put_provider(provider), reference="t")
    )
    ann(house, way)
    assert "Assigned in one app only" not in words(owner.get(at(way)))

    async def signs_in():
        async with database.transaction() as client:
            await database.run(
                client,
                "INSERT INTO subjects (provider_id, subject, team_id, address, first_at, last_at)"
                " VALUES ($1, 'b', $2, 'bob@a.example', $3, $3)",
                *(provider.id, way.team.id, clock()),
            )

    house.run(signs_in())
    owner.post(at(way, "/provider"), signs_in_by=provider.id)
    heard = words(owner.get(at(way)))

    assert "Signed in, but not pushed: bob@a.example." in heard
    assert "Pushed, but never signed in: ann@a.example." in heard
    assert provider.id == kept(house, way).provider
