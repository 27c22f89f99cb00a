"""The rules by which a person's kind of seat is chosen: filters over their users, in order, and a default."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import field, frozen

from hub.engine.values.shape import groups as shown_groups
from hub.scim.errors import InvalidFilter, ScimError
from hub.scim.expressions import And, Compare, Filter, Has, Not, Operator, Or, Path, Present
from hub.scim.extensions import types_of
from hub.scim.match import Predicate, located, predicate
from hub.scim.parsing import parse_filter
from hub.scim.schema import ResourceType
from hub.scim.strictjson import Json
from hub.spi import UNDECIDED, Choice, Seat

if TYPE_CHECKING:
    from hub.engine.values.resources import Membership
    from hub.teams import Team

#: The kind of seat that a team buys, and a person has, where nothing else is said.
STANDARD = "standard"

#: How a file says that no seat is wanted: TOML has no null.
NO_SEAT = "none"

#: Seconds after which a person's groups have come: two rounds of a provider that makes one in 40 minutes.
SETTLE_AFTER, SETTLE_AFTER_MAX = 5400, 7 * 86_400

#: The most rules of a team.
RULES_MAX = 200

#: What a kind of seat may be called: it is said in sentences, in URLs and in commands.
KIND = re.compile(r"[a-z][a-z0-9_-]{0,39}")

#: A user as it is held against rules: its document as it is kept, and the groups that it is in.
Known: TypeAlias = "tuple[Mapping[str, Any], Sequence[Membership]]"

_MEMBERS = {"rules", "default", "settle_after"}
_OF_RULE = {"when", "seat"}


class SeatingError(ValueError):
    """Rules that cannot be used: every fault at once, each `place: fault`."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Keep the *faults*, in the order of the rules."""
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@frozen(kw_only=True)
class Rule:
    """Whoever matches the filter *when* has a *seat* of this kind, or none; *kind* is their users' type."""

    when: Filter
    seat: str | None
    kind: ResourceType
    matches: Predicate = field(init=False, eq=False, repr=False)
    """Says whether a user, shown with its groups, matches."""
    looks_at_groups: bool = field(init=False)
    """Whether a group that is still to come may change the answer."""
    by_absence: bool = field(init=False)
    """Whether a user may match for lack of a group."""

    @matches.default
    def _compiled(self) -> Predicate:
        if any(self._looks_at("meta", path) for path, _ in _terms(self.when)):
            raise InvalidFilter("a rule is about the person, and meta is about the record of them")
        return predicate(self.kind, self.when)

    @looks_at_groups.default
    def _is_about_groups(self) -> bool:
        return any(self._looks_at("groups", path) for path, _ in _terms(self.when))

    @by_absence.default
    def _is_met_by_absence(self) -> bool:
        return any(absence and self._looks_at("groups", path) for path, absence in _terms(self.when))

    def _looks_at(self, name: str, path: Path) -> bool:
        place = located(self.kind, path)
        return place.urn is None and place.attribute.name == name


@frozen(kw_only=True)
class Verdict:
    """What was chosen, and the *rule* (0 is the first) that decided it, None where none did."""

    choice: Choice
    rule: int | None = None


@frozen(kw_only=True)
class Seating:
    """A team's *rules* in order, and the *default* kind where none matches, None for no seat.

    *settle_after* is for how many seconds after somebody came their groups may still be on their way.
    """

    rules: tuple[Rule, ...] = ()
    default: str | None = STANDARD
    settle_after: int = SETTLE_AFTER

    @property
    def looks_at_groups(self) -> bool:
        """Say whether any rule looks at groups: where none does, nobody is ever undecided."""
        return any(rule.looks_at_groups for rule in self.rules)

    @property
    def named(self) -> list[tuple[str, str]]:
        """Return each kind of seat that may be chosen, after the place where it is named."""
        said = [(f"rules[{number}].seat", rule.seat) for number, rule in enumerate(self.rules)]
        return [(place, kind) for place, kind in [*said, ("default", self.default)] if kind is not None]

    def choose(self, users: Sequence[Known], *, young: bool) -> Choice:
        """Return the seat for a person of whom these are the active *users*.

        The first rule that any of them matches decides. While the person is *young*, their groups may
        still be on their way: then a rule on groups is not passed over, nor met for lack of a group.
        """
        return self.judge(users, young=young).choice

    def judge(self, users: Sequence[Known], *, young: bool) -> Verdict:
        """Return what is chosen, as `choose` does, and by which rule."""
        shown = [seen(*user) for user in users]
        for number, rule in enumerate(self.rules):
            if any(map(rule.matches, shown)) and not (young and rule.by_absence):
                return Verdict(choice=Seat(rule.seat), rule=number)
            if young and rule.looks_at_groups:
                return Verdict(choice=UNDECIDED, rule=number)
        return Verdict(choice=Seat(self.default))


