"""The message of a search by POST into the parameters of a query (RFC 7644 §3.4.3, RFC 9865 §3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.scim.errors import InvalidSyntax
from hub.scim.strictjson import Json

SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def read_search(body: Json, *, strict: bool) -> Mapping[str, str]:
    """Return what the SearchRequest *body* asks for, as a query string would say it.

    Raises `InvalidSyntax` naming the member of a wrong type; null and `[]` are the same as absent. When
    *strict*, `schemas` must name the message, and what is no member of it is an error; else that is let be.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("the body must be a JSON object")
    message = {name.lower(): value for name, value in body.items() if value not in (None, [])}
    if strict:
        _check(message)
    known = {name: message[name.lower()] for name in MEMBERS if name.lower() in message}
    return {name: MEMBERS[name](name, value) for name, value in known.items()}


def _check(message: Mapping[str, Json]) -> None:
    if message.get("schemas") != [SEARCH_REQUEST]:
        raise InvalidSyntax(f"schemas must be [{SEARCH_REQUEST}]")
    if unknown := sorted(message.keys() - {"schemas"} - {name.lower() for name in MEMBERS}):
        raise InvalidSyntax(f"a SearchRequest has no member {unknown[0]}")


def _text(name: str, value: Json) -> str:
    if not isinstance(value, str):
        raise InvalidSyntax(f"{name} must be a text")
    return value


def _names(name: str, value: Json) -> str:
    if not isinstance(value, list):
        raise InvalidSyntax(f"{name} must be a list of names of attributes")
    return ",".join(_text(f"{name}[{index}]", item) for index, item in enumerate(value))


def _number(name: str, value: Json) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidSyntax(f"{name} must be a whole number")
    return str(value)


MEMBERS: Mapping[str, Callable[[str, Json], str]] = {
    "attributes": _names,
    "excludedAttributes": _names,
    "filter": _text,
    "sortBy": _text,
    "sortOrder": _text,
    "startIndex": _number,
    "count": _number,
    "cursor": _text,
}
"""What a SearchRequest may have beside `schemas`, and how it is read."""
