"""The schema: what models say is what is there; up, down, and by one at a time."""

from __future__ import annotations

import asyncio
import json
from itertools import takewhile

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError
from tortoise.migrations.recorder import MigrationRecorder

from hub.engine.values.scope import Scope
from hub.scim.parsing import parse_filter
from storage import migrate, tables
from storage.database import opened
from storage.refolding import BATCH
from storage.registry import DatabaseRegistry
from tests.storage.conftest import listed

COLUMNS = {
    "sqlite": "SELECT name FROM pragma_table_info('{}')",
    "postgres": "SELECT column_name AS name FROM information_schema.columns WHERE table_name = '{}'",
}


@pytest.mark.parametrize("model", [tables.Teams, tables.Connections, tables.Tokens, tables.Exchanges])
async def test_models_are_the_tables(database, model):
    """Each model has the columns that the migrations made, and no others."""
    rows = await database.rows(COLUMNS[database.dialect].format(model._meta.db_table))

    assert {row["name"] for row in rows} == set(model._meta.fields_db_projection.values())


async def test_migrations_go_down_and_up_again(database_url):
    """To nothing and back leaves a database that the hub is content with."""
    await migrate.migrate(database_url)
    await migrate.migrate(database_url, target="__first__")
    async with opened(database_url) as database:
        assert "hub migrate" in str(await migrate.behind(database))
    await migrate.migrate(database_url)
    async with opened(database_url) as database:
        assert None is await migrate.behind(database)


@pytest.mark.parametrize("target", [None, "__first__"])
async def test_a_migration_that_is_cut_short_can_be_run_again(database_url, monkeypatch, target):
    """A migration and the note of it land together: whenever the migrator is killed, the next one goes on."""
    for name in migrate.known()[:-1]:
        await migrate.migrate(database_url, target=name)
    with monkeypatch.context() as patch:
        patch.setattr(MigrationRecorder, "record_applied", _killed)
        patch.setattr(MigrationRecorder, "record_unapplied", _killed)
        with pytest.raises(Killed):
            await migrate.migrate(database_url, target=target)

    await migrate.migrate(database_url, target=target)
    async with opened(database_url) as database:
        assert (migrate.known() if target is None else []) == await migrate.applied(database)


class Killed(Exception):
    """Stands for the end of the process."""


async def _killed(*_):
    raise Killed


#: What names something of another team, and how it would: a connection its provider, a session its link.
ACROSS = {
    "connection made": "INSERT INTO connections (id, team_id, idp, profile, state, domains, provider_id,"
    " created_at) VALUES ('x', 't', 'generic', 'tolerant', 'on', '', 'of u', '')",
    "connection changed": "UPDATE connections SET provider_id = 'of u' WHERE id = 'c1'",
    "session": "INSERT INTO sessions (id, team_id, role, who, link_id, created_at, seen_at, expires_at)"
    " VALUES ('s', 't', 'owner', 'ann', 'l of u', '', '', '')",
}


@pytest.mark.parametrize("across", ACROSS)
async def test_nothing_refers_to_another_team(world, across):
    """The database itself refuses a row of one team that names what is another's."""
    for team in "tu":
        await world.database.rows(
            "INSERT INTO providers (id, team_id, protocol, title, settings, domains, created_at)"
            " VALUES ('of ' || $1, $1, 'oidc', 'One', '{}', '', '')",
            team,
        )
        await world.database.rows(
            "INSERT INTO links (key_id, team_id, role, digest, created_at, created_by, expires_at)"
            " VALUES ('l of ' || $1, $1, 'owner', '', '', '', '')",
            team,
        )

    with pytest.raises(IntegrityError):
        await world.database.rows(ACROSS[across])
    await world.database.rows(ACROSS[across].replace("of u", "of t"))


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_what_goes_along_is_found_by_an_index(database):
    """Where rows go with that which they name, no table is read from end to end for it."""
    keys = await database.rows(
        'SELECT t.name, json_group_array(k."from") AS columns FROM sqlite_schema t,'
        " pragma_foreign_key_list(t.name) k WHERE k.on_delete = 'CASCADE' GROUP BY t.name, k.id"
    )
    indexes = await database.rows(
        "SELECT t.name, json_group_array(c.name) AS columns FROM sqlite_schema t,"
        " pragma_index_list(t.name) i, pragma_index_info(i.name) c GROUP BY t.name, i.name"
    )
    wide = {"team_id", "connection_id"}

    def finds(index, key):
        """Say whether *index* begins with what tells those of *key* from others."""
        columns = set(json.loads(key["columns"]))
        begun = takewhile(lambda column: column in columns, json.loads(index["columns"]))
        return index["name"] == key["name"] and columns - wide <= {*begun}

    unread = [dict(key) for key in keys if not any(finds(index, key) for index in indexes)]

    assert len(keys) > 5
    assert [] == unread


async def test_a_migration_may_take_long(postgres, monkeypatch):
    """A statement of a migration is given as long as there is data, on each connection of the migrator."""
    given, connect = [], asyncpg.connect

    async def noted(**arguments):
        given.append(arguments.get("command_timeout"))
        return await connect(**arguments)

    url = postgres.create_database()
    with monkeypatch.context() as patch:
        patch.setattr(asyncpg, "connect", noted)
        await migrate.migrate(url)
    postgres.drop_database(url)

    assert [None, None] == given


