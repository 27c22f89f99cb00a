"""How a command says that it could not do what was asked."""

from hub.engine.common.plugins import PluginError
from hub.engine.values.errors import AdminError, StoreError
from hub.fitness import NotFit
from hub.secret import SecretError
from hub.serving import CannotListen
from hub.settings import SettingsError


class Failed(Exception):
    """The command did its work, and what it found is not well."""


class UsageError(Exception):
    """An argument that means nothing, and what would."""


#: What ends a command with its sentence and code 1; anything else is a fault of ours, with its traceback.
FORESEEN = (
    AdminError,
    CannotListen,
    Failed,
    NotFit,
    PluginError,
    SecretError,
    SettingsError,
    StoreError,
    UsageError,
)
