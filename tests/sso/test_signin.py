"""People sign in: to the portal, to the product, to try it; once, in one browser, and as themselves."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import urlsplit

import pytest
from attrs import evolve
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.util import urlsafe_b64decode

from hub.engine.signing.drafts import Draft
from hub.engine.values.entitlements import REFUSALS, Reason
from hub.engine.values.errors import AdminError, StoreAway
from hub.engine.values.scope import Scope
from hub.providers import Protocol
from hub.sso.old_names import old_names
from hub.teams import Role
from hub.web.portal import sending
from tests.author import BY
from tests.described import faults
from tests.described import said as described
from tests.sso.house import RETURN_TO, Company, answered, begun, follow, query_of, signed_in
from tests.web.portal.connections import notes
from tests.web.portal.guests import HOST, Guest, guest, stranger, words


@pytest.fixture
def company(house, forger):
    """A team that signs in by the forger, whose people arrive over SCIM."""
    return Company.of(house, forger)


@pytest.fixture
def browser(house):
    """Somebody's browser."""
    return stranger(house)


def rows(house, sql, *values):
    """Return rows of the database."""
    return house.run(house.house.database.rows(sql, *values))


def flows(house, company):
    """Return the sign-ins under way that are kept of a team."""
    return rows(house, "SELECT * FROM flows WHERE team_id = $1", company.team.id)


# ------------------------------------------------------------------------------------------- to the product


def test_somebody_signs_in_to_the_product(house, company, forger, browser):
    """From the product to the provider and back, with a code that is worth an answer and an assertion."""
    ann = company.person("Ann@acme.example")
    product = company.product()
    back = signed_in(browser, company, forger, product.asks)

    assert 303 == back.status_code
    assert back.headers["location"].startswith(f"{RETURN_TO}&code=")
    assert product.state == query_of(back)["state"]
    answer = product.exchange(query_of(back)["code"])
    assert 200 == answer.status_code, answer.text
    said = answer.json()
    assert [] == faults(said, described("post", 200, path="/teams/{team}/signins"))
    assert (True, "seated", "standard") == (said["entitled"], said["reason"], said["seat"]["kind"])
    keys = KeySet.import_key_set(browser.get(f"{HOST}/.well-known/jwks.json").json())
    with old_names():
        claims = jwt.decode(said["assertion"], keys, algorithms=["EdDSA"]).claims
    now = time.time()
    assert {
        "iss": "http://hub.example",
        "aud": RETURN_TO,
        "sub": said["person"],
        "team": company.team.id,
        "seat": "standard",
    } == {name: claims[name] for name in ("iss", "aud", "sub", "team", "seat")}
    assert now - 10 < claims["auth_time"] <= now
    assert claims["iat"] + 120 == claims["exp"]
    assert claims["jti"]
    assert 1 == len(rows(house, "SELECT * FROM subjects WHERE provider_id = $1", company.provider.id))
    assert ann


@pytest.mark.parametrize("at", [1_700_000_000, None])
def test_when_they_proved_who_they_are_is_what_the_provider_says(company, forger, browser, at):
    """Many do not say: then it is not told, rather than that it was just now."""
    company.person("ann@acme.example")
    product = company.product()

    back = signed_in(browser, company, forger, product.asks, auth_time=at)

    said = product.exchange(query_of(back)["code"]).json()["assertion"].split(".")[1]
    assert at == json.loads(urlsafe_b64decode(said.encode())).get("auth_time")


def test_first_and_latest_sign_in_are_kept(house, company, forger, browser):
    """Of those who were let in; whoever signs in again is the same person, whatever their address is then."""
    company.person("ann@acme.example")
    signed_in(browser, company, forger, company.product().asks)
    (first,) = rows(house, "SELECT * FROM subjects WHERE provider_id = $1", company.provider.id)
    time.sleep(0.002)

    back = signed_in(browser, company, forger, company.product().asks, email="other@elsewhere.example")

    (latest,) = rows(house, "SELECT * FROM subjects WHERE provider_id = $1", company.provider.id)
    assert 303 == back.status_code
    assert first["person_id"] == latest["person_id"]
    assert first["first_at"] == latest["first_at"] < latest["last_at"]


