"""A search of resources as a store takes it, and the page that it finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hub.scim.expressions import Filter, Path

    from .resources import Text


@frozen(kw_only=True)
class Mark:
    """A place between two resources of a list: right after, or *before*, the one with *key* and *id*.

    *key* is the value the list is sorted by, None where the resource has none or the list is in order of id.
    """

    id: str
    key: str | float | bool | None = None
    before: bool = False


@frozen(kw_only=True)
class Search:
    """What a list asks for: up to *count* resources of *kinds* that match their filter.

    *where* has a filter for each kind, None for all of the kind. *sort* is the attribute to sort by,
    None for the order of id. The page begins with the *start*th resource (1 is the first), or at *mark*.
    With *memberships*, users come with their groups, and groups with their first members.
    """

    kinds: tuple[str, ...]
    where: Mapping[str, Filter | None]
    sort: Path | None = None
    descending: bool = False
    start: int = 1
    count: int
    mark: Mark | None = None
    memberships: bool = True


@frozen(kw_only=True)
class Found:
    """A page of a search, how many there are in all, and the marks from which the pages beside it go on."""

    total: int
    page: Sequence[Text]
    previous: Mark | None = None
    next: Mark | None = None
