"""A team's book held against everything that it should agree with."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING

from .verifiers import Balances, Findings, Sealing, Telling

if TYPE_CHECKING:
    from hub.engine.ports import Books
    from hub.ledger.seals import Seal

#: Told the number of each page's last entry once it was read.
Progress = Callable[[int], object]


def silent(_: int) -> None:
    """Show no progress."""


async def problems_of(
    team: str,
    books: Books,
    *,
    key: bytes,
    told_since: str,
    heads: Sequence[Seal] = (),
    progress: Progress = silent,
) -> list[str]:
    """Return what is wrong with a team's book, first things first; nothing when it is whole.

    The entries are added up again, by other code than wrote them, and the result held against the seats
    counted, the holdings of all time, those who vouch and those who wait. They are sealed again with the
    server's *key* and held against the seals and the *heads* exported earlier, and those from the moment
    *told_since* on against the events, of which none may be deleted yet.
    """
    found = Findings()
    balances = Balances(team=team, books=books, found=found)
    exported = {head.number: head for head in heads}
    verifiers = (
        balances,
        Sealing(team=team, books=books, found=found, key=key, exported=exported),
        Telling(team=team, books=books, found=found, since=told_since),
    )
    number = 0
    while page := await books.page(team, after=number):
        for verifier in verifiers:
            await verifier.read(page)
        number = page[-1].number
        progress(number)
    for verifier in verifiers:
        await verifier.end()
    await _claims(team, books, found, seated=balances.adder.holdings if balances.added else {})
    await _queues(team, books, found)
    return found.sentences


async def _claims(team: str, books: Books, found: Findings, *, seated: Container[str]) -> None:
    async for each in books.claims(team):
        if each.counted != each.users + each.by_hand:
            active = f"{each.users} users are active" + (", one claim is by hand" if each.by_hand else "")
            found.say(f"person {each.person}: {each.counted} claims are counted, {active}")
        if each.person in seated and not (each.users or each.by_hand or each.kept):
            found.say(f"person {each.person}: holds a seat without an active user")


async def _queues(team: str, books: Books, found: Findings) -> None:
    for kind, (counted, waiting) in (await books.waiting(team)).items():
        if counted != waiting:
            found.say(f"{kind}: {counted} are counted as waiting, {waiting} wait")
