"""hub seat-kind, hub seats: which kinds of seats a team has, how many, and what becomes of who finds none."""

import re
from typing import Any

from cyclopts import App

from hub.cli import printing
from hub.cli.errors import UsageError
from hub.cli.numbers import Whole
from hub.cli.options import NONE, UNSAID, Changing, Options
from hub.engine.values.places import Refused, SeatCount, Waiting
from hub.house import House
from hub.ledger.policies import Policy
from hub.teams import Team

app = App(name="seat-kind", help="Kinds of seats: bought, given back, and what happens when none is left.")

COLUMNS = ("Kind", "Bought", "Held", "Free", "Waiting", "When none is left", "Kept for")
OF_WAITING = ("Kind", "Position", "Since", "Who", "Person")
OF_REFUSED = ("Who", "Kind", "First", "Last", "Attempts", "Connection", "Reference", "To try again")

#: Letter → seconds.
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


@app.command
async def buy(team: str, kind: str, number: Whole, /, *, options: Changing = UNSAID) -> None:
    """Add NUMBER seats of KIND, which may be new, to those of TEAM."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        await house.purchasing.buy(whose, kind, number, by=options.by)
        await _answer(house, whose, options, only=kind)


@app.command(name="return")
async def return_(team: str, kind: str, number: Whole, /, *, options: Changing = UNSAID) -> None:
    """Give back NUMBER seats of KIND; they may be fewer then than are held: nobody loses a seat."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        await house.purchasing.give_up(whose, kind, number, by=options.by)
        await _answer(house, whose, options, only=kind)


@app.command(name="set")
async def set_(
    team: str,
    kind: str,
    /,
    *,
    policy: Policy | None = None,
    overdraft: Whole | None = None,
    overflow: str | None = None,
    grace: str | None = None,
    options: Changing = UNSAID,
) -> None:
    """Change what becomes of whoever finds no seat of KIND left; what is not said stays.

    Parameters
    ----------
    policy
        They are refused, wait for one, get one of another kind, or one that is lent.
    overdraft
        How many are lent, at most: with the policy overdraft.
    overflow
        The kind that they get instead: with the policy overflow.
    grace
        For how long a seat that comes free is kept for the same person, as in 7d or 12h; 0 for not at all.
    """
    seconds = None if grace is None else _seconds(grace)
    async with options.house() as house:
        whose = await house.teams.named(team)
        await house.purchasing.set_kind(
            whose, kind, policy=policy, overdraft=overdraft, overflow=overflow, grace=seconds, by=options.by
        )
        await _answer(house, whose, options, only=kind)


@app.command(name="list")
async def seats(team: str, /, *, options: Options = NONE) -> None:
    """Show the seats of TEAM by kind; `hub seats` is short for `hub seat-kind list`."""
    async with options.house() as house:
        await _answer(house, await house.teams.named(team), options)


@app.command
async def waiting(team: str, kind: str | None = None, /, *, options: Options = NONE) -> None:
    """List who waits for a seat of TEAM, or for one of KIND, the next one first."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        queue = house.purchasing.waiting(whose, kind)
        await options.answer_each(queue, _place, OF_WAITING, lambda each: [*_place(each).values()])


@app.command
async def refused(team: str, /, *, options: Options = NONE) -> None:
    """List who was refused for want of a seat of TEAM and is not in since, and what to click to try again."""
    async with options.house() as house:
        whose = await house.teams.named(team)
        retries = {
            each.id: house.plugins.dialect(each.idp).retry
            for each in await house.connections.of(whose)
            if house.plugins.speaks(each.idp)
        }

        def described(each: Refused) -> dict[str, Any]:
            return _refusal(each, retries.get(each.connection))

        refusals = house.purchasing.refused(whose)
        await options.answer_each(refusals, described, OF_REFUSED, lambda each: [*described(each).values()])


async def _answer(house: House, team: Team, options: Options, *, only: str | None = None) -> None:
    kinds = {
        kind: _described(count)
        for kind, count in (await house.purchasing.kinds(team)).items()
        if only in {None, kind}
    }
    rows = [
        (
            kind,
            each["bought"],
            each["held"],
            each["free"],
            each["waiting"],
            _policy(each),
            _span(each["grace"]),
        )
        for kind, each in kinds.items()
    ]
    options.answer(kinds, printing.table(COLUMNS, rows))


def _described(count: SeatCount) -> dict[str, Any]:
    return {
        "bought": count.bought,
        "held": count.held,
        "free": count.free,
        "waiting": count.waiting,
        "policy": count.policy.value,
        "overdraft": count.overdraft,
        "overflow": count.overflow,
        "grace": count.grace,
    }


def _policy(kind: dict[str, Any]) -> str:
    more = {"overdraft": f" of {kind['overdraft']}", "overflow": f" to {kind['overflow']}"}
    return f"{kind['policy']}{more.get(kind['policy'], '')}"


def _place(each: Waiting) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "position": each.position,
        "since": each.since,
        "who": each.name,
        "person": each.person,
    }


def _refusal(each: Refused, retry: str | None) -> dict[str, Any]:
    return {
        "who": each.user_name,
        "kind": each.kind,
        "first_at": each.first_at,
        "last_at": each.last_at,
        "attempts": each.attempts,
        "connection": each.connection,
        "reference": each.reference,
        "retry": retry,
    }


def _seconds(text: str) -> int:
    if text == "0":
        return 0
    said = re.fullmatch(r"(\d{1,9})([smhd])", text, re.ASCII)
    if said is None:
        raise UsageError(f"--grace {text}: expected a time as in 7d, 12h, 30m or 90s, or 0 for none")
    return int(said[1]) * UNITS[said[2]]


def _span(seconds: int) -> str:
    """Return *seconds* as `_seconds` reads them, in the largest unit that they are whole in."""
    letter = next(letter for letter in reversed(UNITS) if seconds % UNITS[letter] == 0)
    return f"{seconds // UNITS[letter]}{letter}" if seconds else ""
