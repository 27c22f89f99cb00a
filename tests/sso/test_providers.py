"""Real providers, set up in the portal by its forms; SAML's answers come from another site."""

from __future__ import annotations

import asyncio
import json
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from attrs import evolve
from cryptography.hazmat.primitives import hashes

from hub.engine.signing.drafts import Draft
from hub.providers import Protocol
from hub.teams import Role
from storage.providers import ProviderAffairs
from tests.author import BY
from tests.sso.forgery import Hand
from tests.sso.house import RETURN_TO, Product, follow, query_of
from tests.sso.openid import forging
from tests.sso.test_metadata import described, key
from tests.web.portal.guests import HOST, guest, stranger, words

AT = "/settings/security/authentication/sso"


@pytest.fixture
def team(house):
    """A team without SSO, with somebody in it who arrived over SCIM."""
    made = house.team(seats=5)
    way = house.way(made, "okta")
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann@acme.example"}
    house.ask(way, "POST", "/Users", {**body, "active": True})
    return house.run(house.house.switches.set_team(made, {"sso_issuer": None}, by=BY))[0]


@pytest.fixture
def owner(house, team):
    """An owner of the team at a browser."""
    return guest(house, team)


def value(page, name):
    """Return what a form's field holds."""
    return unescape(page.text.split(f'name="{name}" value="')[1].split('"')[0])


def copied(page, id):
    """Return the value that is there to be copied."""
    return unescape(page.text.split(f'<code id="{id}">')[1].split("<")[0])


def product_of(house, team) -> Product:
    """Return a product of the team."""
    return Product(bench=house, team=team, key=house.key(team))


def saml(house, owner, provider) -> str:
    """Set a real SAML provider up, as an owner does; return the address of its page."""
    page = owner.get(f"{AT}/new/saml")
    entity_id = copied(page, "entity-id")
    provider.knows(owner.get(f"{HOST}{urlsplit(entity_id).path}").content)
    made = owner.post(
        f"{AT}/new/saml",
        id=value(page, "id"),
        title="Company",
        domains="acme.example",
        metadata_url=provider.metadata_url,
    )
    assert 303 == made.status_code, words(made)
    assert entity_id.rpartition("/")[0].endswith(made.headers["location"].rpartition("/")[2])
    return str(made.headers["location"])


def sent_back(browser, provider, answer):
    """Have somebody sign in at the SAML provider; return where the browser posts what."""
    to, form = provider.sign_in(answer.headers["location"])
    return f"{HOST}{urlsplit(to).path}", form


def signed_in(house, browser, provider, answer):
    """Have a browser sign in at the SAML provider: the form comes from another site, without a cookie."""
    to, form = sent_back(browser, provider, answer)
    posted = stranger(house).ask("POST", to, data=form, headers={"sec-fetch-site": "cross-site"})
    assert 303 == posted.status_code, words(posted)
    return follow(browser, posted)


def test_a_saml_provider_is_set_up_tried_and_signed_in_with(house, team, owner, saml_provider):
    """As an owner does it: values copied, metadata by address, a trial; then people come to the product."""
    saml_provider.is_now("ann@acme.example")
    where = saml(house, owner, saml_provider)
    page = owner.get(f"{HOST}{where}")
    assert "Not tested" in words(page)

    tried = signed_in(house, owner, saml_provider, owner.get(f"{HOST}{where}/test"))
    page = words(follow(owner, tried))

    assert "Sign-in works" in page
    assert "ann@acme.example" in page
    assert f"{saml_provider.root}/metadata" == house.run(house.house.teams.named(team.name)).sso_issuer
    browser, product = stranger(house), product_of(house, team)
    back = signed_in(house, browser, saml_provider, browser.get(f"{HOST}/signin/{team.id}", **product.asks))
    assert back.headers["location"].startswith(RETURN_TO)
    assert product.exchange(query_of(back)["code"]).json()["entitled"]