def seen(document: Mapping[str, Any], groups: Sequence[Membership]) -> Mapping[str, Any]:
    """Return a user as its provider sees it, but for `meta`: links to groups are relative, as in filters."""
    return {**document, "groups": shown_groups(groups, "")} if groups else document


# Rules are compiled once: a team's come with each of its requests.
@lru_cache(maxsize=1024)
def seating_of(team: Team) -> Seating:
    """Return the rules of *team*; `SeatingError` where somebody else has written into its row."""
    try:
        return read(json.loads(team.seating), team.schemas)
    except (SeatingError, ValueError) as error:
        faults = error.faults if isinstance(error, SeatingError) else (f"not JSON: {error}",)
        raise SeatingError([f"teams.seating of '{team.name}': {fault}" for fault in faults]) from None


def written(seating: Seating) -> str:
    """Return *seating* as JSON text."""
    rules = [{"when": str(rule.when), "seat": rule.seat} for rule in seating.rules]
    told = {"rules": rules, "default": seating.default, "settle_after": seating.settle_after}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def read(value: Json, schemas: str) -> Seating:
    """Return the rules that *value* says of users of a team with these *schemas*; raises `SeatingError`.

    What it leaves out is as for a team without rules; `"none"` is another word for null.
    """
    if not isinstance(value, dict):
        raise SeatingError(["rules must be a table, with rules and default"])
    faults = [f"{name}: unknown; known are {', '.join(sorted(_MEMBERS))}" for name in value.keys() - _MEMBERS]
    kind = types_of(schemas)["User"]
    rules = _rules(value.get("rules", []), kind, faults)
    default = _kind(value.get("default", STANDARD), "default", faults)
    seconds = _seconds(value.get("settle_after", SETTLE_AFTER), faults)
    if faults:
        raise SeatingError(faults)
    return Seating(rules=rules, default=default, settle_after=seconds)


def _rules(value: Json, kind: ResourceType, faults: list[str]) -> tuple[Rule, ...]:
    if not isinstance(value, list):
        faults.append("rules: must be a list of tables, each with when and seat")
        return ()
    if len(value) > RULES_MAX:
        faults.append(f"rules: at most {RULES_MAX}, not {len(value)}")
        return ()
    read = [_rule(each, f"rules[{number}]", kind, faults) for number, each in enumerate(value)]
    return tuple(rule for rule in read if rule is not None)


def _rule(value: Json, place: str, kind: ResourceType, faults: list[str]) -> Rule | None:
    if not isinstance(value, dict) or value.keys() != _OF_RULE:
        faults.append(f"{place}: must be a table with when, a filter, and seat, a kind or {NO_SEAT}")
        return None
    seat = _kind(value["seat"], f"{place}.seat", faults)
    when = value["when"]
    if not isinstance(when, str):
        faults.append(f"{place}.when: must be a SCIM filter, as text")
        return None
    try:
        return Rule(when=parse_filter(when), seat=seat, kind=kind)
    except ScimError as error:
        faults.append(f"{place}.when: {error.detail}")
        return None


def _kind(value: Json, place: str, faults: list[str]) -> str | None:
    if value is None or value == NO_SEAT:
        return None
    if not isinstance(value, str) or not KIND.fullmatch(value):
        faults.append(f"{place}: must be a kind of seat, as `hub seat-kind list` shows them, or {NO_SEAT}")
        return None
    return value


def _seconds(value: Json, faults: list[str]) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= SETTLE_AFTER_MAX:
        faults.append(f"settle_after: must be from 0 to {SETTLE_AFTER_MAX} seconds")
        return SETTLE_AFTER
    return value


def _terms(filter_: Filter, *, denied: bool = False) -> Iterator[tuple[Path, bool]]:
    """Yield each attribute that *filter_* looks at, and whether its absence may be what is looked for."""
    match filter_:
        case And(terms=terms) | Or(terms=terms):
            for term in terms:
                yield from _terms(term, denied=denied)
        case Not(term=term):
            yield from _terms(term, denied=True)
        case Compare(path=path, operator=operator, value=value):
            # What is not there equals null, and differs from everything else.
            yield path, denied or (operator is Operator.NE) is not (value is None)
        case Present(path=path) | Has(path=path):
            yield path, denied
