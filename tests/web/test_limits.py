"""A connection may ask so fast and no faster; its removals are counted apart."""

from __future__ import annotations

import pytest
from attrs import define

from hub.scim.errors import TooManyRequests
from hub.web.limits import Limits
from tests.web.asking import BASE


@define
class Clock:
    """Time that stands until it is moved."""

    now: float = 100.0

    def __call__(self) -> float:
        """Tell the time, in seconds."""
        return self.now


def limits(clock: Clock, *, requests: float = 25, removals: float = 25) -> Limits:
    """Return fresh limits."""
    return Limits(requests_per_second=requests, removals_per_second=removals, clock=clock)


def passed(limits: Limits, tries: int, connection: str = "c1", *, removal: bool = False) -> int:
    """Return how many of so many tries were let through."""
    count = 0
    for _ in range(tries):
        try:
            limits.take(connection, removal=removal)
        except TooManyRequests:
            continue
        count += 1
    return count


def test_a_second_s_worth_at_once_and_no_more():
    """A bucket is one second deep, and fills at its rate."""
    clock = Clock()
    counted = limits(clock)

    assert 25 == passed(counted, 100)
    clock.now += 0.2
    assert 5 == passed(counted, 100)
    clock.now += 3600
    assert 25 == passed(counted, 100)


def test_each_connection_has_its_own():
    """One connection's haste is not another's."""
    counted = limits(Clock())
    passed(counted, 100, "c1")

    assert 25 == passed(counted, 100, "c2")


def test_removals_have_their_own():
    """A flood of creates holds no leaver up."""
    counted = limits(Clock())
    passed(counted, 100)

    assert 25 == passed(counted, 100, removal=True)


def test_off_unless_set():
    """A rate of 0 is no limit, for each bucket by itself."""
    counted = limits(Clock(), requests=0, removals=25)

    assert 1000 == passed(counted, 1000)
    assert 25 == passed(counted, 100, removal=True)


def test_the_wait_is_whole_seconds():
    """Providers read a fraction or a date as minutes."""
    counted = limits(Clock(), requests=25)
    passed(counted, 25)

    with pytest.raises(TooManyRequests) as refused:
        counted.take("c1", removal=False)
    assert 1 == refused.value.retry_after
    assert isinstance(refused.value.retry_after, int)


async def test_too_fast_is_answered_as_scim(house):
    """A 429 is a SCIM error with Retry-After, and the service hears nothing of it."""
    house.set("rate", requests_per_second=25)
    client = house.client()
    heard = [await client.ask("GET", f"{BASE}/Users/1") for _ in range(40)]
    refused = [one for one in heard if one.status == 429]

    assert len(refused) == 40 - len(house.service.asked) > 0
    assert all(one.is_scim_error and one.headers["retry-after"] == "1" for one in refused)


async def test_refusals_count(house):
    """What is refused before it is understood is counted too."""
    house.set("rate", requests_per_second=25)
    client = house.client()
    statuses = [(await client.send("POST", f"{BASE}/Users", b"{")).status for _ in range(40)]

    assert 400 in statuses
    assert 429 == statuses[-1]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/Users/1", b""),
        ("PUT", "/Users/1", {"active": "False"}),
        ("PATCH", "/Users/1", {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}),
        (
            "PATCH",
            "/Groups/1",
            {"Operations": [{"op": "Remove", "path": "members", "value": [{"value": "2"}]}]},
        ),
    ],
)
async def test_removals_pass_when_requests_are_used_up(house, method, path, body):
    """Whoever leaves is let go, however much else the connection asked, in the provider's own spelling."""
    house.set("rate", requests_per_second=25)
    client = house.client()
    for _ in range(40):
        last = await client.ask("GET", f"{BASE}/Users/1")
    heard = await client.send(method, f"{BASE}{path}", body)

    assert 429 == last.status
    assert 200 == heard.status
