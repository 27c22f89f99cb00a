"""A referee from outside holds the running hub to the RFCs, in every dialect and both profiles."""

from __future__ import annotations

import anyio.to_thread
import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import CheckResult, Status, check_server

from tests.referee.connections import CONNECTIONS

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}

#: As many as it has for two resource types with these schemas.
CHECKS = 135


def refereed(url: str, token: str) -> list[CheckResult]:
    """Return what the referee found at *url*."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        return check_server(SyncSCIMClient(client))


@pytest.mark.parametrize(("idp", "profile"), CONNECTIONS)
async def test_every_check_passes(hub, idp, profile):
    """Nothing fails, and nothing is left out as something that the hub does not do."""
    connection = await hub.connection(idp, profile=profile)

    results = await anyio.to_thread.run_sync(refereed, connection.url, connection.token)

    assert [] == [
        f"{each.resource_type} {each.title}: {each.status} {each.reason}"
        for each in results
        if each.status not in PASSED
    ]
    assert len(results) >= CHECKS
    assert [] == await connection.problems()