def test_a_response_counts_once_and_in_the_browser_that_asked(house, team, owner, saml_provider):
    """Posted again, by whoever; or taken up by a browser that did not ask: nobody is let in."""
    saml_provider.is_now("ann@acme.example")
    saml(house, owner, saml_provider)
    browser, other, product = stranger(house), stranger(house), product_of(house, team)
    for each in (other, browser):
        answer = each.get(f"{HOST}/signin/{team.id}", **product.asks)
    to, form = sent_back(browser, saml_provider, answer)
    posted = stranger(house).ask("POST", to, data=form)

    assert 400 == stranger(house).ask("POST", to, data=form).status_code
    assert 400 == follow(other, posted).status_code
    assert 400 == follow(stranger(house), posted).status_code
    assert follow(browser, posted).headers["location"].startswith(RETURN_TO)
    assert 400 == follow(browser, posted).status_code


def test_a_response_that_nobody_asked_for_is_refused(house, team, owner, saml_provider):
    """From the provider's own page, without our state, or with another sign-in's."""
    saml_provider.is_now("ann@acme.example")
    saml(house, owner, saml_provider)
    browser, product = stranger(house), product_of(house, team)
    first, second = (browser.get(f"{HOST}/signin/{team.id}", **product.asks) for _ in range(2))
    to, form = sent_back(browser, saml_provider, first)
    another = query_of(second)["RelayState"]

    for state in ("", "made-up", another):
        posted = browser.ask("POST", to, data={**form, "RelayState": state})
        assert 400 == posted.status_code
        assert "location" not in posted.headers


def test_another_certificate_is_taken_up_by_itself(house, team, owner, saml_provider):
    """The provider's metadata has it: people go on signing in, and it is kept, and noted."""
    saml_provider.is_now("ann@acme.example")
    where = saml(house, owner, saml_provider)
    before = house.run(house.house.providing.of(team))[0]
    saml_provider.roll()
    browser, product = stranger(house), product_of(house, team)

    back = signed_in(house, browser, saml_provider, browser.get(f"{HOST}/signin/{team.id}", **product.asks))

    assert back.headers["location"].startswith(RETURN_TO)
    (after,) = house.run(house.house.providing.of(team))
    assert before.how.certificates != after.how.certificates
    assert after.id in where
    notes = house.run(
        house.house.database.rows("SELECT action FROM audit WHERE team_id = $1 AND who = 'metadata'", team.id)
    )
    assert ["sso.set"] == [row["action"] for row in notes]


def test_an_openid_provider_is_set_up_tried_and_signed_in_with(house, team, owner, openid_provider):
    """As an owner does it: the address copied, the issuer typed with a slash, a trial; then the product."""
    page = owner.get(f"{AT}/new/oidc")
    client, secret = openid_provider.client(copied(page, "callback"))
    made = owner.post(
        f"{AT}/new/oidc",
        id=value(page, "id"),
        title="Company",
        issuer=f"{openid_provider.issuer}/",
        client_id=client,
        secret=secret,
        domains="acme.example, other.example",
    )
    assert 303 == made.status_code, words(made)
    shown = owner.get(f"{HOST}{made.headers['location']}")
    assert secret not in shown.text
    ann = openid_provider.person("ann@acme.example")

    def came(browser, answer):
        where = openid_provider.authorise(answer.headers["location"], ann)
        path = urlsplit(where).path
        return browser.get(f"{HOST}{path}", **dict(parse_qsl(urlsplit(where).query)))

    tried = came(owner, owner.get(f"{HOST}{made.headers['location']}/test"))
    page = words(follow(owner, tried))
    assert "Sign-in works" in page
    assert openid_provider.issuer == house.run(house.house.teams.named(team.name)).sso_issuer
    browser, product = stranger(house), product_of(house, team)
    back = came(browser, browser.get(f"{HOST}/signin/{team.id}", **product.asks))

    assert product.exchange(query_of(back)["code"]).json()["entitled"]


