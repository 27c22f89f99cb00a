"""What is kept of a request, and what never is."""

from __future__ import annotations

import asyncio

import pytest

from hub.engine.watched.exchanges import HIDDEN, QUEUE_MAX, Exchange, Keeper, about, kept
from hub.scim.strictjson import dumps

NOW = "2026-06-01T12:00:00.000Z"


class Kept:
    """Exchanges in a list, which may fail."""

    def __init__(self):
        self.rows, self.batches, self.failing, self.pruned = [], [], False, []

    async def add(self, rows):
        """Keep *rows*, or fail."""
        if self.failing:
            raise OSError
        self.rows += rows
        self.batches.append(len(rows))

    async def prune(self, *, before, rows_max):
        """Note what was asked to go."""
        self.pruned.append((before, rows_max))


@pytest.fixture
def keeper():
    """Return a keeper over a list."""
    return Keeper(
        exchanges=Kept(), clock=lambda: NOW, references=lambda: "hx_1", days=30, rows_max=9, body_max=200
    )


def exchange(**facts):
    """Return an exchange of which little matters."""
    values = {"reference": "hx_1", "team": "t", "connection": "c", "method": "POST", "path": "/Users"}
    return Exchange(**{**values, "status": 201, "duration_ms": 1.0, **facts})


@pytest.mark.parametrize(
    "sent",
    [
        {"password": "secret"},
        {"Password": "secret"},
        {"urn:ietf:params:scim:schemas:core:2.0:User:password": "secret"},
        {"Operations": [{"op": "replace", "path": "password", "value": "secret"}]},
        {"Operations": [{"op": "add", "path": "urn:x:2.0:User:PassWord", "value": "secret"}]},
        {"Operations": [{"op": "replace", "value": {"active": True, "password": "secret"}}]},
        {"Operations": [{"op": "replace", "Path": "password", "Value": "secret"}]},
        {"Operations": [{"op": "replace", "path": 'password[value eq "secret:1"]', "value": "x"}]},
        {"Operations": [{"OP": "add", "path": "password.value", "note": "secret"}]},
        [{"a": [{"b": {"password": {"value": "secret"}}}]}],
    ],
)
def test_a_password_is_never_kept(sent):
    """However it is spelt and wherever it stands, its value is not there any more."""
    shown = str(kept(sent, 1000)) + str(kept(dumps(sent), 1000))

    assert "secret" not in shown
    assert HIDDEN in shown


def test_everything_else_is_kept_as_sent():
    """What is no secret is not touched."""
    sent = {"userName": "ann", "Operations": [{"op": "replace", "path": "title", "value": "password"}]}

    assert sent == kept(sent, 1000)


ID = "01900000-0000-7000-8000-000000000001"


@pytest.mark.parametrize(
    ("path", "answer", "whom"),
    [
        (f"/scim/v2/c/Users/{ID}", None, ID),
        (f"/scim/v2/c/Groups/{ID}?excludedAttributes=members", {"id": "x"}, ID),
        ("/scim/v2/c/Users", {"id": ID}, ID),
        ("/scim/v2/c/Users", {"id": ["x"]}, None),
        ("/scim/v2/c/Users", {"status": "403"}, None),
        ("/scim/v2/c/Users", "{ … (9000 bytes)", None),
        (f"/scim/v2/c/Users/{ID}{ID}", None, None),
        ("/scim/v2/c/Users/.search", {"Resources": []}, None),
        (f"/scim/v2/c/Users/{'a' * 3000}", None, None),
    ],
)
def test_whom_an_exchange_is_about(path, answer, whom):
    """The resource that it was sent to, else the one that it made; what nobody made is about nobody."""
    assert whom == about(path, answer)


def test_a_long_body_is_cut():
    """What is too long is kept as its beginning, and says how long it was."""
    assert {"a": "b"} == kept({"a": "b"}, 100)
    assert None is kept(None, 100)
    assert {"a": "b"} == kept(b'{"a":"b"}', 100)
    assert kept({"a": "b" * 200}, 20) == kept(b'{"a":"%b"}' % (b"b" * 200), 20)
    cut = kept({"a": "b" * 200}, 20)
    assert cut.startswith('{"a":"bbb')
    assert "208 bytes" in cut


async def test_what_comes_little_by_little_is_written_together(keeper):
    """The first at once; what comes soon after it, in one piece."""
    running = asyncio.create_task(keeper.run())
    for _ in range(4):
        keeper.keep(exchange())
        for _ in range(3):
            await asyncio.sleep(0)
    await keeper.close()
    await running

    assert [1, 3] == keeper.exchanges.batches


async def test_exchanges_are_written_apart_from_requests(keeper):
    """Keeping waits for nothing; what was kept is written, with its moment and without secrets."""
    running = asyncio.create_task(keeper.run())
    keeper.keep(exchange(request={"password": "secret", "userName": "ann"}, quirks=("a",)))
    await keeper.close()
    await running

    (row,) = keeper.exchanges.rows
    assert (NOW, {"password": HIDDEN, "userName": "ann"}, ("a",)) == (
        row["at"],
        row["request"],
        row["quirks"],
    )


async def test_what_waits_is_written_at_the_end(keeper):
    """A stop writes what is still in the queue, also what was being written when it came."""
    running = asyncio.create_task(keeper.run())
    for number in range(250):
        keeper.keep(exchange())
        if number == 120:
            await asyncio.sleep(0)
    await keeper.close()
    await running

    assert 250 == len(keeper.exchanges.rows)


async def test_what_is_too_much_is_dropped_and_counted(keeper):
    """A full queue costs exchanges, never requests."""
    for _ in range(QUEUE_MAX + 3):
        keeper.keep(exchange())

    assert 3 == keeper.dropped


async def test_a_database_that_is_away_costs_exchanges_only(keeper):
    """A batch that cannot be written is counted, and the next is written."""
    running = asyncio.create_task(keeper.run())
    keeper.exchanges.failing = True
    keeper.keep(exchange())
    await asyncio.sleep(0.01)
    keeper.exchanges.failing = False
    keeper.keep(exchange(reference="hx_2"))
    await keeper.close()
    await running

    assert 1 == keeper.dropped
    assert ["hx_2"] == [row["reference"] for row in keeper.exchanges.rows]


async def test_old_exchanges_are_pruned_from_the_start(keeper):
    """The first look comes at once, for what is older than so many days."""
    running = asyncio.create_task(keeper.run())
    await asyncio.sleep(0.01)
    running.cancel()

    assert [("2026-05-02T12:00:00.000Z", 9)] == keeper.exchanges.pruned