def test_whoever_is_removed_is_refused_in_the_next_request(house, company, forger, browser):
    """Between code and exchange, too: the answer is of that moment."""
    ann, product = company.person("ann@acme.example"), company.product()
    code = query_of(signed_in(browser, company, forger, product.asks))["code"]
    company.leaves(ann)

    said = product.exchange(code).json()

    assert (False, "removed", None) == (said["entitled"], said["reason"], said["assertion"])
    again = signed_in(browser, company, forger, company.product().asks)
    assert 403 == again.status_code
    assert REFUSALS[Reason.REMOVED][0] in words(again)


def test_whoever_has_no_seat_reads_why_and_nothing_else(house, company, forger, browser):
    """No code, no link on, nothing kept of them: a page with the reason."""
    suspended = company.person("ann@acme.example")
    person = rows(house, "SELECT person_id FROM resources WHERE id = $1", suspended["id"])[0]["person_id"]
    house.run(house.house.people.suspend(company.team, person, by=evolve(BY, why="a test")))

    pages = {
        Reason.SUSPENDED: signed_in(browser, company, forger, company.product().asks),
        Reason.UNKNOWN: signed_in(
            browser, company, forger, company.product().asks, sub="eve", email="eve@acme.example"
        ),
    }

    for reason, page in pages.items():
        assert 403 == page.status_code
        assert REFUSALS[reason][0] in words(page)
        assert RETURN_TO not in page.text
        assert "location" not in page.headers
    assert [] == rows(house, "SELECT * FROM subjects WHERE provider_id = $1", company.provider.id)


def test_a_code_counts_once(house, company, forger, browser):
    """However it was used, whoever used it: the thief of a code without its verifier has used it up."""
    company.person("ann@acme.example")
    for spoiled in ("used", "stolen"):
        product = company.product()
        code = query_of(signed_in(browser, company, forger, product.asks))["code"]
        if spoiled == "used":
            assert 200 == product.exchange(code).status_code
        else:
            assert 400 == product.exchange(code, verifier="x" * 43).status_code

        again = product.exchange(code)

        assert 400 == again.status_code
        assert "code" == again.json()["parameter"]


def test_of_two_at_once_one_gets_the_answer(house, company, forger, browser):
    """Exactly one, however close they come."""
    company.person("ann@acme.example")
    for _ in range(5):
        product = company.product()
        code = query_of(signed_in(browser, company, forger, product.asks))["code"]

        async def both(product=product, code=code):
            return await asyncio.gather(*(product.asking(code) for _ in range(4)))

        assert [200, 400, 400, 400] == sorted(each.status_code for each in house.run(both()))


def test_a_code_is_one_teams(house, company, forger, browser):
    """Another team's key exchanges nothing, and does not use it up."""
    company.person("ann@acme.example")
    product, other = company.product(), Company.of(house, forger).product()
    code = query_of(signed_in(browser, company, forger, product.asks))["code"]

    assert 400 == product.exchange(code, key=other.key, team=other.team.id).status_code
    assert 401 == product.exchange(code, key=other.key).status_code
    assert 200 == product.exchange(code).status_code


def test_a_code_is_over_after_a_minute(house, company, forger, browser):
    """And what is kept of it goes with the next."""
    company.person("ann@acme.example")
    product = company.product()
    code = query_of(signed_in(browser, company, forger, product.asks))["code"]
    house.run(
        house.house.database.rows("UPDATE codes SET expires_at = '2020' WHERE team_id = $1", product.team.id)
    )

    assert 400 == product.exchange(code).status_code


