"""What of a filter an index answers: such a condition chooses few resources, whatever the rest says."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from hub.engine.kinds import NAMES
from hub.scim.expressions import And, Compare, Filter, Has, Operator, Path, terms_of
from hub.scim.match import KEYS, located
from hub.scim.schema import Attribute, Place, ResourceType
from storage.keys import key
from storage.searchable import EMAILS, as_text, path_of, scalar

from .compiling import ROW, Condition
from .groups import Groups
from .related import Owner
from .words import Words


@frozen(kw_only=True)
class Narrowed:
    """A condition that an index answers, and whether it is all of a term, and chooses *few* resources."""

    sql: Condition
    whole: bool = True
    few: bool = True


@frozen(kw_only=True)
class Index:
    """The indexes over the resources of one type."""

    resource_type: ResourceType
    words: Words
    owner: Owner

    def narrowed(self, term: Filter) -> Narrowed | None:
        """Return what an index says of *term*; None where it has no word."""
        match term:
            case Compare(operator=Operator.EQ, value=value) if value is not None:
                return self._equal(term.path, term)
            case Has(path=Path(where=where) as path) if where is not None:
                terms = terms_of(where, And)
                found = next(self._of_element(path, terms), None)
                return evolve(found, whole=len(terms) == 1) if found else None
            case _:
                return None

    def _of_element(self, path: Path, terms: tuple[Filter, ...]) -> Iterator[Narrowed]:
        attribute = located(self.resource_type, path).attribute
        for term in terms:
            if isinstance(term, Compare) and term.operator is Operator.EQ and term.value is not None:
                named = Path(name=path.name, schema=path.schema, sub=term.path.name)
                if attribute.multi_valued and attribute.sub(term.path.name):
                    found = self._equal(named, term)
                    if found:
                        yield found

    def _equal(self, path: Path, term: Compare) -> Narrowed | None:
        place = located(self.resource_type, path)
        if place.sub is None and (value := place.attribute.sub("value")):
            place = Place(urn=place.urn, attribute=place.attribute, sub=value)
        last = place.sub or place.attribute
        text = as_text(scalar(KEYS[last.type](last, term.value)))
        return self._at(place, text)

    def _at(self, place: Place, text: str) -> Narrowed | None:
        values, kind = self.words.values, self.resource_type.name
        match path_of(place), kind:
            case "id", _:
                return Narrowed(sql=f"{ROW}.id = {values.place(text)}")
            case "externalId", _:
                return Narrowed(sql=f"{ROW}.external_id = {values.place(key(text))}")
            case name, _ if name == NAMES[kind]:
                return Narrowed(sql=f"{ROW}.name_key = {values.place(key(text))}")
            case "members.value", "Group":
                return Narrowed(sql=self._group_of(text))
            case ("groups.value" | "groups.display") as name, "User":
                return Narrowed(
                    sql=self._in_group(place.attribute, name.removeprefix("groups."), text), few=False
                )
            case path, _ if path == EMAILS or path in map(path_of, self.resource_type.unique):
                return Narrowed(sql=self._keyed(path, text))
            case _:
                return None

    def _group_of(self, member: str) -> Condition:
        groups = f"SELECT m.group_id FROM members m WHERE {self.owner.of('m')}"
        return f"{ROW}.id IN ({groups} AND m.member_id = {self.words.values.place(member)})"

    def _in_group(self, attribute: Attribute, part: str, text: str) -> Condition:
        groups = Groups(attribute=attribute, words=self.words, owner=self.owner, user=f"{ROW}.id")
        found = groups.users(lambda parts: parts[part].some(Operator.EQ, text))
        return self.words.among(f"{ROW}.id", found)

    def _keyed(self, path: str, text: str) -> Condition:
        found = f"SELECT k.resource_id FROM resource_keys k WHERE {self.owner.of('k')}"
        path, value = self.words.values.place(path), self.words.values.place(key(text))
        return f"{ROW}.id IN ({found} AND k.path = {path} AND k.value = {value})"
