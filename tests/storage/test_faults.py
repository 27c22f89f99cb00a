"""Which errors of a database pass: these are worth asking again."""

from __future__ import annotations

import asyncpg
import pytest

from storage.faults import passing


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (asyncpg.InterfaceError("cannot perform operation: connection is closed"), True),
        (asyncpg.InterfaceError("the number of query arguments cannot exceed 32767"), False),
        (asyncpg.InterfaceError("the server expects 1 argument for this query, 2 were passed"), False),
    ],
)
def test_what_is_asked_wrongly_does_not_pass(error, passes):
    """A connection that was lost can be made again; a statement with too many values stays what it is."""
    assert passes is passing(error)
