"""A log line is one JSON object, from wherever it comes."""

import json
import logging

import pytest
import structlog

from hub import logs


@pytest.fixture
def lines(capsys):
    """Return what was logged so far, a dict a line; put logging back afterwards."""
    kept = logging.getLogger().handlers[:], logging.getLogger().level
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logging.getLogger().handlers[:], logging.getLogger().level = kept
    structlog.reset_defaults()
    logs._requests.cache_clear()


def test_request_is_one_line(lines):
    """A request is one line with ids, outcome and time; what does not apply is left out."""
    logs.configure("info")

    logs.request(
        exchange="hx_1", connection="c1", team=None, operation="PATCH User", status=204, duration_ms=1.234
    )

    [line] = lines()
    assert line.pop("ts").endswith("Z")
    assert {
        "event": "request",
        "level": "info",
        "exchange": "hx_1",
        "connection": "c1",
        "operation": "PATCH User",
        "status": 204,
        "duration_ms": 1.2,
    } == line


def test_libraries_speak_json_too(lines):
    """What a library logs is a JSON line as well, on one line even if it breaks lines."""
    logs.configure("info")

    logging.getLogger("some.library").warning("two\nlines %s", "\x1b[31m")

    assert [("two\nlines \x1b[31m", "warning")] == [(line["event"], line["level"]) for line in lines()]


def test_level_is_a_floor(lines):
    """Below the level nothing is written, by the hub or by a library."""
    logs.configure("warning")

    logs.request(exchange="hx_1", connection=None, team=None, operation="GET", status=200, duration_ms=1)
    logging.getLogger("some.library").info("quiet")

    assert [] == lines()


def test_exception_is_told(lines):
    """A line for an exception carries its traceback."""
    logs.configure("info")

    try:
        json.loads("")
    except ValueError:
        structlog.get_logger().exception("failed")

    assert "JSONDecodeError: Expecting value" in lines()[0]["exception"]


LIBRARIES = ["tortoise", "tortoise.db_client", "aiosqlite", "asyncpg.pool", "hypercorn.error"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_libraries_log_no_statements(lines, library):
    """At level debug the hub says more; the libraries that log statements with their values do not."""
    logs.configure("debug")

    logging.getLogger(library).debug("INSERT INTO people: %s", ["ann@acme.example"])
    logging.getLogger(library).warning("odd")
    structlog.get_logger().debug("ours")

    assert ["odd", "ours"] == [line["event"] for line in lines()]


@pytest.mark.parametrize("library", LIBRARIES)
def test_libraries_keep_to_a_higher_level(lines, library):
    """Pinned to their level, libraries say no more than the hub is told to."""
    logs.configure("error")

    logging.getLogger(library).warning("odd")

    assert [] == lines()


async def test_no_value_of_a_statement_is_logged(lines, database):
    """A real statement's values stay out of the log, on either database."""
    logs.configure("debug")

    await database.rows(
        "SELECT $1 AS name" if database.dialect == "sqlite" else "SELECT $1::text AS name", "ann"
    )

    assert [] == [line for line in lines() if "ann" in json.dumps(line)]
