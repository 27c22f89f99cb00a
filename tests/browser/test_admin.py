"""An owner connects providers without help, from the printed link to a person who signs in."""

from __future__ import annotations

import threading
import uuid

import pytest

from tests.browser.place import PATCH, Provider, place
from tests.browser.watched import watched
from tests.running import database_for


@pytest.fixture(params=["sqlite", "postgres"])
def hub(request, tmp_path):
    """A hub with a team of fifty seats that has not set up anything."""
    with place(database_for(request, tmp_path), tmp_path) as made:
        made.command("team", "create", "acme", "--seats", "50", "--plan", "enterprise")
        yield made


def test_an_owner_connects_a_provider(hub, browser, owner, somebody, openid_provider):
    """By the printed link: SSO, SCIM, the test and the first person live, fifty seats, one refusal."""
    link = hub.link("acme")
    assert 200 == owner.goto(link)
    with watched(browser) as late:
        assert 410 == late.goto(link)
    team = owner.page.url.rpartition("/")[2]

    ann = openid_provider.person("ann@acme.example")
    openid_set_up(owner, openid_provider)
    scim_is_locked(owner)
    tried(owner, openid_provider, ann)
    okta = Provider.okta(*connected(owner, "Okta"))
    assert okta.endpoint.startswith(f"{hub.url}/scim/v2/")
    owner.press("Turn on SCIM")
    owner.says("SCIM is on")

    assert 200 == okta.ask("GET", "/Users?startIndex=1&count=2").status_code
    assert 200 == okta.ask("GET", "/Groups?startIndex=1&count=100").status_code
    owner.says("The test request from")
    user = okta.create("ann@acme.example", displayName="Ann Lee").json()
    owner.says("The first person arrived: ann@acme.example has a standard seat")

    with hub.product(team) as product:
        signed_in(somebody, openid_provider, ann, product)
        leaver = {**user, "active": False}
        assert 200 == okta.ask("PUT", f"/Users/{user['id']}", leaver).status_code
        assert 403 == somebody.goto(product)
        somebody.says("access has ended")

    assert [201] * 50 == [okta.create(f"p{n}@acme.example").status_code for n in range(50)]
    refused = okta.create("late@acme.example")
    assert 403 == refused.status_code
    owner.page.reload()
    owner.says("late@acme.example")
    owner.follow("Seats")
    owner.says("late@acme.example")
    owner.says("Retry Selected")
    owner.page.get_by_role("link", name="late@acme.example").click()
    owner.says("No seat left: 50 of 50 Standard seats are taken.")


def test_an_owner_connects_by_saml(hub, browser, owner, somebody, saml_provider):
    """With a real SAML identity provider, then Entra's requests, and a token rotated without a refusal."""
    owner.goto(hub.link("acme"))
    team = owner.page.url.rpartition("/")[2]
    owner.goto(f"{hub.url}/teams/{team}/settings/security/authentication/sso")
    owner.follow("Set up SAML")
    saml_provider.knows(owner.page.request.get(owner.copied("entity-id")).body())
    owner.page.get_by_label("Name", exact=True).fill("Entra")
    owner.page.get_by_label("Address of its metadata").fill(saml_provider.metadata_url)
    owner.page.get_by_label("Domains").fill("acme.example")
    owner.press("Set up SAML")
    saml_provider.is_now("bo@acme.example")
    owner.follow("Test sign-in")
    owner.says("Sign-in works")

    entra = Provider.entra(*connected(owner, "Microsoft Entra ID"))
    owner.press("Turn on SCIM")
    probe = f'/Users?filter=userName eq "{uuid.uuid4()}"'.replace(" ", "%20").replace('"', "%22")
    assert 0 == entra.ask("GET", probe).json()["totalResults"]
    owner.says("The test request from")
    bo = entra.create("bo@acme.example", displayName="Bo Ray", externalId="f1c3").json()
    owner.says("The first person arrived: bo@acme.example has a standard seat")

    with hub.product(team) as product:
        somebody.goto(product)
        somebody.says("you hold a standard seat")
        off = {"schemas": [PATCH], "Operations": [{"op": "Replace", "path": "active", "value": "False"}]}
        assert entra.ask("PATCH", f"/Users/{bo['id']}", off).status_code in {200, 204}
        assert 403 == somebody.goto(product)

    rotated_without_a_refusal(owner, entra)


def openid_set_up(owner, provider):
    """Set up the OpenID provider, by what both pages say."""
    owner.follow("Settings")
    owner.follow("Set up SSO")
    owner.follow("Set up OpenID Connect")
    client, secret = provider.client(owner.copied("callback"))
    owner.page.get_by_label("Name", exact=True).fill("Okta")
    owner.page.get_by_label("Issuer").fill(provider.issuer)
    owner.page.get_by_label("Client ID").fill(client)
    owner.page.get_by_label("Client secret").fill(secret)
    owner.page.get_by_label("Domains").fill("acme.example")
    owner.press("Set up OpenID Connect")
    owner.says("Not tested")


def scim_is_locked(owner):
    """Until somebody has signed in, SCIM cannot be turned on, and the page says why."""
    here = owner.page.url
    connected(owner, "OneLogin")
    assert owner.page.get_by_role("button", name="Turn on SCIM").is_disabled()
    owner.says("Nobody has signed in by SSO yet.")
    owner.page.goto(here)


def tried(owner, provider, person):
    """Test the sign-in as *person*."""
    provider.server.login(person)
    provider.server.consent(person)
    owner.follow("Test sign-in")
    owner.says("Sign-in works")
    provider.server.logout()


def connected(owner, title):
    """Connect a provider; return the endpoint and the token as they are copied."""
    owner.follow("Settings")
    owner.page.get_by_role("link", name="SCIM", exact=False).last.click()
    owner.page.get_by_label("Provider", exact=True).select_option(label=title)
    owner.press("Connect provider")
    owner.says("Copy the token now")
    return owner.copied("base-url-once"), owner.copied("token-once")


def signed_in(somebody, provider, person, product):
    """Sign in to the product by the provider."""
    provider.server.login(person)
    provider.server.consent(person)
    somebody.goto(product)
    somebody.says("you hold a standard seat")
    provider.server.logout()


def rotated_without_a_refusal(owner, provider):
    """Rotate the token while the provider asks without a pause, with the old one and then with the new."""
    heard, stop, now = [], threading.Event(), [provider]

    def ask():
        while not stop.is_set():
            heard.append(now[0].ask("GET", "/Users?count=1").status_code)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        owner.press("Rotate token")
        owner.says("Copy the token now")
        now[0] = provider.with_token(owner.copied("token-once"))
        before = len(heard)
        while len(heard) < before + 20:
            owner.page.wait_for_timeout(50)
    finally:
        stop.set()
        asking.join()
    assert {200} == set(heard)
    assert now[0].token != provider.token
