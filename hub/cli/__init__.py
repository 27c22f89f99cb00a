"""The operator's command."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from cyclopts import App

from hub import logs
from hub.cli import admin, book, connection, person, printing, rule, schema, seat_kind, sso, team, token
from hub.cli.audit import audit
from hub.cli.demo import demo
from hub.cli.errors import FORESEEN
from hub.cli.exchanges import exchanges
from hub.cli.plugins import plugins
from hub.cli.seat_kind import seats
from hub.cli.serve import serve
from hub.cli.upkeep import check, migrate

app = App(
    name="hub",
    help="A SCIM hub: identity providers push people and groups, people take and free a team's seats.",
    version=version("provisioning-hub"),
)
for noun in (
    team.app,
    admin.app,
    connection.app,
    sso.app,
    person.app,
    token.app,
    schema.app,
    seat_kind.app,
    rule.app,
    book.app,
):
    app.command(noun)
for verb in (serve, demo, migrate, check, seats, plugins, exchanges, audit):
    app.command(verb)


def main(words: Sequence[str] | None = None) -> None:
    """Do what *words*, or those of the command line, say; what cannot be done is told on stderr."""
    logs.configure("warning")
    sys.exit(_code(words))


def _code(words: Sequence[str] | None) -> int:
    try:
        app(words, result_action="return_value")
        sys.stdout.flush()
    except FORESEEN as error:
        printing.complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, as in `hub book show … | head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0