WRONG = {
    "an address that is not registered": {"return_to": "https://evil.example/back"},
    "one that begins like one": {"return_to": RETURN_TO + "x"},
    "one with more in it": {"return_to": RETURN_TO + "&more=1"},
    "no address": {"return_to": ""},
    "no challenge": {"code_challenge": ""},
    "a challenge that is none": {"code_challenge": "short"},
    "a plain challenge": {"code_challenge_method": "plain"},
    "no state": {"state": ""},
    "a long state": {"state": "x" * 1001},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_nobody_is_sent_where_they_should_not_go(company, browser, changes):
    """What a product asks wrongly is a page, and goes nowhere."""
    answer = browser.get(f"{HOST}/signin/{company.team.id}", **{**company.product().asks, **changes})

    assert 400 == answer.status_code
    assert "location" not in answer.headers


# ---------------------------------------------------------------------------------------------- one browser


def lost(answer) -> None:
    """See that an answer is the one page that says nothing."""
    assert 400 == answer.status_code
    assert "took too long, was used already, or began in another browser" in words(answer)
    assert "location" not in answer.headers


def test_an_answer_counts_in_the_browser_that_asked(house, company, forger, browser):
    """Nobody is signed in by an answer that somebody else got, and it stays good for who asked."""
    company.person("ann@acme.example")
    asked = begun(browser, company, company.product().asks)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"]))
    other = stranger(house)
    for name in [*browser.client.cookies]:
        other.client.cookies.set(name, "its own", domain="hub.example")

    lost(answered(other, company, asked["state"]))
    lost(answered(stranger(house), company, asked["state"]))
    assert 303 == answered(browser, company, asked["state"]).status_code


def test_tabs_that_begin_at_once_all_end(house, company, forger, browser, monkeypatch):
    """A browser that is opened anew asks for all of its tabs at once, and for none with a cookie yet."""
    company.person("ann@acme.example")
    monkeypatch.setattr(sending, "COOKIES", 2**32)  # no two tabs have one cookie by chance
    path, asks = f"{HOST}/signin/{company.team.id}", company.product().asks

    async def opened():
        return await asyncio.gather(*(browser.client.get(path, params=asks) for _ in range(3)))

    for sent in house.run(opened()):
        forger.token = forger.signed(forger.claims(nonce=query_of(sent)["nonce"]))
        assert 303 == answered(browser, company, query_of(sent)["state"]).status_code


def test_a_browser_holds_few_cookies(company, browser, monkeypatch):
    """However often it begins: a request has no room for many."""
    monkeypatch.setattr(sending, "COOKIES", 2)
    for _ in range(8):
        begun(browser, company)

    assert len(browser.client.cookies) <= 2


def test_an_answer_comes_by_its_own_protocol(house, company, forger, browser):
    """Where SAML is answered no browser is asked which it is: an OpenID provider answers elsewhere."""
    asked = begun(browser, company)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"]))
    acs = f"{HOST}/sso/{company.team.id}/{company.provider.id}/acs"
    brought = {"RelayState": asked["state"], "code": "a code"}

    assert 404 == stranger(house).ask("POST", acs, data=brought).status_code
    assert 0 == forger.count("/token")


def test_an_answer_counts_once(company, forger, browser):
    """A second time, the browser's own is refused, too."""
    company.person("ann@acme.example")
    asked = begun(browser, company, company.product().asks)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"]))
    assert 303 == answered(browser, company, asked["state"]).status_code

    lost(answered(browser, company, asked["state"]))


def test_looking_whether_it_is_there_takes_nothing_up(house, company, forger, browser):
    """A HEAD, as from whoever looks at links before somebody follows them, is no answer, and no trial."""
    company.person("ann@acme.example")
    looked = browser.ask("HEAD", f"{HOST}/signin/{company.team.id}", params=company.product().asks)
    assert (200, 0) == (looked.status_code, len(flows(house, company)))
    asked = begun(browser, company, company.product().asks)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"]))
    back = f"{HOST}/sso/{company.team.id}/{company.provider.id}/callback"
    assert 200 == browser.ask("HEAD", back, params={"state": asked["state"], "code": "a code"}).status_code
    assert 0 == forger.count("/token")
    assert 303 == answered(browser, company, asked["state"]).status_code

    owner = guest(house, company.team)
    test = f"{AT}/{company.provider.id}/test"
    assert (200, 0) == (owner.ask("HEAD", test).status_code, len(flows(house, company)))
    sent = query_of(owner.get(test))
    forger.token = forger.signed(forger.claims(nonce=sent["nonce"]))
    to = urlsplit(answered(owner, company, sent["state"]).headers["location"]).path
    assert 200 == owner.ask("HEAD", f"{HOST}{to}", params={"state": sent["state"]}).status_code
    assert house.run(house.house.providing.one(company.team, company.provider.id)).tested_at is None


def test_a_code_is_shown_once_however_often_it_is_brought(house, company, forger, browser):
    """A browser that asks several times at once: one is let in, and the provider sees the code once."""
    company.person("ann@acme.example")
    asked = begun(browser, company, company.product().asks)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"]))
    back = f"{HOST}/sso/{company.team.id}/{company.provider.id}/callback"
    query = {"state": asked["state"], "code": "a code"}

    async def brought():
        return await asyncio.gather(*(browser.client.get(back, params=query) for _ in range(5)))

    assert [303, 400, 400, 400, 400] == sorted(each.status_code for each in house.run(brought()))
    assert 1 == forger.count("/token")


def test_the_provider_is_asked_once(house, company, forger):
    """While an answer waits to be looked at, it is refused again without another word to the provider."""
    owner = guest(house, company.team)
    sent = owner.get(f"{AT}/{company.provider.id}/test")
    forger.token = forger.signed(forger.claims(nonce=query_of(sent)["nonce"]))
    answered(owner, company, query_of(sent)["state"])
    asked = forger.count("/token")

    lost(answered(owner, company, query_of(sent)["state"]))
    assert 1 == asked == forger.count("/token")


def test_an_answer_is_to_a_question_of_ours(house, company, forger, browser):
    """A state that nobody gave out, one of another provider's, and one that is over."""
    asked = begun(browser, company, company.product().asks)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"]))
    other = Company.of(house, forger)

    lost(answered(browser, company, "made-up"))
    lost(answered(browser, company, ""))
    lost(answered(browser, other, asked["state"]))
    house.run(
        house.house.database.rows("UPDATE flows SET expires_at = '2020' WHERE team_id = $1", company.team.id)
    )
    lost(answered(browser, company, asked["state"]))


def test_what_is_not_believed_lets_nobody_in(company, forger, browser):
    """A token for another sign-in, or of nobody's: and the sign-in is over."""
    company.person("ann@acme.example")
    asked = begun(browser, company, company.product().asks)
    forger.token = forger.signed(forger.claims(nonce="another"))
    lost(answered(browser, company, asked["state"]))
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"]))

    lost(answered(browser, company, asked["state"]))


def test_what_is_over_is_swept_away(house, company, browser):
    """Sign-ins that nobody finished do not stay."""
    for _ in range(3):
        begun(browser, company)
    house.run(
        house.house.database.rows("UPDATE flows SET expires_at = '2020' WHERE team_id = $1", company.team.id)
    )
    begun(browser, company)

    assert 1 == len(rows(house, "SELECT 1 FROM flows WHERE team_id = $1", company.team.id))


# ------------------------------------------------------------------------------------------- who they are


def test_an_address_that_is_not_verified_finds_nobody(company, forger, browser):
    """Whoever may write their address at the provider is not whoever has it."""
    company.person("ann@acme.example")

    assert (
        403 == signed_in(browser, company, forger, company.product().asks, email_verified=False).status_code
    )


def test_a_provider_vouches_in_its_domains_alone(house, company, forger, browser):
    """An address elsewhere finds nobody, though it is verified; with a domain of its connection it does."""
    company.person("ann@elsewhere.example")
    asks = company.product().asks
    assert 403 == signed_in(browser, company, forger, asks, email="ann@elsewhere.example").status_code
    connection = evolve(company.connection, domains=("elsewhere.example",))

    async def trust(unit):
        await unit.put(connection)

    house.run(house.house.registry.store(Scope(team=company.team.id)).write(trust, reference="t"))

    assert 303 == signed_in(browser, company, forger, asks, email="ann@elsewhere.example").status_code


def test_the_directorys_id_finds_whoever_has_it_over_scim(company, forger, browser):
    """Where `sub` is another one in each application, and no address is verified."""
    company.person("ann@acme.example", externalId="oid-7")
    claims = {"email": None, "email_verified": None}

    asks = company.product().asks
    assert 403 == signed_in(browser, company, forger, asks, oid="oid-7", **claims).status_code
    assert 303 == signed_in(browser, company, forger, asks, oid="oid-7", tid="t", **claims).status_code


def test_another_providers_connection_is_not_asked(house, company, forger, browser):
    """With two providers, a connection's people sign in by the one that it names."""
    company.person("ann@acme.example", externalId="oid-7")
    house.run(
        house.house.providing.create(
            company.team,
            Protocol.OIDC,
            Draft(title="Other", issuer=forger.issuer, client_id="other", secret="s"),
            by=BY,
        )
    )
    path = f"{HOST}/signin/{company.team.id}"
    assert "Forger" in words(browser.get(path))
    asks = {**company.product().asks, "provider": company.provider.id}
    claims = {"oid": "oid-7", "tid": "t"}

    assert 403 == signed_in(browser, company, forger, asks, **claims).status_code
    house.run(house.house.connections.signs_in_by(company.connection, company.provider.id, by=BY))
    assert 303 == signed_in(browser, company, forger, asks, **claims).status_code


def test_several_that_may_be_meant_are_nobody(house, company, forger, browser):
    """Two connections with a user of that name each: nobody is taken for the other."""
    company.person("ann@acme.example")
    other = house.way(company.team, "entra")
    evolve(company, way=other).person("ann@acme.example")

    assert 403 == signed_in(browser, company, forger, company.product().asks).status_code


# --------------------------------------------------------------------------------------------- to the portal


def admin(house, company, address, role=Role.ADMIN):
    """Let somebody look after the team."""
    return house.run(house.house.admins.add(company.team, address, role=role, by=BY))


def test_an_admin_signs_in_to_the_portal(house, company, forger, browser):
    """By the address they were added with, and goes on to the page that they wanted."""
    admin(house, company, "ann@acme.example")
    wanted = f"/teams/{company.team.id}/admins"
    sent = browser.get(f"{HOST}{wanted}")
    assert f"/signin?to={wanted}" == sent.headers["location"]
    team = browser.get(f"{HOST}/signin", to=wanted)
    assert f"/signin/{company.team.id}" == urlsplit(team.headers["location"]).path

    back = signed_in(browser, company, forger, {"to": wanted})

    assert (303, wanted) == (back.status_code, back.headers["location"])
    assert "ann@acme.example" in words(browser.get(f"{HOST}{wanted}"))


def test_nobody_else_comes_into_the_portal(house, company, forger, browser):
    """A person of the team is no admin of it; and the page says so."""
    company.person("ann@acme.example")

    answer = signed_in(browser, company, forger)

    assert 403 == answer.status_code
    assert "You are no administrator of this team" in words(answer)
    latest = notes(house, company.team)[-1]
    assert ("session.refuse", "ann@acme.example", "Forger") == (latest.action, latest.who, latest.target)


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/teams/other", "/signout", "javascript:"]
)
def test_nobody_goes_on_to_anywhere_else(house, company, forger, browser, to):
    """What is no page of the team is not gone to."""
    admin(house, company, "ann@acme.example")

    back = signed_in(browser, company, forger, {"to": to})

    assert f"/teams/{company.team.id}" == back.headers["location"]