WRONG = {
    "no name": ("oidc", {"title": ""}, "title", "needs a name"),
    "no issuer": ("oidc", {"issuer": ""}, "issuer", "issuer is missing"),
    "an issuer that is not there": ("oidc", {"issuer": "http://127.0.0.1:9"}, "issuer", "could not be asked"),
    "no client": ("oidc", {"client_id": ""}, "client_id", "client ID is missing"),
    "no secret": ("oidc", {"secret": ""}, "secret", "client secret is missing"),
    "an age in words": ("oidc", {"max_age": "a day"}, "max_age", "number of seconds"),
    "no domain": ("oidc", {"domains": "acme"}, "domains", "is not a domain"),
    "no metadata": ("saml", {}, "metadata_url", "metadata is missing"),
    "metadata without certificate": (
        "saml",
        {"metadata": described().decode()},
        "metadata",
        "no certificate",
    ),
    "metadata that is none": ("saml", {"metadata": "<html>"}, "metadata", "is not XML"),
    "metadata that is not there": (
        "saml",
        {"metadata_url": "http://127.0.0.1:9/"},
        "metadata_url",
        "could not",
    ),
}


@pytest.mark.parametrize(("protocol", "fields", "field", "says"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_stands_beside_its_field(owner, forger, protocol, fields, field, says):
    """What was typed is there still, but for the secret; and nothing was made."""
    good = {"title": "Company", "domains": "acme.example"}
    oidc = {"issuer": forger.issuer, "client_id": "client", "secret": "very secret", "max_age": "300"}
    id = value(owner.get(f"{AT}/new/{protocol}"), "id")
    typed = {**good, **(oidc if protocol == "oidc" else {}), **fields, "id": id}

    answer = owner.post(f"{AT}/new/{protocol}", typed)

    assert 422 == answer.status_code
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-wrong"' in answer.text
    assert says in words(answer)
    assert "very secret" not in answer.text
    assert id == value(answer, "id")
    assert f'value="{typed["domains"]}"' in answer.text
    assert "No provider yet" in words(owner.get(AT))


def test_a_provider_is_changed_without_its_secret(house, team, owner, forger):
    """Left empty, secret and metadata stay; the audit has no secret."""
    id = value(owner.get(f"{AT}/new/oidc"), "id")
    typed = {"title": "One", "issuer": forger.issuer, "client_id": "client", "secret": "very secret"}
    where = owner.post(f"{AT}/new/oidc", {**typed, "id": id}).headers["location"]
    (before,) = house.run(house.house.providing.of(team))

    changed = owner.post(f"{HOST}{where}", {**typed, "title": "Two", "secret": "", "domains": "acme.example"})

    assert 303 == changed.status_code
    (after,) = house.run(house.house.providing.of(team))
    assert ("Two", ("acme.example",)) == (after.title, after.domains)
    assert before.how == after.how
    assert "very secret" == house.house.providing.opened(after).client_secret
    kept = house.run(house.house.database.rows("SELECT settings FROM providers WHERE id = $1", id))
    audit = house.run(house.house.database.rows("SELECT changes FROM audit WHERE team_id = $1", team.id))
    assert "very secret" not in repr([*map(dict, kept), *map(dict, audit)])


def test_another_issuer_is_another_provider(house, team, owner, forger):
    """Its people have other names, and this one's secret is none of its business: it is not even asked."""
    id = value(owner.get(f"{AT}/new/oidc"), "id")
    typed = {"title": "One", "issuer": forger.issuer, "client_id": "client", "secret": "very secret"}
    where = owner.post(f"{AT}/new/oidc", {**typed, "id": id}).headers["location"]
    with forging() as other:
        refused = [
            owner.post(f"{HOST}{where}", {**typed, "issuer": other.issuer, "secret": secret})
            for secret in ("", "its own")
        ]
        asked = list(other.asked)

    assert ([422, 422], []) == ([each.status_code for each in refused], asked)
    assert "Another issuer is another provider" in words(refused[1])
    assert forger.issuer == house.run(house.house.providing.one(team, id)).issuer


def test_another_entity_is_another_provider(house, team, owner):
    """By metadata, too; what is the same provider's is taken."""
    typed = {"title": "One", "metadata": described(key(Hand.new().text)).decode()}
    id = value(owner.get(f"{AT}/new/saml"), "id")
    where = owner.post(f"{AT}/new/saml", {**typed, "id": id}).headers["location"]
    before = house.run(house.house.providing.one(team, id))
    rolled = described(key(Hand.new().text)).decode()
    moved = rolled.replace(before.issuer, "https://other.example/saml")

    refused = owner.post(f"{HOST}{where}", {**typed, "metadata": moved})

    assert 422 == refused.status_code
    assert 'href="#metadata"' in refused.text
    assert "Another issuer is another provider" in words(refused)
    assert 303 == owner.post(f"{HOST}{where}", {**typed, "metadata": rolled}).status_code


def test_another_certificate_is_in_the_audit(house, team, owner):
    """By the fingerprints of both, as one looks them up at the provider."""
    hands = Hand.new(), Hand.new()
    one, other = (described(key(each.text)).decode() for each in hands)
    id = value(owner.get(f"{AT}/new/saml"), "id")
    where = owner.post(f"{AT}/new/saml", {"title": "One", "metadata": one, "id": id}).headers["location"]
    owner.post(f"{HOST}{where}", {"title": "One", "metadata": other})

    changes = house.run(
        house.house.database.rows(
            "SELECT changes FROM audit WHERE team_id = $1 AND action = 'sso.set'", team.id
        )
    )
    prints = [[each.certificate.fingerprint(hashes.SHA256()).hex()] for each in hands]
    assert [{"before": prints[0], "after": prints[1]}] == [
        json.loads(row["changes"])["certificates"] for row in changes
    ]


def test_what_was_changed_meanwhile_is_not_changed_back(house, team, owner):
    """Metadata that was asked for before somebody saved another certificate counts no more."""
    id = value(owner.get(f"{AT}/new/saml"), "id")
    texts = [described(key(Hand.new().text)).decode() for _ in range(2)]
    where = owner.post(f"{AT}/new/saml", {"title": "One", "metadata": texts[0], "id": id}).headers["location"]
    providing = house.house.providing
    read = house.run(providing.one(team, id))
    owner.post(f"{HOST}{where}", {"title": "One", "metadata": texts[1]})
    saved = house.run(providing.one(team, id))

    house.run(providing.renewed(read, evolve(read.how, certificates=(Hand.new().text,)), by=BY))

    assert saved == house.run(providing.one(team, id))


def test_what_is_removed_meanwhile_stays_so(house, team, owner, monkeypatch):
    """Metadata that is kept in the same moment does not bring the provider back."""
    id = value(owner.get(f"{AT}/new/saml"), "id")
    owner.post(
        f"{AT}/new/saml", {"title": "One", "metadata": described(key(Hand.new().text)).decode(), "id": id}
    )
    providing = house.house.providing
    read, look = house.run(providing.one(team, id)), ProviderAffairs.providers

    async def slowly(self):
        found = await look(self)
        await asyncio.sleep(0.1)  # the other, if they need not wait, read the same meanwhile
        return found

    monkeypatch.setattr(ProviderAffairs, "providers", slowly)

    async def at_once():
        renewing = providing.renewed(read, evolve(read.how, certificates=(Hand.new().text,)), by=BY)
        removing = providing.remove(team, read, by=BY)
        return await asyncio.gather(removing, renewing, return_exceptions=True)

    ended = house.run(at_once())

    assert ended[0] is None
    assert [] == house.run(providing.of(team))


def test_a_provider_is_removed_and_says_what_that_does(house, team, owner, forger):
    """Its sign-ins end; where the team's SSO stood on it, SCIM is paused."""
    id = value(owner.get(f"{AT}/new/oidc"), "id")
    typed = {"title": "One", "issuer": forger.issuer, "client_id": "c", "secret": "s", "id": id}
    owner.post(f"{AT}/new/oidc", typed)
    house.run(house.house.switches.set_team(team, {"sso_issuer": forger.issuer}, by=BY))
    assert "SCIM is paused" in words(owner.get(f"{AT}/{id}/remove"))

    assert 303 == owner.post(f"{AT}/{id}/remove", why="moved").status_code

    assert "No provider yet" in words(owner.get(AT))
    assert house.run(house.house.teams.named(team.name)).sso_issuer is None
    assert 404 == owner.get(f"{HOST}/sso/{team.id}/{id}/callback").status_code


def test_a_provider_of_another_team_is_none(house, team, owner, forger):
    """Neither shown, nor changed, nor removed; nor made anew under its id."""
    id = value(owner.get(f"{AT}/new/oidc"), "id")
    typed = {"title": "One", "issuer": forger.issuer, "client_id": "c", "secret": "s", "id": id}
    owner.post(f"{AT}/new/oidc", typed)
    other = guest(house, house.team(seats=1))

    assert 404 == other.get(f"{AT}/{id}").status_code
    assert 409 == other.post(f"{AT}/{id}", typed).status_code
    assert 409 == other.post(f"{AT}/{id}/remove").status_code
    for stolen in (id, "made-up"):
        answer = other.post(f"{AT}/new/oidc", {**typed, "title": "Mine", "id": stolen})
        assert 422 == answer.status_code
        assert "This page is out of date" in words(answer)
    assert "One" in words(owner.get(f"{AT}/{id}"))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR])
