"""hub exchanges: what a provider sent, what it was told, and what that did."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, TypeAlias

from cyclopts import Parameter

from hub.cli import printing
from hub.cli.options import NONE, Options
from hub.engine.watched.activity import Activity
from hub.teams import Connection

Kept: TypeAlias = Mapping[str, Any]

#: Seconds between two looks for new ones.
LOOK_SECONDS = 1.0


async def exchanges(
    connection: str,
    /,
    *,
    follow: Annotated[bool, Parameter(negative="")] = False,
    options: Options = NONE,
) -> None:
    """Show the latest exchanges of CONNECTION, oldest first.

    Parameters
    ----------
    follow
        Go on with new ones as they come, until interrupted; in JSON, one a line.
    """
    async with options.house() as house:
        whose = await house.connections.one(connection)
        kept = await house.activity.of(whose)
        if not follow:
            options.answer([dict(each) for each in kept], "\n\n".join(map(told, kept)) or "None so far.")
            return
        async for each in _following(house.activity, whose, kept):
            if options.json:
                print(json.dumps(dict(each)), flush=True)
            else:
                printing.show(told(each) + "\n")


async def _following(activity: Activity, connection: Connection, kept: Sequence[Kept]) -> AsyncIterator[Kept]:
    last = ""
    while True:
        for each in kept:
            yield each
            last = each["reference"]
        await asyncio.sleep(LOOK_SECONDS)
        kept = await activity.of(connection, after=last)


def told(kept: Kept) -> str:
    """Return an exchange as a person reads it: when, what, the answer, and what was made of it."""
    lines = {
        "": f"{kept['at']}  {kept['method']} {kept['path']} → {kept['status']}, {kept['duration_ms']:.0f} ms",
        "reference": kept["reference"],
        "quirks": ", ".join(kept["quirks"]),
        "effect": ", ".join(kept["effect"]),
        "error": kept["error"],
        "sent": _body(kept["request"]),
        "became": _body(kept["became"]),
        "answer": _body(kept["answer"]),
    }
    return "\n".join(f"  {label:<9}  {line}" if label else line for label, line in lines.items() if line)


def _body(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)
