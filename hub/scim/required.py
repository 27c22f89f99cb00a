"""What a document lacks: required attributes, and required parts of what is present (RFC 7643 §2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve, frozen

from hub.scim.held import as_list, as_object
from hub.scim.schema import Attribute, ResourceType
from hub.scim.strictjson import Document, Json


@frozen(kw_only=True)
class Lack:
    """A required attribute, called *path*, that *holder* does not have.

    *names* lead to the holder from the root; it is an element of a list unless it is *single*.
    """

    path: str
    name: str = ""
    names: tuple[str, ...] = ()
    holder: Mapping[str, Json]
    single: bool = True

    def was_there(self, document: Document) -> bool:
        """Whether *document* has it: at the same place, or in an element that is the same but for it."""
        holders: list[Json] = [document]
        for name in self.names:
            holders = [each for holder in holders for each in as_list(as_object(holder).get(name))]
        return any(self._had(as_object(holder)) for holder in holders)

    def _had(self, holder: Document) -> bool:
        rest = {name: value for name, value in holder.items() if name != self.name}
        return self.name in holder and (self.single or rest == self.holder)


def lacks(resource_type: ResourceType, document: Document) -> Iterator[Lack]:
    """Yield what *document* lacks to be one of *resource_type*."""
    for name in resource_type.required:
        if name not in document:
            yield Lack(path=name, name=name, holder=document)
    for attribute in resource_type.demanding:
        place = Lack(path=attribute.name, names=(attribute.name,), holder=document)
        yield from _parts(attribute, document.get(attribute.name), place)


def _parts(attribute: Attribute, held: Json, place: Lack) -> Iterator[Lack]:
    """Yield what the values *held* by *attribute* lack; *place* is where they are."""
    for index, element in enumerate(as_list(held)):
        holder = as_object(element)
        path = f"{place.path}[{index}]" if attribute.multi_valued else place.path
        here = evolve(place, path=path, holder=holder, single=place.single and not attribute.multi_valued)
        for sub in attribute.sub_attributes:
            inner = evolve(here, path=f"{path}{attribute.joint}{sub.name}")
            if sub.name in holder:
                yield from _parts(sub, holder[sub.name], evolve(inner, names=(*here.names, sub.name)))
            elif sub.required:
                yield evolve(inner, name=sub.name)
