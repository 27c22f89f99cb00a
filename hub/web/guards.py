"""What a request must look like before anybody asks what it wants: pure checks of its head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from attrs import frozen

from hub.scim.errors import InvalidSyntax, ScimError, Sensitive, UnsupportedMediaType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import Scope

#: The most bytes and the most lines that the headers of one request may have.
HEADER_BYTES_MAX = 16_384
HEADERS_MAX = 100
#: The most parameters that a query may have, known or not.
PARAMETERS_MAX = 100

#: The query parameters that mean something; whatever else stands in a query is let be.
KNOWN = frozenset(
    {"filter", "attributes", "excludedAttributes", "startIndex", "count", "cursor", "sortBy", "sortOrder"}
)
#: The headers that are lists: several lines of one are one list (RFC 9110 §5.3).
LISTS = frozenset({b"if-match", b"if-none-match"})
MEDIA_TYPES = (b"application/scim+json", b"application/json")

_HIDDEN = re.compile(rb"%(?:2f|5c)|\\|%(?![0-9a-f]{2})", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"[A-Za-z0-9._~-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?", re.ASCII)
_SINGLE = frozenset(
    {b"authorization", b"content-encoding", b"content-length", b"content-type", b"host", b"transfer-encoding"}
)


class HeadersTooLarge(ScimError):
    """The headers are longer, or more, than a request needs (RFC 6585 §5)."""

    status = 431


class AmbiguousLength(InvalidSyntax):
    """A body with two lengths: where it ends depends on who reads it, so the connection is closed."""


@frozen(kw_only=True)
class Head:
    """A request's head, checked: decoded path segments, headers by lower-case name, known parameters."""

    path: tuple[str, ...]
    headers: Mapping[bytes, bytes]
    query: Mapping[str, str]


def head(scope: Scope) -> Head:
    """Return the head of the request in *scope*, or raise the `ScimError` of the first guard it fails."""
    return Head(
        path=segments(scope["raw_path"]),
        headers=headers(scope["headers"]),
        query=query(scope["query_string"]),
    )


def segments(raw: bytes) -> tuple[str, ...]:
    """Return the decoded segments of the *raw* path, or refuse one that two could read apart."""
    if _HIDDEN.search(raw):
        raise InvalidSyntax("the path hides a slash, a backslash or a broken escape")
    try:
        path = _decoded(raw)
    except UnicodeDecodeError:
        raise InvalidSyntax("the path is not UTF-8") from None
    if _CONTROL.search(path):
        raise InvalidSyntax("the path holds a NUL or another control character")
    first, *rest = path.removesuffix("/").split("/")
    if first or "" in rest:
        raise InvalidSyntax("the path has an empty segment: a slash is doubled")
    if "." in rest or ".." in rest:
        raise InvalidSyntax("the path has a dot segment")
    return tuple(rest)


def headers(raw: Sequence[tuple[bytes, bytes]]) -> Mapping[bytes, bytes]:
    """Return the *raw* headers by lower-case name, or refuse those that are too large or read two ways."""
    if len(raw) > HEADERS_MAX:
        raise HeadersTooLarge(f"{len(raw)} headers are more than {HEADERS_MAX}")
    found: dict[bytes, bytes] = {}
    size = 0
    for name, value in raw:
        size += len(name) + len(value)
        if name in found and name in _SINGLE:
            raise InvalidSyntax(f"the header {name.decode('latin-1')} stands twice")
        found[name] = found[name] + b"," + value if name in found and name in LISTS else value
    if size > HEADER_BYTES_MAX:
        raise HeadersTooLarge(f"{size} bytes of headers are more than {HEADER_BYTES_MAX}")
    if b"content-length" in found and b"transfer-encoding" in found:
        raise AmbiguousLength("the body has both a Content-Length and a Transfer-Encoding")
    if found.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise UnsupportedMediaType("the body is encoded: send it without Content-Encoding")
    return found


def query(raw: bytes) -> Mapping[str, str]:
    """Return the known parameters of the *raw* query, or raise `InvalidSyntax` for one that stands twice."""
    found: dict[str, str] = {}
    for name, value in parameters(raw):
        if name in found:
            raise InvalidSyntax(f"the parameter {name} stands twice")
        if name in KNOWN:
            found[name] = value
    return found


def parameters(raw: bytes) -> Sequence[tuple[str, str]]:
    """Return all parameters of the *raw* query in their order, or raise what one of them is refused for."""
    if not raw:
        return ()
    found = _parsed(raw)
    if any(name.lower() == "access_token" for name, _ in found):
        raise Sensitive("access_token may not stand in a query: renew the token, send it as Authorization")
    return found


def media_type(content_type: bytes | None, *, among: Sequence[bytes] = MEDIA_TYPES) -> None:
    """Refuse a body whose *content_type* is not JSON in UTF-8, called so; a missing one is taken for it."""
    if content_type is None:
        return
    name, _, parameters = content_type.lower().partition(b";")
    if name.strip() not in among:
        raise UnsupportedMediaType(f"the body must be {' or '.join(each.decode() for each in among)}")
    if b"charset" in parameters and b"utf-8" not in parameters and b"utf8" not in parameters:
        raise UnsupportedMediaType("the body must be UTF-8")


def host(value: bytes | None) -> str:
    """Return the host that the request names, or raise `InvalidSyntax` for what cannot be one."""
    text = "localhost" if value is None else value.decode("latin-1")
    if not _HOST.fullmatch(text):
        raise InvalidSyntax("the header host is not a host")
    return text


def _parsed(raw: bytes) -> Sequence[tuple[str, str]]:
    pairs = raw.replace(b"+", b" ").split(b"&")
    if len(pairs) > PARAMETERS_MAX:
        raise InvalidSyntax(f"the query has more than {PARAMETERS_MAX} parameters")
    try:
        raw.decode()  # half a character may not be made whole by an escape
        return [
            (_decoded(name), _decoded(value))
            for name, _, value in (pair.partition(b"=") for pair in pairs if pair)
        ]
    except UnicodeDecodeError:
        raise InvalidSyntax("the query is not UTF-8") from None


def _decoded(raw: bytes) -> str:
    return (unquote_to_bytes(raw) if b"%" in raw else raw).decode()