def test_an_admin_who_is_removed_is_out_with_the_next_request(house, company, forger, browser):
    """And no sign-in brings them back in; their session as the person they are stays what it is."""
    admin(house, company, "owner@acme.example", Role.OWNER)
    admin(house, company, "ann@acme.example")
    signed_in(browser, company, forger)
    page = Guest(bench=house, client=browser.client, team=company.team)
    assert 200 == page.get("/admins").status_code

    house.run(house.house.admins.remove(company.team, "ann@acme.example", by=BY))

    assert 303 == page.get("/admins").status_code
    assert 403 == signed_in(browser, company, forger).status_code


def vouched(house, company):
    """Have the operator say that the team's SSO is its provider's."""
    said = {"sso_issuer": company.provider.issuer}
    house.run(house.house.switches.set_team(company.team, said, by=BY))


def test_an_address_leads_to_its_provider(house, company, browser):
    """Whoever types it is given a link; whoever types another is told, and asked again."""
    vouched(house, company)
    found = browser.get(f"{HOST}/signin", address="Someone@ACME.example")
    assert 200 == found.status_code  # and no redirect: the form could not go on to the provider
    assert f'href="/signin/{company.team.id}?provider={company.provider.id}' in found.text
    other = browser.get(f"{HOST}/signin", address="someone@nowhere.example")

    assert "Nobody is set up to sign in as someone@nowhere.example" in words(other)


