"""A second referee from outside, with an opinion on answers: what it says of the running hub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio.to_thread
import pytest
from scim_sanity.probe.runner import run_probe_api  # type: ignore[import-untyped]

from tests.referee.connections import CONNECTIONS
from tests.running import Hub, database_for, desk, running

#: What it makes, reads and removes of users and groups, looks for, and gets wrong on purpose.
CHECKS = 28

#: Resource types that the hub does not have, and says so.
LEFT_OUT = {"Agent CRUD Lifecycle", "AgenticApplication CRUD Lifecycle", "Agent Rapid Lifecycle"}

#: RFC 7644 §3.5.2 allows 204 where no attributes are asked for; it wants 200 for a PATCH of a group.
WANTS_200 = {
    "PATCH /Groups/{id}": "Expected HTTP 200, got 204 (RFC 7644 §3.3); Response body is empty",
    "PATCH /Groups/{id} add member": "Expected 200, got 204",
    "PATCH /Groups/{id} remove members": "Expected 200, got 204",
}

#: It adds a member whose id it made up, which the hub refuses unless it is set to wait for its arrival.
MADE_UP_MEMBER = {"PATCH /Groups/{id} add member": "Expected 200, got 400"}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def patient_hub(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub that waits for members it does not know."""
    data = tmp_path_factory.mktemp("patient")
    with running(database_for(request, data), data, HUB_SCIM__UNKNOWN_MEMBERS="pending") as hub:
        yield hub


async def probed(connection: Any) -> dict[str, dict[str, str]]:
    """Return status → check → what is said of it."""

    def probe() -> dict[str, Any]:
        return dict(run_probe_api(connection.url, token=connection.token, strict=True))

    found: dict[str, dict[str, str]] = {}
    for each in (await anyio.to_thread.run_sync(probe))["results"]:
        found.setdefault(each["status"], {})[each["name"]] = each.get("message", "")
    return found


@pytest.mark.parametrize(("idp", "profile"), CONNECTIONS)
async def test_every_check_passes(hub, idp, profile):
    """All but a member that is nobody, and an answer to a PATCH of a group that need not be there."""
    found = await probed(await hub.connection(idp, profile=profile))

    assert {"pass", "fail", "skip"} == {*found}
    assert {**WANTS_200, **MADE_UP_MEMBER} == found["fail"]
    assert {*LEFT_OUT} == {*found["skip"]}
    assert CHECKS == len(found["pass"]) + len(found["fail"])


@pytest.mark.parametrize(("idp", "profile"), CONNECTIONS)
async def test_every_check_passes_where_members_are_waited_for(patient_hub, idp, profile):
    """All but the wish for 200: the made-up member is taken as one to come."""
    async with desk(patient_hub) as opened:
        found = await probed(await opened.connection(idp, profile=profile))

    assert {"pass", "fail", "skip"} == {*found}
    assert WANTS_200 == found["fail"]
    assert {*LEFT_OUT} == {*found["skip"]}
    assert CHECKS == len(found["pass"]) + len(found["fail"])
