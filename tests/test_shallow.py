"""The fields of an instance as a dict."""

from __future__ import annotations

from attrs import asdict, frozen

from hub.ledger.entries import Posting
from hub.shallow import shallow


@frozen
class Move:
    """An instance with another one in it."""

    posting: Posting
    of: tuple[str, ...] = ()


def test_it_is_as_asdict_without_recursion():
    """All fields are there, in order, and what is in them is the very same."""
    move = Move(Posting(source="free", target="ann", seat="standard"), of=("a", "b"))
    read = shallow(Move)(move)

    assert asdict(move, recurse=False) == read
    assert ["posting", "of"] == [*read]
    assert move.posting is read["posting"]
