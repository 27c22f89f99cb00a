"""A commit whose answer is lost is recognised as landed, and one that did not land is done again."""

from __future__ import annotations

import sqlite3

import pytest

from hub.scim.errors import Uniqueness
from storage import sqlite, store
from tests.kills import checker
from tests.kills.inside import Inside, inside_of
from tests.kills.proxy import Proxy
from tests.postgres import Postgres
from tests.running import Hub

pytestmark = [pytest.mark.anyio, pytest.mark.kills]

LOST = ("answer", "question")


async def done_once(inside: Inside) -> None:
    """Assert that one request was answered, and done once."""
    assert 201 == await inside.create()

    now = await inside.state()
    assert ["bought", "taken"] == [row["what"] for row in now["entries"]]
    assert 1 == len(now["resources"])
    assert [] == checker.problems(now)


async def lossy(postgres: Postgres, folder, loses: str) -> None:
    """See to it that a request is done once although a COMMIT, or the answer to it, is lost."""
    proxy = Proxy(postgres.create_database())
    async with (
        proxy.listening() as url,
        inside_of(Hub(database_url=url, data=folder)) as inside,
    ):
        proxy.loses = loses
        await done_once(inside)
        assert 1 == proxy.lost


@pytest.mark.parametrize("loses", LOST)
async def test_commit_lost_on_the_wire(postgres: Postgres, tmp_path, loses: str):
    """The connection to PostgreSQL breaks just when a write is committed."""
    await lossy(postgres, tmp_path, loses)


async def test_commit_that_is_not_recognised_is_noticed(postgres: Postgres, tmp_path, monkeypatch):
    """A store that does not look whether the write landed does it again, and runs into itself."""

    async def never(_: object) -> bool:
        return False

    monkeypatch.setattr(store._Attempt, "_landed", never)

    with pytest.raises(Uniqueness):
        await lossy(postgres, tmp_path, "answer")


@pytest.mark.parametrize("loses", LOST)
async def test_commit_that_an_embedded_database_does_not_confirm(tmp_path, monkeypatch, loses: str):
    """SQLite reports an error of the disk, before or after the commit was written."""
    commit = sqlite._Immediate.commit
    failed: list[bool] = []

    async def commit_once(self):
        if failed:
            return await commit(self)
        failed.append(True)
        if loses == "answer":
            await commit(self)
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error

    async with inside_of(Hub(database_url=f"sqlite://{tmp_path / 'hub.sqlite'}", data=tmp_path)) as inside:
        monkeypatch.setattr(sqlite._Immediate, "commit", commit_once)
        await done_once(inside)
        assert failed
