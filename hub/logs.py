"""Structured logs: one JSON object a line on stderr, one line a request, no names of people."""

import logging
import sys
from functools import cache
from typing import Any, Final

import orjson
import structlog

SHARED: tuple[structlog.typing.Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    structlog.processors.format_exc_info,
)

#: Libraries that at lower levels log whole statements with their values, so names of people.
PINNED: Final = {"aiosqlite": "WARNING", "asyncpg": "WARNING", "tortoise": "WARNING", "hypercorn": "INFO"}


def _dumps(line: object, **_: object) -> str:
    return orjson.dumps(line, default=str).decode()


def configure(level: str) -> None:
    """Send all that the hub and its libraries log from *level* up to stderr, as JSON."""
    structlog.configure(
        processors=[*SHARED, structlog.processors.JSONRenderer(serializer=_dumps)],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    _requests.cache_clear()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=SHARED,
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for library, floor in PINNED.items():
        logging.getLogger(library).setLevel(max(logging.getLogger().level, logging.getLevelName(floor)))


def request(
    *,
    exchange: str,
    connection: str | None,
    team: str | None,
    operation: str,
    status: int,
    duration_ms: float,
    quirks: tuple[str, ...] = (),
    effect: str | None = None,
) -> None:
    """Log one request: ids, the *operation* (`PATCH User`), and what came of it; nothing that was sent.

    The arguments are all there is, so that no name of a person finds a way in.
    """
    if not _requests().is_enabled_for(logging.INFO):
        return
    said = {"connection": connection, "team": team, "effect": effect, "quirks": list(quirks)}
    _requests().info(
        "request",
        exchange=exchange,
        operation=operation,
        status=status,
        duration_ms=round(duration_ms, 1),
        **{key: value for key, value in said.items() if value},
    )


@cache
def _requests() -> Any:
    """Return the logger of requests: to bind one for each takes longer than to write its line."""
    return structlog.get_logger("hub.web").bind()
