"""A search as one statement: what matches, in order, a page of it, and how many there are in all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property

from attrs import define, field, frozen

from hub.engine.values.searches import Found, Mark, Search
from hub.scim.catalog import Types
from hub.scim.widening import widened

from . import records
from .client import Row
from .filters.choosing import Choice, choice
from .filters.compiling import ROW, Kind
from .filters.narrowing import looked_up
from .filters.postgres import PostgresWords
from .filters.related import Owner
from .filters.sqlite import SqliteWords
from .filters.values import Values
from .filters.words import Words
from .lookups import select

#: Further into a list than this, to skip what comes before takes longer than a read should.
FAR = 1000

#: How a key that comes from a mark is compared, by dialect and by whether it is a number; and the least key.
KEYS = {
    ("sqlite", False): ("{}", "''"),
    ("sqlite", True): ("{}", "0"),
    ("postgres", False): ('{}::text COLLATE "C"', "''"),
    ("postgres", True): ("({}::text)::numeric", "0"),
}

#: Which words a database has.
WORDS: dict[str, Callable[[Values], Words]] = {"sqlite": SqliteWords, "postgres": PostgresWords}

OWNER = Owner(team="$1", connection="$2")


@frozen(kw_only=True)
class Reading:
    """One statement that reads: its SQL and its values.

    *scans* says that it may read every resource, *tells_total* that its rows have a column `total`. *one* is
    its last value, where others may look up theirs by the same statement (see `Database.found`).
    """

    sql: str
    values: Sequence[object]
    scans: bool
    one: str | None = None
    tells_total: bool = False


@frozen(kw_only=True)
class Asked:
    """A *search* of one owner's resources.

    *beside* is SQL for the further columns that a page shows of each row `ROW`; *beside_one* for those of a
    single look-up.
    """

    search: Search
    types: Types
    dialect: str
    team: str
    connection: str | None
    beside: str | None = None
    beside_one: str | None = None

    def page(self) -> Reading:
        """Return the statement of the page, which finds one row more where more follow (see `found`)."""
        return self._looked_up() or _Writer(self).page()

    def _looked_up(self) -> Reading | None:
        """Return the statement that looks one name up, as providers do before each push, from a cache."""
        search = self.search
        if search.sort or search.mark or len(search.kinds) != 1:
            return None
        (kind,) = search.kinds
        found = looked_up(self.types[kind], search.where[kind])
        if found is None:
            return None
        column, held = found
        values = (self.team, self.connection, kind, search.count + 1, search.start - 1)
        sql = _lookup(self.dialect, column, self.beside_one)
        return Reading(sql=sql, values=values, scans=False, one=held)

    def count(self) -> Reading:
        """Return the statement of how many match the filter in all, as `total`."""
        return _Writer(self).count()

    @property
    def is_whole(self) -> bool:
        """Say whether all resources of the kinds are asked for."""
        return all(self.search.where[kind] is None for kind in self.search.kinds)

    def found(self, rows: Sequence[Row], total: int) -> Found:
        """Return the page that these *rows* are; *total* is how many there are in all."""
        mark, count = self.search.mark, self.search.count
        backwards = mark is not None and mark.before
        page = rows[:count][::-1] if backwards else rows[:count]
        more = len(rows) > count
        # Whether there is something where the mark was, seen from the page.
        behind = bool(rows and rows[0]["behind"]) if mark else self.search.start > 1
        before, after = (more, behind) if backwards else (behind, more)
        return Found(
            total=total,
            page=[records.text(row) for row in page],
            previous=self._mark(page[0], before=True) if page and before else None,
            next=self._mark(page[-1], before=False) if page and after else None,
        )

    def _mark(self, row: Row, *, before: bool) -> Mark:
        key = row["sort_key"] if self.search.sort is not None else None
        return Mark(id=row["id"], key=key, before=before)


@cache
def _lookup(dialect: str, column: str, beside: str | None) -> str:
    """Return the statement of a page ($4 and $5) of those of a kind ($3) that have $6 in *column*."""
    columns = [*(f"{ROW}.{name}" for name in records.TEXT.split(", ")), *([beside] if beside else [])]
    hits = f"SELECT * FROM resources WHERE {OWNER.of('resources')} AND kind = $3 AND {column} ="
    page = "ORDER BY id || '' LIMIT $4 OFFSET $5"
    found = select(dialect, ", ".join(columns), lambda by: f"{hits} {by} {page}", name=ROW, place="$6")
    return f"{found} ORDER BY {ROW}.id"


@define
class _Writer:
    """Writes one statement of what is *asked*."""

    asked: Asked
    values: Values = field(factory=Values, init=False)

    def __attrs_post_init__(self) -> None:
        owner = [self.values.place(each) for each in (self.asked.team, self.asked.connection)]
        assert owner == [OWNER.team, OWNER.connection]

    # Only where they are written into the statement: PostgreSQL refuses values that it does not mention.
    @cached_property
    def choices(self) -> list[Choice]:
        """Return how the resources of each kind are chosen."""
        asked, search = self.asked, self.asked.search
        words = WORDS[asked.dialect](self.values)
        types = asked.types if len(search.kinds) == 1 else widened(asked.types)
        return [
            choice(Kind(resource_type=types[kind], words=words, owner=OWNER), search.where[kind], search.sort)
            for kind in search.kinds
        ]

    @property
    def is_few(self) -> bool:
        """Say whether indexes find all that is asked for."""
        return all(each.few for each in self.choices)

    @property
    def is_sorted(self) -> bool:
        """Say whether an order other than that of ids is asked for."""
        return self.asked.search.sort is not None

    def page(self) -> Reading:
        search = self.asked.search
        if self.is_sorted or (not self.asked.is_whole and any(each.at_once for each in self.choices)):
            # All that matches is read for the first of it, and counted on the way where nothing else tells.
            sql, counted = self._gathered(), not self.asked.is_whole
            return Reading(sql=sql, values=self.values.all, scans=not self.is_few, tells_total=counted)
        is_near = search.mark is not None or search.start <= FAR
        scans = not (is_near if self.asked.is_whole else self.is_few)
        return Reading(sql=self._listed(), values=self.values.all, scans=scans)

    def count(self) -> Reading:
        sql = f"SELECT count(*) AS total FROM ({self._hits()}) hits"
        return Reading(sql=sql, values=self.values.all, scans=not self.is_few)

    def _listed(self) -> str:
        """Return the statement of a page in order of id, which reads nothing beyond the page."""
        hits = self._hits()
        shown = self._shown(f"({hits}) hits")
        return (
            f"SELECT {shown} FROM (SELECT hits.id FROM ({hits}) hits {self._cut()}) chosen"
            f" CROSS JOIN resources {ROW} WHERE {OWNER.of(ROW)} AND {ROW}.id = chosen.id"
            f" ORDER BY {self._order('chosen')}"
        )

    def _gathered(self) -> str:
        """Return the statement of a page for which all that matches is gathered first."""
        shown = self._shown("hits")
        if self.is_sorted:
            # A number is told to the letter.
            key = "CAST(chosen.sort_key AS TEXT)" if self.asked.dialect == "postgres" else "chosen.sort_key"
            shown += f", {key} AS sort_key"
        hits = f"WITH hits AS {'' if self.asked.is_whole else 'MATERIALIZED '}({self._hits()})"
        chosen = f"(SELECT * FROM hits {self._cut()}) chosen"
        row = f"resources {ROW} ON {OWNER.of(ROW)} AND {ROW}.id = chosen.id"
        order = f"ORDER BY {self._order('chosen')}"
        if self.asked.is_whole:
            return f"{hits} SELECT {shown} FROM {chosen} JOIN {row} {order}"
        counted = "(SELECT count(*) AS total FROM hits) counted"
        return (
            f"{hits} SELECT {shown}, counted.total FROM {counted}"
            f" LEFT JOIN {chosen} ON TRUE LEFT JOIN {row} {order}"
        )

    def _hits(self) -> str:
        """Return the statement of all that matches."""
        of_all = len(self.asked.search.kinds) == len(self.asked.types)
        if of_all and self.asked.is_whole and not self.is_sorted:
            # No matter of which kind: then an index has the order.
            return f"SELECT {ROW}.id FROM resources {ROW} WHERE {OWNER.of(ROW)}"
        # What is a number to one kind and text to another has no order.
        numbers = self.choices[0].by_number
        keys = [each.key if each.by_number == numbers else "NULL" for each in self.choices]
        return " UNION ALL ".join(
            f"SELECT {ROW}.id{f', {key} AS sort_key' if self.is_sorted else ''} {each.sql}"
            for each, key in zip(self.choices, keys, strict=True)
        )

    def _shown(self, hits: str) -> str:
        columns = [f"{ROW}.{name}" for name in records.TEXT.split(", ")]
        if self.asked.beside:
            columns.append(self.asked.beside)
        if mark := self.asked.search.mark:
            behind = self._beyond(mark, "<=" if self._is_ascending else ">=")
            columns.append(f"EXISTS (SELECT 1 FROM {hits} WHERE {behind}) AS behind")
        return ", ".join(columns)

    def _cut(self) -> str:
        """Return what follows `hits` in a statement to cut out one page, and one row more."""
        search = self.asked.search
        after, skipped = "", search.start - 1
        if search.mark:
            after, skipped = f"WHERE {self._beyond(search.mark, '>' if self._is_ascending else '<')} ", 0
        limit, offset = self.values.place(search.count + 1), self.values.place(skipped)
        order = self._order("hits")
        if not self.is_sorted and not self.asked.is_whole and self.is_few:
            # SQLite would take the index that has the order, and pass over the one that has the few.
            order = order.replace("hits.id", "hits.id || ''")
        return f"{after}ORDER BY {order} LIMIT {limit} OFFSET {offset}"

    @property
    def _is_ascending(self) -> bool:
        search = self.asked.search
        return search.descending == (search.mark is not None and search.mark.before)

    def _order(self, of: str) -> str:
        way = "ASC" if self._is_ascending else "DESC"
        if not self.is_sorted:
            return f"{of}.id {way}"
        # RFC 7644 §3.4.2.3: what has no value is last, or first where the order is descending.
        missing = "LAST" if self._is_ascending else "FIRST"
        return f"{of}.sort_key {way} NULLS {missing}, {of}.id {way}"

    def _beyond(self, mark: Mark, sign: str) -> str:
        id = self.values.place(mark.id)
        if not self.is_sorted:
            return f"hits.id {sign} {id}"
        said, least = KEYS[self.asked.dialect, self.choices[0].by_number]
        key = least if mark.key is None else said.format(self.values.place(mark.key))
        missing = "TRUE" if mark.key is None else "FALSE"
        place = f"(hits.sort_key IS NULL, COALESCE(hits.sort_key, {least}), hits.id)"
        return f"{place} {sign} ({missing}, {key}, {id})"
