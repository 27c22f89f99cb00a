"""What a team's first page tells: its seats and their course, and what somebody has to do something about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.engine.values.courses import Course, courses, days_until
from hub.engine.values.dossiers import people
from hub.ledger.policies import Policy
from hub.moments import later
from hub.teams import State

from .states import Condition, days

if TYPE_CHECKING:
    from hub.engine.ports import Books, Clock, Figures
    from hub.teams import Team

    from .health import Health, Healths

#: Days after which those who wait are no longer only waiting.
WAITING_DAYS = 3


@frozen(kw_only=True)
class Need:
    """Something that an administrator has to do: what is so, what to do, and at which path below the team.

    *grave* says that somebody is kept out by it now.
    """

    says: str
    do: str
    path: str
    grave: bool = False


@frozen(kw_only=True)
class Step:
    """A step of setting up a team, *done* or still to be done, and where."""

    title: str
    says: str
    path: str
    done: bool


@frozen(kw_only=True)
class Summary:
    """What the first page tells."""

    courses: Sequence[Course]
    healths: Sequence[Health]
    needs: Sequence[Need]
    steps: Sequence[Step]


@frozen(kw_only=True)
class Overview:
    """Looks how a team is doing; it changes nothing."""

    books: Books
    figures: Figures
    healths: Healths
    clock: Clock

    async def of(self, team: Team) -> Summary:
        """Return what the first page of *team* tells."""
        today = self.clock()[:10]
        seats = await self.books.seats(team.id)
        changes = await self.figures.changes(team.id, days=days_until(today))
        healths = await self.healths.team(team)
        kinds = courses(seats, changes, today=today)
        return Summary(
            courses=kinds,
            healths=healths,
            needs=[
                *_refused(healths, await self.figures.refused(team.id)),
                *_short(kinds),
                *self._waiting(kinds, await self.figures.waiting_since(team.id)),
                *_ailing(healths),
            ],
            steps=_steps(team, healths, kinds),
        )

    def _waiting(self, kinds: Sequence[Course], since: Mapping[str, str]) -> Iterator[Need]:
        long_ago = later(self.clock(), -WAITING_DAYS * 86_400)
        for course in kinds:
            if (first := since.get(course.kind)) and first < long_ago:
                yield Need(
                    says=f"Waiting for a {course.kind} seat: {people(course.now.waiting)},"
                    f" the first for {days(first, self.clock())}",
                    do="Buy seats or free some: whoever has waited longest is seated by itself.",
                    path=f"/people?condition=waiting&kind={course.kind}",
                    grave=True,
                )


def _refused(healths: Sequence[Health], refused: Mapping[str, int]) -> Iterator[Need]:
    for health in healths:
        if count := refused.get(health.connection.id):
            yield Need(
                says=f"{people(count)} of {health.called} could not come in: no seat was left",
                do=f"Buy seats or free some. {health.dialect.retry}",
                path=f"/people?condition=refused&connection={health.connection.id}",
                grave=True,
            )


def _ailing(healths: Sequence[Health]) -> Iterator[Need]:
    for health in healths:
        headline = health.headline
        # What was never on is a step of setting up, and nothing that went wrong.
        if not headline.well and headline.condition not in _BEGINNING | {Condition.OFF}:
            yield _ailment(health, f"{health.called}: {headline.says}", headline.action)
        elif health.connection.state is State.OFF and health.last:
            says = f"{health.called} is off: whom it removes stays in"
            yield _ailment(
                health, says, "Turn it on, or pause it: then people are removed, and nobody is added."
            )


def _ailment(health: Health, says: str, do: str) -> Need:
    return Need(
        says=says,
        do=do,
        path=f"/settings/security/authentication/scim/{health.connection.id}",
        grave=health.headline.condition in _GRAVE,
    )


#: Conditions before anything has begun, and those in which somebody is kept out.
_BEGINNING = {Condition.PLAN, Condition.SIGN_IN, Condition.WAITING}
_GRAVE = {Condition.LOCKED_OUT, Condition.PAUSED, Condition.AT_RISK}


def _short(kinds: Sequence[Course]) -> Iterator[Need]:
    for course in kinds:
        kind, now = course.kind, course.now
        if course.over and now.policy is not Policy.OVERDRAFT:
            yield Need(
                says=f"{_seats(course.over, f'more {kind} seat')} held than were bought",
                do=f"Buy {course.over} or free as many: until then nobody gets another.",
                path="/seats",
                grave=True,
            )
        elif course.over:
            yield Need(
                says=f"{_seats(course.over, f'{kind} seat')} lent, of {now.overdraft} that may be",
                do=f"Buy {course.over} to be even: {now.left} more may still be lent.",
                path="/seats",
            )
        elif now.held and now.free == 0 and not now.waiting:
            yield Need(says=f"The last {kind} seat is taken", do=_NEXT[now.policy], path="/seats")


def _seats(count: int, what: str) -> str:
    return f"1 {what} is" if count == 1 else f"{count} {what}s are"


#: What becomes of the next one where none is left.
_NEXT = {
    Policy.REFUSE: "The next person will be refused: buy seats, or have people wait instead.",
    Policy.WAIT: "The next person will wait until one is free or bought.",
    Policy.OVERFLOW: "The next person will be given a seat of another kind.",
    Policy.OVERDRAFT: "The next person will be lent one.",
}


def _steps(team: Team, healths: Sequence[Health], kinds: Sequence[Course]) -> list[Step]:
    """Return the steps of setting up *team*: none once all are done."""
    steps = [
        Step(
            title="Set up sign-in",
            says="Connect your identity provider and try it with a sign-in of your own.",
            path="/settings/security/authentication/sso",
            done=bool(team.sso_issuer),
        ),
        Step(
            title="Turn on SCIM",
            says="Your provider then adds and removes people by itself.",
            path="/settings/security/authentication/scim",
            done=any(each.connection.state_in(team) is State.ON for each in healths),
        ),
        Step(
            title="See the first person take a seat",
            says="Assign one person in your provider: they appear here within minutes.",
            path="/people",
            done=any(each.now.held for each in kinds),
        ),
    ]
    return [] if all(step.done for step in steps) else steps
