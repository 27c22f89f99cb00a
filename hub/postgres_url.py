"""What the URL of a PostgreSQL says, read strictly; nothing of it is quoted where it is wrong."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from attrs import field, frozen

SCHEMES = ("postgres://", "postgresql://")

#: How a connection may be encrypted, by libpq's names; left out, it is where the server can.
SSL_MODES = ("disable", "prefer", "require", "verify-full")

#: Signs of a password that end it where they stand as they are.
ESCAPES = "in a password, / ? # and : are written %2F %3F %23 and %3A"


@frozen(kw_only=True)
class PostgresUrl:
    """Where a PostgreSQL is and who asks; None is what the driver finds by itself."""

    host: str
    port: int
    user: str | None
    password: str | None = field(repr=False)
    database: str
    sslmode: str | None


def read(url: str) -> PostgresUrl:
    """Return what *url* says, or raise ValueError with what was expected."""
    parts = _split(url)
    if not parts.hostname:
        raise ValueError(f"expected a host ({ESCAPES})")
    port = _port(parts)
    if not parts.path.strip("/"):
        raise ValueError(f"expected the name of a database after the host ({ESCAPES})")
    if parts.fragment:
        raise ValueError(f"expected no # ({ESCAPES})")
    return PostgresUrl(
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or "") or None,
        password=unquote(parts.password or "") or None,
        database=unquote(parts.path.lstrip("/")),
        sslmode=_sslmode(parts.query),
    )


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # brackets that hold no address; the cause would quote them
        raise ValueError("expected a host, an IPv6 address in brackets") from None


def _port(parts: SplitResult) -> int:
    try:
        port = 5432 if parts.port is None else parts.port
    except ValueError:  # the cause would quote it
        port = 0
    if not port:
        raise ValueError(f"expected a port from 1 to 65535 ({ESCAPES})")
    return port


def _sslmode(query: str) -> str | None:
    pairs = parse_qsl(query, keep_blank_values=True)
    said = dict(pairs)
    if unknown := sorted(said.keys() - {"sslmode"}):
        raise ValueError(f"unknown parameters: {_names(unknown)}; only sslmode is understood")
    if len(pairs) > 1:
        raise ValueError("expected sslmode once")
    if pairs and said["sslmode"] not in SSL_MODES:
        raise ValueError(f"expected sslmode to be {', '.join(SSL_MODES[:-1])} or {SSL_MODES[-1]}")
    return said.get("sslmode")


def _names(unknown: list[str]) -> str:
    # what is no word may be a piece of a password
    if all(re.fullmatch(r"[a-z_]{1,40}", name) for name in unknown):
        return ", ".join(unknown)
    return "one that is no word"
