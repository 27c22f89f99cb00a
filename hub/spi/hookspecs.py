"""The hooks. The verb in a hook's name says how it is called.

| hook            | colour | results                        | when                                           |
|-----------------|--------|--------------------------------|------------------------------------------------|
| `register_*`    | sync   | all, flattened                 | once, at start                                 |
| `choose_*`      | sync   | first that is not None         | in a write that grants, and when seats settle  |
| `review_*`      | sync   | all; any objection refuses     | in a write that grants, never in a removal     |
| past participle | async  | none; each told, retried alone | after the commit, at least once                |

Sync hooks are pure: no clock, no network, no storage, for a write may be run again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import pluggy

if TYPE_CHECKING:
    from .dialect import Dialect
    from .provisioning import Change, Choice, Event, Objection, Person

NAME: Final = "provisioning_hub"

hookspec = pluggy.HookspecMarker(NAME)
hookimpl = pluggy.HookimplMarker(NAME)


# At start


@hookspec
def register_dialects() -> Iterable[Dialect]:
    """Return the dialects of identity providers that this plugin speaks."""
    return ()


# In a write that grants


@hookspec(firstresult=True)
def choose_seat(person: Person) -> Choice | None:
    """Return the seat *person* needs, UNDECIDED, or None to leave the choice to the next plugin."""


@hookspec
def review_grant(change: Change) -> Objection | None:
    """Return an objection to refuse *change*; the identity provider is told why."""


# After the commit: may be told twice, so be idempotent


@hookspec
async def user_provisioned(event: Event) -> None:
    """Hear that a user was made."""


@hookspec
async def user_updated(event: Event) -> None:
    """Hear that a user's attributes changed."""


@hookspec
async def user_deactivated(event: Event) -> None:
    """Hear that a user is no longer active: their access must end."""


@hookspec
async def user_reactivated(event: Event) -> None:
    """Hear that a user is active again."""


@hookspec
async def user_deprovisioned(event: Event) -> None:
    """Hear that a user was deleted."""


@hookspec
async def group_changed(event: Event) -> None:
    """Hear that a group was made, renamed, given or robbed of members, or deleted."""


@hookspec
async def seat_taken(event: Event) -> None:
    """Hear that a person holds a seat now; they hold one at most, so that one of another kind is free."""


@hookspec
async def seat_released(event: Event) -> None:
    """Hear that a person's seat is free again."""


@hookspec
async def seat_waiting(event: Event) -> None:
    """Hear that a person waits for a seat."""


@hookspec
async def seats_threshold(event: Event) -> None:
    """Hear that 80, 95 or 100 per cent of a kind of seat are in use: in `after`, bought, held and percent."""
