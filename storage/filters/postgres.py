"""What PostgreSQL says for a question about a folded document."""

from __future__ import annotations

from attrs import define

from hub.scim.expressions import Operator
from storage.searchable import AROUND, BETWEEN, ELEMENT, EMPTY, Scalar, as_text

from .values import Values
from .words import SIGNS, Held, Test

EMPTY_TEXT = "''::text"


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
        # Mostly it is the first that meets it, or none: to take a list apart is dear.
        first = f"CASE WHEN {self.present(held)} THEN {test(f'({self._cut(held)}){cast}')} ELSE FALSE END"
        return f"({first} OR EXISTS (SELECT 1 FROM {items} WHERE {met}))"

    def first(self, held: Held) -> str:
        if held.number:
            return f"CASE WHEN {self.present(held)} THEN ({self._cut(held)})::numeric END"
        if held.within is None:
            return f"CASE WHEN {self.has(held)} THEN {self._cut(held)} END"
        filled, empty = (
            f"strpos({held.text}, {self.values.place(each)})"
            for each in (self._begin(held), self._empty(held))
        )
        # Of an empty text and another one, the first.
        return (
            f"CASE WHEN {empty} > 0 AND ({filled} = 0 OR {empty} < {filled}) THEN {EMPTY_TEXT}"
            f" WHEN {filled} > 0 THEN {self._cut(held)} END"
        )

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