def test_an_address_names_no_team(house, company, browser):
    """Whoever types one learns who signs people in there, and nothing of whose they are."""
    vouched(house, company)
    found = browser.get(f"{HOST}/signin", address="someone@acme.example")
    second = Draft(title="Second", issuer=company.provider.issuer, client_id="c", secret="s")
    house.run(house.house.providing.create(company.team, Protocol.OIDC, second, by=BY))
    several = browser.get(f"{HOST}/signin/{company.team.id}")

    assert "Forger" in words(found)
    assert ("Forger" in words(several)) is ("Second" in words(several)) is True
    assert company.team.name not in found.text + several.text


def test_an_address_leads_to_no_provider_that_nobody_stands_for(house, company, forger, browser):
    """Anybody can enter a domain: only once somebody signed in there, or the operator says so, it counts."""
    asked = [browser.get(f"{HOST}/signin", address="someone@acme.example")]
    owner = guest(house, company.team)
    state = query_of(owner.get(f"{AT}/{company.provider.id}/test"))
    forger.token = forger.signed(forger.claims(nonce=state["nonce"]))
    follow(owner, answered(owner, company, state["state"]))
    asked.append(browser.get(f"{HOST}/signin", address="someone@acme.example"))

    assert [False, True] == [company.provider.id in each.text for each in asked]


