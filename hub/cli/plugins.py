"""hub plugins: what is installed, and what it adds."""

from hub.cli import printing
from hub.cli.options import NONE, Options
from hub.engine.common.plugins import Plugins

COLUMNS = ("Plugin", "Distribution", "Version", "Hooks", "Dialects", "Quirks")


def plugins(*, options: Options = NONE) -> None:
    """List the plugins, with the dialects, hooks and quirks that each brings."""
    described = Plugins.load(blocked=options.settings().plugins.blocked).describe()
    options.answer(described, printing.table(COLUMNS, ([*each.values()] for each in described)))
