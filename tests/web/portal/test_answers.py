"""What every answer says, whatever it answers, and the pages of errors."""

from __future__ import annotations

import re

import pytest
import structlog

from hub.engine.setup.admins import Admins
from hub.engine.values.errors import AdminError, StoreAway
from hub.teams import Role
from hub.web.portal.app import PAGES
from hub.web.portal.problems import WORDS
from tests.web.portal.guests import HOST, guest, stranger, words
from tests.web.portal.test_gate import called

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def team(house):
    """A team."""
    return house.team(seats=5)


@pytest.fixture(scope="module")
def owner(house, team):
    """An owner of it."""
    return guest(house, team)


@pytest.fixture(scope="module")
def auditor(house, team):
    """An auditor of it."""
    return guest(house, team, Role.AUDITOR)


def answers(house, owner, auditor):
    """Yield an answer of each sort: pages, redirects, files, and every kind of error."""
    for page in PAGES:
        yield from (
            who.ask(page.method, called(page, owner.team)) for who in (owner, auditor, stranger(house))
        )
    sheet = re.search(r'href="(/static/[^"]+\.css)"', owner.get().text)[1]
    for path in (
        sheet,
        "/static/nothing.css",
        "/",
        "/signin/x/y",
        "/teams/%2f",
        "/teams/a//b",
        "/teams/?a=1&a=2",
    ):
        yield owner.ask("GET", HOST + path)
    yield owner.ask("DELETE", "")
    yield owner.ask("HEAD", "")
    yield owner.ask("OPTIONS", "")
    yield owner.ask("GET", "", headers={"host": "not a host"})
    yield owner.ask("POST", "/admins", content=b"x" * 2_000_000)
    yield owner.ask("POST", "/admins", content=b"{}", headers={"content-type": "application/json"})


def test_every_answer_is_guarded(house, owner, auditor):
    """No answer is without its guards, and none but the files is kept by anybody."""
    seen = set()
    for answer in answers(house, owner, auditor):
        headers = answer.headers
        seen.add(answer.status_code)
        kept = "/static/" in str(answer.url) and answer.status_code == 200

        assert POLICY == headers["content-security-policy"], answer.url
        assert "nosniff" == headers["x-content-type-options"]
        assert "DENY" == headers["x-frame-options"]
        assert "same-origin" == headers["referrer-policy"]
        assert "same-origin" == headers["cross-origin-opener-policy"]
        assert "same-origin" == headers["cross-origin-resource-policy"]
        assert headers["strict-transport-security"].startswith("max-age=31536000")
        assert ("immutable" in headers["cache-control"]) is kept
        assert kept or headers["cache-control"] == "no-store"
    assert {200, 303, 400, 401, 403, 404, 405, 413} <= seen


def test_pages_hold_nothing_that_the_policy_forbids(house, owner, auditor):
    """No script, style or handler within a page, and nothing from elsewhere."""
    for answer in answers(house, owner, auditor):
        if not answer.text or not answer.headers["content-type"].startswith("text/html"):
            continue
        page = answer.text

        assert [] == re.findall(r"<script(?! src=\"/static/)[^>]*>|<style|\son\w+=|\sstyle=", page)
        assert [] == re.findall(r"(?:src|action)=\"(?!/)[^\"]*\"|<link[^>]*href=\"(?!/)", page)
        assert '<html lang="en">' in page
        assert page.count("<h1") == 1


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (AdminError("ann@acme.example is the last owner"), 409, "ann@acme.example is the last owner"),
        (StoreAway("the database does not answer"), 503, "not ready"),
        (RuntimeError("password=hunter2"), 500, "Something went wrong on our side"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_fails_is_told_in_the_words_of_its_kind(owner, monkeypatch, error, status, says):
    """A sentence of the engine is shown; of a fault there is a reference, and not a word of what it was."""

    async def broken(*_, **__):
        raise error

    monkeypatch.setattr(Admins, "add", broken if status != 409 else Admins.add)
    monkeypatch.setattr(Admins, "set_role", broken)
    monkeypatch.setattr("hub.web.portal.admins._admin", broken)
    answer = owner.post("/admins/x", role="admin")

    assert status == answer.status_code
    assert says in words(answer)
    assert re.search(r"Reference hx_[0-9a-f]{18}", words(answer))
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text


def test_a_page_that_asks_for_what_is_not_there_is_not_there(owner, monkeypatch):
    """What a GET is refused for is no more than a page that there is not."""

    async def broken(*_, **__):
        raise AdminError("there is no such thing: `hub thing list` shows all")

    monkeypatch.setattr(Admins, "of", broken)
    answer = owner.get("/admins")

    assert 404 == answer.status_code
    assert "hub thing list" not in answer.text


def test_the_way_back_stays_here(owner):
    """An error leads back to the page that it was asked from, and never to another site."""
    wanted = {
        f"{HOST}/teams/{owner.team.id}/admins?x=1": f"/teams/{owner.team.id}/admins",
        "https://evil.example//evil.example/": "/",
        "javascript:alert(1)": "/",
        "http://[": "/",
        "https://evil.example/\\evil.example": "/",
        "https://evil.example/\\/evil.example": "/",
        "": "/",
    }
    for referer, back in wanted.items():
        answer = owner.ask("GET", "/nothing", headers={"referer": referer})

        assert f'class="button" href="{back}"' in answer.text


def test_every_status_has_words():
    """Whatever a request is refused with, there are words for it."""
    assert {400, 401, 403, 404, 405, 408, 409, 410, 413, 415, 429, 431, 500, 503} == WORDS.keys()


@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"why=a&why=b", "application/x-www-form-urlencoded"),
        (b"why=%00", "application/x-www-form-urlencoded"),
        (b"why=%ff", "application/x-www-form-urlencoded"),
        ("why=ä".encode(), "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % n for n in range(600)), "application/x-www-form-urlencoded"),
        (b"not parts", "multipart/form-data; boundary=b"),
        (b"not parts", "multipart/form-data"),
        (b'{"why": "a"}', "application/json"),
        (b"why=a", "text/plain"),
    ],
)
def test_what_is_no_form_is_refused(owner, content, media):
    """Nothing is read in two ways, and nothing that no database could keep is read at all."""
    answer = owner.ask("POST", "/admins", content=content, headers={"content-type": media})

    assert 400 == answer.status_code


