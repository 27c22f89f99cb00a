"""Ends a PostgreSQL and removes its folder once whoever started it is gone, however they went.

A program of its own: it waits for the end of its standard input, which a killed process
closes as surely as one that leaves in order.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

WAIT_SECONDS = 10


def main(home: Path) -> None:
    """Wait, then take down the server whose data is in *home*."""
    sys.stdin.read()
    note = home / "data" / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError):
        os.kill(int(note.read_text().partition("\n")[0]), signal.SIGQUIT)  # at once; the note goes last
        deadline = time.monotonic() + WAIT_SECONDS
        while note.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
    shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
