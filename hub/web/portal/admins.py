"""Who looks after the team: added, given another role, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hub.engine.setup.admins import ROLES
from hub.engine.values.errors import AdminError
from hub.teams import Role

from .pages import Fault, Pages
from .problems import Problem, spoken

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.teams import Admin

    from .pages import Visit

pages = Pages()


@pages.get("/admins")
async def admins(visit: Visit) -> Response:
    """List the admins."""
    return await _listed(visit)


@pages.post("/admins", role=Role.OWNER)
async def add(visit: Visit) -> Response:
    """Add an admin."""
    form = await visit.form()
    role = _role(form)
    try:
        made = await visit.desk.admins.add(
            visit.team, form.get("address", ""), role=role, name=form.get("name") or None, by=visit.by()
        )
    except AdminError as error:
        return await _listed(visit, faults=[Fault("address", spoken(error))], typed=form)
    return visit.go("/admins", said=f"{made.address} can sign in as {_a(role)}.")


@pages.post("/admins/{admin}", role=Role.OWNER)
async def set_role(visit: Visit) -> Response:
    """Give an admin another role."""
    admin, role = await _admin(visit), _role(await visit.form())
    await visit.desk.admins.set_role(visit.team, admin.address, role, by=visit.by())
    return visit.go("/admins", said=f"{admin.address} is {_a(role)}.")


@pages.get("/admins/{admin}/remove", role=Role.OWNER)
async def ask(visit: Visit) -> Response:
    """Ask whether an admin is to be removed."""
    return visit.page("admin_remove.html", admin=await _admin(visit))


@pages.post("/admins/{admin}/remove", role=Role.OWNER)
async def remove(visit: Visit) -> Response:
    """Remove an admin."""
    admin, why = await _admin(visit), (await visit.form()).get("why")
    await visit.desk.admins.remove(visit.team, admin.address, by=visit.by(why))
    return visit.go("/admins", said=f"{admin.address} is no admin any more.")


async def _listed(
    visit: Visit, *, faults: Sequence[Fault] = (), typed: Mapping[str, str] | None = None
) -> Response:
    values: dict[str, Any] = {"admins": await visit.desk.admins.of(visit.team), "roles": ROLES}
    if faults:
        return visit.again("admins.html", faults=faults, typed=typed or {}, **values)
    return visit.page("admins.html", **values)


async def _admin(visit: Visit) -> Admin:
    for each in await visit.desk.admins.of(visit.team):
        if each.id == visit.path["admin"]:
            return each
    raise visit.missing()


def _role(form: Mapping[str, str]) -> Role:
    """Return the role that was chosen; another than those offered was not chosen on a page of ours."""
    try:
        return Role(form.get("role", ""))
    except ValueError:
        raise Problem from None


def _a(role: Role) -> str:
    return f"an {role}"
