"""Measure the hub on both databases against bare Starlette on Hypercorn, interleaved in one run.

python -m tests.bench [seconds of each load] [rounds]
"""

from __future__ import annotations

import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import uvloop
from attrs import frozen

from tests import postgres
from tests.bench.load import Next, Rate, load
from tests.postgres import free_port
from tests.running import Hub, desk, running

USERS = 1000
SEATS = 10_000_000

_numbers = itertools.count()


@frozen
class Subject:
    """A server to be measured, by what its address and its token are."""

    name: str
    url: str
    token: str
    ids: list[str]


def _user() -> bytes:
    number = next(_numbers)
    name = f"user{number}@a.example"
    return json.dumps(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name,
            "externalId": f"00u{number}",
            "name": {"givenName": "Test", "familyName": f"User {number}"},
            "emails": [{"primary": True, "type": "work", "value": name}],
            "displayName": f"Test User {number}",
            "active": True,
        }
    ).encode()


def _works(subject: Subject) -> dict[str, tuple[Next, bytes]]:
    ids, names = itertools.cycle(subject.ids), itertools.cycle(range(USERS))
    return {
        "GET by id": (lambda: ("GET", f"/Users/{next(ids)}", b""), b"200"),
        "userName eq": (
            lambda: ("GET", f"/Users?filter=userName+eq+%22user{next(names)}%40a.example%22", b""),
            b"200",
        ),
        "create with seat": (
            lambda: ("POST", "/Users", _user()),
            b"200" if subject.name == "bare" else b"201",
        ),
    }


async def _filled(hub: Hub, name: str) -> Subject:
    async with desk(hub) as opened:
        connected = await opened.connection("generic", seats=SEATS)
        ids = []
        global _numbers  # noqa: PLW0603 - each hub gets the same thousand users
        _numbers = itertools.count()
        for _ in range(USERS):
            made = await connected.client.post("Users", content=_user())
            ids.append(made.json()["id"])
        return Subject(name, connected.url, connected.token, ids)


@contextmanager
def _bare() -> Iterator[Subject]:
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", str(port)])
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(lambda: httpx2.get(url).status_code == 200)
        yield Subject("bare", url, "none", ["0" * 36])
    finally:
        server.terminate()
        server.wait()


def _wait(ready: Callable[[], bool]) -> None:
    for _ in range(200):
        try:
            if ready():
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError


def main(seconds: float, rounds: int) -> None:
    """Fill, measure, print."""
    with TemporaryDirectory() as folder, postgres.available() as server, _bare() as bare:
        home = Path(folder)
        with (
            running(f"sqlite://{home / 'sqlite' / 'hub.sqlite'}", home / "sqlite") as sqlite,
            running(server.create_database(), home / "postgres") as pg,
        ):
            subjects = [
                bare,
                *(uvloop.run(_filled(hub, name)) for hub, name in ((sqlite, "sqlite"), (pg, "postgres"))),
            ]
            _print(_measured(subjects, seconds, rounds))


def _measured(subjects: list[Subject], seconds: float, rounds: int) -> dict[str, dict[str, list[Rate]]]:
    rates: dict[str, dict[str, list[Rate]]] = {}
    works = {subject.name: _works(subject) for subject in subjects}
    for _ in range(rounds):
        for work in works["bare"]:
            for subject in subjects:
                make, status = works[subject.name][work]
                rate = uvloop.run(load(subject.url, subject.token, make, seconds=seconds, status=status))
                rates.setdefault(work, {}).setdefault(subject.name, []).append(rate)
    return rates


def _print(rates: dict[str, dict[str, list[Rate]]]) -> None:
    print("| work | server | per second | of bare | p50 ms | p99 ms |\n|---|---|---|---|---|---|")
    for work, by_name in rates.items():
        for name, found in by_name.items():
            pairs = zip(found, by_name["bare"], strict=True)
            ratio = statistics.median(rate.per_second / bare.per_second for rate, bare in pairs)
            rate = statistics.median(each.per_second for each in found)
            quantiles = [statistics.median(each.quantile(share) for each in found) for share in (0.5, 0.99)]
            print(
                f"| {work} | {name} | {rate:,.0f} | {ratio:.0%} | {quantiles[0]:.1f} | {quantiles[1]:.1f} |"
            )


if __name__ == "__main__":
    main(float((sys.argv[1:2] or ["2"])[0]), int((sys.argv[2:3] or ["5"])[0]))
