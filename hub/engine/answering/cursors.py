"""Cursors: places in a list, given out sealed and taken back by who was given them (RFC 9865)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub import moments
from hub.engine.values.searches import Mark
from hub.scim.errors import ExpiredCursor, InvalidCount, InvalidCursor
from hub.scim.folding import fold
from hub.scim.strictjson import dumps

if TYPE_CHECKING:
    from hub.engine.ports import Clock
    from hub.engine.values.scope import Scope
    from hub.engine.values.searches import Search

#: The bytes by which a cursor is known to be ours.
TAG = 16

#: A cursor is short; what is longer is none, and not even looked at.
LENGTH_MAX = 4096


@frozen(kw_only=True)
class Cursors:
    """Seals and opens cursors that are good for *seconds*; any node with the same *key* opens them.

    A cursor holds a `Mark`, None for the beginning, and the count that the query asked for. It is
    encrypted and authenticated in one (the tag is made of what is sealed and of the query, and the key
    stream of the tag), so nobody reads the values in it, changes it, or takes it to another query.
    """

    key: bytes
    clock: Clock
    seconds: int

    def seal(self, mark: Mark | None, scope: Scope, search: Search, count: int | None) -> str:
        """Return the cursor for *mark* in what *search* finds for *scope*; its letters need no escape."""
        until = moments.later(self.clock(), self.seconds)
        plain = dumps([until, count, *([mark.id, mark.key, mark.before] if mark else [])])
        tag = self._tag(plain, scope, search)
        return _written(tag + self._masked(plain, tag))

    def open(self, cursor: str, scope: Scope, search: Search, count: int | None) -> Mark | None:
        """Return the mark that `seal` put into *cursor* for the same query.

        Raises `InvalidCursor` for anything else, always in the same words (RFC 9865 §5.2),
        `ExpiredCursor` after its time, and `InvalidCount` where the query asked for another count.
        """
        sealed = _bytes(cursor)
        tag, plain = sealed[:TAG], self._masked(sealed[TAG:], sealed[:TAG])
        if not hmac.compare_digest(tag, self._tag(plain, scope, search)):
            raise InvalidCursor("this is no cursor of this query: begin again with an empty one")
        until, asked, *place = json.loads(plain)
        if until <= self.clock():
            raise ExpiredCursor(f"a cursor is good for {self.seconds} seconds: begin again with an empty one")
        if asked != count:
            raise InvalidCount("count must be the same for all pages of a query")
        return Mark(**dict(zip(("id", "key", "before"), place, strict=True))) if place else None

    def _tag(self, plain: bytes, scope: Scope, search: Search) -> bytes:
        said = dumps([*_query(scope, search)])
        # The length keeps what is sealed and what it is bound to apart.
        return self._digest(b"cursor tag", b"%d %b%b" % (len(plain), plain, said))[:TAG]

    def _masked(self, text: bytes, tag: bytes) -> bytes:
        stream = hashlib.shake_256(self._digest(b"cursor mask", tag)).digest(len(text))
        return bytes(one ^ other for one, other in zip(text, stream, strict=True))

    def _digest(self, purpose: bytes, text: bytes) -> bytes:
        own = hmac.digest(self.key, purpose, "sha256")
        return hmac.digest(own, text, "sha256")


def _query(scope: Scope, search: Search) -> list[Any]:
    """Return what a cursor is bound to: whose list it is, of what, and in which order.

    The names in a filter have no case (RFC 7643 §2.1), and RFC 9865's own example writes them otherwise
    for its second page. So all of a filter is folded: what it finds is up to the filter that comes along.
    """
    where = [None if search.where[kind] is None else fold(str(search.where[kind])) for kind in search.kinds]
    sort = None if search.sort is None else fold(str(search.sort))
    return [scope.team, scope.connection, [*search.kinds], where, sort, search.descending]


def _written(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def _bytes(cursor: str) -> bytes:
    """Return the bytes that *cursor* encodes in base64; none where it is not base64, to the letter."""
    if len(cursor) > LENGTH_MAX:
        return b""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        return b""
    return raw if _written(raw) == cursor else b""
