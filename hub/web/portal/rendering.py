"""Templates made into pages, and the few files that pages are dressed with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from typing import Any

from attrs import frozen
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from .problems import WORDS, sentence

PACKAGE = "hub.web.portal"

#: A moment as the house writes it.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII)

#: How a file's name ends → its type.
TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


@frozen
class Dressing:
    """The files beside the pages, by an address that changes with what they hold: kept for ever."""

    #: Name, with a part of its digest → what it holds.
    files: Mapping[str, bytes]

    @classmethod
    def load(cls) -> Dressing:
        """Read them once; they are few and small."""
        folder = files(PACKAGE).joinpath("static")
        read = {each.name: each.read_bytes() for each in folder.iterdir()}
        return cls({_named(name, held): held for name, held in sorted(read.items())})

    def url(self, name: str) -> str:
        """Return where the file called *name* is to be had."""
        stem, _, end = name.rpartition(".")
        return next(
            f"/static/{each}" for each in self.files if each.startswith(f"{stem}.") and each.endswith(end)
        )


def _named(name: str, held: bytes) -> str:
    stem, _, end = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(held).hexdigest()[:16]}.{end}"


def environment(dressing: Dressing) -> Environment:
    """Return the templates: everything is escaped, and a name that is not there is an error."""
    made = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(static=dressing.url, words=WORDS)
    made.globals.update({each.__name__: each for each in (moment, day, count, sentence, told)})
    return made


def moment(at: str | None, otherwise: str = "never") -> Markup:
    """Return a moment (RFC 3339, UTC) to the minute, for people and machines; *otherwise* for none."""
    if at is None:
        return Markup("<span class='quiet'>{}</span>").format(otherwise)
    return Markup('<time datetime="{}">{}</time>').format(at, _minute(at))


def _minute(at: str) -> str:
    return datetime.fromisoformat(at).strftime("%-d %b %Y, %H:%M UTC")


def day(at: str) -> Markup:
    """Return the day of a moment (RFC 3339, UTC), for people and machines."""
    shown = datetime.fromisoformat(at).strftime("%-d %b %Y")
    return Markup('<time datetime="{}">{}</time>').format(at, shown)


def count(number: int, noun: str, plural: str = "") -> str:
    """Return how many of something there are: `1 seat`, `2,000 people`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def told(value: Any) -> str:
    """Return what a change was from or to, as a person reads it."""
    match value:
        case None | [] | "":
            return "none"
        case list():
            return ", ".join(map(told, value))
        case dict():
            return ", ".join(f"{name}: {told(inner)}" for name, inner in value.items())
        case bool():
            return "yes" if value else "no"
        case str() if _MOMENT.fullmatch(value):
            return _minute(value)
        case _:
            return str(value)


def context(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return *values* beside what every template may ask for."""
    return {"faults": (), "typed": {}, "said": None, "nav": (), "visitor": None, **values}
