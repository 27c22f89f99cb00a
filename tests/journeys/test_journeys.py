"""Whole conversations of identity providers, over HTTP, against a hub that runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from pathlib import Path

import anyio
import httpx2
import pytest

from tests.journeys.runner import fits, found, journeys, load, replay
from tests.running import desk, running

PLAIN = [path for path in journeys() if "needs" not in load(path)]
HURRIED = [path for path in journeys() if load(path).get("needs") == "rate limit"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", PLAIN, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_journey(hub, path: Path):
    """What the provider expects of each answer is met, and the seats are what its people need."""
    connection = await hub.connection(idp=path.parent.name)

    assert [] == await replay(load(path), connection.client, connection.seats)


@pytest.mark.anyio
@pytest.mark.parametrize("path", HURRIED, ids=lambda path: f"{path.parent.name}-{path.stem}")
async def test_journey_of_a_hurried_provider(tmp_path: Path, path: Path):
    """Somebody who asks more often than agreed is told when to come again."""
    url = f"sqlite://{tmp_path / 'hub.sqlite'}"
    with running(url, tmp_path, HUB_RATE__REQUESTS_PER_SECOND="25") as hub:
        async with desk(hub) as opened, anyio.create_task_group() as crowd:
            connection = await opened.connection(idp=path.parent.name)
            for _ in range(8):
                crowd.start_soon(hurry, connection.client)
            # A token that comes free may be ours, so more than one try is fair.
            unmet = [await replay(load(path), connection.client, connection.seats) for _ in range(30)]
            crowd.cancel_scope.cancel()

    assert [] in unmet


async def hurry(client: httpx2.AsyncClient) -> None:
    """Ask again and again."""
    while True:
        await client.get("Users?count=0")


#: A journey of two steps, whose second one needs what the first one kept.
SHORT = {
    "headers": {"User-Agent": None},
    "steps": [
        {
            "send": ["POST", "/Users", {"userName": "ann"}],
            "answer": {"status": 201, "has": {"/userName": "ann"}, "lacks": ["/password"]},
            "keep": {"u1": "/id"},
            "seats": {"held": 1},
        },
        {
            "send": ["DELETE", "/Users/{u1}"],
            "headers": {"Authorization": "{token}"},
            "answer": {"status": 204, "or": [200]},
        },
    ],
    "seats": {"held": 0},
}


async def replayed(hub: Callable[[httpx2.Request], httpx2.Response], held: Iterable[int]) -> list[str]:
    """Replay the short journey against *hub*; *held* is what its seats say each time they are asked."""
    counts = iter(held)

    async def seats() -> dict[str, int]:
        return {"held": next(counts)}

    async with httpx2.AsyncClient(
        transport=httpx2.MockTransport(hub),
        base_url="http://hub/scim/v2/c1/",
        headers={"Authorization": "Bearer hub_1"},
    ) as client:
        return await replay(copy.deepcopy(SHORT), client, seats)


@pytest.mark.anyio
async def test_a_hub_that_does_all_of_it_leaves_nothing_unmet():
    """The steps are sent in order, with what was kept filled in and headers as they were said."""
    heard = []

    def right(request: httpx2.Request) -> httpx2.Response:
        heard.append((request.method, request.url.path, request.headers["Authorization"]))
        assert "User-Agent" not in request.headers
        known = {"id": "7", "userName": "ann"}
        made = httpx2.Response(201, json=known, headers={"Content-Type": "application/scim+json"})
        return made if request.method == "POST" else httpx2.Response(204)

    assert [] == await replayed(right, [1, 0])
    assert [
        ("POST", "/scim/v2/c1/Users", "Bearer hub_1"),
        ("DELETE", "/scim/v2/c1/Users/7", "hub_1"),
    ] == heard


@pytest.mark.anyio
async def test_a_hub_that_does_none_of_it_is_told_all_of_it():
    """Everything unmet is said at once: status, body and what it is called, seats on the way and after."""

    def wrong(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(201, json={"id": "7", "userName": "bob", "password": "x"})

    assert [
        "step 1 (POST /Users): the body is called 'application/json'",
        "step 1 (POST /Users): /userName is 'bob', not 'ann'",
        "step 1 (POST /Users): /password is there: 'x'",
        "after step 1: 0 seats are held, not 1",
        'step 2 (DELETE /Users/7): answered 201, not 204 or 200: {"id":"7","userName":"bob","password":"x"}',
        "at the end: 1 seats are held, not 0",
    ] == await replayed(wrong, [0, 1])


def test_every_journey_has_a_title_a_source_and_an_end():
    """A journey says what happens, where that is written down, and what becomes of the seats."""
    for path in journeys():
        journey = load(path)

        assert journey["title"][0].isupper(), path
        assert all(link.startswith("https://") for link in journey["source"]), path
        assert journey["source"], path
        assert "seats" in journey or "needs" in journey, path


def test_every_journey_is_played():
    """No journey asks for something that nobody provides."""
    assert journeys() == sorted([*PLAIN, *HURRIED])


def test_titles_are_told_apart():
    """No two journeys of one provider have the same title."""
    titles = [(path.parent.name, load(path)["title"]) for path in journeys() if path.parent.name != "generic"]

    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"a": 1}, "*"),
        ([], {"empty": True}),
        ([{"value": "b"}, {"value": "a"}], {"members": ["a", "b"]}),
        ([1, 2], {"length": 2}),
        ([{"type": "work", "value": "a"}], {"contains": {"value": "a"}}),
        (["a"], {"contains": "a"}),
        (False, False),
    ],
)
def test_what_fits(value, wanted):
    """Each way to say what is wanted holds for what it describes."""
    assert fits(value, wanted)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ([], "*"),
        ("a", {"empty": True}),
        ([{"value": "a"}], {"members": ["a", "b"]}),
        ([], {"length": 1}),
        ([{"value": "b"}], {"contains": {"value": "a"}}),
        (0, False),
        ("False", False),
    ],
)
def test_what_does_not_fit(value, wanted):
    """Each way to say what is wanted fails for anything else: 0 is not false, and text is no boolean."""
    assert not fits(value, wanted)


def test_a_pointer_leads_into_objects_and_lists():
    """Numbers choose from lists, names from objects; URNs with dots are names like any other."""
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

    assert 7 == found({"a": [{"b": 7}]}, "/a/0/b")
    assert "x" == found({urn: {"manager": {"value": "x"}}}, f"/{urn}/manager/value")
