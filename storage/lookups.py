"""Statements that look up rows by one value, or on PostgreSQL by several values at once."""

from __future__ import annotations

from collections.abc import Callable

#: What each database says for: the rows that are found by the value at a place, on PostgreSQL by each of
#: those in the JSON array at the place; and the column that says by which.
_FOUND = {
    "sqlite": ("({found}) {name}", "{place}", ""),
    "postgres": (
        # PostgreSQL does not know how many values are in JSON text, so it makes one plan for all: given an
        # array, it makes a plan each time, which takes it longer than to run it.
        "json_array_elements_text({place}::text::json) sought CROSS JOIN LATERAL ({found}) {name}",
        "sought",
        ", sought",
    ),
}

#: By what a resource of a connection is found. SQLite takes no index for a column behind a `+`, so that it
#: goes by the index of ids alone: a third of that of teams, connections and ids, and less to read of a file
#: that the system keeps little of.
_TEAM = {"sqlite": "+team_id", "postgres": "team_id"}


def identified(dialect: str, team: str, connection: str, id: str) -> str:
    """Return the condition that a resource has the id at that place, and is of that team and connection."""
    return f"id = {id} AND {_TEAM[dialect]} = {team} AND connection_id = {connection}"


def select(dialect: str, columns: str, found: Callable[[str], str], *, name: str, place: str) -> str:
    """Return the statement that reads *columns* of the rows *found* by the value at *place*.

    It calls these rows *name*. What finds them must end with a limit: PostgreSQL then runs it once for each
    of several values.
    """
    source, by, says = _FOUND[dialect]
    rows = source.format(found=found(by.format(place=place)), name=name, place=place)
    return f"SELECT {columns}{says} FROM {rows}"
