"""Guides: how a provider is connected, step by step, as values that a page shows with a team's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

from attrs import frozen

#: What stands in a guide for a value of the connection: `{base_url}`.
PLACES: Final[Mapping[str, str]] = {"base_url": "its endpoint", "token": "its token, shown once"}

PLACE: Final = re.compile(r"\{([a-z_]+)\}")


@frozen(kw_only=True)
class Span:
    """A few words of a line; *leads* is where a link goes."""

    text: str
    kind: Literal["plain", "strong", "emphasis", "code", "link"] = "plain"
    leads: str = ""

    @property
    def has_place(self) -> bool:
        """Say whether it is a value to be filled in, and copied."""
        return bool(PLACE.search(self.text))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return its text with *values* in their places; a place without one stays as it is."""
        return PLACE.sub(lambda place: values.get(place[1], place[0]), self.text)


Line: TypeAlias = tuple[Span, ...]


@frozen(kw_only=True)
class Block:
    """A paragraph of one line, a list of several, or a block of code, whose one span is all of it."""

    kind: Literal["paragraph", "bullets", "code"]
    lines: tuple[Line, ...]


@frozen(kw_only=True)
class Done:
    """What shows that a step is done: a *fact* that the hub sees, in the words of the guide."""

    fact: str
    says: str


@frozen(kw_only=True)
class Section:
    """A part of a guide under its own heading."""

    title: str
    blocks: tuple[Block, ...]


@frozen(kw_only=True)
class Step(Section):
    """One thing to do at the provider; where *done* is empty, the hub cannot see it."""

    done: tuple[Done, ...] = ()


@frozen(kw_only=True)
class Guide:
    """How a provider called *title* is connected; *checked* is the day on which that was last looked up.

    *says* is what to know first, *notes* what to know besides.
    """

    name: str
    title: str
    checked: str
    says: tuple[Block, ...]
    steps: tuple[Step, ...]
    notes: tuple[Section, ...] = ()

    @property
    def spans(self) -> Iterator[Span]:
        """All that it says, in order, but for headings."""
        parts = (self.says, *(each.blocks for each in (*self.steps, *self.notes)))
        return (span for blocks in parts for block in blocks for line in block.lines for span in line)

    @property
    def facts(self) -> frozenset[str]:
        """The facts by which its steps are done."""
        return frozenset(done.fact for step in self.steps for done in step.done)
