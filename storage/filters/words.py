"""What each database says for a question about a folded document (see `storage.searchable`)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from attrs import define, frozen

from hub.scim.expressions import Operator
from storage.searchable import AROUND, BETWEEN, ELEMENT, EMPTY, MANY, Scalar, as_json, as_text

from .values import Values

SIGNS = {
    Operator.EQ: "=",
    Operator.NE: "<>",
    Operator.GT: ">",
    Operator.GE: ">=",
    Operator.LT: "<",
    Operator.LE: "<=",
}

#: Says in SQL whether the value at an expression is one that is looked for.
Test = Callable[[str], str]


@frozen(kw_only=True)
class Held:
    """Where values stand: under the label *called* in the folded document, or an element of one, at *text*.

    *within* is the label of the list that they stand in, None for a value alone.
    """

    text: str
    called: str
    within: str | None = None
    number: bool = False


class Words(Protocol):
    """One database's way to ask; each answer is a condition, never null where it may be negated by a NOT."""

    values: Values

    def equals(self, held: Held, value: Scalar) -> str:
        """One of the values is *value*."""

    def begins(self, held: Held, text: str) -> str:
        """One of the values begins with *text*, which is not empty."""

    def has(self, held: Held) -> str:
        """There is a value."""

    def present(self, held: Held) -> str:
        """There is a value, and it is not an empty text."""

    def some(self, held: Held, test: Test) -> str:
        """One of the values meets *test*; null instead of false is possible."""

    def first(self, held: Held) -> str:
        """Return the first of the values as an expression, null where there is none."""

    def may_hold(self, text: str, part: str, *, ends: bool) -> str | None:
        """Meet a quick condition where some value contains (or *ends* with) *part*; None if there is none."""

    def elements(self, text: str, called: str) -> tuple[str, str]:
        """Return the elements of a list as what follows FROM, and the expression of one."""

    def test(self, operator: Operator, value: Scalar) -> Test:
        """Compare an expression with *value*."""

    def looked_up(self, table: str, alias: str, condition: str) -> str:
        """Join *table*, for each row before it by an index, and in no other way."""

    def among(self, at: str, found: str) -> str:
        """The value at *at*, of which there is an index, is one of those that the statement *found* finds."""


@define
class SqliteWords:
    """Text is searched where that decides; else JSON is parsed, which takes ten times as long."""

    values: Values

    def equals(self, held: Held, value: Scalar) -> str:
        name, said = f'"{held.called}":', as_json(value)
        if isinstance(value, str):
            return self._within(held.text, f"{name}{said}")
        if isinstance(value, bool):
            return self._within(held.text, f"{name}{said}")
        # A number may go on.
        return f"({' OR '.join(self._within(held.text, f'{name}{said}{end}') for end in ',}')})"

    def begins(self, held: Held, text: str) -> str:
        return self._within(held.text, f'"{held.called}":{as_json(text)[:-1]}')

    def has(self, held: Held) -> str:
        return self._within(held.text, f'"{held.called}":')

    def present(self, held: Held) -> str:
        if held.within is None:
            return f"({self.has(held)} AND NOT {self.equals(held, '')})"
        filled = f'*"{_literal(held.called)}":"[^"]*', f'*"{_literal(held.called)}":[^"]*'
        found = " OR ".join(f"{held.text} GLOB {self.values.place(each)}" for each in filled)
        return f"({self.has(held)} AND ({found}))"

    def some(self, held: Held, test: Test) -> str:
        if held.within is None:
            return test(self.first(held))
        each, inside = self.values.alias(), self._path(held.within + MANY)
        met = f"{each}.key = {self.values.place(held.called)} AND {test(f'{each}.atom')}"
        return f"EXISTS (SELECT 1 FROM json_tree({held.text}, {inside}) {each} WHERE {met})"

    def first(self, held: Held) -> str:
        if held.within is None:
            return f"json_extract({held.text}, {self._path(held.called)})"
        each, inside = self.values.alias(), self._path(held.within + MANY)
        first = self.values.place(f'$."{held.within}{MANY}"[0]."{held.called}"')
        return (
            f"COALESCE(json_extract({held.text}, {first}),"
            f" (SELECT {each}.atom FROM json_tree({held.text}, {inside}) {each}"
            f" WHERE {each}.key = {self.values.place(held.called)} LIMIT 1))"
        )

    def may_hold(self, text: str, part: str, *, ends: bool) -> str | None:
        return self._within(text, as_json(part)[1:-1] + ('"' if ends else ""))

    def elements(self, text: str, called: str) -> tuple[str, str]:
        each = self.values.alias()
        return f"json_each({text}, {self._path(called + MANY)}) {each}", f"{each}.value"

    def test(self, operator: Operator, value: Scalar) -> Test:
        place = self.values.place(value)
        match operator:
            case Operator.CO:
                return lambda at: f"instr({at}, {place}) > 0"
            case Operator.SW:
                return lambda at: f"substr({at}, 1, length({place})) = {place}"
            case Operator.EW:
                return lambda at: f"substr({at}, -length({place})) = {place}"
            case _:
                return lambda at: f"{at} {SIGNS[operator]} {place}"

    def looked_up(self, table: str, alias: str, condition: str) -> str:
        return f"CROSS JOIN {table} {alias} ON {condition}"

    def among(self, at: str, found: str) -> str:
        return f"{at} IN ({found})"

    def _path(self, called: str) -> str:
        return self.values.place(f'$."{called}"')

    def _within(self, text: str, needle: str) -> str:
        """Look for *needle*; first, faster, for what of it begins with a rare character."""
        found = f"instr({text}, {self.values.place(needle)}) > 0"
        before = self._like(text, needle)
        return f"({before} AND {found})" if before else found

    def _like(self, text: str, part: str) -> str | None:
        # SQLite's GLOB leaps to where the first character of a part is, where instr() goes byte by byte.
        if not part or len(part) > PATTERN_MAX:
            return None
        begin = max(range(max(1, len(part) - TELLING)), key=lambda at: (_rarity(part[at]), -at))
        return f"{text} GLOB {self.values.place(f'*{_literal(part[begin:])}*')}"


