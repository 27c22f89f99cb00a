"""Groups as administrators look at them: what arrives, who is in them, and which rules they decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub.engine.seats.seating import Rule, SeatingError, seating_of, seen
from hub.engine.values.errors import AdminError
from hub.engine.values.gathered import Gathered, Gathering
from hub.engine.values.resources import Membership
from hub.scim.expressions import And, Compare, Filter, Not, Operator, Or
from hub.scim.folding import fold
from hub.scim.match import predicate

if TYPE_CHECKING:
    from hub.engine.ports import Groupings
    from hub.engine.values.listing import Page, Turn
    from hub.teams import Connection, Team


@frozen(kw_only=True)
class Grouping:
    """What an administrator is told of groups; each raises `AdminError`."""

    groupings: Groupings

    async def counts(self, team: Team) -> Mapping[str, int]:
        """Return connection → how many groups it has."""
        return await self.groupings.counts(team.id)

    async def groups(self, team: Team, connection: Connection, text: str, turn: Turn) -> Page[Gathering]:
        """Return a page of the groups of *connection* that have *text* in their name, by name."""
        return await self.groupings.groups(team.id, connection.id, fold(text), turn)

    async def group(self, team: Team, id: str) -> Gathering:
        """Return a group, with all its members counted."""
        group = await self.groupings.group(team.id, id)
        if group is None:
            raise AdminError(f"'{team.name}' has no group '{id}' any more")
        return group

    async def members(self, team: Team, group: Gathering, turn: Turn) -> Page[Gathered]:
        """Return a page of a group's members, in the order in which they were made."""
        return await self.groupings.members(team.id, group.connection, group.id, turn)

    def rules(self, team: Team, groups: Sequence[Gathering]) -> Mapping[str, Sequence[int]]:
        """Return group → which rules of *team* (0 is the first) look for it."""
        try:
            rules = seating_of(team).rules
        except SeatingError:  # what is wrong with them is told where they are changed
            rules = ()
        return {
            group.id: [number for number, rule in enumerate(rules) if looks_for(rule, group)]
            for group in groups
        }


def looks_for(rule: Rule, group: Gathering) -> bool:
    """Say whether *rule* asks for this group by its id, or for groups by the name that it has."""
    shown = seen({}, [Membership(group=group.id, display=group.display, direct=True)])
    # Nothing but its groups is said of somebody here: whatever is met is about these.
    return any(predicate(rule.kind, term)(shown) for term in _asked(rule.when))


def _asked(filter_: Filter) -> Iterator[Filter]:
    """Yield the single comparisons in *filter_*, each as if it were one that is to hold."""
    match filter_:
        case And(terms=terms) | Or(terms=terms):
            for term in terms:
                yield from _asked(term)
        case Not(term=term):
            yield from _asked(term)
        case Compare(value=None):
            return
        case Compare(operator=Operator.NE):
            yield evolve(filter_, operator=Operator.EQ)
        case _:
            yield filter_
