"""The tables of a measurement, and their place in a document."""

from __future__ import annotations

import math

import pytest

from tests.bench import report
from tests.bench.load import Rate, rate
from tests.bench.processes import Memory
from tests.bench.rounds import Results

WORK = "GET by id"


def answered(per_second: float, *, p50: float = 1.0, wrong: dict[str, int] | None = None) -> Rate:
    """Return the rate of a load."""
    return Rate(per_second=per_second, p50=p50, p99=2 * p50, wrong=wrong or {})


def found(**rates: list[Rate]) -> Results:
    """Return the results of one work, by server, at 1,000 users."""
    names = {"bare": ("bare", 0), "hub": ("SQLite", 1000), "other": ("PostgreSQL", 1000)}
    names["peer"] = ("scim2-server", 1000)
    return Results({(WORK, *names[name]): dict(enumerate(each)) for name, each in rates.items()})


def test_only_what_is_between_the_markers_is_replaced():
    """People's own words before and after stay as they are."""
    before = f"# Speed\n\nOurs.\n\n{report.BEGIN}\nold\n{report.END}\n\nOurs too.\n"

    after = report.placed(before, "| new |\n")

    assert f"# Speed\n\nOurs.\n\n{report.BEGIN}\n\n| new |\n\n{report.END}\n\nOurs too.\n" == after
    assert after == report.placed(after, "| new |")


@pytest.mark.parametrize(
    "document",
    ["", report.BEGIN, report.END, f"{report.END} {report.BEGIN}"],
    ids=["none", "begin", "end", "swapped"],
)
def test_document_without_a_place_is_refused(document):
    """A measurement overwrites nothing that did not ask for it."""
    with pytest.raises(ValueError, match="no place for what was measured"):
        report.placed(document, "| new |")


def test_ratio_is_the_median_of_the_rounds():
    """Noise meets both servers of a round: the ratio is taken in each, and only then the median."""
    results = found(
        bare=[answered(100), answered(1000), answered(10)], hub=[answered(50), answered(600), answered(4)]
    )

    assert 0.5 == results.ratio((WORK, "SQLite", 1000), (WORK, "bare", 0))


def test_ratio_is_of_rounds_that_both_have():
    """A server so slow that it was measured once is compared with that round of the others."""
    results = found(peer=[answered(1)], hub=[answered(50), answered(600)])

    assert 50 == results.ratio((WORK, "SQLite", 1000), (WORK, "scim2-server", 1000))
    assert 0.02 == results.ratio((WORK, "scim2-server", 1000), (WORK, "SQLite", 1000))
    assert None is results.ratio((WORK, "SQLite", 1000), (WORK, "bare", 0))


def test_rates_stand_beside_their_shares():
    """Each hub has its rate, its share of the ceiling and how often it does what the peer does."""
    results = found(bare=[answered(6000)], hub=[answered(3000)], other=[answered(1500)], peer=[answered(100)])

    assert (
        "| GET by id | 6,000 | 3,000 | 50 % | 30.0 × | 1,500 | 25 % | 15.0 × | 100 |"
        == report.rates(results, 1000, [WORK]).splitlines()[-1]
    )


def test_what_was_not_measured_is_no_figure():
    """A server that does not do a work is shown neither as fast nor as slow at it."""
    results = found(hub=[answered(3000)])
    results.missing[WORK, "scim2-server", 1000] = "501"

    assert "| GET by id | – | 3,000 | – | – | – | – | – | – (501) |" in report.rates(results, 1000, [WORK])


def test_wrong_answers_are_counted_and_shown():
    """A rate of right answers says how many were wrong, and how."""
    results = found(hub=[answered(3000, wrong={"412": 2}), answered(3000, wrong={"412": 1, "late": 1})])

    assert "3,000 (**3 412, 1 too slow**)" in report.rates(results, 1000, [WORK])


def test_times_are_the_middle_and_the_slowest():
    """The times of a work are p50 and p99 of each server."""
    results = found(hub=[answered(1, p50=4), answered(1, p50=5), answered(1, p50=90)])

    assert "| GET by id | 5.00 | 10.0 | – | – | – | – |" in report.times(results, 1000, [WORK])


def test_memory_is_that_of_all_processes():
    """Each server has a row of its memory: filled, in the end, at the most."""
    held = {("SQLite", 1000): (Memory(now=70.4, peak=99), Memory(now=80, peak=1090.6))}

    assert "| SQLite | 1,000 | 70 | 80 | 1,091 |" in report.memories(held)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (None, "–"),
        (math.nan, "–"),
        (0, "0"),
        (0.123, "0.12"),
        (1.234, "1.23"),
        (12.34, "12.3"),
        (1234.5, "1,234"),
    ],
)
def test_figures_have_three_digits(number, shown):
    """More digits would say more than was measured."""
    assert shown == report.figure(number)


def test_quantiles_are_of_sorted_times():
    """A rate has its p50 and p99 in milliseconds; without a right answer it has none."""
    made = rate([each / 1000 for each in range(100, 0, -1)], elapsed=2, wrong={})
    none = rate([], elapsed=2, wrong={"404": 3})

    assert (50, 51, 100) == (made.per_second, round(made.p50), round(made.p99))
    assert 0 == none.per_second
    assert math.isnan(none.p50)
