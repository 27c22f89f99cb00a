"""A team on the bench whose seats a test looks at: its provider, its operator, and the hub's own steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
from attrs import evolve, frozen

from hub.engine.ports import Unit, Work
from hub.engine.values.scope import Scope
from hub.ledger import moves
from hub.ledger.policies import Policy
from hub.spi import Event
from storage import records
from storage.client import Row
from tests.inprocess import Bench, Way

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

#: A moment that has passed.
PAST = "2000-01-01T00:00:00.000Z"


@frozen(kw_only=True)
class Crew:
    """A connection of a team with seats of its own."""

    hub: Bench
    way: Way

    @property
    def team(self) -> str:
        """Return the team's id."""
        return self.way.team.id

    def rows(self, sql: str, *values: object) -> Sequence[Row]:
        """Run a statement, $1 being the team."""
        return self.hub.run(self.hub.house.database.rows(sql, self.team, *values))

    # What its provider does

    def create(self, name: str, **said: Any) -> httpx2.Response:
        """Assign *name*."""
        return self.hub.ask(self.way, "POST", "/Users", {"schemas": [USER], "userName": name, **said})

    def make(self, name: str, **said: Any) -> str:
        """Assign *name*, who is let in, and return their id."""
        answer = self.create(name, **said)
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["id"])

    def patch(self, id: str, *operations: dict[str, Any], endpoint: str = "/Users") -> int:
        """Change a resource; return the status."""
        body = {"schemas": [PATCH], "Operations": list(operations)}
        return self.hub.ask(self.way, "PATCH", f"{endpoint}/{id}", body).status_code

    def say(self, id: str, name: str, value: Any) -> int:
        """Change one attribute of a user; return the status."""
        return self.patch(id, {"op": "replace", "path": name, "value": value})

    def switch(self, id: str, *, active: bool) -> int:
        """Turn a user on or off; return the status."""
        return self.say(id, "active", active)

    def delete(self, id: str, endpoint: str = "/Users") -> int:
        """Delete a resource; return the status."""
        return self.hub.ask(self.way, "DELETE", f"{endpoint}/{id}").status_code

    def group(self, name: str, *members: str) -> str:
        """Make a group and return its id."""
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in members]}
        answer = self.hub.ask(self.way, "POST", "/Groups", body)
        assert 201 == answer.status_code, answer.text
        return str(answer.json()["id"])

    def join(self, group: str, *members: str) -> int:
        """Add members to a group; return the status."""
        added = {"op": "add", "path": "members", "value": [{"value": each} for each in members]}
        return self.patch(group, added, endpoint="/Groups")

    def leave(self, group: str, member: str) -> int:
        """Remove a member from a group; return the status."""
        removed = {"op": "remove", "path": f'members[value eq "{member}"]'}
        return self.patch(group, removed, endpoint="/Groups")

    # What its operator does

    def refuse(self, name: str) -> None:
        """Have *name* be one who was refused."""
        self._write(lambda unit: unit.refused(name, "standard"))

    def buy(self, kind: str, count: int) -> None:
        """Buy seats of a kind."""

        async def work(unit: Unit) -> None:
            await unit.buy(kind, count)
            if count:
                await unit.post("bought", "buy", moves.buy(kind, count))

        self._write(work, "buy")

    def give_up(self, kind: str) -> None:
        """Return one seat of a kind, if any was bought; it may be held."""

        async def work(unit: Unit) -> None:
            if await unit.give_up(kind, 1):
                await unit.post("returned", "return", moves.give_up(kind, 1))

        self._write(work, "return")

    def kind(self, kind: str, **said: Any) -> None:
        """Change what becomes of who finds no seat of a kind left, or of one that comes free, as *said*."""

        async def work(unit: Unit) -> None:
            count = await unit.kind(kind)
            assert count is not None
            terms = {**said, "policy": Policy(said.get("policy", count.policy))}
            await unit.put_kind(kind, evolve(count, **terms))

        self._write(work)

    def _write(self, work: Work[None], reference: str = "crew") -> None:
        scope = Scope(team=self.team, connection=self.way.connection.id)
        self.hub.run(self.hub.house.registry.store(scope).write(work, reference=reference))

    def rule(self, *rules: tuple[str, str | None], default: str | None = "standard", **said: Any) -> None:
        """Choose seats by *rules*, (filter, kind) in their order."""
        told = {"rules": [{"when": when, "seat": seat} for when, seat in rules], "default": default, **said}
        self.rows("UPDATE teams SET seating = $2 WHERE id = $1", json.dumps(told))

    # What the hub does by itself

    def time_passes(self) -> None:
        """Let whatever is kept or undecided until some moment be so no longer, and nobody be new."""
        self.rows("UPDATE persons SET settle_at = $2 WHERE team_id = $1 AND settle_at IS NOT NULL", PAST)
        self.rows("UPDATE resources SET created = $2 WHERE team_id = $1", PAST)

    def settle(self) -> None:
        """Settle all who are to be settled by now, and give free seats to those who wait."""
        settling = self.hub.house.relay.settling
        self.hub.run(settling.settle_due())
        while self.hub.run(settling.promote_all()):
            pass

    # What came of it

    def spots(self) -> dict[str, str]:
        """Return userName → the kind that somebody holds, or `?` and the kind that they wait for, or both."""
        rows = self.rows(
            "SELECT r.document, h.kind AS held, w.kind AS waits FROM resources r"
            " LEFT JOIN holdings h ON h.person_id = r.person_id AND h.until IS NULL"
            " LEFT JOIN waiting w ON w.person_id = r.person_id"
            " WHERE r.team_id = $1 AND r.kind = 'User' ORDER BY r.id"
        )
        return {
            json.loads(row["document"])["userName"]: (row["held"] or "")
            + (f"?{row['waits']}" if row["waits"] else "")
            for row in rows
        }

    def events(self, prefix: str = "seat") -> list[Event]:
        """Return what is told of the team's seats, in order."""
        rows = self.rows("SELECT event FROM outbox WHERE team_id = $1 ORDER BY id")
        return [each for each in map(records.event, rows) if each.name.startswith(prefix)]

    def told(self) -> list[tuple[str, str | None]]:
        """Return the names of what is told of the team's seats, and which kind it is about."""
        return [(each.name, each.seat) for each in self.events()]

    def book(self) -> list[str]:
        """Return what the entries of the team's book say happened to people."""
        rows = self.rows("SELECT what FROM entries WHERE team_id = $1 AND what <> 'bought' ORDER BY number")
        return [row["what"] for row in rows]

    def unsettled(self) -> int:
        """Return how many are marked."""
        return len(self.rows("SELECT 1 FROM persons WHERE team_id = $1 AND unsettled"))

    def refused(self) -> list[tuple[str, str, int]]:
        """Return whom the connection could not have, for want of which kind, how often."""
        rows = self.rows(
            "SELECT * FROM refused WHERE team_id = $1 AND connection_id = $2 ORDER BY user_name",
            self.way.connection.id,
        )
        return [(row["user_name"], row["kind"], row["attempts"]) for row in rows]


def crew(hub: Bench, *, seats: int, domains: Sequence[str] = ("a.example",)) -> Crew:
    """Return a fresh team that has bought so many standard seats, and its connection."""
    return Crew(hub=hub, way=hub.way(hub.team(seats=seats), "generic", domains=list(domains)))
