"""What a product is handed of a sign-in: a code in the browser, and for it an answer that is signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub.engine.asking.requests import RETRY_SECONDS
from hub.engine.values.errors import StoreAway
from hub.engine.values.flows import Code
from hub.moments import later
from hub.scim.errors import Unavailable

if TYPE_CHECKING:
    from hub.engine.ports import Clock, Flows, Ids, Signs
    from hub.engine.values.flows import Errand
    from hub.spi import Json

    from .questions import Questions

#: The seconds within which a code is exchanged, and those for which an assertion holds.
CODE_SECONDS, ASSERTION_SECONDS = 60, 120


class NoSuchCode(Exception):
    """A code that cannot be exchanged: unknown, used, expired, another team's, or not with this verifier.

    Whoever asks is never told which.
    """


@frozen(kw_only=True)
class HandOver:
    """Gives out codes, and exchanges each once; *issuer* is how the hub is called in what it signs.

    *random* makes what nobody guesses, *key* the digests under which codes are kept.
    """

    flows: Flows
    questions: Questions
    signs: Signs
    clock: Clock
    ids: Ids
    random: Callable[[], str]
    key: bytes

    async def code(self, team: str, person: str, errand: Errand, *, auth_time: int | None) -> str:
        """Return a code for a sign-in of *person*, who is let in."""
        code = self.random()
        await self.flows.put_code(
            Code(
                digest=self._digest(code),
                team=team,
                person=person,
                errand=errand,
                auth_time=auth_time,
                expires_at=later(self.clock(), CODE_SECONDS),
            )
        )
        return code

    async def exchange(self, team: str, code: str, verifier: str, *, issuer: str) -> dict[str, Json]:
        """Return who signed in, and whether they may still; if so, with an assertion that says so.

        The first who shows a code has used it up, whatever becomes of it. Raises `NoSuchCode`.
        """
        try:
            kept = await self.flows.take_code(team, self._digest(code))
        except StoreAway as error:
            raise Unavailable(
                "the hub cannot reach its database; please try again", retry_after=RETRY_SECONDS
            ) from error
        if kept is None or kept.expires_at <= self.clock():
            raise NoSuchCode
        if not hmac.compare_digest(kept.errand.challenge, challenge_of(verifier)):
            raise NoSuchCode
        answer = await self.questions.by_id(team, kept.person)
        return {**answer, "assertion": self._assertion(kept, answer, issuer) if answer["entitled"] else None}

    def _assertion(self, code: Code, answer: Mapping[str, Any], issuer: str) -> str:
        now = int(datetime.fromisoformat(self.clock()).timestamp())
        seat = answer["seat"]
        return self.signs.signed(
            {
                "iss": issuer,
                "aud": code.errand.return_to,
                "sub": code.person,
                "team": code.team,
                "seat": seat["kind"] if seat else None,
                # Of when nothing is said, nothing is: a product may ask how long ago it was.
                **({} if code.auth_time is None else {"auth_time": code.auth_time}),
                "jti": self.ids(),
                "iat": now,
                "exp": now + ASSERTION_SECONDS,
            }
        )

    def _digest(self, code: str) -> str:
        return hmac.new(self.key, code.encode(), hashlib.sha256).hexdigest()


def challenge_of(verifier: str) -> str:
    """Return the challenge that a product sends ahead of *verifier*: S256 (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
