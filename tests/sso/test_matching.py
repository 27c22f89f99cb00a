"""Who a sign-in is about is told by what the provider says in it, not by what somebody wrote over SCIM."""

from __future__ import annotations

import pytest

from hub.engine.signing.matching import found
from hub.engine.values.known import Known
from hub.providers import Identity
from hub.teams import Role
from tests.author import BY
from tests.sso.house import Company, signed_in
from tests.web.portal.guests import stranger, words


@pytest.fixture
def company(house, forger):
    """A team that signs in by the forger, whose connection vouches for the same addresses."""
    return Company.of(house, forger, domains=("acme.example",))


def test_nobody_becomes_an_admin_by_an_id_that_is_written_over_scim(house, forger, company):
    """Whoever may write users gives an owner's user the id of an account of theirs, and signs in with it."""
    house.run(house.house.admins.add(company.team, "owner@acme.example", role=Role.OWNER, by=BY))
    user = company.person("owner@acme.example", externalId="oid-owner")
    operations = [{"op": "replace", "path": "externalId", "value": "oid-mallory"}]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    assert 200 == house.ask(company.way, "PATCH", f"/Users/{user['id']}", body).status_code

    said = {"sub": "mallory", "email": "mallory@acme.example", "oid": "oid-mallory", "tid": "t"}
    answer = signed_in(stranger(house), company, forger, **said)

    assert 403 == answer.status_code
    assert "You are no administrator of this team" in words(answer)


def test_whose_id_and_address_are_two_peoples_is_nobody(house, forger, company):
    """Neither the one nor the other, not even an admin."""
    house.run(house.house.admins.add(company.team, "ann@acme.example", role=Role.OWNER, by=BY))
    company.person("ann@acme.example", externalId="oid-ann")
    company.person("bob@acme.example", externalId="oid-bob")
    said = {"oid": "oid-bob", "tid": "t"}

    assert 403 == signed_in(stranger(house), company, forger, **said).status_code
    assert 403 == signed_in(stranger(house), company, forger, company.product().asks, **said).status_code


MEANT = {
    "an id alone": (({"p1"}, {}, {}), "p1"),
    "an id, and the address that is theirs": (({"p1"}, {"a@x.y": "p1"}, {}), "p1"),
    "an id that tells two of one address apart": (({"p1"}, {}, {"a@x.y": {"p1", "p2"}}), "p1"),
    "an address that tells two of one id apart": (({"p1", "p2"}, {"a@x.y": "p2"}, {}), "p2"),
    "another's id": (({"p1"}, {"a@x.y": "p2"}, {}), None),
    "another's id, and a user called so": (({"p1"}, {}, {"a@x.y": {"p2"}}), None),
    "an id of two": (({"p1", "p2"}, {}, {}), None),
    "an address of two": ((set(), {}, {"a@x.y": {"p1", "p2"}}), None),
    "somebody else's address": ((set(), {"b@x.y": "p1"}, {}), None),
}


@pytest.mark.parametrize(("known", "person"), MEANT.values(), ids=MEANT)
def test_who_is_meant_is_one_or_nobody(known, person):
    """By id and by address: what contradicts finds nobody, what agrees finds who they agree on."""
    external, owners, bearers = known
    identity = Identity(subject="s", auth_time=0, addresses=("a@x.y",))
    told = Known(domains={"x.y"}, external=external, owners=owners, bearers=bearers)

    assert person == found(told, frozenset({"a@x.y"}), identity).person
