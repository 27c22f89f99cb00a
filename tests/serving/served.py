"""An application served in processes of its own, and what can be asked of them."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx2

ROOT = Path(__file__).parent.parent.parent

T = TypeVar("T")


def eventually(ask: Callable[[], T], seconds: float) -> T:
    """Ask until the answer is true in Python's sense, or *seconds* have gone; return the last answer."""
    end = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < end:
        time.sleep(0.02)
    return answer


def alive(pid: int) -> bool:
    """Return whether a process runs; one that is dead and not yet collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def free_port() -> int:
    """Return a port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """An application that a command serves on a free port of this machine, by so many processes."""

    def __init__(self, log: Path, *command: str, processes: int) -> None:
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if not eventually(lambda: self.said().count("Running on") >= processes, 60):
            self.end()
            raise AssertionError(self.said())
        [port] = set(re.findall(r"Running on http://127\.0\.0\.1:(\d+)", self.said()))
        self.url = f"http://127.0.0.1:{port}"

    def said(self) -> str:
        """Return what was printed and logged so far."""
        return self.log.read_text()

    def get(self, path: str) -> str:
        """Return the answer to a request on a connection of its own."""
        return httpx2.get(self.url + path, timeout=20).text

    def workers(self, count: int) -> set[int]:
        """Ask until *count* different processes have answered; return them."""
        seen: set[int] = set()

        def all_seen() -> bool:
            seen.add(int(self.get("/pid")))
            return len(seen) == count

        assert eventually(all_seen, 20), seen
        return seen

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal to the first process; return its exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)

    def end(self) -> None:
        """Kill whatever is left of it."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
