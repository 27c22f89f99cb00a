"""Several statements to a round trip, none of which is lost or misread."""

from __future__ import annotations

import pytest

from hub.engine.values.errors import NameTaken
from storage import running
from storage.faults import Violation
from storage.statements import Statement, together, values_of


def test_places_are_counted_on():
    """Each statement keeps its own values when several become one."""
    one = Statement("INSERT INTO outbox (event) VALUES ($1)", ("a",))
    two = Statement("UPDATE seats SET held = $2 WHERE kind = $1 AND team_id = $1", ("k", 3))

    joined = together([one, two])

    assert (
        "WITH part0 AS (INSERT INTO outbox (event) VALUES ($1))"
        " UPDATE seats SET held = $3 WHERE kind = $2 AND team_id = $2"
    ) == joined.sql
    assert ("a", "k", 3) == joined.values


def test_later_statements_see_earlier_ones_by_name():
    """What one statement wrote, the next of the round trip reads by the name it was given."""
    number = Statement("UPDATE teams SET entries = entries + 1 RETURNING entries", (), name="numbered")
    entry = Statement("INSERT INTO entries SELECT entries FROM numbered", ())

    assert together([number, entry]).sql.startswith("WITH numbered AS (UPDATE teams")


def test_rows_become_places():
    """VALUES of several rows are numbered through."""
    assert "($1, $2), ($3, $4)" == values_of(("a", "b"), ("c", "d"))


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("INSERT INTO outbox (a) VALUES ($1)", "outbox"),
        ("UPDATE seats SET held = 1", "seats"),
        ("DELETE FROM members WHERE id = $1", "members"),
        ("SELECT 1", ""),
    ],
)
def test_a_statement_knows_what_it_writes(sql, table):
    """Two that write one table never share a round trip: PostgreSQL would do one of them."""
    assert table == Statement(sql, ()).table


async def test_two_changes_of_one_row_both_count(world):
    """Whatever is put off until the end of a write, all of it is done, in order."""

    async def work(unit):
        assert await unit.take("standard")
        await unit.count("standard", held=-1)
        assert await unit.take("standard")
        assert await unit.take("standard")
        await unit.count("standard", held=-1)

    await world.write(work)
    (row,) = await world.database.rows("SELECT held FROM seats WHERE team_id = 't'")
    assert 1 == row["held"]


async def test_a_refusal_is_told_by_its_table(database):
    """Of several statements in one round trip, the one whose constraint broke says what that means."""
    team = "INSERT INTO teams (id, name, plan, created_at) VALUES ($1, $2, 'basic', '')"

    async def twice(client):
        await database.run(client, team, "t", "one")
        await running.run(
            database,
            client,
            [
                Statement(
                    "DELETE FROM leases WHERE listener = $1",
                    ("x",),
                    {(Violation.UNIQUE, "leases"): KeyError()},
                ),
                Statement(team, ("u", "one"), {(Violation.UNIQUE, "teams"): NameTaken("one")}),
            ],
        )

    with pytest.raises(NameTaken):
        await database.written(twice)
    assert [] == list(await database.rows("SELECT 1 FROM teams"))


async def test_an_error_that_means_nothing_else_is_raised_as_it_is(database):
    """It is not its own cause: whoever follows causes to their end would never get there."""

    async def wrong(client):
        await running.run(database, client, [Statement("SELECT * FROM nowhere", ())])

    with pytest.raises(Exception, match="nowhere") as caught:
        await database.written(wrong)

    seen: list[BaseException | None] = []
    error: BaseException | None = caught.value
    while error is not None and len(seen) < 20:
        seen.append(error)
        error = error.__cause__ or error.__context__
    assert None is error
