"""What the hub answers outside the SCIM prefix."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient


async def test_healthy_without_asking_anybody(house):
    """`/healthz` says that the process answers, and nothing else is asked."""
    house.reasons = ["the database is away"]
    heard = await house.client().ask("GET", "/healthz", authorization=None)

    assert 200 == heard.status
    assert {"status": "ok"} == heard.json
    assert not house.service.credentials


async def test_ready_or_why_not(house):
    """`/readyz` lists all that keeps the hub from serving."""
    client = house.client()
    ready = await client.ask("GET", "/readyz", authorization=None)
    house.reasons = ["the database is away", "the schema is older than the code"]
    unready = await client.ask("GET", "/readyz", authorization=None)

    assert (200, []) == (ready.status, ready.json["reasons"])
    assert (503, house.reasons) == (unready.status, unready.json["reasons"])


@pytest.mark.parametrize("target", ["/nothing", "/healthz/x", "/users", "/scimitar/v2", "/HEALTHZ"])
async def test_elsewhere_is_nothing(client, target):
    """Paths that nobody serves are a small JSON 404."""
    heard = await client.ask("GET", target)

    assert 404 == heard.status
    assert {"detail": "Not Found"} == heard.json


async def test_wrong_methods_are_told_the_right_ones(client):
    """405 outside the prefix is JSON too, and names what is allowed."""
    heard = await client.ask("POST", "/healthz")

    assert 405 == heard.status
    assert "GET" in heard.headers["allow"]
    assert heard.json


def test_a_fault_outside_is_told_no_more(house):
    """Even there nothing of the inside is told."""
    house.reasons = RuntimeError("secret")
    heard = TestClient(house.client().app, raise_server_exceptions=False).get("/readyz")

    assert 500 == heard.status_code
    assert "secret" not in heard.text
    assert heard.json()
