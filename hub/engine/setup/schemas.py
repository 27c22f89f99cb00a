"""Schemas that a team adds to the built-in ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from hub.engine.common.trail import changed
from hub.engine.seats.seating import SeatingError, seating_of
from hub.engine.values.errors import AdminError
from hub.engine.values.scope import Scope
from hub.scim import extensions
from hub.scim.definitions import SchemaError, read_schema
from hub.scim.errors import InvalidSyntax
from hub.scim.extensions import Extension
from hub.scim.strictjson import loads

if TYPE_CHECKING:
    from hub.engine.ports import Ids, Registry, Unit
    from hub.engine.values.notes import Author
    from hub.scim.schema import Schema
    from hub.teams import Team

#: The most schemas that a team adds.
SCHEMAS_MAX = 20


@frozen(kw_only=True)
class Schemas:
    """Adds schemas and takes them away; each raises `AdminError`, and is noted in the team's audit."""

    registry: Registry
    ids: Ids

    def of(self, team: Team) -> Sequence[Extension]:
        """Return the schemas that *team* added to the built-in ones."""
        return extensions.read(team.schemas)

    async def add(self, team: Team, text: bytes, *, kind: str, by: Author) -> Extension:
        """Let resources of a *kind* have what the schema in *text*, as RFC 7643 §7 writes it, defines.

        One with the same URN gives way to it, unless resources hold attributes of it.
        """
        added = Extension(kind=kind, schema=_schema(text))
        urn = added.schema.id.lower()
        others = [each for each in self.of(team) if each.schema.id.lower() != urn]
        before = [each for each in self.of(team) if each.schema.id.lower() == urn]
        if extensions.written(before) == extensions.written([added]):
            return added
        if len(others) >= SCHEMAS_MAX:
            raise AdminError(f"a team has at most {SCHEMAS_MAX} schemas of its own")
        if other := extensions.overlapping(urn, [each.schema.id for each in others]):
            raise AdminError(f"id: a path could not tell it from {other}, which begins alike")
        await self._put(team, [*others, added], before, by=by)
        return added

    async def remove(self, team: Team, urn: str, *, by: Author) -> None:
        """Take a schema away, unless resources hold attributes of it."""
        before = [each for each in self.of(team) if each.schema.id.lower() == urn.lower()]
        if not before:
            raise AdminError(f"'{team.name}' has no schema '{urn}': `hub schema list TEAM` shows all")
        left = [each for each in self.of(team) if each.schema.id.lower() != urn.lower()]
        await self._put(team, left, before, by=by)

    async def _put(
        self, team: Team, schemas: Sequence[Extension], gone: Sequence[Extension], *, by: Author
    ) -> None:
        """Have *team* use these *schemas*, once no resource holds attributes of those that are *gone*."""
        before, after = (_attributes(each) for each in (self.of(team), schemas))

        async def work(unit: Unit) -> None:
            now = await unit.team()
            if now.schemas != team.schemas:
                raise AdminError(f"the schemas of '{team.name}' have just been changed: look, and try again")
            fresh = evolve(now, schemas=extensions.written(schemas))
            _check_rules(fresh)
            await unit.put(fresh)
            await _check_unheld(unit, now, gone)  # now: whoever was being written meanwhile was waited for
            for urn, what in changed(before, after).items():
                await unit.note(by, _action(what), urn, changes={"attributes": what})

        await self.registry.store(Scope(team=team.id)).write(work, reference=f"admin_{self.ids()}")


def _schema(text: bytes) -> Schema:
    try:
        return read_schema(loads(text))
    except InvalidSyntax as error:
        raise AdminError(error.detail.replace("the body", "the schema", 1)) from None
    except SchemaError as error:
        raise AdminError(str(error)) from None


def _check_rules(team: Team) -> None:
    """Raise `AdminError` where a rule of *team* looks at an attribute that none of its schemas has."""
    try:
        seating_of(team)
    except SeatingError as error:
        raise AdminError(f"its rules look at what would be gone: `hub rule set` first\n{error}") from None


async def _check_unheld(unit: Unit, team: Team, schemas: Sequence[Extension]) -> None:
    for each in schemas:
        if held := await unit.holders(each.schema.id):
            raise AdminError(
                f"{held} resources of '{team.name}' hold attributes of {each.schema.id}:"
                " it can be changed or removed once their providers have taken these away"
            )


def _attributes(schemas: Sequence[Extension]) -> dict[str, list[str]]:
    """Return what the audit says of schemas: URN → names of attributes."""
    return {each.schema.id: [attribute.name for attribute in each.schema.attributes] for each in schemas}


def _action(what: Mapping[str, Any]) -> str:
    return "schema.remove" if what["after"] is None else "schema.add"
