"""hub book: who held what, what that comes to, and seals; what means nothing leaves nothing half done."""

from __future__ import annotations

import asyncio
import csv
import json
import sqlite3
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from storage.database import opened
from tests.ledger.clerk import DAY, KINDS, Clerk
from tests.storage.written import write

BEGIN, LINES, PEOPLE = datetime(2020, 1, 10, tzinfo=UTC), 200, 20
MONTH = ("2020-02-01", "2020-03-01")


@pytest.fixture
def book(hub, tmp_path):
    """Write a book of a hundred days into a hub, and return the command."""
    hub("team", "list")
    chance = Random(1)
    clerk = Clerk(
        chance=chance,
        people=[f"p{n}" for n in range(PEOPLE)],
        now=int(BEGIN.timestamp()) * 1000,
        pause=lambda _: round(chance.expovariate(LINES / (100 * DAY))),
        team="acme",
    )

    async def written():
        async with opened(f"sqlite://{tmp_path / 'data' / 'hub.sqlite'}") as database:
            await write(database, clerk, LINES)

    asyncio.run(written())
    return hub


def test_as_of(book):
    """The figures of a moment are told by kind; who held seats then is told where that is asked for."""
    told = book("book", "as-of", "acme", "2020-03-01", "--holders", "--json").json
    held = Counter(each["kind"] for each in told["holders"])

    assert "2020-03-01T00:00:00.000Z" == told["at"]
    assert {kind: each["held"] for kind, each in told["kinds"].items()} == {
        kind: held[kind] for kind in KINDS
    }
    assert all(each["bought"] - each["held"] == each["free"] for each in told["kinds"].values())
    assert max(each["since"] for each in told["holders"]) <= told["at"]
    assert ["at", "kinds"] == list(book("book", "as-of", "acme", "2020-03-01", "--json").json)

    words = book("book", "as-of", "acme", "2020-03-01", "--holders").out
    standard = told["kinds"]["standard"]
    assert ["standard", *(str(standard[name]) for name in ("bought", "held", "free"))] == words.split()[4:8]
    assert [[each["kind"], each["person"], each["since"]] for each in told["holders"]] == [
        line.split() for line in words.splitlines()[3:]
    ]
    assert len(told["holders"]) > len(told["kinds"]) > 0


def test_statement(book, tmp_path):
    """What was made of the seats in a month, and the lines that it is made of."""
    told = book("book", "statement", "acme", *MONTH, "--csv", str(tmp_path / "february.csv"), "--json").json
    with (tmp_path / "february.csv").open(newline="") as file:
        lines = [*csv.DictReader(file)]

    assert [f"{day}T00:00:00.000Z" for day in MONTH] == [told["from"], told["to"]]
    assert ["kind", "person", "from", "to", "days"] == list(lines[0])
    assert MONTH[0] <= min(line["from"] for line in lines)
    assert max(line["to"] for line in lines) <= told["to"]
    for kind in KINDS:
        stated = told["kinds"][kind]
        assert stated["seat_days"] == sum(int(line["days"]) for line in lines if line["kind"] == kind)
        assert stated["seat_hours"] == pytest.approx(stated["seat_milliseconds"] / 3_600_000, abs=0.001)
        assert stated["average"] == pytest.approx(stated["seat_hours"] / (29 * 24), abs=0.001)
        for name, moment in (("begin", MONTH[0]), ("end", MONTH[1])):
            then = book("book", "as-of", "acme", moment, "--json").json["kinds"][kind]
            assert then == stated[name]

    words = book("book", "statement", "acme", *MONTH).out
    assert f"Seat-days {' '.join(str(told['kinds'][kind]['seat_days']) for kind in KINDS)}" in " ".join(
        words.split()
    )
    assert "held" in words


