"""docs/coverage.md: every sentence of the two guides has a row, and every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if "| K" in line]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_sentence_has_a_row():
    """All twenty-two, once and in their order, each shown by something."""
    assert [f"K{n}" for n in range(1, 23)] == [row[0] for row in ROWS]
    assert [] == [row[0] for row in ROWS if not TEST.findall(row[3])]


def test_every_test_that_is_named_is_there():
    """A name in the table leads somewhere."""
    missing = [
        f"{path}::{name}"
        for path, name in TEST.findall(TEXT)
        if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]

    assert [] == missing


def test_every_sentence_that_is_played_is_named():
    """No test of the seed is forgotten in the table."""
    played = re.findall(r"^def (test_k\w+)", (ROOT / "tests/journeys/test_seed.py").read_text(), re.MULTILINE)

    assert [] == [name for name in played if f"::{name}`" not in TEXT]
