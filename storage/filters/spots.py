"""Where in a database the values of an attribute are, and what can be asked of them there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, TypeAlias

from attrs import evolve, frozen

from hub.scim.expressions import And, Compare, Filter, Operator, Path, terms_of
from hub.scim.match import comparable
from hub.scim.schema import Attribute, Type
from storage.searchable import Scalar, label, scalar

from .words import Held, Words

#: Turns a filter over the elements of an attribute into SQL, given where the parts of one are.
Inner: TypeAlias = Callable[["Find"], str]

#: Finds the values that a path names.
Find: TypeAlias = Callable[[Path], "Spot"]

NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL})

#: Operators under which a value must hold the one that is asked for.
PARTS = frozenset({Operator.EQ, Operator.CO, Operator.SW, Operator.EW})


class Spot(Protocol):
    """The values of one *attribute*; every answer is a condition in SQL."""

    @property
    def attribute(self) -> Attribute:
        """What the values are values of."""

    def sub(self, name: str) -> Spot:
        """Return the values of a sub-attribute."""

    def has(self) -> str:
        """There is a value."""

    def present(self) -> str:
        """There is a value that is not empty."""

    def some(self, operator: Operator, value: Scalar) -> str:
        """One of the values compares so with *value*; null instead of false is possible."""

    def unlike(self, value: Scalar) -> str:
        """One of the values is not *value*, or there is none."""

    def choose(self, where: Filter, inner: Inner) -> str:
        """One element matches *where*, which *inner* says in SQL."""

    def key(self) -> str:
        """Return what resources are sorted by, an expression; null where there is no value."""


@frozen(kw_only=True)
class InDocument:
    """The values of an attribute in a folded document, or in an element of it.

    Single values are at *single*, lists at *lists*: in an element at the same place.
    """

    attribute: Attribute
    words: Words
    single: str
    lists: str
    called: str
    #: What the list is called that they stand in.
    within: str | None = None

    @classmethod
    def at_root(cls, words: Words, row: str, attribute: Attribute) -> InDocument:
        """Return where *attribute* stands in the folded document that is in *row*."""
        called = label("", attribute)
        return cls(
            attribute=attribute,
            words=words,
            single=f"{row}.folded",
            lists=f"{row}.lists",
            called=called,
            within=called if attribute.multi_valued else None,
        )

    @property
    def _text(self) -> str:
        return self.lists if self.within else self.single

    @property
    def _held(self) -> Held:
        number = self.attribute.type in NUMBERS
        return Held(text=self._text, called=self.called, within=self.within, number=number)

    def sub(self, name: str) -> InDocument:
        attribute = self.attribute.subs[name.lower()]
        called = label(self.called, attribute)
        within = self.within or (called if attribute.multi_valued else None)
        return evolve(self, attribute=attribute, called=called, within=within)

    def has(self) -> str:
        return self.words.has(self._held) if self._is_simple else self._any_part()

    def present(self) -> str:
        return self.words.present(self._held) if self._is_simple else self._any_part()

    @property
    def _is_simple(self) -> bool:
        return self.attribute.type is not Type.COMPLEX

    def _any_part(self) -> str:
        # A complex attribute is never kept without a part.
        return either(*(self.sub(each.name).has() for each in self.attribute.sub_attributes))

    def some(self, operator: Operator, value: Scalar) -> str:
        if value == "" and operator in PARTS - {Operator.EQ}:
            return self.words.has(self._held)
        match operator, value:
            case Operator.EQ, _:
                return self.words.equals(self._held, value)
            case Operator.SW, str():
                return self.words.begins(self._held, value)
        found = self.words.some(self._held, self.words.test(operator, value))
        if operator not in PARTS:
            return found
        return both(self.words.may_hold(self._text, str(value), ends=operator is Operator.EW), found)

    def unlike(self, value: Scalar) -> str:
        none = f"NOT ({self.words.equals(self._held, value)})"
        return none if self.within is None else f"({none} OR {self.some(Operator.NE, value)})"

    def choose(self, where: Filter, inner: Inner) -> str:
        if not self.attribute.multi_valued:
            return both(self.has(), inner(self._parts_at(self)))
        items, text = self.words.elements(self.lists, self.called)
        element = evolve(self, single=text, lists=text, within=None)
        matched = f"EXISTS (SELECT 1 FROM {items} WHERE {inner(self._parts_at(element))})"
        return both(*self._needed(where), matched)

    def _parts_at(self, here: InDocument) -> Find:
        return lambda path: here.sub(path.name) if self.attribute.type is Type.COMPLEX else here

    def _needed(self, where: Filter) -> Iterator[str]:
        """Yield quick conditions that every list meets in which an element matches *where*."""
        find = self._parts_at(self)
        for term in terms_of(where, And):
            if isinstance(term, Compare) and term.operator in PARTS and term.value not in {None, ""}:
                spot = find(term.path)
                assert isinstance(spot, InDocument)
                yield from spot.needed(term)

    def needed(self, term: Compare) -> Iterator[str]:
        """Yield a quick condition that is met where some value meets *term*."""
        if "value" in self.attribute.subs:
            yield from self.sub("value").needed(term)
            return
        value = scalar(comparable(self.attribute, term.operator, term.value, term.path))
        match term.operator, value:
            case Operator.EQ, _:
                yield self.words.equals(self._held, value)
            case Operator.SW, str():
                yield self.words.begins(self._held, value)
            case _ if quick := self.words.may_hold(self._text, str(value), ends=term.operator is Operator.EW):
                yield quick

    def key(self) -> str:
        return self.words.first(self._held)


@frozen(kw_only=True)
class InColumn:
    """A value that an expression over columns says, of which there always is one; *sorted_by* orders it."""

    attribute: Attribute
    words: Words
    expression: str
    sorted_by: str | None = None

    def sub(self, name: str) -> Spot:
        raise LookupError(name)

    def has(self) -> str:
        return "TRUE"

    def present(self) -> str:
        return "TRUE"

    def some(self, operator: Operator, value: Scalar) -> str:
        return self.words.test(operator, value)(self.expression)

    def unlike(self, value: Scalar) -> str:
        return self.some(Operator.NE, value)

    def choose(self, where: Filter, inner: Inner) -> str:  # noqa: ARG002 - where: as in every spot
        return inner(lambda _: self)

    def key(self) -> str:
        return self.sorted_by or self.expression


@frozen(kw_only=True)
class InColumns:
    """A complex attribute whose *parts* are in columns, by name in lower case."""

    attribute: Attribute
    parts: Mapping[str, Spot]

    def sub(self, name: str) -> Spot:
        return self.parts[name.lower()]

    def has(self) -> str:
        return "TRUE"

    def present(self) -> str:
        return "TRUE"

    def some(self, operator: Operator, value: Scalar) -> str:
        raise LookupError(operator, value)  # it has no value of its own

    def unlike(self, value: Scalar) -> str:
        raise LookupError(value)

    def choose(self, where: Filter, inner: Inner) -> str:  # noqa: ARG002 - where: as in every spot
        return inner(lambda path: self.sub(path.name))

    def key(self) -> str:
        return "NULL"


def both(*conditions: str | None) -> str:
    """Return *conditions* joined by AND, without those that are missing."""
    said = [each for each in conditions if each and each != "TRUE"]
    return f"({' AND '.join(said)})" if len(said) > 1 else "".join(said) or "TRUE"


def either(*conditions: str) -> str:
    """Return *conditions* joined by OR."""
    return f"({' OR '.join(conditions)})" if len(conditions) > 1 else "".join(conditions) or "FALSE"
