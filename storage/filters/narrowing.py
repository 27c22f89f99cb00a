"""What of a filter an index answers: such a condition chooses few resources, whatever the rest says."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from attrs import evolve, frozen

from hub.engine.values.kinds import NAMES
from hub.scim.expressions import And, Compare, Filter, Has, Literal, Operator, Path, terms_of
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
        place = _place(self.resource_type, path)
        return self._at(place, _text(place, term.value))

    def _at(self, place: Place, text: str) -> Narrowed | None:
        kind = self.resource_type.name
        if column := _column(path_of(place), kind):
            return Narrowed(sql=f"{ROW}.{column} = {self.words.values.place(_held(column, text))}")
        match path_of(place), kind:
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


def looked_up(resource_type: ResourceType, where: Filter | None) -> tuple[str, str] | None:
    """Return the column of `resources` and what is to stand there, where *where* asks for just that."""
    match where:
        case Compare(operator=Operator.EQ, value=str(value)):
            column, place = _indexed(resource_type, where.path)
            return (column, _held(column, _text(place, value))) if column else None
        case _:
            return None


# Providers ask for the same few again and again.
@lru_cache(maxsize=1024)
def _indexed(resource_type: ResourceType, path: Path) -> tuple[str | None, Place]:
    """Return the column of `resources` that has the values at *path*, if one has, and their place."""
    place = _place(resource_type, path)
    return _column(path_of(place), resource_type.name), place


def _place(resource_type: ResourceType, path: Path) -> Place:
    """Return where the values at *path* are that are compared."""
    place = located(resource_type, path)
    value = place.attribute.sub("value") if place.sub is None else None
    return Place(urn=place.urn, attribute=place.attribute, sub=value) if value else place


def _text(place: Place, value: Literal) -> str:
    """Return *value* as one of those at *place* is kept."""
    last = place.sub or place.attribute
    return as_text(scalar(KEYS[last.type](last, value)))


def _column(path: str, kind: str) -> str | None:
    """Return the indexed column of `resources` that has the value at *path*, None where none has."""
    return {"id": "id", "externalId": "external_id", NAMES[kind]: "name_key"}.get(path)


def _held(column: str, text: str) -> str:
    return text if column == "id" else key(text)