def test_providers_are_for_owners(house, team, owner, forger, role):
    """Whoever could say whom to sign in with could sign in as an owner: others look."""
    id = value(owner.get(f"{AT}/new/oidc"), "id")
    typed = {"title": "One", "issuer": forger.issuer, "client_id": "c", "secret": "s", "id": id}
    owner.post(f"{AT}/new/oidc", typed)
    other = guest(house, team, role)

    assert 200 == other.get(AT).status_code
    page = other.get(f"{AT}/{id}")
    assert "Owners can change it" in words(page)
    assert "<textarea" not in page.text
    assert 403 == other.get(f"{AT}/new/oidc").status_code
    for path in (f"{AT}/new/oidc", f"{AT}/{id}", f"{AT}/{id}/remove"):
        assert 403 == other.post(path, typed).status_code


def test_metadata_is_taken_from_a_file_too(house, team, owner):
    """As browsers send one."""
    page = owner.get(f"{AT}/new/saml")
    fields = {"csrf": owner.csrf(), "id": value(page, "id"), "title": "Company"}
    file = ("idp.xml", described(key(Hand.new().text)), "text/xml")

    made = owner.ask("POST", f"{AT}/new/saml", data=fields, files={"metadata_file": file})

    assert 303 == made.status_code, words(made)
    assert "1 certificate, the last until" in words(owner.get(f"{HOST}{made.headers['location']}"))


def test_metadata_is_given_in_one_way(house, team, owner):
    """The address may be filled in already: a file or a text beside it is not passed over in silence."""
    text, other = (described(key(Hand.new().text)) for _ in range(2))
    draft = Draft(title="Company", metadata=text.decode())
    made = house.run(house.house.providing.create(team, Protocol.SAML, draft, by=BY))
    fields = {"csrf": owner.csrf(), "title": "Company"}
    url, typed = {"metadata_url": "https://idp.example/metadata"}, {"metadata": other.decode()}
    file = {"metadata_file": ("idp.xml", other, "text/xml")}

    for several, chosen in ((url, file), (url | typed, None), (typed, file)):
        answer = owner.ask("POST", f"{AT}/{made.id}", data=fields | several, files=chosen)
        assert 422 == answer.status_code
        assert "leave all but one of them empty" in words(answer)
    assert [made] == house.run(house.house.providing.of(team))
    assert 303 == owner.ask("POST", f"{AT}/{made.id}", data=fields, files=file).status_code
    assert [made] != house.run(house.house.providing.of(team))
