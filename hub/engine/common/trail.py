"""What the audit says of a change, and that no removal waits for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import structlog

from hub.engine.values.errors import Overtaken

if TYPE_CHECKING:
    from hub.engine.ports import Unit
    from hub.engine.values.notes import Author

log = structlog.get_logger("hub.trail")


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what differs, by name: `{"state": {"before": "draft", "after": "on"}}`; None is not there."""
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    }


async def note_removal(
    unit: Unit, by: Author, action: str, target: str, *, changes: Mapping[str, Any], person: str | None
) -> None:
    """Write into the audit that *by* took something away from *person*.

    Nothing may keep a removal from being done: where this fails, it is undone alone, and an alarm raised.
    """
    await unit.flush()  # what the removal itself is refused for is no failure of this part
    try:
        async with unit.savepoint():
            await unit.note(by, action, target, changes=changes, person=person)
    except Overtaken:
        raise
    except Exception:
        log.exception("alarm.not_noted", action=action, person=person, by=by.name)