def test_a_form_in_parts_is_a_form(owner):
    """What is sent with files is read like any other, and its mark counts."""
    for mark, status in ((owner.csrf(), 422), ("x", 403)):
        fields = {"csrf": (None, mark), "address": (None, "nobody"), "role": (None, "admin")}
        answer = owner.ask("POST", "/admins", files={**fields, "file": ("a.xml", b"<a/>")})

        assert status == answer.status_code


@pytest.fixture
def lines():
    """What is logged meanwhile."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(0))
    with structlog.testing.capture_logs() as logged:
        yield logged
    structlog.configure(**before)


def test_who_may_not_and_a_form_that_is_too_old_are_told_apart(owner, auditor):
    """Each with what to do about it: ask an owner, or load the page again."""
    role = auditor.post("/admins", address="bo@acme.example", role="admin")
    old = owner.ask("POST", "/admins", data={"csrf": "x"})

    assert [403, 403] == [role.status_code, old.status_code]
    assert "Your role does not allow it. An owner of the team can change roles." in words(role)
    assert "That form is too old" in words(old)
    assert "role" not in words(old).lower()


def test_a_form_from_elsewhere_is_logged_with_both_addresses(owner, lines):
    """An operator whose hub is not told what it is called outside finds out why every form is refused."""
    said = {"origin": "https://portal.acme.example"}
    heard = owner.ask("POST", "/admins", data={"csrf": owner.csrf()}, headers=said)
    line = next(each for each in lines if each["event"] == "form.elsewhere")

    assert 403 == heard.status_code
    assert "from elsewhere" in words(heard)
    assert ("https://portal.acme.example", HOST) == (line["origin"], line["expected"])
    assert "server.public_url" in line["remedy"]


def test_pages_have_the_mark_that_forms_are_known_by(owner):
    """The mark that these tests send is the one that is in the page."""
    assert f'name="csrf" value="{owner.csrf()}"' in owner.get("/admins").text


@pytest.mark.parametrize("query", ["?a=1&a=2", "?a=%00", "?a=%ff", "?access_token=x"])
def test_questions_are_read_in_one_way(owner, query):
    """A parameter that stands twice, or holds what no text does, is refused."""
    assert 400 == owner.ask("GET", f"/audit{query}").status_code


def test_files_are_found_by_what_they_hold(owner):
    """Each has its type and is kept for ever; another address, or a way out of the folder, is none."""
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', owner.get().text)
    types = {owner.ask("GET", HOST + each).headers["content-type"] for each in links}

    assert {"text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/svg+xml"} == types
    for path in ("/static/portal.css", "/static/..%2fapp.py", "/static/../app.py", "/static/"):
        assert owner.ask("GET", HOST + path).status_code in {400, 404}
    ranged = owner.ask("GET", HOST + links[0], headers={"range": "bytes=0-,5-,0-,5-"})
    assert 200 == ranged.status_code
