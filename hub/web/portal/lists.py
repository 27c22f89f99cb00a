"""Lists over several pages: where one begins, and the addresses of those beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from attrs import frozen

from hub.engine.values.listing import Page, Turn

if TYPE_CHECKING:
    from .pages import Visit


@frozen(kw_only=True)
class Beside:
    """The addresses of the pages before and after one, None where there is none."""

    previous: str | None
    next: str | None


def turn_of(query: Mapping[str, str]) -> Turn:
    """Return where the page begins that *query* asks for."""
    if before := query.get("before", ""):
        return Turn(mark=before, before=True)
    return Turn(mark=query.get("after", ""))


def beside(visit: Visit, path: str, page: Page[Any], asked: Mapping[str, str]) -> Beside:
    """Return the ways from *page* of the list at *path* below the team, which was *asked* for so."""

    def address(turn: Turn | None) -> str | None:
        if turn is None:
            return None
        said = {name: value for name, value in asked.items() if value}
        return f"{visit.url(path)}?{urlencode({**said, 'before' if turn.before else 'after': turn.mark})}"

    return Beside(previous=address(page.previous), next=address(page.next))


def isolated(text: str) -> str:
    """Return *text* so that its writing direction stays its own, where no element can see to that."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
