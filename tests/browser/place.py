"""A hub that runs, its command, a product that signs its people in by it, and providers that push to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from attrs import evolve, field, frozen

from tests.postgres import free_port
from tests.running import HUB, START_SECONDS, Hub, running

PRODUCT = Path(__file__).parents[2] / "examples"

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@frozen(kw_only=True)
class Place:
    """The hub at *url*, and where a product of a team will be."""

    hub: Hub
    url: str
    product_url: str

    def command(self, *words: str) -> Any:
        """Return what `hub …` says, in JSON."""
        environ = {**self.hub.environ, "HUB_SERVER__BIND": self.url.removeprefix("http://")}
        done = subprocess.run([HUB, *words, "--json"], env=environ, capture_output=True, check=False)
        assert 0 == done.returncode, done.stderr.decode()
        return json.loads(done.stdout)

    def link(self, team: str, *more: str) -> str:
        """Return a link that lets somebody in to look after *team*."""
        return str(self.command("admin", "link", team, *more)["url"])

    @contextmanager
    def product(self, team: str) -> Iterator[str]:
        """Run the product of a team; yield where it is."""
        key = self.command("token", "create", "--kind", "api", team)["token"]
        said = {"HUB": self.url, "TEAM": team, "KEY": key, "PRODUCT": self.product_url}
        port = self.product_url.rpartition(":")[2]
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "hypercorn", "--bind", f"127.0.0.1:{port}", "product:app"],
            env={**os.environ, **said},
            cwd=PRODUCT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not _answers(self.product_url):
                assert time.monotonic() < deadline, "the product did not start"
                time.sleep(0.05)
            yield self.product_url
        finally:
            process.kill()
            process.wait()


@contextmanager
def place(database_url: str, data: Path, **settings: str) -> Iterator[Place]:
    """Run a hub that may ask providers on this machine and lets people go back to a product."""
    product = f"http://127.0.0.1:{free_port()}"
    said = {
        "HUB_SSO__ALLOW_PRIVATE": "true",
        "HUB_SIGNIN__RETURN_TO": f"{product}/back",
        "HUB_API__ENTITLEMENT_SECONDS": "0",
        "HUB_RATE__REQUESTS_PER_SECOND": "10000",
        **settings,
    }
    with running(database_url, data, nodes=1, **said) as hub:
        yield Place(hub=hub, url=hub.nodes[0].url, product_url=product)


@frozen(kw_only=True)
class Provider:
    """An identity provider that was given an endpoint and a token, and asks as its kind does."""

    endpoint: str
    token: str
    headers: Mapping[str, str] = field(factory=dict)

    @classmethod
    def okta(cls, endpoint: str, token: str) -> Provider:
        """Return Okta."""
        return cls(endpoint=endpoint, token=token, headers={"user-agent": "Okta SCIM Client 1.0.0"})

    @classmethod
    def entra(cls, endpoint: str, token: str) -> Provider:
        """Return Entra, which has a flag in its address and no User-Agent."""
        return cls(endpoint=endpoint, token=token, headers={"user-agent": ""})

    def with_token(self, token: str) -> Provider:
        """Return it with another token."""
        return evolve(self, token=token)

    def ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        """Send a request; *path* goes before the query of the endpoint, if that has one."""
        base, question, flag = self.endpoint.partition("?")
        joint = "&" if "?" in path else question
        headers = {
            **self.headers,
            "authorization": f"Bearer {self.token}",
            "content-type": "application/scim+json",
        }
        content = None if body is None else json.dumps(body).encode()
        return httpx2.request(
            *(method, f"{base}{path}{joint}{flag}"), content=content, headers=headers, trust_env=False
        )

    def create(self, address: str, **more: object) -> httpx2.Response:
        """Push somebody."""
        user = {"schemas": [USER], "userName": address, "active": True, **more}
        return self.ask("POST", "/Users", user)


def _answers(url: str) -> bool:
    try:
        httpx2.get(url, trust_env=False, follow_redirects=False)
    except httpx2.TransportError:
        return False
    return True
