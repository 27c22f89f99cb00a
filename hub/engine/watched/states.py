"""How a connection is: one headline and one next action, out of facts alone."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hub.moments import later
from hub.spi import facts
from hub.teams import ENTERPRISE, State

from .rhythm import lately, usual_hours

if TYPE_CHECKING:
    from hub.engine.asking.sightings import Hour, Sighting
    from hub.teams import Connection, Team, Token

#: Days before its end at which a token is told of.
ENDING_DAYS = 14

#: A connection is at risk where so many changes failed within a day, and this share of them, per cent.
FAILED_MIN, FAILED_PERCENT = 5, 10

#: How many times its usual silence it may be silent, and for how many hours one whose rhythm is not known.
SILENCES, UNKNOWN_HOURS = 6, 7 * 24


class Condition(enum.StrEnum):
    """The states of a connection, as a page tells them apart."""

    PLAN = "plan"
    SIGN_IN = "sign-in"
    OFF = "off"
    PAUSED = "paused"
    LOCKED_OUT = "locked-out"
    AT_RISK = "at-risk"
    ENDING = "ending"
    WAITING = "waiting"
    QUIET = "quiet"
    CONNECTED = "connected"


class Place(enum.StrEnum):
    """Where an action is done."""

    PLAN = "plan"
    SIGN_IN = "sign-in"
    SWITCH = "switch"
    TOKENS = "tokens"
    GUIDE = "guide"
    FAILURES = "failures"
    NOWHERE = ""


@frozen(kw_only=True)
class Headline:
    """A *condition* in one sentence, and the one *action* that is next, done at a *place*."""

    condition: Condition
    says: str
    action: str = ""
    place: Place = Place.NOWHERE

    @property
    def well(self) -> bool:
        """Say whether nobody has to do anything."""
        return not self.action


@frozen(kw_only=True)
class Known:
    """What is known of a connection *at* a moment; its provider is *called* so.

    *tokens* are those for all of it, valid or not; *hours* those in which it asked anything, in order;
    *silent_hours* is for how long it may be silent.
    """

    team: Team
    connection: Connection
    called: str
    silent_hours: int
    tokens: Sequence[Token]
    seen: Mapping[str, Sighting]
    hours: Sequence[Hour]
    at: str

    @property
    def last(self) -> str | None:
        """Return when it asked last."""
        found = self.seen.get(facts.REQUEST)
        return found.last_at if found else None


def headline(known: Known) -> Headline:
    """Return how the connection is; of several things that are true, what keeps people out comes first."""
    state = known.connection.state
    if state in {State.DRAFT, State.OFF}:
        return _lacking(known.team) or _off(known)
    if known.connection.state_in(known.team) is State.PAUSED:
        return _paused(known)
    return _locked_out(known) or _at_risk(known) or _ending(known) or _silent(known) or _connected(known)


def _lacking(team: Team) -> Headline | None:
    if team.plan != ENTERPRISE:
        return Headline(
            condition=Condition.PLAN, says="SCIM is not in your plan", action="Ask for SCIM", place=Place.PLAN
        )
    if not team.sso_issuer:
        return Headline(
            condition=Condition.SIGN_IN,
            says="Set up sign-in first",
            action="Set up SSO",
            place=Place.SIGN_IN,
        )
    return None


def _off(known: Known) -> Headline:
    knocked = known.seen.get(facts.CLOSED)
    says = "Seats are assigned by hand"
    if knocked and known.connection.state is State.DRAFT:
        says = f"{known.called} has reached us, and SCIM is off"
    return Headline(condition=Condition.OFF, says=says, action="Turn on SCIM", place=Place.SWITCH)


def _paused(known: Known) -> Headline:
    lacking = _lacking(known.team)
    if lacking:
        says = {Condition.PLAN: "it is not in your plan any more", Condition.SIGN_IN: "there is no sign-in"}
        return evolve(lacking, condition=Condition.PAUSED, says=f"SCIM is paused: {says[lacking.condition]}")
    return Headline(
        condition=Condition.PAUSED,
        says="Paused: nobody can be added",
        action="Resume SCIM",
        place=Place.SWITCH,
    )


def _locked_out(known: Known) -> Headline | None:
    if any(token.valid(at=known.at) for token in known.tokens):
        return None
    ends = [token.expires_at for token in known.tokens if token.expires_at and not token.revoked_at]
    says = f"Its token expired {days(max(ends), known.at)} ago" if ends else "No token opens this connection"
    return Headline(condition=Condition.LOCKED_OUT, says=says, action="Create token", place=Place.TOKENS)


def _at_risk(known: Known) -> Headline | None:
    writes, failed = lately(known.hours, since=later(known.at, -86_400))
    if failed < FAILED_MIN or failed * 100 < writes * FAILED_PERCENT:
        return None
    return Headline(
        condition=Condition.AT_RISK,
        says=f"{failed} of {writes} changes failed within a day",
        action="See failures",
        place=Place.FAILURES,
    )


def _ending(known: Known) -> Headline | None:
    valid = [token for token in known.tokens if token.valid(at=known.at)]
    horizon = later(known.at, ENDING_DAYS * 86_400)
    ending = [token for token in valid if token.expires_at and token.expires_at <= horizon]
    if not ending:
        return None
    last = max(token.expires_at or "" for token in ending)
    if len(ending) == len(valid):
        says, action = f"Its token expires in {days(known.at, last)}", "Create the next token"
        return Headline(condition=Condition.ENDING, says=says, action=action, place=Place.TOKENS)
    used = max(valid, key=lambda token: token.used_at or "")
    if used not in ending or used.used_at is None:
        return None
    return Headline(
        condition=Condition.ENDING,
        says=f"{known.called} still uses the token that expires in {days(known.at, used.expires_at or '')}",
        action="Give it the next one",
        place=Place.TOKENS,
    )


def _silent(known: Known) -> Headline | None:
    if known.last is None:
        return Headline(
            condition=Condition.WAITING,
            says=f"Waiting for the first request from {known.called}",
            action="Open the guide",
            place=Place.GUIDE,
        )
    usual = usual_hours(known.hours)
    allowed = UNKNOWN_HOURS if usual is None else max(usual * SILENCES, known.silent_hours)
    if known.last >= later(known.at, -allowed * 3_600):
        return None
    rhythm = "" if usual is None else f", usually every {hours(usual)}"
    return Headline(
        condition=Condition.QUIET,
        says=f"No request for {days(known.last, known.at)}{rhythm}",
        action="Check the provider",
        place=Place.GUIDE,
    )


def _connected(known: Known) -> Headline:
    return Headline(condition=Condition.CONNECTED, says=f"Connected, last request {ago(known)}")


def ago(known: Known) -> str:
    """Return how long ago a connection asked last, in words."""
    minutes = _seconds(known.last or known.at, known.at) // 60
    if minutes < 1:
        return "just now"
    return f"{_many(minutes, 'minute')} ago" if minutes < 60 else f"{days(known.last or '', known.at)} ago"


def days(since: str, until: str) -> str:
    """Return the time between two moments, in words: in days, else in hours."""
    passed = max(0, _seconds(since, until)) // 3_600
    return _many(passed // 24, "day") if passed >= 48 else _many(max(passed, 1), "hour")


def hours(count: int) -> str:
    """Return so many hours in words: days, where they are many."""
    if count == 1:
        return "hour"
    return f"{count} hours" if count < 48 else _many(round(count / 24), "day")


def _seconds(since: str, until: str) -> int:
    return int((datetime.fromisoformat(until) - datetime.fromisoformat(since)).total_seconds())


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
