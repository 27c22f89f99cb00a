"""The command, run on a data folder of a test's own."""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from attrs import frozen

from hub.cli import main
from hub.engine.values.scope import Scope
from hub.main import open_house
from hub.settings import read_settings

#: What makes a team that may turn SCIM on.
ACME = (
    "team",
    "create",
    "acme",
    "--seats",
    "5",
    "--plan",
    "enterprise",
    "--sso-issuer",
    "https://sso.example",
)


@frozen
class Ended:
    """What came of a command."""

    code: object
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what it printed, read as JSON."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@pytest.fixture
def hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Ended]]:
    """Run the command in this process, as the shell would, and return what came of it."""
    for variable in [name for name in os.environ if name.startswith("HUB_") and name != "HUB_TEST_POSTGRES"]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HUB_DATA", str(tmp_path / "data"))
    kept = logging.getLogger().handlers[:], logging.getLogger().level

    def run(*words: str) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(words)
        return Ended(ended.value.code, *capsys.readouterr())

    yield run
    logging.getLogger().handlers[:], logging.getLogger().level = kept
    structlog.reset_defaults()


def refuse(data: Path, connection: str, name: str) -> None:
    """Note in the hub at *data* that *name* was refused a standard seat of acme, in the exchange hx_1."""

    async def noted() -> None:
        async with open_house(read_settings(None, data, {})) as house:
            team = await house.teams.named("acme")
            store = house.registry.store(Scope(team=team.id, connection=connection))
            await store.write(lambda unit: unit.refused(name, "standard"), reference="hx_1")

    asyncio.run(noted())
