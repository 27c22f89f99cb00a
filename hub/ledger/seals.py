"""Seals: blocks of entries closed by a hash over each and the block before, and signed.

The signature is an HMAC under a key that the hub alone has: it shows that whoever sealed had this key,
to whoever has it too, and nothing to anybody else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import define, evolve, field, frozen

if TYPE_CHECKING:
    from .entries import Entry

_JSON = json.JSONEncoder(separators=(",", ":"))

#: The most entries that are sealed at a time.
BLOCK = 1000


@frozen(kw_only=True)
class Seal:
    """The *number*th block of a team's book, which ends with the entry *last*, sealed *at* a moment.

    *head* is the hash over the block and the head before it, so it stands for all of the book up to there.
    """

    team: str
    number: int
    last: int
    at: str
    head: str
    signature: str

    def is_signed(self, key: bytes) -> bool:
        """Say whether the signature was made with the server's *key*."""
        return hmac.compare_digest(self.signature.encode(), _signature(self, key).encode())


@define
class Hashing:
    """The hash over the *number*th block, which follows the head *before*, as its entries come."""

    number: int
    before: str
    _hash: hashlib._Hash = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._hash = hashlib.sha256(_line([self.number, self.before]))

    def add(self, entry: Entry) -> None:
        """Take in the next entry."""
        self._hash.update(canonical(entry))

    @property
    def head(self) -> str:
        """Return the head of the block, if it ends here: 64 hexadecimal digits."""
        return self._hash.hexdigest()


def following(before: Seal | None) -> Hashing:
    """Return the hash over the block after the one sealed *before*, None for the first."""
    return Hashing(number=before.number + 1, before=before.head) if before else Hashing(number=1, before="")


def seal(block: Sequence[Entry], before: Seal | None, *, at: str, key: bytes) -> Seal:
    """Return the seal of a *block* of entries that follows the one sealed *before*, signed with *key*."""
    hashing = following(before)
    for entry in block:
        hashing.add(entry)
    last = block[-1]
    unsigned = Seal(
        team=last.team, number=hashing.number, last=last.number, at=at, head=hashing.head, signature=""
    )
    return evolve(unsigned, signature=_signature(unsigned, key))


def canonical(entry: Entry) -> bytes:
    """Return *entry* as the bytes that are hashed: a JSON array in ASCII on a line of its own."""
    postings = [[each.source, each.target, each.seat, each.count] for each in entry.postings]
    return _line([entry.team, entry.number, entry.at, entry.what, entry.reference, postings])


def _signature(seal: Seal, key: bytes) -> str:
    own = hmac.digest(key, b"seals of books", "sha256")
    said = _line([seal.team, seal.number, seal.last, seal.at, seal.head])
    return hmac.digest(own, said, "sha256").hex()


def _line(value: object) -> bytes:
    return _JSON.encode(value).encode() + b"\n"
