"""Whoever leaves the team leaves its portal, too, and comes in by no sign-in, however they were found."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub.engine.values.errors import AdminError
from hub.teams import Role
from tests.author import BY
from tests.sso.house import HOST, Company, signed_in
from tests.web.portal.guests import stranger, words

ANN = "ann@acme.example"


def owner(house, company, address=ANN):
    """Let somebody look after the team."""
    return house.run(house.house.admins.add(company.team, address, role=Role.OWNER, by=BY))


def person_of(house, user):
    """Return the person whom a user is about."""
    (row,) = house.run(house.house.database.rows("SELECT person_id FROM resources WHERE id = $1", user["id"]))
    return row["person_id"]


def suspended(company, user):
    """Have somebody suspended."""
    house = company.bench
    why = evolve(BY, why="a test")
    house.run(house.house.people.suspend(company.team, person_of(house, user), by=why))


def deleted(company, user):
    """Have somebody's user deleted over SCIM."""
    assert 204 == company.bench.ask(company.way, "DELETE", f"/Users/{user['id']}").status_code


WAYS_OUT = {"removed": Company.leaves, "deleted": deleted, "suspended": suspended}

#: What the connection vouches for, the address of the user, and what finds them.
FOUND = {
    "by the address that is theirs": (("acme.example",), ANN, {}),
    "by a user called so": ((), ANN, {}),
    "by the directory's id": (("acme.example",), "lee@acme.example", {"oid": "oid-7", "tid": "t"}),
}


@pytest.mark.parametrize("out", WAYS_OUT.values(), ids=WAYS_OUT)
@pytest.mark.parametrize(("domains", "address", "claims"), FOUND.values(), ids=FOUND)
def test_whoever_leaves_the_team_is_out_of_its_portal(house, forger, domains, address, claims, out):
    """With the next request; a sign-in anew, in whatever browser, is a page that says so."""
    company = Company.of(house, forger, domains=domains)
    owner(house, company)
    user = company.person(address, externalId="oid-7")
    browser, home = stranger(house), f"{HOST}/teams/{company.team.id}"
    assert 303 == signed_in(browser, company, forger, **claims).status_code
    assert 200 == browser.get(home).status_code

    out(company, user)

    assert 303 == browser.get(home).status_code
    for each in (browser, stranger(house)):
        answer = signed_in(each, company, forger, **claims)
        assert 403 == answer.status_code
        assert "removed from it, or suspended there" in words(answer)
        assert 303 == each.get(home).status_code


@pytest.mark.parametrize("out", [Company.leaves, suspended], ids=["removed", "suspended"])
@pytest.mark.parametrize("domains", [(), ("acme.example",)], ids=["a user called so", "an address of theirs"])
def test_whoever_left_before_they_first_signed_in_is_told(house, forger, domains, out):
    """A page, and no way round in circles between the portal and the provider."""
    company = Company.of(house, forger, domains=domains)
    owner(house, company)
    out(company, company.person(ANN))

    answer = signed_in(stranger(house), company, forger)

    assert 403 == answer.status_code
    assert "removed from it, or suspended there" in words(answer)


def test_whoever_comes_back_comes_in(house, forger):
    """What shuts somebody out is how they stand now."""
    company = Company.of(house, forger)
    owner(house, company)
    user = company.person(ANN)
    signed_in(stranger(house), company, forger)
    suspended(company, user)
    house.run(house.house.people.unsuspend(company.team, person_of(house, user), by=BY))

    assert 303 == signed_in(stranger(house), company, forger).status_code


def test_whoever_else_left_shuts_nobody_out(house, forger):
    """Nor somebody of that address in another team."""
    company, other = (Company.of(house, forger, domains=("acme.example",)) for _ in range(2))
    owner(house, company)
    company.person(ANN)
    company.leaves(company.person("bob@acme.example"))
    other.leaves(other.person(ANN))

    assert 303 == signed_in(stranger(house), company, forger).status_code


def test_sessions_end_with_their_provider(house, forger):
    """Whoever came in by a provider that is removed is out with the next request."""
    company = Company.of(house, forger)
    owner(house, company)
    browser, home = stranger(house), f"{HOST}/teams/{company.team.id}"
    signed_in(browser, company, forger)
    assert 200 == browser.get(home).status_code

    house.run(house.house.providing.remove(company.team, company.provider, by=BY))

    assert 303 == browser.get(home).status_code


@pytest.mark.parametrize("gone", ["admin", "provider"])
def test_no_session_begins_of_what_has_just_gone(house, forger, gone):
    """An admin dismissed, a provider removed, while somebody comes back from it: nobody is let in."""
    company = Company.of(house, forger)
    owner(house, company, "bob@acme.example")
    ann = owner(house, company)
    if gone == "admin":
        house.run(house.house.admins.remove(company.team, ANN, by=BY))
    else:
        house.run(house.house.providing.remove(company.team, company.provider, by=BY))

    assert house.run(house.house.sessions.begin(ann, provider=company.provider.id)) is None


def test_nobody_is_erased_who_looks_after_the_team_under_another_address(house, forger):
    """Else nothing would tell any more that the admin is somebody who left."""
    company = Company.of(house, forger, domains=("acme.example",))
    owner(house, company)
    user = company.person("lee@acme.example", externalId="oid-7")
    signed_in(stranger(house), company, forger, oid="oid-7", tid="t")
    company.leaves(user)
    said = {"by": evolve(BY, why="a request"), "progress": lambda _: None}

    with pytest.raises(AdminError, match=f"{ANN} looks after"):
        house.run(house.house.erasing.erase(company.team, person_of(house, user), **said))
