"""Who is assigned in only one of two apps, of a connection and a provider."""

from __future__ import annotations

from attrs import frozen

from hub.engine.values.gaps import COUNTED_MAX, NAMED_MAX, Gaps

from .census import USER_NAME
from .patience import Patient

#: Active users of a connection about whom nobody has signed in by a provider.
_UNSIGNED = (
    "FROM resources r WHERE r.team_id = $1 AND r.connection_id = $2 AND r.kind = 'User' AND r.active"
    " AND NOT EXISTS (SELECT 1 FROM subjects s WHERE s.team_id = r.team_id AND s.person_id = r.person_id"
    " AND s.provider_id = $3)"
)

#: Who has signed in by a provider as nobody, or as somebody who is no active user of a connection.
_UNPUSHED = (
    "FROM subjects s WHERE s.team_id = $1 AND s.provider_id = $3"
    " AND (s.person_id IS NOT NULL OR s.admin_id IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM resources r WHERE r.team_id = s.team_id AND r.connection_id = $2"
    " AND r.person_id = s.person_id AND r.kind = 'User' AND r.active)"
)


@frozen(kw_only=True)
class DatabaseGaps(Patient):
    """`GapsBetween` in a database."""

    async def between(self, team: str, connection: str, provider: str) -> Gaps:
        asked = (team, connection, provider)
        signed_in = await self._rows(
            "SELECT 1 FROM subjects WHERE team_id = $1 AND provider_id = $2 LIMIT 1", team, provider
        )
        if not signed_in:
            return Gaps()
        unsigned = f"{USER_NAME[self.database.dialect]} AS name {_UNSIGNED} ORDER BY r.created, r.id"
        return Gaps(
            unsigned=await self._counted(_UNSIGNED, *asked),
            unsigned_names=await self._names(unsigned, *asked),
            unpushed=await self._counted(_UNPUSHED, *asked),
            unpushed_names=await self._names(
                f"s.address AS name {_UNPUSHED} ORDER BY s.last_at, s.subject", *asked
            ),
            signed_in=True,
        )

    async def _counted(self, chosen: str, *asked: str) -> int:
        few = f"SELECT 1 {chosen} LIMIT {COUNTED_MAX}"
        (row,) = await self._scan(f"SELECT count(*) AS found FROM ({few}) few", *asked)
        return int(row["found"])

    async def _names(self, chosen: str, *asked: str) -> tuple[str, ...]:
        rows = await self._scan(f"SELECT {chosen} LIMIT {NAMED_MAX}", *asked)
        return tuple(row["name"] for row in rows)
