"""docs/scim.md: every section of the three RFCs has a row, and every test that it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from attrs import frozen

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/scim.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")

#: RFC → its numbered sections, in their order.
SECTIONS = {
    7643: """
        1 1.1 1.2 2 2.1 2.2 2.3 2.3.1 2.3.2 2.3.3 2.3.4 2.3.5 2.3.6 2.3.7 2.3.8 2.4 2.5 3 3.1 3.2 3.3 4
        4.1 4.1.1 4.1.2 4.2 4.3 5 6 7 8 8.1 8.2 8.3 8.4 8.5 8.6 8.7 8.7.1 8.7.2 9 9.1 9.2 9.3 10 10.1
        10.2 10.2.1 10.3 10.3.1 10.3.2 10.4 11 11.1 11.2
    """,
    7644: """
        1 1.1 1.2 1.3 2 2.1 2.2 3 3.1 3.2 3.3 3.3.1 3.4 3.4.1 3.4.2 3.4.2.1 3.4.2.2 3.4.2.3 3.4.2.4
        3.4.2.5 3.4.3 3.5 3.5.1 3.5.2 3.5.2.1 3.5.2.2 3.5.2.3 3.6 3.7 3.7.1 3.7.2 3.7.3 3.7.4 3.8 3.9
        3.10 3.11 3.12 3.13 3.14 4 5 6 6.1 6.2 7 7.1 7.2 7.3 7.4 7.5 7.5.1 7.5.2 7.6 7.7 7.8 8 8.1 8.2 9
        9.1 9.2
    """,
    9865: """
        1 1.1 1.2 2 2.1 2.2 2.3 2.4 3 4 5 5.1 5.2 5.3 5.4 5.5 6 7 7.1 7.2
    """,
}


@frozen
class Row:
    """What is said of one section."""

    number: str
    title: str
    supported: str
    how: str
    shown_by: str


def rows(rfc: int) -> list[Row]:
    """Return the rows of the table below the heading of *rfc*."""
    _, _, below = TEXT.partition(f"### RFC {rfc}:")
    lines = [line for line in below.partition("###")[0].splitlines() if line.startswith("| ")]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines[1:]]


@pytest.mark.parametrize("rfc", SECTIONS)
def test_every_section_has_a_row(rfc):
    """All numbered sections are there, once and in their order."""
    assert SECTIONS[rfc].split() == [row.number for row in rows(rfc)]


@pytest.mark.parametrize("rfc", SECTIONS)
def test_every_claim_is_shown(rfc):
    """What is supported names a test, what is not says why, and what asks nothing says nothing."""
    for row in rows(rfc):
        match row.supported:
            case "yes":
                assert TEST.findall(row.shown_by), row
            case "partly":
                assert TEST.findall(row.shown_by), row
                assert row.how, row
            case "no":
                assert row.how, row
            case _:
                assert ("–", "", "") == (row.supported, row.how, row.shown_by), row


def test_every_test_exists():
    """Each test that is named is a test, and each file has some."""
    named = TEST.findall(TEXT)

    assert len(named) > 100
    assert [] == [f"{path}::{name}" for path, name in named if not is_there(path, name)]
    assert TEXT.count("tests/") == len(named)


def is_there(path: str, name: str) -> bool:
    """Say whether the file at *path* has the test *name*, or any where no name is given."""
    file = ROOT / path
    test = re.compile(r"^ *(?:async )?def " + (name or r"test_\w+") + r"\(", re.MULTILINE)
    return file.is_file() and test.search(file.read_text(encoding="utf-8")) is not None
