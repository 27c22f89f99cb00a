"""The schema: what models say is what is there; up, down, and by one at a time."""

from __future__ import annotations

import asyncio

import pytest

from storage import migrate, tables
from storage.database import opened

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
