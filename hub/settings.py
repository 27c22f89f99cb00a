"""The operator's settings: config.toml and the environment, read once into one frozen value."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from attrs import field, frozen

from hub import postgres_url, strictly
from hub.strictly import Rule

PREFIX = "HUB_"
BOOLEANS = {"true": True, "false": False}


def _is_address(text: str) -> bool:
    host, _, port = text.rpartition(":")
    return bool(host) and port.isascii() and port.isdigit() and int(port) < 2**16  # 0: any free port


def _is_unread(url: str) -> bool:
    """Say whether nobody in a network reads what is sent to *url*: by HTTPS, or within this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    loopback = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return (parts.scheme == "https" or loopback) and bool(parts.hostname)


def _is_public(url: str) -> bool:
    return _is_unread(url) and not url.endswith("/")


def _is_return(url: str) -> bool:
    return _is_unread(url) and "#" not in url


def _is_postgres(text: str) -> bool:
    return text.startswith(postgres_url.SCHEMES) and bool(postgres_url.read(text))


Address: TypeAlias = Annotated[str, Rule(_is_address, "HOST:PORT, as in 127.0.0.1:8080")]
PublicUrl: TypeAlias = Annotated[
    str,
    Rule(
        lambda url: not url or _is_public(url),
        "https://, or http:// on this machine, without a slash at the end",
    ),
]
DatabaseUrl: TypeAlias = Annotated[
    str, Rule(lambda url: not url or _is_postgres(url), "postgres://user:password@host/name, or nothing")
]
ReturnTo: TypeAlias = Annotated[
    tuple[str, ...], Rule(lambda urls: all(map(_is_return, urls)), "https:// addresses, without #")
]
Count: TypeAlias = Annotated[int, Rule(lambda count: count >= 1, "at least 1")]
Rate: TypeAlias = Annotated[
    int, Rule(lambda rate: rate == 0 or rate >= 25, "0 (no limit) or at least 25, the pace of providers")
]
Limit: TypeAlias = Annotated[int, Rule(lambda count: count >= 0, "0 (no limit) or more")]
Age: TypeAlias = Annotated[
    int, Rule(lambda seconds: 0 <= seconds <= 86_400, "from 0 (do not keep it) to 86400, a day")
]
UnknownMembers: TypeAlias = Literal["refuse", "pending"]
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
    stop_seconds: Count = 20


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
    cursor_seconds: Count = 3600
    operations_max: Count = 1000
    members_max: Limit = 0
    unknown_members: UnknownMembers = "refuse"
    bulk_operations_max: Count = 1000
    bulk_bytes_max: Count = 1024 * 1024
    filter_length_max: Count = 4096
    filter_terms_max: Count = 50
    filter_depth_max: Count = 20
    filter_seconds: Count = 10


@frozen(kw_only=True)
class Api:
    """What teams' products are told."""

    entitlement_seconds: Age = 300


@frozen(kw_only=True)
class Sso:
    """Which identity providers may be asked; *allow_private* is for those of one's own house."""

    allow_private: bool = False


@frozen(kw_only=True)
class SignIn:
    """Where people go back to who signed in to a product: these addresses, and no other."""

    return_to: ReturnTo = ()


@frozen(kw_only=True)
class Rates:
    """Requests a second that one connection, or one key of the API, may make; 0 is no limit."""

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
    api: Api = Api()
    sso: Sso = Sso()
    signin: SignIn = SignIn()
    rate: Rates = Rates()
    exchanges: Exchanges = Exchanges()
    plugins: PluginChoice = PluginChoice()
    log: Log = Log()

    @classmethod
    def load(
        cls, config: Path | None, data: Path | None, environ: Mapping[str, str], **flags: object
    ) -> Settings:
        """Read the file *config*, then *environ*, then *data* and *flags* of [server]; SettingsError.

        The later wins.
        """
        config = config or _path(environ.get("HUB_CONFIG"))
        data = data or _path(environ.get("HUB_DATA"))
        document = _read(config) if config else {}
        sources = _override(document, environ)
        if data:
            _section(document, "server")["data"] = str(data)
        _section(document, "server").update(flags)
        return _structure(document, {**sources, **{f"server.{flag}": f"--{flag}" for flag in flags}})


class SettingsError(Exception):
    """Settings that cannot be used: every fault at once, each `path: fault`.

    *rest* is what could be read, with the default at each path that is *wrong*; None if nothing could.
    """

    def __init__(
        self, faults: list[str], *, wrong: Collection[str] = (), rest: Settings | None = None
    ) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
        self.wrong = frozenset(wrong)
        self.rest = rest


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
    sources = {}
    for variable, text in sorted(environ.items()):
        section, separator, key = variable.removeprefix(PREFIX).lower().partition("__")
        if variable.startswith(PREFIX) and separator:
            _section(document, section)[key] = _value(section, key, text)
            sources[f"{section}.{key}"] = variable
    return sources


def _value(section: str, key: str, text: str) -> object:
    """Return *text* as TOML would have it for that setting; text that is not stays text, a fault later."""
    default = getattr(getattr(Settings(), section, None), key, "")
    match default:
        case bool():
            return BOOLEANS.get(text.strip().lower(), text)
        case int() if re.fullmatch(r"\s*-?\d{1,18}\s*", text, re.ASCII):
            return int(text)
        case tuple():
            return [part.strip() for part in text.split(",") if part.strip()]
        case _:
            return text


def _structure(document: dict[str, Any], sources: Mapping[str, str]) -> Settings:
    """Return *document* as settings; where *sources* has a path, what was said there is blamed."""
    settings, found = _readable(document)
    found += _at_odds(settings, {path for path, _ in found})
    if found:
        told = [f"{sources.get(path, path)}: {fault}" for path, fault in found]
        raise SettingsError(told, wrong=[path for path, _ in found], rest=settings)
    return settings


def _readable(document: dict[str, Any]) -> tuple[Settings, list[tuple[str, str]]]:
    """Return *document* without what is wrong in it, and that as pairs of path and fault."""
    try:
        return strictly.read(document, Settings), []
    except strictly.Faults as faults:
        rest = _without(document, {path for path, _ in faults.found})
        return strictly.read(rest, Settings), faults.found


def _without(document: dict[str, Any], wrong: Collection[str]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in section.items() if f"{name}.{key}" not in wrong}
        for name, section in document.items()
        if name not in wrong
    }


def _at_odds(settings: Settings, wrong: set[str]) -> list[tuple[str, str]]:
    """Return the settings that do not fit another one, where neither is *wrong* already."""
    stop, patience = settings.server.stop_seconds, settings.database.patience_seconds
    rules = {
        ("scim.page_default", "scim.page_max"): (
            settings.scim.page_default <= settings.scim.page_max,
            "expected at most scim.page_max",
        ),
        ("server.stop_seconds", "database.patience_seconds"): (
            stop > patience,
            f"expected more than database.patience_seconds ({patience}), so that a stop lets requests finish",
        ),
    }
    return [(pair[0], words) for pair, (met, words) in rules.items() if not met and not wrong & set(pair)]
