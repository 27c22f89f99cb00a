"""Sign-ins from end to end over the whole hub in this process: browsers, a provider, a product."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from attrs import field, frozen

from hub.engine.product.handover import challenge_of
from hub.engine.signing.drafts import Draft
from hub.providers import Protocol, Provider
from hub.teams import Connection, Team
from tests.author import BY
from tests.inprocess import Bench, Way, bench
from tests.sso.openid import CLIENT, SECRET, Forger
from tests.web.portal.guests import HOST, Guest, stranger

#: Where the product of the tests has people sent back to.
RETURN_TO = "https://product.example/back?from=hub"

USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@contextmanager
def open_bench(database_url: str, data: Path) -> Iterator[Bench]:
    """Open a hub that may ask providers on this machine, and sends people to the product of the tests."""
    said = {
        "HUB_SSO__ALLOW_PRIVATE": "true",
        "HUB_SIGNIN__RETURN_TO": f"{RETURN_TO},https://product.example/back",
        "HUB_API__ENTITLEMENT_SECONDS": "0",  # a product asks each time
    }
    with bench(database_url, data, **said) as opened:
        yield opened


@frozen(kw_only=True)
class Company:
    """A team, its provider, and the connection over which its people arrive."""

    bench: Bench
    team: Team
    provider: Provider
    way: Way

    @classmethod
    def of(cls, bench: Bench, forger: Forger, *, seats: int = 5, domains: tuple[str, ...] = ()) -> Company:
        """Return a new one, that signs in by *forger*."""
        team = bench.team(seats=seats)
        draft = Draft(
            title="Forger", issuer=forger.issuer, client_id=CLIENT, secret=SECRET, domains=["acme.example"]
        )
        provider = bench.run(bench.house.providing.create(team, Protocol.OIDC, draft, by=BY))
        return cls(bench=bench, team=team, provider=provider, way=bench.way(team, "okta", domains=domains))

    @property
    def connection(self) -> Connection:
        """Return the connection."""
        return self.way.connection

    def person(self, address: str, **more: Any) -> dict[str, Any]:
        """Have somebody arrive over SCIM; return their user."""
        body = {"schemas": [USER], "userName": address, "active": True, **more}
        answer = self.bench.ask(self.way, "POST", "/Users", body)
        assert 201 == answer.status_code, answer.text
        return dict(answer.json())

    def leaves(self, user: Mapping[str, Any]) -> None:
        """Have somebody removed over SCIM."""
        operations = [{"op": "replace", "path": "active", "value": False}]
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
        assert 200 == self.bench.ask(self.way, "PATCH", f"/Users/{user['id']}", body).status_code

    def product(self) -> Product:
        """Return the product of the team."""
        return Product(bench=self.bench, team=self.team, key=self.bench.key(self.team))


@frozen(kw_only=True)
class Product:
    """A product that signs people in by the hub."""

    bench: Bench
    team: Team
    key: str
    state: str = field(factory=lambda: secrets.token_urlsafe(8))
    verifier: str = field(factory=lambda: secrets.token_urlsafe(32))

    @property
    def asks(self) -> dict[str, str]:
        """Return what it sends people to the hub with."""
        return {
            "return_to": RETURN_TO,
            "state": self.state,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }

    def exchange(self, code: str, *, verifier: str = "", key: str = "", team: str = "") -> httpx2.Response:
        """Ask who signed in."""
        return self.bench.run(self.asking(code, verifier=verifier, key=key, team=team))

    async def asking(
        self, code: str, *, verifier: str = "", key: str = "", team: str = ""
    ) -> httpx2.Response:
        """Ask who signed in, while others may ask as well."""
        return await self.bench.client.post(
            f"/api/v1/teams/{team or self.team.id}/signins",
            headers={"authorization": f"Bearer {key or self.key}"},
            json={"code": code, "verifier": verifier or self.verifier},
        )


def begun(browser: Guest, company: Company, asks: Mapping[str, str] | None = None) -> dict[str, str]:
    """Have a browser begin to sign in; return what the provider is asked."""
    answer = browser.get(f"{HOST}/signin/{company.team.id}", **(asks or {}))
    assert 303 == answer.status_code, answer.text
    assert answer.headers["location"].startswith(company.provider.issuer)
    return query_of(answer)


def answered(browser: Guest, company: Company, state: str, **more: str) -> httpx2.Response:
    """Have a browser come back from the provider."""
    return browser.get(
        f"{HOST}/sso/{company.team.id}/{company.provider.id}/callback", state=state, code="a code", **more
    )


def signed_in(
    browser: Guest, company: Company, forger: Forger, asks: Mapping[str, str] | None = None, **claims: Any
) -> httpx2.Response:
    """Have a browser sign in by the forger, who says *claims*."""
    asked = begun(browser, company, asks)
    forger.token = forger.signed(forger.claims(nonce=asked["nonce"], **claims))
    return answered(browser, company, asked["state"])


def follow(browser: Guest, answer: httpx2.Response) -> httpx2.Response:
    """Have a browser go where an answer sends it."""
    return browser.get(f"{HOST}{urlsplit(answer.headers['location']).path}", **query_of(answer))


def query_of(answer: httpx2.Response) -> dict[str, str]:
    """Return what stands in the query of where an answer sends to."""
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


__all__ = ["HOST", "Company", "Product", "answered", "begun", "follow", "query_of", "signed_in", "stranger"]
