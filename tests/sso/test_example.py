"""The product in examples/ signs people in by the hub, as it stands."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from hub.engine.values.entitlements import REFUSALS, Reason
from tests.inprocess import HOST as HUB
from tests.sso.house import Company, answered, query_of, stranger
from tests.web.portal.guests import HOST

EXAMPLE = Path(__file__).parents[2] / "examples" / "product.py"
PRODUCT = "https://product.example"


@pytest.fixture
def company(house, forger):
    """A team with Ann in it."""
    return Company.of(house, forger)


@pytest.fixture
def product(house, company, monkeypatch):
    """The product of the team, as a browser sees it."""
    said = {"HUB": HUB, "TEAM": company.team.id, "KEY": house.key(company.team), "PRODUCT": PRODUCT}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("product_example", EXAMPLE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    transport = httpx2.ASGITransport(house.app)
    module.hub = httpx2.AsyncClient(transport=transport, base_url=HUB, headers=module.hub.headers)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(module.app), base_url=PRODUCT)


def asked(house, client, where):
    """Ask for a page of the product."""
    return house.run(client.get(where))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_somebody_signs_in_and_is_out_when_they_are_removed(house, company, product, forger):
    """From the product over the hub to the provider, and back; then their access ends."""
    ann = company.person("ann@acme.example")
    assert "/signin" == asked(house, product, "/").headers["location"]
    sent = asked(house, product, "/signin").headers["location"]
    browser = stranger(house)
    start = browser.get(f"{HOST}{urlsplit(sent).path}", **dict(parse_qsl(urlsplit(sent).query)))
    forger.token = forger.signed(forger.claims(nonce=query_of(start)["nonce"]))
    back = answered(browser, company, query_of(start)["state"])
    where = back.headers["location"]
    assert where.startswith(f"{PRODUCT}/back?code=")

    assert "/" == asked(house, product, where).headers["location"]
    assert "you hold a standard seat" in asked(house, product, "/").text
    assert 400 == asked(house, product, where).status_code  # the state was used up
    company.leaves(ann)
    gone = asked(house, product, "/")
    assert (403, REFUSALS[Reason.REMOVED][0]) == (gone.status_code, gone.text)
    assert "/signin" == asked(house, product, "/").headers["location"]


def test_it_is_short():
    """So that it is read."""
    lines = [line for line in EXAMPLE.read_text().splitlines() if line.strip()]
    assert len(lines) <= 70
