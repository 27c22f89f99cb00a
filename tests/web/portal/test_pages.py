"""Teams, admins, the audit: what is done there, and what is said of it."""

from __future__ import annotations

import pytest

from hub.teams import Role
from tests.author import BY
from tests.web.portal.guests import COOKIE, HOST, guest, words

HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"


@pytest.fixture
def team(house):
    """A team of a test's own."""
    return house.team(seats=5)


@pytest.fixture
def owner(house, team):
    """An owner of it."""
    return guest(house, team)


def add(owner, address, role="admin", **more):
    """Fill in the form that adds an admin, send it, and return the page that follows."""
    sent = owner.post("/admins", {"address": address, "role": role, **more})
    assert 303 == sent.status_code, words(sent)
    return owner.get("/admins")


def test_an_admin_is_added_and_that_is_said_once(owner):
    """The page that follows says so; the same page again does not."""
    first, second = add(owner, "Ann@acme.example", name="Ann Lee"), owner.get("/admins")

    assert "ann@acme.example can sign in as an admin." in words(first)
    assert "can sign in as" not in words(second)
    assert "Ann Lee ann@acme.example" in words(second)


def test_what_was_said_is_for_that_session(house, team, owner):
    """Another session shows nothing of it, even with what the first one's browser held."""
    sent = owner.post("/admins", {"address": "ann@acme.example", "role": "admin"})
    other = guest(house, team)
    said = sent.headers["set-cookie"].partition(";")[0]
    mine = f"{COOKIE}={other.client.cookies[COOKIE]}"

    assert said.startswith("__Host-said=")
    for cookies in (f"{mine}; {said}", f"{mine}; __Host-said=made-up", f"{mine}; {said}x"):
        assert "can sign in as" not in words(other.ask("GET", "/admins", headers={"cookie": cookies}))


def test_a_form_that_is_wrong_keeps_what_was_typed(owner):
    """The title says so, the summary leads to the field, and the same words stand beside it."""
    answer = owner.post("/admins", {"address": "nobody at all", "name": HOSTILE, "role": "auditor"})
    page = answer.text

    assert 422 == answer.status_code
    assert "<title>Error: Admins" in page
    assert '<a href="#address">&#39;nobody at all&#39; is not an address, such as ann@example.com</a>' in page
    assert 'value="nobody at all" autocomplete="off" aria-describedby="address-hint address-wrong"' in page
    assert 'aria-invalid="true"' in page
    assert '<option value="auditor" selected>' in page
    assert "<script>alert" not in page
    assert "49" not in words(answer).partition("Add an admin")[2].partition("Role")[0]


def test_a_role_that_is_not_offered_was_not_chosen(owner):
    """What no page of ours sends is refused; nobody becomes an operator by a form."""
    for role, status in (("operator", 422), ("setup", 422), ("king", 400), ("", 400)):
        sent = owner.post("/admins", {"address": "ann@acme.example", "role": role})

        assert status == sent.status_code
    assert "ann@acme.example" not in words(owner.get("/admins"))


def test_the_last_owner_cannot_go(house, team, owner):
    """The page says why, and the way out; with another owner they can."""
    add(owner, "ann@acme.example", "owner")
    (ann,) = house.run(house.house.admins.of(team))
    step = owner.post(f"/admins/{ann.id}", role="auditor")
    leave = owner.post(f"/admins/{ann.id}/remove")

    for answer in (step, leave):
        assert 409 == answer.status_code
        assert "ann@acme.example is the last owner: make somebody else an owner first" in words(answer)
    add(owner, "bob@acme.example", "owner")
    assert "Remove ann@acme.example?" in words(owner.get(f"/admins/{ann.id}/remove"))
    assert 303 == owner.post(f"/admins/{ann.id}/remove", why="left us").status_code
    assert "ann@acme.example is no admin any more." in words(owner.get("/admins"))
    assert "left us" in words(owner.get("/audit"))


