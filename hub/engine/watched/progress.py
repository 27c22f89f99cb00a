"""How far a guide has been followed, and what to tell whoever sets a connection up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.moments import later
from hub.spi import facts
from hub.teams import State

if TYPE_CHECKING:
    from hub.engine.asking.sightings import Sighting
    from hub.spi.guides import Done, Step
    from hub.teams import Token

    from .health import Health


_CLOSED = {State.DRAFT, State.OFF}

#: For how many seconds something is news.
NEWS_SECONDS = 86_400


@frozen(kw_only=True)
class Ticked:
    """A *step* of a guide, with when each thing was seen that shows it is done, None for not yet."""

    step: Step
    seen: Sequence[tuple[Done, Sighting | None]]

    @property
    def done(self) -> bool:
        """Say whether everything was seen that shows it is done; a step that cannot be seen never is."""
        return bool(self.seen) and all(sighting for _, sighting in self.seen)


def ticked(health: Health) -> Sequence[Ticked]:
    """Return the steps of a connection's guide, each with what was seen of it."""
    return [
        Ticked(step=step, seen=[(done, health.seen.get(done.fact)) for done in step.done])
        for step in health.guide.steps
    ]


@frozen(kw_only=True)
class News:
    """One sentence on what was seen last, and when; *good* news, or something to mend by the *remedy*."""

    says: str
    at: str
    good: bool = True
    remedy: str = ""


def news(health: Health, *, newcomer: str | None, at: str) -> Sequence[News]:
    """Return what to tell whoever sets a connection up of the day before *at*, the latest first.

    *newcomer* is a sentence on who arrived last, given where the reader may know.
    """
    seen, since = health.seen, later(at, -NEWS_SECONDS)
    arrived = _arrived(health, newcomer)
    found = [_tested(health), arrived, _removed(health), _knocked(health), _turned_away(health)]
    told = [each for each in found if each and each.at >= since]
    if not told and facts.REQUEST in seen and seen[facts.REQUEST].last_at >= since:
        told = [News(says=f"{health.called} has reached us with this token", at=seen[facts.REQUEST].last_at)]
    return sorted(told, key=lambda each: each.at, reverse=True)


def _tested(health: Health) -> News | None:
    found = health.seen.get(facts.TEST)
    if found is None:
        return None
    return News(says=f"The test request from {health.called} arrived and was answered", at=found.last_at)


def _arrived(health: Health, newcomer: str | None) -> News | None:
    found = health.seen.get(facts.CREATED)
    if found is None:
        return None
    if newcomer:
        return News(says=newcomer, at=found.last_at)
    once = found.first_at == found.last_at
    says = f"The first person arrived from {health.called}" if once else f"People arrive from {health.called}"
    return News(says=says, at=found.last_at)


def _removed(health: Health) -> News | None:
    found = health.seen.get(facts.REMOVED)
    return None if found is None else News(says="A removal arrived and was done", at=found.last_at)


def _knocked(health: Health) -> News | None:
    """Tell of a request that came while the connection was off, unless one was let in since."""
    found = health.seen.get(facts.CLOSED)
    if found is None or health.connection.state not in _CLOSED:
        return None
    return News(
        says=f"{health.called} has reached us, and was refused because SCIM is off",
        at=found.last_at,
        good=False,
        remedy="Turn on SCIM, then test the connection once more.",
    )


def _turned_away(health: Health) -> News | None:
    """Tell of a wrong token, unless a right one came since."""
    found = health.seen.get(facts.WRONG_TOKEN)
    last = health.seen.get(facts.REQUEST)
    if found is None or (last and last.last_at > found.last_at):
        return None
    says, remedy = wrong_token(found.detail or "", health.tokens)
    return News(says=says, at=found.last_at, good=False, remedy=remedy)


def wrong_token(shown: str, tokens: Sequence[Token]) -> tuple[str, str]:
    """Return what is wrong with a token, of which only *shown* may be seen, and what to do about it."""
    ours = {f"{_OURS}{token.key_id}": token for token in tokens}
    return f"Somebody reached this endpoint {_with(shown, ours)}", (
        "Create the next token, and paste it into the provider." if shown in ours else _PASTE
    )


#: What the hub's own tokens begin with.
_OURS = "hub_"

_PASTE = "Copy the token once more, or create the next one, and paste it whole into the provider."


def _with(shown: str, ours: Mapping[str, Token]) -> str:
    if not shown:
        return "without any token"
    if shown in ours:
        how = "was revoked" if ours[shown].revoked_at else "has expired"
        return f"with the token {shown}, which {how}"
    if shown == _OURS:
        return "with a token that is not whole"
    if shown.startswith(_OURS):
        return f"with {shown}, a token of another connection"
    return f"with a wrong token; it starts with “{shown}”"
