"""What a write came to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hub.engine.values.resources import Resource
    from hub.spi import Event


@frozen(kw_only=True)
class Outcome:
    """What a write came to: the resource afterwards, None when it is gone, and what happened."""

    resource: Resource | None
    events: Sequence[Event] = ()

    @property
    def effect(self) -> tuple[str, ...]:
        """Return what happened, in words for a person to read."""
        return tuple(f"{each.name} {each.seat}" if each.seat else each.name for each in self.events)