@pytest.mark.parametrize(
    ("period", "why"),
    [
        (("2020-03-01", "2020-02-01"), "TO 2020-02-01: expected a day after FROM 2020-03-01"),
        (("2020-02-01", "2999-01-01"), "TO 2999-01-01: that is in the future"),
        (("2020-02-30", "2020-03-01"), "FROM 2020-02-30: there is no such day"),
    ],
)
def test_a_period_that_is_none_writes_nothing(book, tmp_path, period, why):
    """The place and the reason are told, and no file appears."""
    ended = book("book", "statement", "acme", *period, "--csv", str(tmp_path / "x.csv"))

    assert (1, "") == (ended.code, ended.out)
    assert why in ended.err
    assert ["data"] == [each.name for each in tmp_path.iterdir()]


def test_a_file_appears_whole_or_not_at_all(book, tmp_path, monkeypatch):
    """What cannot be written to is told; what breaks off leaves no file, and one that was there as it was."""
    for place in ("none/x.csv", "data"):
        ended = book("book", "statement", "acme", *MONTH, "--csv", str(tmp_path / place))
        assert (1, "") == (ended.code, ended.out)
        assert f"--csv {tmp_path / place}: cannot be written: " in ended.err

    (tmp_path / "x.csv").write_text("before")
    with (tmp_path / "x.csv").open() as reader:  # sees what it has opened, and nothing half written
        assert 0 == book("book", "statement", "acme", *MONTH, "--csv", str(tmp_path / "x.csv")).code
        assert "before" == reader.read()
    (tmp_path / "x.csv").write_text("before")
    monkeypatch.setattr("hub.ledger.holdings.Days.touched", _break_off)
    with pytest.raises(RuntimeError):
        book("book", "statement", "acme", *MONTH, "--csv", str(tmp_path / "x.csv"))
    assert "before" == (tmp_path / "x.csv").read_text()
    assert {"data", "x.csv"} == {each.name for each in tmp_path.iterdir()}


def _break_off(*_):
    raise RuntimeError


@pytest.mark.parametrize(
    ("moment", "why"),
    [("2999-01-01", "that is in the future"), ("now", "expected a moment"), ("2020-02-30", "no such day")],
)
def test_a_moment_that_is_none_is_refused(book, moment, why):
    """The place and the reason are told."""
    ended = book("book", "as-of", "acme", moment)

    assert (1, "") == (ended.code, ended.out)
    assert f"MOMENT {moment}: " in ended.err
    assert why in ended.err


def test_heads_kept_elsewhere_find_a_book_that_was_rewritten(book, tmp_path):
    """A book is sealed, its heads are exported, and the book is held against them later."""
    assert LINES == book("book", "seal", "acme", "--json").json["last"]
    heads = book("book", "heads", "acme", "--json")
    (tmp_path / "heads.json").write_text(heads.out)
    whole = book("book", "verify", "acme", "--head", str(tmp_path / "heads.json"))
    assert "The book of acme is whole." in whole.out
    assert heads.json["heads"][0]["head"] in book("book", "heads", "acme").out

    with sqlite3.connect(tmp_path / "data" / "hub.sqlite") as database:
        for name in ("entries_stay", "seals_are_kept"):
            database.execute(f"DROP TRIGGER {name}")
        database.execute("UPDATE entries SET reference = 'another' WHERE number = 7")
        database.execute("DELETE FROM seals")
    database.close()
    book("book", "seal", "acme")

    assert 0 == book("book", "verify", "acme").code
    ended = book("book", "verify", "acme", "--head", str(tmp_path / "heads.json"))
    assert (1, "") == (ended.code, ended.out)
    assert f"acme: head 1, of entry {LINES}: it is not in the book, which was rewritten" in ended.err


def test_a_file_of_heads_that_is_none_is_refused(book, tmp_path):
    """It is told which file it is and what is wrong with it."""
    path = tmp_path / "heads.json"
    asked = ("book", "verify", "acme", "--head", str(path))
    assert f"--head {path}: cannot be read: No such file" in book(*asked).err
    path.write_text(json.dumps({"heads": [{}]}))
    ended = book(*asked)
    assert 1 == ended.code
    assert f"--head {path}: heads[0]" in ended.err
    assert "say whose heads they are" in book("book", "verify", "--head", str(path)).err
