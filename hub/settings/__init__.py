"""The operator's settings: config.toml and the environment, read once into one frozen value."""

from .reading import SettingsError, read_settings
from .sections import Database, Server, Settings

__all__ = ["Database", "Server", "Settings", "SettingsError", "read_settings"]
