"""Turning a connection on, pausing it, turning it off: what that does is said before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.engine.values.dossiers import people
from hub.teams import Role, State

from .connection import AT, at, called, found
from .pages import Fault, Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages()

#: The most people who are released while a browser waits; a command takes its time.
RELEASED_MAX = 500

_DONE = {
    State.ON: "SCIM is on. Seats are assigned by the provider now.",
    State.PAUSED: "SCIM is paused. Nobody can be added; removals are done.",
    State.OFF: "SCIM is off. Seats are assigned by hand now.",
}


@pages.post(f"{AT}/on")
async def on(visit: Visit) -> Response:
    """Turn a connection on."""
    return await _turned(visit, State.ON)


@pages.get(f"{AT}/pause", role=Role.ADMIN)
async def ask_pause(visit: Visit) -> Response:
    """Ask whether it is to be paused."""
    connection = await found(visit)
    effect = await visit.desk.switches.effect(connection, State.PAUSED, called=called(visit, connection))
    return visit.page("connection_pause.html", connection=connection, at=at(connection), effect=effect)


@pages.post(f"{AT}/pause")
async def pause(visit: Visit) -> Response:
    """Pause a connection."""
    return await _turned(visit, State.PAUSED)


@pages.get(f"{AT}/off", role=Role.ADMIN)
async def ask_off(visit: Visit) -> Response:
    """Ask what is to become of seats when it is turned off."""
    return await _asked(visit)


@pages.post(f"{AT}/off")
async def off(visit: Visit) -> Response:
    """Turn a connection off, and release its seats where that is wanted."""
    form, connection = await visit.form(), await found(visit)
    if form.get("seats") not in {"keep", "release"}:
        return await _asked(visit, Fault("seats", "Choose what is to become of their seats"))
    if form["seats"] == "keep":
        return await _turned(visit, State.OFF)
    effect = await visit.desk.switches.effect(connection, State.OFF, release=True)
    if effect.people > RELEASED_MAX:
        says = f"Releasing {people(effect.people)} takes longer than a page waits: have your operator run"
        return await _asked(visit, Fault("seats", f"{says} hub connection off {connection.id} --release"))
    by = visit.by(form.get("why"))
    turned = await visit.desk.connections.set_state(connection, State.OFF, by=by)
    released = await visit.desk.switches.release(turned, by=by, progress=lambda *_: None)
    return visit.go(at(connection), said=f"SCIM is off, and the seats of {people(released)} were released.")


async def _turned(visit: Visit, state: State) -> Response:
    connection, form = await found(visit), await visit.form()
    await visit.desk.connections.set_state(connection, state, by=visit.by(form.get("why")))
    return visit.go(at(connection), said=_DONE[state])


async def _asked(visit: Visit, *faults: Fault) -> Response:
    connection, switches = await found(visit), visit.desk.switches
    name = called(visit, connection)
    values: dict[str, Any] = {
        "connection": connection,
        "at": at(connection),
        "keep": await switches.effect(connection, State.OFF, called=name),
        "release": await switches.effect(connection, State.OFF, release=True, called=name),
    }
    if faults:
        return visit.again("connection_off.html", faults=faults, typed=await visit.form(), **values)
    return visit.page("connection_off.html", **values)
