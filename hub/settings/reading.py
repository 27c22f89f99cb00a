"""Settings read from config.toml and the environment, strictly: every fault is told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from hub import strictly

from .sections import Settings

PREFIX = "HUB_"
BOOLEANS = {"true": True, "false": False}


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


def read_settings(
    config: Path | None, data: Path | None, environ: Mapping[str, str], **flags: object
) -> Settings:
    """Read the file *config*, then *environ*, then *data* and *flags* of [server]; the later wins.

    Where one is not given, `HUB_CONFIG` and `HUB_DATA` name it. Raises `SettingsError`.
    """
    config = config or _path(environ.get("HUB_CONFIG"))
    data = data or _path(environ.get("HUB_DATA"))
    document = _read(config) if config else {}
    sources = _override(document, environ)
    if data:
        _section(document, "server")["data"] = str(data)
    _section(document, "server").update(flags)
    return _structure(document, {**sources, **{f"server.{flag}": f"--{flag}" for flag in flags}})


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
    """Return *text* as the value that TOML would have there; what is none stays text, a fault later."""
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
    """Return *document* as settings; a fault is told by the variable or flag in *sources*, if any."""
    settings, found = _readable(document)
    found += _at_odds(settings, {path for path, _ in found})
    if found:
        told = [f"{sources.get(path, path)}: {fault}" for path, fault in found]
        raise SettingsError(told, wrong=[path for path, _ in found], rest=settings)
    return settings


def _readable(document: dict[str, Any]) -> tuple[Settings, list[tuple[str, str]]]:
    """Return the settings without what is wrong in *document*, and that as pairs of path and fault."""
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
    """Return faults of settings that contradict another one, where neither is *wrong* by itself."""
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
