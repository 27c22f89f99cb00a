"""A referee from outside holds the running hub to the RFCs, in every dialect and both profiles."""

from __future__ import annotations

import anyio.to_thread
import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import CheckResult, Status, check_server

from hub.scim.catalog import SEAT_USER
from tests.referee.connections import CONNECTIONS

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}

#: It takes the URN of an extension for an attribute that can be written, and misses what it wrote, although
#: it wrote nothing: all attributes of this one are read-only.
SPARED = {("check_add_attribute", SEAT_USER.id), ("check_replace_attribute", SEAT_USER.id)}

#: As many as it has for two resource types with these schemas.
CHECKS = 135


def refereed(url: str, token: str) -> list[CheckResult]:
    """Return what the referee found at *url*."""
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        return check_server(SyncSCIMClient(client))


def _which(result: CheckResult) -> tuple[str, str]:
    """Return which check it is the result of, and which attribute it was about."""
    return str(result.title), str((result.data or {}).get("urn"))


@pytest.mark.parametrize(("idp", "profile"), CONNECTIONS)
async def test_every_check_passes(hub, idp, profile):
    """Nothing fails, and nothing is left out as something that the hub does not do."""
    connection = await hub.connection(idp, profile=profile)

    results = await anyio.to_thread.run_sync(refereed, connection.url, connection.token)

    failed = {_which(each): each for each in results if each.status not in PASSED}
    assert [] == [
        f"{each.resource_type} {each.title}: {each.status} {each.reason}"
        for which, each in failed.items()
        if which not in SPARED
    ]
    assert failed.keys() == SPARED
    assert len(results) >= CHECKS
    assert [] == await connection.problems()
