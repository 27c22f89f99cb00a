"""What SQLite says for a question about a folded document."""

from __future__ import annotations

import re

from attrs import define

from hub.scim.expressions import Operator
from storage.searchable import MANY, Scalar, as_json

from .values import Values
from .words import SIGNS, Held, Test


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
        # Mostly it is the first that meets it, or none: to go through a list is dear.
        first = f"json_extract({held.text}, {self._first(held)})"
        return (
            f"({test(first)} OR EXISTS (SELECT 1 FROM json_tree({held.text}, {inside}) {each} WHERE {met}))"
        )

    def first(self, held: Held) -> str:
        if held.within is None:
            return f"json_extract({held.text}, {self._path(held.called)})"
        each, inside = self.values.alias(), self._path(held.within + MANY)
        return (
            f"COALESCE(json_extract({held.text}, {self._first(held)}),"
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
                # From the 0th character on, as it would be for an empty text, is all of it.
                return lambda at: f"({place} = '' OR substr({at}, -length({place})) = {place})"
            case _:
                return lambda at: f"{at} {SIGNS[operator]} {place}"

    def looked_up(self, table: str, alias: str, condition: str) -> str:
        return f"CROSS JOIN {table} {alias} ON {condition}"

    def among(self, at: str, found: str) -> str:
        return f"{at} IN ({found})"

    def _first(self, held: Held) -> str:
        return self.values.place(f'$."{held.within}{MANY}"[0]."{held.called}"')

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
