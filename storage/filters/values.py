"""What a statement is given beside its text, and the names it makes up."""

from __future__ import annotations

from attrs import define, field


@define
class Values:
    """The values of a statement, each once, and the aliases of its tables."""

    _places: dict[tuple[type, object], str] = field(factory=dict, init=False)
    _aliases: int = field(default=0, init=False)

    def place(self, value: object) -> str:
        """Return where *value* stands: `$1`, `$2` and so on."""
        # To Python 1 == True == 1.0: to a database they are three things.
        return self._places.setdefault((type(value), value), f"${len(self._places) + 1}")

    def alias(self) -> str:
        """Return a name that no table of the statement has yet."""
        self._aliases += 1
        return f"a{self._aliases}"

    @property
    def all(self) -> tuple[object, ...]:
        """Return the values in order of their places."""
        return tuple(value for _, value in self._places)
