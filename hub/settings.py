"""The operator's settings: config.toml and the environment, read once into one frozen value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from attrs import field, frozen

from hub import strictly
from hub.strictly import Rule

PREFIX = "HUB_"
BOOLEANS = {"true": True, "false": False}


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and int(port) < 2**16  # 0: any free port


def _is_web(text: str) -> bool:
    return text.startswith(("http://", "https://")) and not text.endswith("/")


def _is_postgres(text: str) -> bool:
    return text.startswith(("postgres://", "postgresql://"))


Address: TypeAlias = Annotated[str, Rule(_is_address, "HOST:PORT, as in 127.0.0.1:8080")]
PublicUrl: TypeAlias = Annotated[
    str, Rule(lambda url: not url or _is_web(url), "http:// or https://, without a slash at the end")
]
DatabaseUrl: TypeAlias = Annotated[
    str, Rule(lambda url: not url or _is_postgres(url), "postgres://user:password@host/name, or nothing")
]
Count: TypeAlias = Annotated[int, Rule(lambda count: count >= 1, "at least 1")]
Rate: TypeAlias = Annotated[
    int, Rule(lambda rate: rate == 0 or rate >= 25, "0 (no limit) or at least 25, the pace of providers")
]
Level: TypeAlias = Literal["debug", "info", "warning", "error"]


@frozen(kw_only=True)
class Server:
    """Where the hub listens, and what it lets a request have."""

    bind: Address = "127.0.0.1:8080"
    workers: Count = 1
    public_url: PublicUrl = ""
    data: Path = Path("data")
    body_max: Count = 1024 * 1024
    body_seconds: Count = 30
    stop_seconds: Count = 10


@frozen(kw_only=True)
class Database:
    """Where the hub keeps what it knows; without *url*, an SQLite file in the data folder."""

    url: DatabaseUrl = field(default="", repr=False)
    pool: Count = 10
    patience_seconds: Count = 15


@frozen(kw_only=True)
class Scim:
    """How large a SCIM request and its answer may be."""

    page_max: Count = 1000
    page_default: Count = 100
    operations_max: Count = 1000
    filter_length_max: Count = 4096
    filter_terms_max: Count = 50
    filter_depth_max: Count = 20


@frozen(kw_only=True)
class Rates:
    """Requests a second that one connection may make; 0 is no limit."""

    requests_per_second: Rate = 0
    removals_per_second: Rate = 0


@frozen(kw_only=True)
class Exchanges:
    """Which requests are kept for people to look at, and how long."""

    reads: bool = False
    days: Count = 30
    body_max: Count = 16 * 1024
    rows_max: Count = 1_000_000


@frozen(kw_only=True)
class PluginChoice:
    """Which installed plugins are left out."""

    blocked: tuple[str, ...] = ()


@frozen(kw_only=True)
class Log:
    """How much the hub says about its work."""

    level: Level = "info"


@frozen(kw_only=True)
class Settings:
    """Everything an operator may decide, a section each."""

    server: Server = Server()
    database: Database = Database()
    scim: Scim = Scim()
    rate: Rates = Rates()
    exchanges: Exchanges = Exchanges()
    plugins: PluginChoice = PluginChoice()
    log: Log = Log()

    @classmethod
    def load(cls, config: Path | None, data: Path | None, environ: Mapping[str, str]) -> Settings:
        """Read the file *config*, then *environ*, then the folder *data*: the later wins; SettingsError."""
        config = config or _path(environ.get("HUB_CONFIG"))
        data = data or _path(environ.get("HUB_DATA"))
        document = _read(config) if config else {}
        overridden = _override(document, environ)
        if data:
            _section(document, "server")["data"] = str(data)
        return _structure(document, overridden)


class SettingsError(Exception):
    """Settings that cannot be used: every fault at once, each `path: fault`."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _read(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{config}: cannot be read: {error.strerror}"]) from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise SettingsError([f"{config}: is not TOML: {error}"]) from error


def _section(document: dict[str, Any], name: str) -> dict[str, Any]:
    section = document.setdefault(name, {})
    return section if isinstance(section, dict) else {}  # what is no table is a fault found later


def _override(document: dict[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Put the settings of *environ* into *document*; return the variable behind each path."""
    overridden = {}
    for variable, text in sorted(environ.items()):
        section, separator, key = variable.removeprefix(PREFIX).lower().partition("__")
        if variable.startswith(PREFIX) and separator:
            _section(document, section)[key] = _value(section, key, text)
            overridden[f"{section}.{key}"] = variable
    return overridden


def _value(section: str, key: str, text: str) -> object:
    """Return *text* as TOML would have it for that setting; text that is not stays text, a fault later."""
    default = getattr(getattr(Settings(), section, None), key, "")
    match default:
        case bool():
            return BOOLEANS.get(text.strip().lower(), text)
        case int() if text.strip().lstrip("-").isdecimal():
            return int(text)
        case tuple():
            return [part.strip() for part in text.split(",") if part.strip()]
        case _:
            return text


def _structure(document: dict[str, Any], overridden: Mapping[str, str]) -> Settings:
    try:
        settings = strictly.read(document, Settings)
    except strictly.Faults as faults:
        told = [f"{overridden.get(path, path)}: {fault}" for path, fault in faults.found]
        raise SettingsError(told) from None
    if settings.scim.page_default > settings.scim.page_max:
        raise SettingsError(["scim.page_default: expected at most scim.page_max"])
    return settings
