"""Every statement asks whose a row is, and is missed by a test when it forgets to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from tortoise.exceptions import IntegrityError

from storage.database import Database
from tests.inprocess import Bench, bench
from tests.isolation.life import live, wants_seats

#: What a statement says of whose a row is; a team's own row says it by its id.
OWNER = re.compile(r"(?:\w+\.)?(team_id|connection_id) = (\$\d+)")
CONNECTION = re.compile(r"(?:\w+\.)?connection_id = (\$\d+)")
TEAM = re.compile(r"(UPDATE teams SET entries = [^W]*WHERE) id = \$1")

#: What stands between the statements of one round trip.
BETWEEN = re.compile(r"(?:WITH |, )?part\d+ AS \(|\) (?=INSERT INTO|UPDATE|DELETE FROM)")

#: Statements whose owner nobody misses, by how they go, and why: each is a second lock on a door.
HARMLESS = {
    r"UPDATE resources SET": "by an id that `lock` has found, and `lock` asks whose it is",
    r"DELETE FROM resources": "the same",
    r"(UPDATE|DELETE FROM) (searched|resource_keys)": "the same",
    r"DELETE FROM members": "by the id of a group that `lock` has found",
    r"INSERT INTO members": "of ids that the statement before has found, and composite keys hold besides",
    r"SELECT json_\w+\(\w+\(id, kind\)\)": "by the id of a group that was found; composite keys hold besides",
    r"UPDATE persons SET": "by the id of a person, which a resource names by a composite key",
    r"SELECT (1|claims\b.*) FROM persons": "the same",
    r"SELECT id, team_id,.* AND person_id = ": "the same",
    r"UPDATE holdings SET": "the same",
    r"DELETE FROM waiting": "the same",
    r"SELECT reference, .* FROM outbox": "by references, each of which is of one team",
    r"SELECT s.kind, s.waiting": "a count is held against the rows of its own team",
    r"UPDATE connections SET revision": "others would only begin anew; tests/storage/test_resources.py minds",
    r"WITH RECURSIVE inside": "of ids that were found in the connection; composite keys hold those within",
}


def mutants(sql: str) -> Iterator[str]:
    """Yield *sql* without any word about its owner, and without the word about the connection alone."""
    if TEAM.search(sql):
        yield TEAM.sub(r"\1 $1 = $1", sql)
    if OWNER.search(sql):
        yield OWNER.sub(r"\2 = \2", sql)
    if CONNECTION.search(sql):
        yield CONNECTION.sub(r"\1 = \1", sql)


def parts(sql: str) -> list[str]:
    """Return the statements of one round trip that say something of an owner."""
    return [part for part in BETWEEN.split(sql) if OWNER.search(part)]


def harmless(sql: str) -> bool:
    """Say whether all of *sql* is known to be a second lock."""
    return all(any(re.match(start, part) for start in HARMLESS) for part in parts(sql))


@contextmanager
def instead(monkeypatch: pytest.MonkeyPatch, said: dict[str, str], heard: set[str]) -> Iterator[None]:
    """Have the database run other statements than it was told, and note what it was told."""
    run = Database.run

    async def told(self, client, sql, *values):
        heard.add(sql)
        return await run(self, client, said.get(sql, sql), *values)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "run", told)
        yield


def missed(hub, monkeypatch, sql: str, life: Callable[[Bench], None]) -> bool:
    """Say whether somebody misses the owner in *sql*, all of it and the connection alone."""
    for mutant in mutants(sql):
        try:
            with instead(monkeypatch, {sql: mutant}, set()):
                life(hub)
        except (AssertionError, IntegrityError):  # somebody, or a constraint
            continue
        return False  # what nobody misses whole, nobody misses in part
    return True


@pytest.mark.timeout(600)
def test_no_statement_may_forget_its_owner(migrated_url, tmp_path, monkeypatch):
    """Each word about an owner, taken away, is missed by somebody's life, but for those that say why not."""
    heard: dict[Callable[[Bench], None], set[str]] = {live: set(), wants_seats: set()}
    with bench(migrated_url, tmp_path) as hub:
        for life, told in heard.items():
            with instead(monkeypatch, {}, told):
                life(hub)
        every = set[str]().union(*heard.values())
        scoped = sorted(sql for sql in every if OWNER.search(sql) or TEAM.search(sql))
        survived = [
            sql
            for sql in scoped
            if not any(missed(hub, monkeypatch, sql, life) for life, told in heard.items() if sql in told)
        ]

    assert 25 < len(scoped)
    assert [] == [sql for sql in survived if not harmless(sql)]
    assert [] == [
        start
        for start in HARMLESS
        if not any(re.match(start, part) for sql in survived for part in parts(sql))
    ]
