"""Postings and entries: facts of a team's book, never changed."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import ge, min_len

#: Where seats come from: minus what the team has paid for.
BOUGHT = "bought"

#: Seats paid for that nobody holds; below zero when fewer are paid for than are held.
FREE = "free"

_HELD = "held:"


def held_by(person: str) -> str:
    """Return the account of the seats that *person* holds: none or one."""
    return _HELD + person


def holder(account: str) -> str | None:
    """Return whose account it is, or None where it is nobody's."""
    return account.removeprefix(_HELD) if account.startswith(_HELD) else None


@frozen(kw_only=True)
class Posting:
    """Some seats of one kind, moved from one account to another."""

    source: str
    target: str
    seat: str
    count: int = field(default=1, validator=ge(1))


@frozen(kw_only=True)
class Entry:
    """One line of a team's book, numbered from 1 without gaps.

    *what* says what happened (`bought`, `returned`, `taken`, `released`, `moved`), *reference* what
    caused it, *at* when (RFC 3339, UTC).
    """

    team: str
    number: int = field(validator=ge(1))
    at: str
    what: str
    reference: str
    postings: tuple[Posting, ...] = field(validator=min_len(1))