def test_auditors_see_admins_and_nothing_to_do_with_them(house, team, owner):
    """They are shown no form, since none of theirs would be taken."""
    add(owner, "ann@acme.example", "owner")
    page = guest(house, team, Role.AUDITOR).get("/admins")

    assert "ann@acme.example owner" in words(page)
    assert "Add an admin" not in words(page)
    assert "<select" not in page.text


def test_an_admin_of_another_team_is_not_there(house, owner):
    """Neither their page nor what is done there."""
    other = house.team(seats=1)
    ann = house.run(house.house.admins.add(other, "ann@acme.example", role=Role.OWNER, by=BY))
    asked = [
        owner.get(f"/admins/{ann.id}/remove"),
        owner.post(f"/admins/{ann.id}", role="owner"),
        owner.post(f"/admins/{ann.id}/remove"),
    ]

    assert [404, 404, 404] == [each.status_code for each in asked]


def test_the_audit_is_told_newest_first(owner):
    """Here and by command, with who and what."""
    add(owner, "ann@acme.example")
    told = words(owner.get("/audit"))

    assert (
        told.index("admin.add ann@acme.example")
        < told.index("session.begin owner")
        < told.index("link.create")
        < told.index("team.create")
    )
    assert "link:" in told
    assert "cli:tests" in told


def test_the_audit_is_filtered_by_its_address(owner):
    """By who, by action or its noun, by a day; an address can be kept and sent."""
    add(owner, "ann@acme.example")
    found = {
        (name, value): words(owner.get("/audit", **{name: value}))
        for name, value in (
            ("who", "cli:tests"),
            ("action", "admin"),
            ("action", "admin.add"),
            ("action", "adm"),
            ("since", "2999-01-01"),
        )
    }

    assert "team.create" in found["who", "cli:tests"]
    assert "admin.add ann@acme.example" not in found["who", "cli:tests"]
    for action in ("admin", "admin.add"):
        assert "admin.add ann@acme.example" in found["action", action]
        assert "team.create" not in found["action", action]
    assert "Nothing was done that fits" in found["action", "adm"]
    assert "Nothing was done that fits" in found["since", "2999-01-01"]


def test_a_day_that_is_none_is_said_beside_its_field(owner):
    """The filter keeps it, to be mended."""
    answer = owner.get("/audit", since="yesterday")

    assert 422 == answer.status_code
    assert "Write a day as in 2026-06-30" in words(answer)
    assert 'value="yesterday"' in answer.text


def test_the_audit_goes_on_page_by_page(house, team, owner):
    """Each line is on one page, however many there are, and the filter goes along."""
    for _ in range(60):
        house.run(house.house.links.for_admin(team, by=BY))
    first = owner.get("/audit", action="link.create")
    older = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = owner.ask("GET", f"{HOST}{older}")

    assert 50 == first.text.count("<code>link.create</code>")
    assert 11 == second.text.count("<code>link.create</code>")
    assert 'rel="next"' not in second.text
    assert "team.create" not in second.text


def test_an_audit_page_before_nothing_is_the_first(owner):
    """A place that is none is not looked for."""
    for before in ("x", "-1", "1" * 30):
        assert "team.create" in words(owner.get("/audit", before=before))


def test_operators_find_teams(house, team):
    """All, or those whose names hold what is sought, in whatever case."""
    operator = guest(house, team, Role.OPERATOR)
    all_ = operator.ask("GET", f"{HOST}/teams")
    some = operator.ask("GET", f"{HOST}/teams?name={team.name.upper()}")
    none = operator.ask("GET", f"{HOST}/teams?name=%3Cb%3Enobody")

    assert team.name in words(all_)
    assert 1 == some.text.count('scope="row"')
    assert "No name holds “<b>nobody”" in words(none)
    assert 200 == operator.get("/admins").status_code
    assert "All teams" in words(operator.get())
