"""The headers If-Match and If-None-Match as conditions (RFC 9110 §13.1, RFC 7644 §3.14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.engine.asking.conditions import ANY, Conditions
from hub.scim.errors import InvalidSyntax

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def conditions(headers: Mapping[bytes, bytes]) -> Conditions:
    """Return what *headers* ask for, or raise `InvalidSyntax` naming the one that cannot be read."""
    return Conditions(
        match=_tags("If-Match", headers.get(b"if-match")),
        none_match=_tags("If-None-Match", headers.get(b"if-none-match")),
    )


def _tags(name: str, value: bytes | None) -> frozenset[str] | None:
    if value is None:
        return None
    if value.strip(b" \t") == b"*":
        return frozenset({ANY})
    tags, between = _TAG.findall(value), _TAG.sub(b"", value)
    # Empty elements are let be (RFC 9110 §5.6.1.2).
    if not tags or between.strip(b" \t,") or between.count(b",") < len(tags) - 1:
        raise InvalidSyntax(f'the header {name} must be * or entity tags such as W/"1", with commas between')
    return frozenset(tag.decode("latin-1") for tag in tags)
