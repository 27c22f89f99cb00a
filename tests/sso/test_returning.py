"""Whoever comes back after they were deleted is who they are now, by the same sign-in as before."""

from __future__ import annotations

import pytest

from hub.engine.values.known import Linked
from hub.providers import Identity
from tests.sso.house import HOST, Company, query_of, signed_in
from tests.sso.test_leaving import ANN, deleted, owner, person_of, suspended
from tests.web.portal.guests import stranger, words

SAID = {"oid": "oid-7", "tid": "t"}


def entered(house, company, forger, **claims):
    """Have somebody sign in to the product; return the id of the person that they are there."""
    product = company.product()
    back = signed_in(stranger(house), company, forger, product.asks, **claims)
    assert 303 == back.status_code, words(back)
    return product.exchange(query_of(back)["code"]).json()["person"]


def refused(house, company, forger, **claims):
    """Have somebody sign in to the product in vain; return what they read."""
    back = signed_in(stranger(house), company, forger, company.product().asks, **claims)
    assert 403 == back.status_code
    return words(back)


#: What the connection vouches for, the address of who comes back, and what finds them.
BACK = {
    "as before, where nobody vouches for the address": ((), ANN, {}),
    "by the directory's id": ((), "lee@acme.example", SAID),
    "under another name": (("acme.example",), "lee@acme.example", {**SAID, "email": "lee@acme.example"}),
}


@pytest.mark.parametrize(("domains", "address", "claims"), BACK.values(), ids=BACK)
def test_whoever_is_hired_again_signs_in(house, forger, domains, address, claims):
    """As the person that they are over SCIM now; nothing of who they were is theirs."""
    company = Company.of(house, forger, domains=domains)
    user = company.person(ANN, externalId="oid-7")
    first = entered(house, company, forger)
    deleted(company, user)
    assert "access has ended" in refused(house, company, forger)

    again = company.person(address, externalId="oid-7")

    assert person_of(house, again) == entered(house, company, forger, **claims) != first
    assert person_of(house, again) == entered(house, company, forger, **claims)


def test_whoever_looks_after_the_team_and_is_hired_again_comes_in(house, forger):
    """They were out for having left, and are back; their session goes on."""
    company = Company.of(house, forger)
    owner(house, company)
    user = company.person(ANN)
    signed_in(stranger(house), company, forger)
    deleted(company, user)
    assert 403 == signed_in(stranger(house), company, forger).status_code

    company.person(ANN)
    browser = stranger(house)

    assert 303 == signed_in(browser, company, forger).status_code
    assert 200 == browser.get(f"{HOST}/teams/{company.team.id}").status_code


def test_whoever_has_only_left_stays_who_they_are(house, forger):
    """A user that is off may be turned on again: nobody else becomes them, nor they somebody else."""
    company = Company.of(house, forger)
    user = company.person(ANN, externalId="oid-7")
    entered(house, company, forger)
    company.leaves(user)
    company.person("lee@acme.example", externalId="oid-9")

    said = {"oid": "oid-9", "tid": "t", "email": "lee@acme.example"}

    assert "access has ended" in refused(house, company, forger, **said)


def test_nobody_escapes_a_suspension_by_being_deleted(house, forger):
    """Whoever is suspended stays so, whatever a provider does with their users."""
    company = Company.of(house, forger)
    user = company.person(ANN)
    entered(house, company, forger)
    suspended(company, user)
    deleted(company, user)
    company.person(ANN)

    assert "access has ended" in refused(house, company, forger)


def test_of_two_who_find_somebody_else_one_is_believed(house, forger):
    """Whoever has turned out to be somebody is no other a moment later."""
    company = Company.of(house, forger)
    ann, bob = (person_of(house, company.person(f"{name}@acme.example")) for name in ("ann", "bob"))
    subjects, identity = house.house.signins.subjects, Identity(subject="s", auth_time=0)

    assert house.run(subjects.link(company.provider, identity, Linked(person=ann)))
    assert not house.run(subjects.link(company.provider, identity, Linked(person=bob)))
    assert ann == house.run(subjects.linked(company.provider, "s")).person
