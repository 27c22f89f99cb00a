"""What of a filter an index answers: such a condition chooses few resources, whatever the rest says."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from hub.engine.kinds import NAMES
from hub.scim.expressions import And, Compare, Filter, Has, Operator, Path, terms_of
from hub.scim.match import KEYS, located
from hub.scim.schema import Place, ResourceType
from storage.keys import key
from storage.searchable import EMAILS, as_text, path_of, scalar

from .compiling import ROW, Condition
from .related import Owner
from .words import Words


@frozen(kw_only=True)
class Index:
    """The indexes over the resources of one type."""

    resource_type: ResourceType
    words: Words
    owner: Owner

    def condition(self, term: Filter) -> tuple[Condition, bool] | None:
        """Return what an index says of *term*, and whether that is all of it; None where it has no word."""
        match term:
            case Compare(operator=Operator.EQ, value=value) if value is not None:
                found = self._equal(term.path, term)
                return (found, True) if found else None
            case Has(path=Path(where=where) as path) if where is not None:
                inner = terms_of(where, And)
                found = next(self._of_element(path, inner), None)
                return (found, len(inner) == 1) if found else None
            case _:
                return None

    def _of_element(self, path: Path, terms: tuple[Filter, ...]) -> Iterator[Condition]:
        for term in terms:
            if isinstance(term, Compare) and term.operator is Operator.EQ and term.value is not None:
                named = Path(name=path.name, schema=path.schema, sub=term.path.name)
                place = located(self.resource_type, path)
                if place.attribute.multi_valued and place.attribute.sub(term.path.name):
                    found = self._equal(named, term)
                    if found:
                        yield found

    def _equal(self, path: Path, term: Compare) -> Condition | None:
        place = located(self.resource_type, path)
        if place.sub is None and (value := place.attribute.sub("value")):
            place = Place(urn=place.urn, attribute=place.attribute, sub=value)
        last = place.sub or place.attribute
        text = as_text(scalar(KEYS[last.type](last, term.value)))
        return self._at(place, text)

    def _at(self, place: Place, text: str) -> Condition | None:
        words, kind = self.words, self.resource_type.name
        match path_of(place), kind:
            case "id", _:
                return f"{ROW}.id = {words.values.place(text)}"
            case "externalId", _:
                return f"{ROW}.external_id = {words.values.place(key(text))}"
            case name, _ if name == NAMES[kind]:
                return f"{ROW}.name_key = {words.values.place(key(text))}"
            case "members.value", "Group":
                return self._group_of(text)
            case path, _ if path == EMAILS or path in map(path_of, self.resource_type.unique):
                return self._keyed(path, text)
            case _:
                return None

    def _group_of(self, member: str) -> Condition:
        groups = f"SELECT m.group_id FROM members m WHERE {self.owner.of('m')}"
        return f"{ROW}.id IN ({groups} AND m.member_id = {self.words.values.place(member)})"

    def _keyed(self, path: str, text: str) -> Condition:
        found = f"SELECT k.resource_id FROM resource_keys k WHERE {self.owner.of('k')}"
        path, value = self.words.values.place(path), self.words.values.place(key(text))
        return f"{ROW}.id IN ({found} AND k.path = {path} AND k.value = {value})"