async def test_a_book_goes_on_from_its_latest_entry(database_url):
    """An entry never goes back in time, also not behind those that were there before that was seen to."""
    await migrate.migrate(database_url, target="0003_indexes_at_size")
    async with opened(database_url) as database, database.transaction() as client:
        for sql in OLD:
            await database.run(client, sql)
        columns = "team_id, number, at, what, reference, postings"
        entry = f"INSERT INTO entries ({columns}) VALUES ('t', $1, $2, 'bought', 'r', '[]')"
        for number, at in enumerate(("2030", "2031"), 1):
            await database.run(client, entry, number, at)

    await migrate.migrate(database_url)
    async with opened(database_url) as database:
        rows = await database.rows("SELECT booked_at FROM teams")
    assert ["2031"] == [row["booked_at"] for row in rows]


async def test_what_filters_read_is_written_for_what_is_there(database_url):
    """Resources of before the searched values are found by filters afterwards, however many."""
    await migrate.migrate(database_url, target="0001_the_house")
    async with opened(database_url) as database, database.transaction() as client:
        for sql in OLD:
            await database.run(client, sql)
        for n in range(BATCH + 3):
            document = {"userName": f"U{n}", "title": "Old", "emails": [{"value": f"U{n}@a.example"}]}
            await database.run(
                client,
                "INSERT INTO resources (id, team_id, connection_id, kind, document, name_key, exclusive,"
                " active, person_id, version, created, modified)"
                f" VALUES ($1, 't', 'c', 'User', $2, 'u{n}', TRUE, TRUE, 'p', 1, 'x', 'x')",
                *(f"u{n:04}", json.dumps({"schemas": [], "id": f"u{n:04}", **document})),
            )

    await migrate.migrate(database_url)
    async with opened(database_url) as database:
        registry = DatabaseRegistry(database=database, clock=lambda: "", patience=5)
        store = registry.store(Scope(team="t", connection="c"))
        for where, total in {'title eq "old"': BATCH + 3, f'emails eq "u{BATCH + 1}@A.example"': 1}.items():
            found = await store.search(listed("User", parse_filter(where)))
            assert total == found.total, where
        assert BATCH + 3 == (await store.search(listed("User"))).total


async def test_what_people_are_found_by_is_written_for_who_is_there(database_url):
    """Names that an administrator said are folded, and searched text says whom it is about."""
    await migrate.migrate(database_url, target="0004_seats_in_full")
    async with opened(database_url) as database, database.transaction() as client:
        for sql in OLD:
            await database.run(client, sql)
        await database.run(client, "UPDATE persons SET name = 'ÄNNE Lee'")
        await database.run(
            client,
            "INSERT INTO resources (id, team_id, connection_id, kind, document, name_key, exclusive, active,"
            " person_id, version, created, modified)"
            " VALUES ('u', 't', 'c', 'User', '{}', 'u', TRUE, TRUE, 'p', 1, 'x', 'x')",
        )
        columns = "team_id, connection_id, kind, id, folded, lists"
        await database.run(client, f"INSERT INTO searched ({columns}) VALUES ('t', 'c', 'User', 'u', '', '')")

    await migrate.migrate(database_url)
    async with opened(database_url) as database:
        assert [{"name_key": "änne lee"}] == list(await database.rows("SELECT name_key FROM persons"))
        assert [{"person_id": "p"}] == list(await database.rows("SELECT person_id FROM searched"))


OLD = (
    "INSERT INTO teams (id, name, plan, created_at) VALUES ('t', 't', 'basic', 'x')",
    """INSERT INTO connections (id, team_id, idp, profile, state, domains, created_at)
    VALUES ('c', 't', 'generic', 'tolerant', 'on', '', 'x')""",
    "INSERT INTO persons (id, team_id, claims) VALUES ('p', 't', 1)",
)


async def test_several_migrators_wait_for_each_other(database_url):
    """Four that start at once all succeed."""
    await asyncio.gather(*(_in_a_process(database_url) for _ in range(4)))

    async with opened(database_url) as database:
        assert None is await migrate.behind(database)


async def test_a_newer_schema_is_refused(database):
    """A migration that this code does not know is named, with the way out."""
    async with database.transaction() as client:
        await database.run(
            client,
            "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('hub', '0999_x', '2026-01-01')"
            if database.dialect == "sqlite"
            else "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('hub', '0999_x', now())",
        )

    assert "0999_x" in str(await migrate.behind(database))


async def test_the_durability_of_a_new_database_is_safe(database):
    """Nothing acknowledged can be lost, by the settings that are there when nobody changed them."""
    assert [] == await migrate.unsafe(database)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:///var/hub.sqlite", "/var/hub.sqlite"),
        ("postgres://me:secret@db.example/hub", "PostgreSQL at db.example, database hub"),
    ],
)
def test_a_database_is_described_without_its_password(url, place):
    """Where it is may be shown to anybody."""
    assert place == migrate.describe(url)


async def _in_a_process(url):
    import sys

    code = f"import asyncio; from storage.migrate import migrate; asyncio.run(migrate({url!r}))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert 0 == await process.wait()
