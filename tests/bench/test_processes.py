"""The memory and the work of a server's processes."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import processes
from tests.bench.processes import Memory

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
print(child.pid, flush=True)
child.wait()
"""


@contextmanager
def server(work: str) -> Iterator[tuple[int, int]]:
    """Run a process that leads a session, and a worker that does *work*; yield both."""
    command = [sys.executable, "-c", PARENT, work]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as leader:
        assert leader.stdout is not None
        worker = int(leader.stdout.readline())
        try:
            yield leader.pid, worker
        finally:
            subprocess.run(["kill", str(worker)], check=True)


def test_workers_belong_to_their_server():
    """A server's memory is that of all its processes, and its peak can begin anew.

    The kernel adds up late what it counts for each processor: it may be some megabytes off.
    """
    with server("held = bytearray(200_000_000); del held; import time; time.sleep(60)") as (leader, worker):
        before = _let_go(leader, megabytes=150)
        processes.forget_peak(leader)
        after = processes.memory(leader)

        assert {leader, worker} == set(processes.family(leader))
        assert 150 < before.peak - before.now
        assert 50 > after.peak - after.now


def _let_go(leader: int, *, megabytes: float) -> Memory:
    """Return the memory of a server once it has held so much more than it does now."""
    deadline = time.monotonic() + 20
    held = processes.memory(leader)
    while held.peak - held.now < megabytes and time.monotonic() < deadline:
        time.sleep(0.02)
        held = processes.memory(leader)
    return held


def test_rest_waits_for_who_works(monkeypatch):
    """A server is waited for as long as it works."""
    worked = iter([0.0, 0.1, 0.2, 0.2, 0.3])
    monkeypatch.setattr(processes, "_worked", lambda _: next(worked))

    processes.rest([], seconds=60)

    assert [0.3] == list(worked)


def test_rest_does_not_wait_for_ever(monkeypatch):
    """A server that never rests is measured all the same."""
    worked = itertools.count()
    monkeypatch.setattr(processes, "_worked", lambda _: next(worked))
    began = time.monotonic()

    processes.rest([], seconds=0.3)

    assert 0.3 <= time.monotonic() - began < 20


def test_work_is_counted():
    """What a server works is the processor time of all its processes, seconds."""
    with server("while True: pass") as (leader, worker):
        deadline = time.monotonic() + 20
        while processes._worked([worker]) < 0.3 and time.monotonic() < deadline:
            time.sleep(0.02)

        assert 0.3 <= processes._worked(processes.family(leader)) < 20
