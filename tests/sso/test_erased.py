"""Whoever is erased is named by no sign-in any more, and is not signed in as who they were."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.signing.matching import whom
from hub.engine.values.known import Linked
from hub.providers import Identity
from hub.scim.folding import fold
from tests.author import BY
from tests.sso.house import Company, answered, begun, query_of, signed_in
from tests.web.portal.guests import guest, stranger

WHY = evolve(BY, why="a request")
ANN = "ann.lee@acme.example"
TABLES = ("subjects", "codes", "flows", "providers", "admins", "links", "sessions", "audit", "exchanges")


@pytest.fixture
def company(house, forger):
    """A team that signs in by the forger."""
    return Company.of(house, forger)


def naming(house, *names):
    """Return the tables that name somebody."""
    return [
        table
        for table in TABLES
        for row in house.run(house.house.database.rows(f"SELECT * FROM {table}"))
        if any(name in fold(repr(dict(row))) for name in names)
    ]


def erased(house, company, person):
    """Erase somebody."""
    house.run(house.house.erasing.erase(company.team, person, by=WHY, progress=lambda _: None))


def test_no_sign_in_names_whoever_is_erased(house, company, forger):
    """Not who they are at the provider, no code of theirs, no answer that nobody took up, no trial."""
    company.person(ANN)
    company.person("bob@acme.example")
    said = {"email": ANN, "sub": "sub-of-ann"}
    for more in ({"email": "bob@acme.example", "sub": "bob"}, said):
        signed_in(stranger(house), company, forger, company.product().asks, **more)
    owner = guest(house, company.team)
    sent = owner.get(f"/settings/security/authentication/sso/{company.provider.id}/test")
    forger.token = forger.signed(forger.claims(nonce=query_of(sent)["nonce"], **said))
    back = answered(owner, company, query_of(sent)["state"])
    owner.get(f"https://hub.example{back.headers['location'].partition('?')[0]}", **query_of(back))
    found = house.run(house.house.people.find(company.team, ANN))
    assert {"subjects", "codes", "flows", "providers"} <= set(naming(house, ANN, found))

    erased(house, company, found)

    assert [] == [table for table in naming(house, ANN, "sub-of-ann") if table != "exchanges"]
    assert "subjects" in naming(house, "bob@acme.example")
    codes = house.run(house.house.database.rows("SELECT person_id FROM codes"))
    assert found not in {row["person_id"] for row in codes}


def test_a_sign_in_under_way_brings_nobody_back(house, company, forger):
    """Found before they were erased, linked afterwards: nothing is kept, and nobody is let in."""
    company.person(ANN)
    subjects = house.house.signins.subjects
    identity = Identity(subject="sub-of-ann", auth_time=0, addresses=(ANN,))
    match = house.run(whom(subjects, company.provider, identity))
    assert match.person
    erased(house, company, match.person)

    linked = house.run(subjects.link(company.provider, identity, Linked(person=match.person)))

    assert not linked
    assert "subjects" not in naming(house, ANN)
    browser = stranger(house)
    asked = begun(browser, company, company.product().asks)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"], email=ANN))
    assert 403 == answered(browser, company, asked["state"]).status_code
