"""People as administrators list them: chosen, searched, and a page at a time, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from hub.engine.values.claimants import SignIn
from hub.engine.values.listing import PAGE, Condition, Page, Turn, Wanted, page_of
from hub.engine.values.places import Refused
from hub.engine.values.resources import Resource
from hub.scim.expressions import Operator

from . import memberships, records
from .filters.spots import both, either
from .filters.values import Values
from .filters.words import Held, Test, Words
from .keys import key
from .patience import Patient
from .searches import WORDS

#: What people are searched by, in the folded text of a user: single values, and the primary address.
NAMES = ("displayName", "userName", "name.familyName", "name.givenName", "name.formatted")
#: What stands between the names where SQLite tells them as a list: beside `null`, for one that is not there.
SPOKEN = frozenset('[]",\\')

ADDRESS = Held(text="f.lists", called="emails.value", within="emails")

#: That a person `p` of a team is among those of whom a table, called `x`, has a row. PostgreSQL is to gather
#: these once: left to choose while it knows little of its tables, it reads all of them for each person.
_AMONG = {
    "sqlite": "EXISTS (SELECT 1 FROM {table} x WHERE x.team_id = p.team_id AND x.person_id = p.id{where})",
    "postgres": "((p.id IN (SELECT x.person_id FROM {table} x WHERE x.team_id = {team}{where})) IS TRUE)",
}
_OPEN = " AND x.until IS NULL"

#: Of whom each is true, said of who holds a seat and who waits for one.
CONDITIONS = {
    Condition.SEATED: "p.claims > 0 AND p.suspended IS NULL AND {holds}",
    Condition.WAITING: "{waits}",
    Condition.UNDECIDED: "p.claims > 0 AND (p.unsettled OR p.settle_at IS NOT NULL)"
    " AND NOT {holds} AND NOT {waits}",
    Condition.KEPT: "p.claims = 0 AND {holds}",
    Condition.SEATLESS: "p.claims > 0 AND NOT p.unsettled AND p.settle_at IS NULL"
    " AND NOT {holds} AND NOT {waits}",
    Condition.REMOVED: "p.claims = 0 AND NOT {holds}",
    Condition.SUSPENDED: "p.suspended IS NOT NULL",
    Condition.BY_HAND: "p.by_hand",
    Condition.REFUSED: "FALSE",
}


@frozen(kw_only=True)
class DatabaseListings(Patient):
    """`Listings` in a database; *patience* is how long it asks again, seconds."""

    async def people(self, team: str, wanted: Wanted, turn: Turn) -> Page[str]:
        sql, values = _Writer.of(self.database.dialect, team).people(wanted, turn)
        rows = await self._scan(sql, *values)
        return page_of([row["id"] for row in rows], turn, str)

    async def refused(self, team: str, wanted: Wanted, turn: Turn) -> Page[Refused]:
        sql, values = _Writer.of(self.database.dialect, team).refused(wanted, turn)
        rows = await self._scan(sql, *values)
        found = page_of(rows, turn, lambda row: f"{row['connection_id']}/{row['name_key']}")
        return found.having([records.refused(row) for row in found.rows])

    async def sign_ins(self, team: str, people: Sequence[str]) -> Mapping[str, Sequence[SignIn]]:
        rows = await self._rows(
            "SELECT s.person_id, s.address, s.first_at, s.last_at, p.title FROM subjects s"
            " JOIN providers p ON p.team_id = s.team_id AND p.id = s.provider_id"
            f" WHERE s.team_id = $1 AND s.person_id IN ({self.database.listed('$2')})"
            " ORDER BY s.last_at DESC",
            *(team, records.dumps(list(people))),
        )
        found: dict[str, list[SignIn]] = {}
        for row in rows:
            found.setdefault(row["person_id"], []).append(
                SignIn(
                    provider=row["title"],
                    address=row["address"],
                    first_at=row["first_at"],
                    last_at=row["last_at"],
                )
            )
        return found

    async def users(self, team: str, person: str) -> Sequence[tuple[str, Resource]]:
        rows = await self._rows(
            f"SELECT {records.RESOURCE}, {memberships.column(self.database)} FROM resources"
            " WHERE team_id = $1 AND person_id = $2 ORDER BY created, id",
            *(team, person),
        )
        return [(row["connection_id"], records.resource(row)) for row in rows]

    async def refused_as(self, team: str, names: Sequence[str]) -> Sequence[Refused]:
        rows = await self._rows(
            "SELECT r.* FROM connections c JOIN refused r ON r.connection_id = c.id AND r.team_id = c.team_id"
            f" WHERE c.team_id = $1 AND r.name_key IN ({self.database.listed('$2')})",
            *(team, records.dumps([key(name) for name in names])),
        )
        return [records.refused(row) for row in rows]


@frozen(kw_only=True)
class _Writer:
    """Writes one statement about the people of a team, which stands at the place *team*."""

    dialect: str
    values: Values
    words: Words
    team: str

    @classmethod
    def of(cls, dialect: str, team: str) -> _Writer:
        values = Values()
        return cls(dialect=dialect, values=values, words=WORDS[dialect](values), team=values.place(team))

    def people(self, wanted: Wanted, turn: Turn) -> tuple[str, tuple[object, ...]]:
        """Return the statement of a page of ids, with one more where there are more."""
        source = "persons p"
        if wanted.text:
            source = f"({self._found(wanted, turn)}) t JOIN persons p ON p.id = t.id"
        where = both(f"p.team_id = {self.team}", *self._chosen(wanted), self._beyond("p.id", turn))
        return f"SELECT p.id FROM {source} WHERE {where} {_cut('p.id', turn)}", self.values.all

    def _chosen(self, wanted: Wanted) -> list[str]:
        said = []
        if wanted.condition:
            holds, waits = self._among("holdings", _OPEN), self._among("waiting")
            said.append(CONDITIONS[wanted.condition].format(holds=holds, waits=waits))
        if wanted.kind:
            kind = f" AND x.kind = {self.values.place(wanted.kind)}"
            said.append(either(self._among("holdings", _OPEN + kind), self._among("waiting", kind)))
        if wanted.connection:
            mine = f" AND x.connection_id = {self.values.place(wanted.connection)} AND x.kind = 'User'"
            said.append(self._among("resources", mine))
        return said

    def _among(self, table: str, where: str = "") -> str:
        return _AMONG[self.dialect].format(table=table, team=self.team, where=where)

    def _found(self, wanted: Wanted, turn: Turn) -> str:
        """Return who is called so, each by the text that says it: nothing else of them is read."""
        contains = self.words.test(Operator.CO, wanted.text)
        mine = f"IN (SELECT id FROM connections WHERE team_id = {self.team})"
        users = f"f.connection_id {mine} AND f.kind = 'User' AND {self._called(wanted.text)}"
        sources = {
            ("searched f", "f.person_id"): users,
            ("person_keys f", "f.person_id"): contains("f.address"),
            ("persons f", "f.id"): f"f.by_hand AND {contains('f.name_key')}",
        }
        # Where nothing narrows them further, a page of each is a page of all. For DISTINCT, SQLite would keep
        # a tree of all beside the list that it sorts.
        parts = [
            f"SELECT * FROM (SELECT {id} AS id FROM {table}"
            f" WHERE {both(f'f.team_id = {self.team}', condition, self._beyond(id, turn))} GROUP BY {id}"
            f"{'' if wanted.narrow else f' {_cut(id, turn)}'}) part{number}"
            for number, ((table, id), condition) in enumerate(sources.items())
        ]
        return " UNION ".join(parts)

    def _called(self, text: str) -> str:
        """Return that a user is called so: first, faster, that its text has it, labels and all."""
        test = self.words.test(Operator.CO, text)
        return either(
            both(self.words.may_hold("f.folded", text, ends=False), self._named(text, test)),
            both(self.words.may_hold("f.lists", text, ends=False), test(self.words.first(ADDRESS))),
        )

    def _named(self, text: str, test: Test) -> str:
        """Return that one of the names has it: on SQLite of all at once, which reads the text once."""
        if self.dialect == "postgres" or text in "null" or not SPOKEN.isdisjoint(text):
            return either(*(self.words.some(Held(text="f.folded", called=name), test) for name in NAMES))
        paths = ", ".join(self.values.place(f'$."{name}"') for name in NAMES)
        return test(f"json_extract(f.folded, {paths})")

    def _beyond(self, id: str, turn: Turn) -> str | None:
        return f"{id} {'>' if turn.before else '<'} {self.values.place(turn.mark)}" if turn.mark else None

    def refused(self, wanted: Wanted, turn: Turn) -> tuple[str, tuple[object, ...]]:
        """Return the statement of a page of who was refused, by connection and name."""
        connection, _, name = turn.mark.partition("/")
        marks = f"({self.values.place(connection)}, {self.values.place(name)})" if turn.mark else ""
        where = both(
            f"team_id = {self.team}",
            f"kind = {self.values.place(wanted.kind)}" if wanted.kind else None,
            f"connection_id = {self.values.place(wanted.connection)}" if wanted.connection else None,
            self.words.test(Operator.CO, wanted.text)("name_key") if wanted.text else None,
            f"(connection_id, name_key) {'<' if turn.before else '>'} {marks}" if marks else None,
        )
        order = ", ".join(f"{name}{' DESC' if turn.before else ''}" for name in ("connection_id", "name_key"))
        return f"SELECT * FROM refused WHERE {where} ORDER BY {order} LIMIT {PAGE + 1}", self.values.all


def _cut(id: str, turn: Turn) -> str:
    return f"ORDER BY {id}{'' if turn.before else ' DESC'} LIMIT {PAGE + 1}"
