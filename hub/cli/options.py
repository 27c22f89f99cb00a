"""What every command takes: which hub is meant, and who reads the answer."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from attrs import frozen
from cyclopts import Parameter
from rich.table import Table

from hub.cli import printing
from hub.cli.opening import fit_house
from hub.main import House
from hub.settings import Settings


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
        return Settings.load(self.config, self.data, os.environ, **flags)

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


#: No options given.
NONE = Options()
