"""Measure the hub on both databases, bare Starlette on Hypercorn and scim2-server, in one run.

python -m tests.bench [--sizes N …] [--members M …] [--seconds S] [--rounds R] [--write FILE]
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import postgres

from . import report
from .run import Plan, bench


def main() -> None:
    """Measure, print what came of it, and put it into its place in a document."""
    plan, document = _read(sys.argv[1:])
    if document:
        report.placed(document.read_text(), "")  # better now than after half an hour
    with TemporaryDirectory() as home, postgres.available() as server, ExitStack() as stack:
        found = bench(plan, Path(home), server, stack)
    print(found)
    if document:
        document.write_text(report.placed(document.read_text(), found))


def _read(arguments: list[str]) -> tuple[Plan, Path | None]:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], metavar="N",
                        help="users that each server holds, one of it for each number")  # fmt: skip
    parser.add_argument("--members", type=int, nargs="+", default=[100, 10_000, 100_000], metavar="M",
                        help="members of the groups, at most all users")  # fmt: skip
    parser.add_argument("--seconds", type=float, default=1, help="of each load")
    parser.add_argument("--rounds", type=int, default=5, help="in which everything is measured once")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a document with a place for the tables")
    given = parser.parse_args(arguments)
    plan = Plan(
        sizes=sorted(given.sizes), members=sorted(given.members), seconds=given.seconds, rounds=given.rounds
    )
    return plan, given.write


if __name__ == "__main__":
    main()
