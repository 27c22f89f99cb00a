"""What every command takes: which hub is meant, and who reads the answer."""

import json
import os
import pwd
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, TypeVar

from attrs import frozen
from cyclopts import Parameter
from rich.table import Table

from hub.cli import printing
from hub.cli.opening import fit_house
from hub.engine.values.notes import Author
from hub.house import House
from hub.settings import Settings, read_settings

T = TypeVar("T")

#: How many rows of a long table are set at a time.
PAGE = 500


@Parameter(name="*")
@frozen(kw_only=True)
class Options:
    """Which hub a command is about, and in which form it answers."""

    config: Path | None = None
    """The settings: a TOML file (HUB_CONFIG)."""

    data: Path | None = None
    """The folder for the key and the SQLite file (HUB_DATA)."""

    json: Annotated[bool, Parameter(negative="")] = False
    """Answer in JSON, for scripts."""

    def settings(self, **server: object) -> Settings:
        """Return the settings, those of *server* that are not None put in their place."""
        flags = {key: value for key, value in server.items() if value is not None}
        return read_settings(self.config, self.data, os.environ, **flags)

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        """Open the house beside whoever else is at work in it."""
        async with fit_house(self.settings()) as house:
            yield house

    def answer(self, value: object, words: str | Table) -> None:
        """Print *value* as JSON where that was asked for, else the *words*."""
        if self.json:
            print(json.dumps(value))  # in ASCII, so that it is safe on a terminal too
        else:
            printing.show(words)

    async def answer_each(
        self,
        values: AsyncIterator[T],
        described: Callable[[T], object],
        columns: Sequence[str],
        row: Callable[[T], Sequence[object]],
    ) -> None:
        """Print *values* as they come: *described*, a line of a JSON array each, or a *row* of a table."""
        if self.json:
            begin = "["
            async for value in values:
                print(begin, json.dumps(described(value)), sep="\n", end="")
                begin = ","
            print("[]" if begin == "[" else "\n]")
            return
        page, shown = list[Sequence[object]](), 0
        async for value in values:
            page.append(row(value))
            if len(page) == PAGE:
                printing.show(printing.table(columns, page, headed=not shown))
                page, shown = [], shown + PAGE
        if page or not shown:
            printing.show(printing.table(columns, page, headed=not shown))


@Parameter(name="*")
@frozen(kw_only=True)
class Changing(Options):
    """The same of a command that changes something, which is noted in the team's audit."""

    why: str | None = None
    """Why it is done, for the audit."""

    @property
    def by(self) -> Author:
        """Return who gives the command, and why."""
        return Author(name=f"cli:{_login()}", why=self.why)


def _login() -> str:
    """Return the login name of whoever runs this process; its number where it has no name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


#: No options given.
NONE = Options()

#: None given to a command that changes something.
UNSAID = Changing()
