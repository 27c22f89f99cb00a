"""What each database says for a question about a folded document (see `storage.searchable`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from attrs import frozen

from hub.scim.expressions import Operator
from storage.searchable import Scalar

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
