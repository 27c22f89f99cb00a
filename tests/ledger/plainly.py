"""What a book says of moments and periods, counted the plain way: from its entries, folded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise

from attrs import evolve

from hub.ledger.book import Book
from hub.ledger.entries import FREE, Entry, holder
from hub.ledger.holdings import Holding, Period
from hub.ledger.statement import Figures, Usage

NOTHING = Figures(bought=0, held=0)

MILLISECOND = timedelta(milliseconds=1)


def holdings(entries: Iterable[Entry]) -> list[Holding]:
    """Return what the holdings are according to *entries*, those that ended first."""
    book, held, over = Book(), dict[str, Holding](), list[Holding]()
    for entry in entries:
        book.post(entry)
        accounts = {account for posting in entry.postings for account in (posting.source, posting.target)}
        for person in {person for account in accounts if (person := holder(account))}:
            if before := held.pop(person, None):
                over.append(evolve(before, until=entry.at))
            if kind := book.holders.get(person):
                held[person] = Holding(person=person, kind=kind, since=entry.at, until=None)
    return [*over, *held.values()]


def as_of(entries: Iterable[Entry], kind: str, *, at: str) -> Figures:
    """Return the figures of a kind at the moment *at*."""
    course = [figures for moment, figures in _course(entries, kind) if moment <= at]
    return course[-1] if course else NOTHING


def usage(entries: Sequence[Entry], kind: str, period: Period) -> Usage:
    """Return what was made of a kind in *period*."""
    held = [
        (each.person, *part)
        for each in holdings(entries)
        if each.kind == kind and (part := _part(each, period))
    ]
    before = [figures for moment, figures in _course(entries, kind) if moment < period.begin]
    begin = before[-1] if before else NOTHING
    course = {period.begin: begin}
    course |= {at: each for at, each in _course(entries, kind) if period.begin <= at < period.end}
    peak, peak_at = max(((each.held, at) for at, each in course.items()), key=lambda found: found[0])
    lacking = [(at, until) for at, until in pairwise([*course, period.end]) if course[at].free < 0]
    return Usage(
        seat_days=len({(person, day) for person, *part in held for day in days(*part)}),
        time=sum((_read(end) - _read(begin) for _, begin, end in held), start=timedelta()),
        peak=peak,
        peak_at=peak_at,
        begin=begin,
        end=[*course.values()][-1],
        overdraft_days=len({day for part in lacking for day in days(*part)}),
        **_counts([each for each in entries if period.begin <= each.at < period.end], kind),
    )


def days(begin: str, end: str) -> Iterator[date]:
    """Return the days of which some moment lies from *begin* up to, and without, *end*."""
    moment, last = _read(begin), (_read(end) - MILLISECOND).date()
    while moment.date() <= last:
        yield moment.date()
        moment += timedelta(days=1)


def _part(holding: Holding, period: Period) -> tuple[str, str] | None:
    begin, end = max(holding.since, period.begin), min(holding.until or period.end, period.end)
    return (begin, end) if begin < end else None


def _course(entries: Iterable[Entry], kind: str) -> list[tuple[str, Figures]]:
    """Return the figures of a kind after all entries of each moment."""
    book, course = Book(), []
    for at, together in groupby(entries, key=lambda entry: entry.at):
        for entry in together:
            book.post(entry)
        course.append((at, Figures(bought=book.bought(kind), held=book.held(kind))))
    return course


def _counts(entries: Iterable[Entry], kind: str) -> Mapping[str, int]:
    """Return how often seats of a kind were taken, released, and moved to and from."""
    names = {
        ("taken", True): "joins",
        ("released", False): "leaves",
        ("moved", True): "came",
        ("moved", False): "went",
    }
    counts = dict.fromkeys(names.values(), 0)
    for entry in entries:
        for posting in entry.postings:
            name = names.get((entry.what, posting.source == FREE))
            if name and posting.seat == kind:
                counts[name] += 1
    return counts


def _read(moment: str) -> datetime:
    return datetime.fromisoformat(moment)
