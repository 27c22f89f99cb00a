"""The slow application, served."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .served import Served


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Serve by a command; end what is left after the test."""
    started: list[Served] = []

    def start(*command: str, processes: int) -> Served:
        started.append(Served(tmp_path / f"{len(started)}.log", *command, processes=processes))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture
def hub(served: Callable[..., Served]) -> Callable[..., Served]:
    """Serve the slow application as the hub is served, by so many workers."""

    def start(workers: int, *more: str) -> Served:
        app = ("-m", "tests.serving.slow_app", "--bind", "127.0.0.1:0", "--workers", str(workers))
        return served(*app, *more, processes=workers)

    return start
