"""JSON read without mercy, and written without waste."""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn, TypeAlias

import orjson

from hub.scim.errors import InvalidSyntax

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""Any JSON value."""

Document: TypeAlias = dict[str, Json]
"""A resource as SCIM JSON under canonical names; never changed, only made anew."""

BOM = b"\xef\xbb\xbf"
INT64 = range(-(2**63), 2**63)
INT64_DIGITS = 20
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def loads(body: bytes, *, depth_max: int = 32) -> Json:
    """Return the value that *body* says, or raise `InvalidSyntax` naming the place that is wrong.

    Refused beside what is not JSON at all: names given twice (whatever their case), numbers that no
    64-bit integer or double holds, NUL and other controls, halves of surrogate pairs, anything but
    UTF-8 without a byte order mark, and nesting deeper than *depth_max*.
    """
    if body.startswith(BOM):
        raise InvalidSyntax("the body starts with a byte order mark; send UTF-8 without one")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidSyntax(f"the body is not UTF-8 at byte {error.start}") from None
    if not text.strip():
        raise InvalidSyntax("the body is empty where a JSON object was expected")
    try:
        value: Json = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise InvalidSyntax(f"the body is not JSON at {where}: {error.msg}") from None
    except RecursionError:
        raise InvalidSyntax(f"the body is nested deeper than {depth_max} levels") from None
    # Controls and half surrogates can only come by an escape: most bodies need no second look.
    if "\\" in text or text.count("[") + text.count("{") > depth_max:
        _inspect(value, "", depth_max)
    return value


def dumps(value: Json) -> bytes:
    """Return *value* as compact UTF-8."""
    return orjson.dumps(value)


def _inspect(value: Json, place: str, depth_left: int) -> None:
    if isinstance(value, str):
        _inspect_text(value, place)
    elif isinstance(value, dict | list):
        if not depth_left:
            raise InvalidSyntax(f"the body is nested too deep at {place}")
        if isinstance(value, list):
            for index, item in enumerate(value):
                _inspect(item, f"{place}[{index}]", depth_left - 1)
            return
        for name, item in value.items():
            _inspect_text(name, place or "the root")
            _inspect(item, f"{place}.{name}" if place else name, depth_left - 1)


def _inspect_text(text: str, place: str) -> None:
    if found := FORBIDDEN.search(text):
        kind = "a control character" if found[0] < " " else "half of a surrogate pair"
        raise InvalidSyntax(f"the text at {place} holds {kind}, U+{ord(found[0]):04X}")


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len({name.lower() for name, _ in pairs}) == len(pairs):
        return members
    seen: dict[str, str] = {}
    for name, _ in pairs:
        # RFC 7643 §2.1: names are compared without case, so these are one name.
        if name.lower() in seen:
            raise InvalidSyntax(f"{_shown(name)} is given twice, first as {_shown(seen[name.lower()])}")
        seen[name.lower()] = name
    raise AssertionError("a duplicate that is not there")


def _shown(name: str) -> str:
    return ascii(name)


def _integer(digits: str) -> int:
    if len(digits) > INT64_DIGITS or (number := int(digits)) not in INT64:
        raise InvalidSyntax(f"the number {digits[:INT64_DIGITS]}… does not fit 64 bits")
    return number


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise InvalidSyntax(f"the number {digits[:INT64_DIGITS]} is out of range")
    return number


def _constant(name: str) -> NoReturn:
    raise InvalidSyntax(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)
