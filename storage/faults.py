"""What an error of a database means: that it passes, or which constraint was broken."""

from __future__ import annotations

import enum
import sqlite3

import asyncpg
from tortoise.exceptions import BaseORMException, DBConnectionError, IntegrityError, OperationalError

from hub.engine.values.errors import Overtaken


def passing(error: BaseException) -> bool:
    """Say whether *error* is of a kind that goes away, so that trying again is worth it."""
    match error:
        case Overtaken():
            return True
        case IntegrityError() | asyncpg.IntegrityConstraintViolationError():
            return False
        case OperationalError() if error.args and isinstance(error.args[0], sqlite3.OperationalError):
            return _busy(error.args[0])
        case sqlite3.OperationalError():
            return _busy(error)
        case asyncpg.InterfaceError():
            return "argument" not in str(error)  # what a statement was given wrongly, it is given again
        case DBConnectionError() | OSError() | TimeoutError():
            return True
        case asyncpg.PostgresError():
            return str(error.sqlstate or "")[:2] in _PASSING
        case BaseORMException():
            cause = error.__cause__
            return cause is not None and passing(cause)
        case _:
            return False


def overtaking(error: BaseException) -> bool:
    """Say whether *error* passes and ends a whole transaction: a deadlock, a connection that is lost.

    Running out of time does not: what was waited for in vain is not to be waited for again, and whoever can
    do without it goes on.
    """
    late = isinstance(error, TimeoutError | asyncpg.LockNotAvailableError | asyncpg.QueryCanceledError)
    return passing(error) and not late


#: Classes of SQLSTATE that pass: connection, transaction rollback (serialisation,
#: deadlock), resources, object not in prerequisite state (lock not available), operator
#: intervention (shutdown, cancelled). PostgreSQL, appendix A.
_PASSING = frozenset({"08", "40", "53", "55", "57"})


def _busy(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}


def too_deep(error: BaseException) -> bool:
    """Say whether *error* means that a statement nests or joins more deeply than SQLite can parse."""
    return any(said in str(error) for said in ("parser stack overflow", "Expression tree is too large"))


class Violation(enum.Enum):
    """Which kind of constraint was broken, by each database's own code for it."""

    UNIQUE = frozenset({"23505", sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY})
    FOREIGN_KEY = frozenset({"23503", sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY})
    NOT_NULL = frozenset({"23502", sqlite3.SQLITE_CONSTRAINT_NOTNULL})


def violated(error: BaseException) -> Violation | None:
    """Return which kind of constraint *error* says was broken, None for any other error."""
    cause = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorcode", None)
    return next((kind for kind in Violation if code in kind.value), None)


def table_of(error: BaseException) -> str | None:
    """Return the table whose constraint *error* says was broken, None where the database does not say."""
    cause = error.args[0] if isinstance(error, IntegrityError) and error.args else error
    return getattr(cause, "table_name", None)
