"""The browser that pages are looked at with: one of the machine's, else installed, else a clear failure."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

#: What it is called, the first that is there.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

INSTALL = "apt-get install --yes --no-install-recommends chromium"

#: No word to anybody; and as root, in a container, no sandbox of its own.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip


def program() -> str:
    """Return the browser's program: HUB_TEST_CHROMIUM, one of the machine, or one installed now."""
    if found := _found():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
    if found := _found():
        return found
    raise AssertionError(f"the tests of the portal need Chromium: sudo {INSTALL}, or set HUB_TEST_CHROMIUM")


def _found() -> str | None:
    named = os.environ.get("HUB_TEST_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


def _install() -> None:
    """Install it with the machine's package manager, one process at a time."""
    with (Path(tempfile.gettempdir()) / "hub-chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _found():
            return
        subprocess.run(["apt-get", "update", "--quiet"], check=False, capture_output=True)
        subprocess.run(INSTALL.split(), check=False, capture_output=True)
