"""An object of a definition, read member by member: what is wrong in it is noted, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeVar

from attrs import frozen

from hub.scim.strictjson import Json

Word = TypeVar("Word", bound=StrEnum)

#: Texts in one list, and characters in one of them.
TEXTS_MAX, TEXT_MAX = 100, 255


@frozen(kw_only=True)
class Told:
    """An object: its *members* by names in lower case, its *place*, and all *faults* so far."""

    members: Mapping[str, Json]
    place: str
    faults: list[str]

    @classmethod
    def of(cls, value: Mapping[str, Json], place: str, faults: list[str]) -> Told:
        """Return *value*, whose members are called *place* and their names."""
        return cls(members={name.lower(): item for name, item in value.items()}, place=place, faults=faults)

    def fault(self, name: str, why: str) -> None:
        """Note what is wrong with a member."""
        self.faults.append(f"{self.place}{name}: {why}")

    def check_names(self, known: frozenset[str]) -> None:
        """Note members that mean nothing."""
        for name in sorted(self.members.keys() - known):
            self.fault(name[:TEXT_MAX], "RFC 7643 §7 knows nothing of this name")

    def text(self, name: str, most: int) -> str:
        """Return a text of at most *most* characters, an empty one for none."""
        value = self.members.get(name.lower())
        if value is not None and not (isinstance(value, str) and len(value) <= most):
            self.fault(name, f"must be a text of at most {most} characters")
        return value if isinstance(value, str) else ""

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean."""
        value = self.members.get(name.lower())
        if value is not None and not isinstance(value, bool):
            self.fault(name, "must be true or false")
        return value if isinstance(value, bool) else default

    def word(self, name: str, default: Word) -> Word:
        """Return one of the words that *default* is one of."""
        value, words = self.members.get(name.lower()), type(default)
        if value is None:
            return default
        if not isinstance(value, str) or value not in set(words):
            self.fault(name, f"must be one of {', '.join(words)}")
            return default
        return words(value)

    def texts(self, name: str, default: Iterable[str] = ()) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.members.get(name.lower())
        if value is None:
            return tuple(default)
        said = value if isinstance(value, list) else [value]
        texts = tuple(each for each in said if isinstance(each, str) and 0 < len(each) <= TEXT_MAX)
        if said is not value or len(texts) < len(said) or len(texts) > TEXTS_MAX:
            self.fault(name, f"must be a list of at most {TEXTS_MAX} texts of 1 to {TEXT_MAX} characters")
        return texts

    def objects(self, name: str) -> list[Told]:
        """Return a list of objects."""
        value = self.members.get(name.lower())
        said = value if isinstance(value, list) else []
        if not said:
            self.fault(name, "must be a list of one attribute or more")
        places = [(each, f"{self.place}{name}[{index}]") for index, each in enumerate(said)]
        self.faults.extend(
            f"{place}: must be an object" for each, place in places if not isinstance(each, dict)
        )
        return [Told.of(each, f"{place}.", self.faults) for each, place in places if isinstance(each, dict)]
