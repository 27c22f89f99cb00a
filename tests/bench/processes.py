"""What the processes of a server hold in memory, and whether they are at work, from /proc."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from attrs import frozen

PROC = Path("/proc")

#: A server rests when in so many seconds it uses less than that share of them.
LOOK_SECONDS, REST_SHARE = 0.1, 0.25


@frozen(kw_only=True)
class Memory:
    """Resident megabytes of all processes of a server together: now, and at the most."""

    now: float
    peak: float


def family(leader: int) -> list[int]:
    """Return the processes of the session that *leader* leads: itself and its workers."""
    found = []
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(_fields(stat.read_text())[3]) == leader:
                found.append(int(stat.parent.name))
    return found


def memory(leader: int) -> Memory:
    """Return the resident memory of a server; what its processes share is counted for each."""
    held = [(PROC / f"{pid}/status").read_text() for pid in family(leader)]
    return Memory(
        now=sum(_megabytes(status, "VmRSS") for status in held),
        peak=sum(_megabytes(status, "VmHWM") for status in held),
    )


def forget_peak(leader: int) -> None:
    """Have the peaks begin anew (proc(5), clear_refs)."""
    for pid in family(leader):
        (PROC / f"{pid}/clear_refs").write_text("5")


def rest(leaders: Collection[int], *, seconds: float) -> None:
    """Wait until all these servers rest, so that none is measured while another works; not for ever."""
    deadline = time.monotonic() + seconds
    pids = [pid for leader in leaders for pid in family(leader)]
    before = _worked(pids)
    while time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        now = _worked(pids)
        if now - before < REST_SHARE * LOOK_SECONDS:
            return
        before = now


def _worked(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        with suppress(OSError):
            fields = _fields((PROC / f"{pid}/stat").read_text())
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def _fields(stat: str) -> list[str]:
    return stat.rpartition(") ")[2].split()  # the name before may hold anything


def _megabytes(status: str, field: str) -> float:
    (line,) = (line for line in status.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) / 1024
