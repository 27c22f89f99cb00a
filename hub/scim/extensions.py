"""The schemas that a team adds to the built-in ones: as text with the team, and as types of resources."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache

from attrs import evolve, frozen

from hub.scim.catalog import BUILT_IN, Types
from hub.scim.definitions import read_schema
from hub.scim.discovery import definition
from hub.scim.schema import ResourceType, Schema

NONE = "[]"
"""The text of a team that adds nothing."""


@frozen(kw_only=True, eq=False)
class Extension:
    """A *schema* that resources of one *kind* may have."""

    kind: str
    schema: Schema


def written(extensions: Iterable[Extension]) -> str:
    """Return *extensions* as JSON text."""
    told = [{"kind": each.kind, "schema": definition(each.schema)} for each in extensions]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def read(text: str) -> tuple[Extension, ...]:
    """Return the extensions that were written as *text*."""
    return tuple(
        Extension(kind=each["kind"], schema=read_schema(each["schema"])) for each in json.loads(text)
    )


# The types of a team are compared by identity and key other caches: the same text gives the same types.
@lru_cache(maxsize=1024)
def types_of(text: str) -> Types:
    """Return the types of resources of a team whose extensions were written as *text*."""
    extensions = read(text)
    if not extensions:
        return BUILT_IN
    return {name: _with(kind, extensions) for name, kind in BUILT_IN.items()}


def overlapping(urn: str, others: Iterable[str]) -> str | None:
    """Return which of the *others* begins as *urn* does or the other way round: a path could mean either."""
    mine = f"{urn}:".lower()
    for other in others:
        theirs = f"{other}:".lower()
        if mine != theirs and (mine.startswith(theirs) or theirs.startswith(mine)):
            return other
    return None


def _with(kind: ResourceType, extensions: Iterable[Extension]) -> ResourceType:
    added = tuple(each.schema for each in extensions if each.kind == kind.name)
    return evolve(kind, extensions=(*kind.extensions, *added)) if added else kind
