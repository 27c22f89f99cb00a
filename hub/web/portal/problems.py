"""What a page cannot be answered with: errors, and the one page that tells of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


#: How a sentence ends that tells of a command, or of what is said with one: a page has other ways out.
_COMMAND = re.compile(r": (?:`hub |--).*", re.DOTALL)


def spoken(error: Exception) -> str:
    """Return what an `AdminError` says, as a sentence of a page."""
    return sentence(_COMMAND.sub("", str(error)))


def sentence(text: str) -> str:
    """Return *text* with a capital at its beginning, unless that is an address."""
    return text if "@" in text.partition(" ")[0] else text[:1].upper() + text[1:]


class Problem(Exception):
    """A request that gets no page of its own.

    *says* is told where the kind has no words for all; *headers* say the same to machines.
    """

    status = 400
    #: What its page is headed with, where that differs from others of its status.
    heading: str | None = None

    def __init__(self, says: str | None = None, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(says)
        self.says = says
        self.headers = headers


class SignedOut(Problem):
    """Nobody is signed in, or not any more."""

    status = 401


class Forbidden(Problem):
    """Whoever it is may not do this."""

    status = 403


class NotTaken(Forbidden):
    """A form that is none of a page of ours as this session has it; the sentence says which."""

    heading = "That form was not taken"


class Missing(Problem):
    """There is no such page, or not for whoever asks."""

    status = 404


class NotThisWay(Problem):
    """There is such a page, but nothing to be done with it in this way."""

    status = 405


class Stands(Problem):
    """What was asked cannot be done as things stand; the sentence says why, and the way out."""

    status = 409


class Spent(Problem):
    """A link that lets nobody in (any more); which of its reasons it is, nobody is told."""

    status = 410


class TooOften(Problem):
    """More was asked at once, or by one address, than anybody needs."""

    status = 429


@frozen
class Words:
    """What the page of a status says: a heading, a sentence."""

    heading: str
    says: str


_BROKEN = Words("That did not arrive whole", "Go back, load the page again, and try once more.")

#: Status → the words for it; nobody is told more by a page than its status tells.
WORDS: Mapping[int, Words] = {
    400: _BROKEN,
    401: Words("You are signed out", "Sign in again to go on. What was typed has not been kept."),
    403: Words(
        "You may not do this",
        "Your role does not allow it. An owner of the team can change roles.",
    ),
    404: Words("There is no such page", "It may have moved, or it is not yours to see."),
    405: Words("There is no such page", "Nothing can be done here in this way."),
    408: Words("That took too long", "The request did not arrive in time. Try once more."),
    409: Words("There is a problem", "It cannot be done as things stand."),
    410: Words(
        "This link opens nothing any more",
        "It was used already, has expired, or was never whole. Ask for a new one.",
    ),
    413: Words("That is too large", "Send less at once."),
    415: _BROKEN,
    429: Words("Too many at once", "Wait a minute, then try again."),
    431: _BROKEN,
    500: Words("Something went wrong on our side", "What you asked for was not done. Try once more."),
    503: Words("We are not ready just now", "The database does not answer. Try again in a minute."),
}