def test_whoever_tries_addresses_is_in_nobody_s_way(house, company, browser):
    """What is known is answered, also to an address from which much was asked in vain."""
    vouched(house, company)
    tried = [browser.get(f"{HOST}/signin", address=f"someone@{n}.example").status_code for n in range(30)]

    assert 429 == tried[-1]
    assert 200 == browser.get(f"{HOST}/signin", address="someone@acme.example").status_code


def test_a_provider_that_is_away_is_a_page(house, company, browser):
    """Not an error of ours, and no address that leads nowhere."""
    house.house.signins.speaks._openid.directory._found.clear()
    provider = evolve(company.provider, how=evolve(company.provider.how, issuer="http://127.0.0.1:9"))

    async def put(unit):
        await unit.put_provider(provider)

    house.run(house.house.registry.store(Scope(team=company.team.id)).write(put, reference="t"))
    answer = browser.get(f"{HOST}/signin/{company.team.id}")

    assert 503 == answer.status_code
    assert "Forger cannot be reached" in words(answer)
    assert "127.0.0.1" not in words(answer)


# ------------------------------------------------------------------------------------------------ to try it

AT = "/settings/security/authentication/sso"


def test_a_trial_shows_what_was_said_and_whom_it_means(house, company, forger):
    """And lets SCIM be turned on in a team that had no SSO: once, whoever looks again."""
    team = house.run(house.house.switches.set_team(company.team, {"sso_issuer": None}, by=BY))[0]
    owner = guest(house, team)
    sent = owner.get(f"{AT}/{company.provider.id}/test")
    forger.token = forger.signed(forger.claims(nonce=query_of(sent)["nonce"], oid="oid-1"))
    back = answered(owner, company, query_of(sent)["state"])
    assert 303 == back.status_code

    for _ in range(2):
        page = words(follow(owner, back))
        assert "Sign-in works" in page
        assert "oid-1" in page
        assert "The team has nobody with ann@acme.example" in page

    after = house.run(house.house.registry.team(id=team.id))
    assert forger.issuer == after.sso_issuer
    (kept,) = house.run(house.house.providing.of(team))
    assert "ann@acme.example" == kept.tested_as
    notes = rows(house, "SELECT 1 FROM audit WHERE team_id = $1 AND action = 'sso.test'", team.id)
    assert 1 == len(notes)


