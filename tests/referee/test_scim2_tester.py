"""A referee from outside holds the running hub to the RFCs, in every dialect."""

from __future__ import annotations

import anyio.to_thread
import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import CheckResult, Status, check_server

from hub.teams import Profile

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}

CONNECTIONS = [
    ("generic", Profile.STRICT),
    ("generic", Profile.TOLERANT),
    ("okta", Profile.TOLERANT),
    ("entra", Profile.TOLERANT),
]


def refereed(url: str, token: str) -> list[CheckResult]:
    """Return what the referee found at *url*."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        return check_server(SyncSCIMClient(client))


def unsupported(result: CheckResult) -> bool:
    """Say whether the referee left a check out for what the hub announces that it does not do."""
    return result.status is Status.SKIPPED and "not supported by the server" in str(result.reason)


@pytest.mark.parametrize(("idp", "profile"), CONNECTIONS)
async def test_no_check_fails(hub, idp, profile):
    """Every check passes, but for what the hub says that it does not do."""
    connection = await hub.connection(idp, profile=profile)

    results = await anyio.to_thread.run_sync(refereed, connection.url, connection.token)

    assert [] == [
        f"{each.resource_type} {each.title}: {each.reason}"
        for each in results
        if each.status not in PASSED and not unsupported(each)
    ]
    assert len([each for each in results if each.status in PASSED]) > 120
    assert [] == await connection.problems()
