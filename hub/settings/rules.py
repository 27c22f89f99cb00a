"""What a setting may be: its type, with a test of its value and the words for what is wanted."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from hub import postgres_url
from hub.strictly import Rule


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and int(port) < 2**16  # 0: any free port


def is_unread(url: str) -> bool:
    """Say whether nobody on the network can read what is sent to *url*: HTTPS, or this machine only."""
    try:
        parts = urlsplit(url)
        leads = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    loopback = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return (parts.scheme == "https" or loopback) and leads


def _is_public(url: str) -> bool:
    return is_unread(url) and not url.endswith("/")


def _is_return(url: str) -> bool:
    return is_unread(url) and "#" not in url


def _is_postgres(text: str) -> bool:
    return text.startswith(postgres_url.SCHEMES) and bool(postgres_url.read(text))


Address: TypeAlias = Annotated[str, Rule(_is_address, "HOST:PORT, as in 127.0.0.1:8080")]
PublicUrl: TypeAlias = Annotated[
    str,
    Rule(
        lambda url: not url or _is_public(url),
        "https://, or http:// on this machine, without a slash at the end",
    ),
]
DatabaseUrl: TypeAlias = Annotated[
    str, Rule(lambda url: not url or _is_postgres(url), "postgres://user:password@host/name, or nothing")
]
ReturnTo: TypeAlias = Annotated[
    tuple[str, ...], Rule(lambda urls: all(map(_is_return, urls)), "https:// addresses, without #")
]
Count: TypeAlias = Annotated[int, Rule(lambda count: count >= 1, "at least 1")]
Rate: TypeAlias = Annotated[
    int, Rule(lambda rate: rate == 0 or rate >= 25, "0 (no limit) or at least 25, the pace of providers")
]
Limit: TypeAlias = Annotated[int, Rule(lambda count: count >= 0, "0 (no limit) or more")]
Age: TypeAlias = Annotated[
    int, Rule(lambda seconds: 0 <= seconds <= 86_400, "from 0 (do not keep it) to 86400, a day")
]
UnknownMembers: TypeAlias = Literal["refuse", "pending"]
Level: TypeAlias = Literal["debug", "info", "warning", "error"]