def test_a_trial_that_fails_says_why(house, company, forger):
    """To whoever looks after the team: the clock, the audience, the client; and unlocks nothing."""
    team = house.run(house.house.switches.set_team(company.team, {"sso_issuer": None}, by=BY))[0]
    owner = guest(house, team)
    sent = owner.get(f"{AT}/{company.provider.id}/test")
    forger.token = forger.signed(forger.claims(nonce=query_of(sent)["nonce"], aud="other"))
    back = answered(owner, company, query_of(sent)["state"])

    page = words(follow(owner, back))

    assert "Sign-in does not work yet" in page
    assert "is the client ID right?" in page
    assert house.run(house.house.registry.team(id=team.id)).sso_issuer is None


def test_a_trial_is_for_owners(house, company):
    """Neither an auditor nor an admin says what unlocks SCIM; nor is a sign-in to the product a trial."""
    for role in (Role.ADMIN, Role.AUDITOR):
        assert 403 == guest(house, company.team, role).get(f"{AT}/{company.provider.id}/test").status_code


def test_a_trial_is_looked_at_in_its_browser(house, company, forger):
    """Another owner's browser sees nothing of it, and unlocks nothing."""
    owner, other = guest(house, company.team), guest(house, company.team)
    sent = owner.get(f"{AT}/{company.provider.id}/test")
    forger.token = forger.signed(forger.claims(nonce=query_of(sent)["nonce"]))
    back = answered(owner, company, query_of(sent)["state"])

    seen = follow(other, back)

    assert 303 == seen.status_code
    assert seen.headers["location"].endswith(f"{AT}/{company.provider.id}")
    (kept,) = house.run(house.house.providing.of(company.team))
    assert kept.tested_at is None


@pytest.fixture
def other_key(house):
    """Change the server's key, under which secrets are sealed, for the rest of a test."""
    before = house.house.providing.key
    yield lambda: object.__setattr__(house.house.providing, "key", bytes(32))
    object.__setattr__(house.house.providing, "key", before)


def test_a_secret_of_another_key_is_a_page_too(company, browser, other_key):
    """Where the server's key was changed, the secret has to be given anew: nobody is sent, nothing breaks."""
    other_key()
    answer = browser.get(f"{HOST}/signin/{company.team.id}")

    assert 503 == answer.status_code
    assert "Forger cannot be reached" in words(answer)


def test_whoever_comes_back_to_another_key_begins_anew(company, browser, other_key):
    """As of an answer that is not believed: the sign-in is over."""
    asked = begun(browser, company, company.product().asks)
    other_key()

    lost(answered(browser, company, asked["state"]))
    lost(answered(browser, company, asked["state"]))


@pytest.mark.parametrize("error", [AdminError("it has just been removed"), StoreAway("the database is away")])
def test_metadata_that_is_not_kept_stands_in_nobodys_way(house, company, forger, browser, monkeypatch, error):
    """Whoever has signed in goes on; the next one brings what the provider says now again."""
    providing = house.house.providing
    finish = type(providing.speaks).finish

    async def renewing(self, how, *args):
        identity, _ = await finish(self, how, *args)
        return identity, evolve(how, max_age=None if how.max_age else 60)

    async def failing(self, *_, **__):
        raise error

    monkeypatch.setattr(type(providing.speaks), "finish", renewing)
    monkeypatch.setattr(type(providing), "renewed", failing)
    company.person("ann@acme.example")
    answer = signed_in(browser, company, forger, company.product().asks, email="ann@acme.example")

    assert 303 == answer.status_code
    assert answer.headers["location"].startswith(f"{RETURN_TO}&code=")
