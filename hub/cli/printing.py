"""Words for people: tables and sentences, free of what could play tricks on a terminal."""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table
from rich.text import Text

#: Control sequences of terminals, whole: CSI (colours, cursor) and OSC (titles, links, clipboard).
SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
)

#: Categories that show nothing and may change what shows: controls, formats (bidi), surrogates, separators.
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

#: Columns of a table that no terminal holds, so that scripts find whole words on one line.
WIDE = 500


def plain(value: object) -> str:
    """Return *value*, a list by its parts, as text of one line that only shows itself."""
    said = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = "" if value is None else SEQUENCE.sub("", said)
    return "".join(sign for sign in text if unicodedata.category(sign) not in UNSEEN)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, headed: bool = True) -> Table:
    """Return *rows* under the names of their *columns*, which are left out unless it is *headed*."""
    made = Table(*columns, box=None, pad_edge=False, header_style="bold", show_header=headed)
    for row in rows:
        made.add_row(*(Text(plain(cell), overflow="fold") for cell in row))
    return made


def show(what: str | Table) -> None:
    """Print a table, or lines each of which is made plain."""
    if isinstance(what, Table):
        Console(width=None if sys.stdout.isatty() else WIDE).print(what)
    else:
        print(*map(plain, what.split("\n")), sep="\n", flush=True)


def complain(sentence: str) -> None:
    """Print what went wrong to stderr."""
    print(*map(plain, sentence.split("\n")), sep="\n", file=sys.stderr)


@contextmanager
def working(sentence: str) -> Iterator[Callable[[object], None]]:
    """Show on a terminal that long work goes on; what is passed to what this yields says how far it is."""
    with Console(stderr=True).status(Text(plain(sentence))) as status:
        yield lambda far: status.update(Text(plain(f"{sentence}: {far}")))