#: The longest text that becomes a pattern: with all its characters escaped, SQLite takes 50,000 bytes.
PATTERN_MAX = 4_000

#: So many characters behind the first one tell most of what is searched from the rest.
TELLING = 4


#: The characters of folded documents, the most frequent first.
FREQUENT = '"eailmnos.rdt:,uphN0123456789cgfy@+{}-w~_ vbk[]ATCFDEjxqz'


def _rarity(character: str) -> int:
    if character > "\x7f":
        return -1  # GLOB is slow to look for it
    place = FREQUENT.find(character)
    return place if place >= 0 else len(FREQUENT)


def _literal(part: str) -> str:
    return re.sub(r"[*?\[]", r"[\g<0>]", part)


@define
class PostgresWords:
    """The text is searched, and cut where a value itself is asked for."""

    values: Values

    def equals(self, held: Held, value: Scalar) -> str:
        if value == "" and isinstance(value, str):
            return self._within(held.text, self._empty(held))
        return self._within(held.text, f"{AROUND}{held.called}{BETWEEN}{as_text(value)}{AROUND}")

    def begins(self, held: Held, text: str) -> str:
        return self._within(held.text, f"{self._begin(held)}{text}")

    def has(self, held: Held) -> str:
        if held.number:
            return self.present(held)
        return f"({self.present(held)} OR {self._within(held.text, self._empty(held))})"

    def present(self, held: Held) -> str:
        return self._within(held.text, self._begin(held))

    def some(self, held: Held, test: Test) -> str:
        found = self._some(held, test)
        if held.number:
            return found
        return f"({found} OR {self._within(held.text, self._empty(held))} AND {test(EMPTY_TEXT)})"

    def _some(self, held: Held, test: Test) -> str:
        cast = "::numeric" if held.number else ""
        if held.within is None:
            met = test(f"({self._cut(held)}){cast}")
            return f"CASE WHEN {self.present(held)} THEN {met} ELSE FALSE END"
        items, each = self._split(held.text, self._begin(held))
        met = test(f"split_part({each}, {self.values.place(AROUND)}, 1){cast}")
        return f"EXISTS (SELECT 1 FROM {items} WHERE {met})"

    def first(self, held: Held) -> str:
        if held.number:
            return f"CASE WHEN {self.present(held)} THEN ({self._cut(held)})::numeric END"
        return f"CASE WHEN {self.has(held)} THEN {self._cut(held)} END"

    def may_hold(self, text: str, part: str, *, ends: bool) -> str | None:
        return self._within(text, f"{part}{AROUND}" if ends else part)

    def elements(self, text: str, called: str) -> tuple[str, str]:
        return self._split(text, f"{ELEMENT}{called}{ELEMENT}")

    def test(self, operator: Operator, value: Scalar) -> Test:
        place = f"{self.values.place(as_text(value))}::text"
        match operator:
            case Operator.CO:
                return lambda at: f"strpos({at}, {place}) > 0"
            case Operator.SW:
                return lambda at: f"starts_with({at}, {place})"
            case Operator.EW:
                return lambda at: f"right({at}, length({place})) = {place}"
        sign = SIGNS[operator]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return lambda at: f"{at} {sign} ({place})::numeric"
        return lambda at: f'{at} COLLATE "C" {sign} {place}'

    def looked_up(self, table: str, alias: str, condition: str) -> str:
        return f"CROSS JOIN LATERAL (SELECT * FROM {table} {alias} WHERE {condition} OFFSET 0) {alias}"

    def among(self, at: str, found: str) -> str:
        # As an array they are looked for in the index, however many PostgreSQL thinks that they are.
        return f"{at} = ANY (ARRAY({found}))"

    def _begin(self, held: Held) -> str:
        return f"{AROUND}{held.called}{BETWEEN}"

    def _empty(self, held: Held) -> str:
        return f"{AROUND}{held.called}{EMPTY}{AROUND}"

    def _cut(self, held: Held) -> str:
        begin, around = self.values.place(self._begin(held)), self.values.place(AROUND)
        return f"split_part(split_part({held.text}, {begin}, 2), {around}, 1)"

    def _split(self, text: str, at: str) -> tuple[str, str]:
        each = self.values.alias()
        return f"unnest((string_to_array({text}, {self.values.place(at)}))[2:]) {each}(v)", f"{each}.v"

    def _within(self, text: str, needle: str) -> str:
        return f"strpos({text}, {self.values.place(needle)}) > 0"


EMPTY_TEXT = "''::text"

#: Which words a database has.
WORDS: dict[str, Callable[[Values], Words]] = {"sqlite": SqliteWords, "postgres": PostgresWords}
