"""The team's book: who held what when, what it comes to, its lines, and the heads that prove it."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import asdict
from starlette.responses import JSONResponse, StreamingResponse

from hub.engine.values.errors import AdminError
from hub.ledger.entries import holder

from .pages import Fault, Pages
from .problems import Problem

if TYPE_CHECKING:
    from starlette.responses import Response

    from hub.ledger.entries import Entry

    from .pages import Visit

T = TypeVar("T")

pages = Pages()

#: How many entries, and how many of those who hold a seat, are shown.
ENTRIES, HOLDERS = 50, 100

#: From how many characters on a piece of a file is sent.
PIECE = 2**16

_HELD = ("kind", "person", "since")
_LINES = ("kind", "person", "from", "to", "days")


@pages.get("/book")
async def book(visit: Visit) -> Response:
    """Show the balances, the latest entries, and how far the book is sealed."""
    return await _book(visit)


@pages.get("/book/as-of")
async def as_of(visit: Visit) -> Response:
    """Show who held what at a moment."""
    keeping, team = visit.desk.bookkeeping, visit.team
    try:
        at = keeping.moment(visit.query.get("at", ""))
    except AdminError as error:
        return await _book(visit, [Fault("at", _sentence(error))])
    found, shown = await keeping.as_of(team, at), await _first(HOLDERS, keeping.holders(team, at))
    held = sum(each.held for each in found.values())
    people = await visit.desk.directory.titles(team, [each.person for each in shown])
    return visit.page("book_as_of.html", at=at, figures=found, held=shown, all=held, people=people)


@pages.get("/book/as-of.csv")
async def holders(visit: Visit) -> Response:
    """Send who held what at a moment, a line each."""
    keeping = visit.desk.bookkeeping
    at = _or_problem(lambda: keeping.moment(visit.query.get("at", "")))

    async def rows() -> AsyncIterator[Sequence[object]]:
        async for each in keeping.holders(visit.team, at):
            yield each.kind, each.person, each.since

    return _csv(_HELD, rows(), f"holders-{at[:10]}.csv")


@pages.get("/book/statement")
async def statement(visit: Visit) -> Response:
    """Show what was made of the seats in a period."""
    keeping, query = visit.desk.bookkeeping, visit.query
    try:
        period = keeping.period(query.get("from", ""), query.get("to", ""))
    except AdminError as error:
        field = "to" if str(error).startswith("TO") else "from"
        return await _book(visit, [Fault(field, _sentence(error))])
    stated = await keeping.statement(visit.team, period)
    return visit.page("book_statement.html", period=period, stated=stated)


@pages.get("/book/statement.csv")
async def lines(visit: Visit) -> Response:
    """Send who held what in a period, a line each time; its days add up to those of the statement."""
    keeping, query = visit.desk.bookkeeping, visit.query
    period = _or_problem(lambda: keeping.period(query.get("from", ""), query.get("to", "")))

    async def rows() -> AsyncIterator[Sequence[object]]:
        async for each in keeping.lines(visit.team, period):
            yield each.kind, each.person, each.begin, each.end, each.days

    return _csv(_LINES, rows(), f"seats-{period.begin[:10]}-{period.end[:10]}.csv")


@pages.get("/book/heads.json")
async def heads(visit: Visit) -> Response:
    """Send the signed heads, in the form that `hub book verify --head` takes."""
    found = await visit.desk.bookkeeping.heads(visit.team)
    return JSONResponse(
        {"heads": [asdict(each) for each in found]},
        headers={"content-disposition": 'attachment; filename="heads.json"'},
    )


async def _book(visit: Visit, faults: Sequence[Fault] = ()) -> Response:
    desk, team = visit.desk, visit.team
    upto = visit.before
    entries, latest = await desk.bookkeeping.page(team, before=upto, count=ENTRIES)
    values: dict[str, Any] = {
        "entries": entries,
        "older": entries[-1].number if entries and entries[-1].number > 1 else None,
        "latest": latest,
        "kinds": await desk.bookkeeping.seats(team),
        "seal": await desk.bookkeeping.sealed(team),
        "today": desk.bookkeeping.clock()[:10],
        "people": await desk.directory.titles(team, _people(entries)),
        "holder": holder,
    }
    if faults:
        return visit.again("book.html", faults=faults, typed=visit.query, **values)
    return visit.page("book.html", typed=visit.query, **values)


def _people(entries: Sequence[Entry]) -> list[str]:
    """Return who took or gave back a seat in *entries*."""
    postings = [posting for entry in entries for posting in entry.postings]
    found = [holder(account) for each in postings for account in (each.source, each.target)]
    return [person for person in found if person is not None]


async def _first(count: int, found: AsyncIterator[T]) -> Sequence[T]:
    """Return the first of what is *found*, so many at most."""
    first = []
    async for each in found:
        first.append(each)
        if len(first) == count:
            break
    return first


def _csv(head: Sequence[str], rows: AsyncIterable[Sequence[object]], name: str) -> Response:
    async def text() -> AsyncIterator[str]:
        piece = _line(head)
        async for row in rows:
            piece += _line(row)
            if len(piece) >= PIECE:
                yield piece
                piece = ""
                # Rows that SQLite has at hand wait for nothing: others would wait for the last of them.
                await asyncio.sleep(0)
        yield piece

    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(text(), media_type="text/csv; charset=utf-8", headers=headers)


def _line(row: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(row)
    return out.getvalue()


def _or_problem(read: Callable[[], T]) -> T:
    """Return what is *read* of a link of ours; whoever changed it gets a page, and no file."""
    try:
        return read()
    except AdminError as error:
        raise Problem(_sentence(error)) from None


def _sentence(error: AdminError) -> str:
    """Return what is wrong without the name that the command has for the place."""
    return re.sub(r"^[A-Z]+ ", "", str(error))
