"""hub schema: what a team's resources have beyond the schemas of SCIM itself."""

from pathlib import Path
from typing import Literal

from cyclopts import App

from hub.cli import printing
from hub.cli.errors import UsageError
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.scim.discovery import definition
from hub.scim.extensions import Extension

app = App(name="schema", help="Schemas: attributes that a team adds to those of SCIM itself.")

COLUMNS = ("Schema", "Name", "Kind", "Attributes")


@app.command
async def add(
    team: str, file: Path, /, *, kind: Literal["User", "Group"] = "User", options: Changing = UNSAID
) -> None:
    """Add the schema in FILE to TEAM; one of the same URN gives way, as long as nobody has values of it.

    Parameters
    ----------
    file
        A schema as RFC 7643 §7 writes it, in JSON: what a SCIM server answers at /Schemas.
    kind
        What it extends.
    """
    text = _read(file)
    async with options.house() as house:
        added = await house.schemas.add(await house.teams.named(team), text, kind=kind, by=options.by)
    options.answer(_described(added), f"{team} has {added.schema.id}, with {_names(added)}.")


@app.command(name="list")
async def list_(team: str, /, *, options: Options = NONE) -> None:
    """List the schemas that TEAM added."""
    async with options.house() as house:
        schemas = house.schemas.of(await house.teams.named(team))
    rows = [(each.schema.id, each.schema.name, each.kind, _names(each)) for each in schemas]
    options.answer([_described(each) for each in schemas], printing.table(COLUMNS, rows))


@app.command
async def remove(team: str, urn: str, /, *, options: Changing = UNSAID) -> None:
    """Take the schema URN from TEAM, as long as nobody has values of it."""
    async with options.house() as house:
        await house.schemas.remove(await house.teams.named(team), urn, by=options.by)
    options.answer({"removed": urn}, f"{team} has {urn} no more.")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _described(extension: Extension) -> dict[str, object]:
    return {"kind": extension.kind, "schema": definition(extension.schema)}


def _names(extension: Extension) -> str:
    return ", ".join(attribute.name for attribute in extension.schema.attributes)
