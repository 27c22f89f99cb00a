"""Credentials made: tokens, keys of the API and links; the text is shown once, and a digest of it kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hub import tokens
from hub.engine.values.errors import AdminError
from hub.teams import ApiKey, Token

if TYPE_CHECKING:
    from hub.engine.ports import Clock
    from hub.teams import Connection, Team


@frozen(kw_only=True)
class Mint:
    """Makes credentials out of *entropy* (so many random bytes), and digests of them under *key*."""

    clock: Clock
    key: bytes
    entropy: Callable[[int], bytes]

    def token(
        self, connection: Connection, *, expires_at: str | None = None, user: str | None = None
    ) -> tuple[Token, str]:
        """Return a token of *connection*, or of one *user* of it, and its text."""
        kept, text = self.credential(expires_at)
        return Token(team=connection.team, connection=connection.id, user=user, **kept), text

    def api_key(self, team: Team, *, expires_at: str | None = None) -> tuple[ApiKey, str]:
        """Return a key of the API of *team*, and its text."""
        kept, text = self.credential(expires_at)
        return ApiKey(team=team.id, **kept), text

    def credential(self, expires_at: str | None) -> tuple[dict[str, Any], str]:
        """Return what is kept of a new credential, by the names of its fields, and its text.

        It ends at *expires_at* (RFC 3339, UTC) or never; raises `AdminError` for a moment that has passed.
        """
        now = self.clock()
        if expires_at is not None and expires_at <= now:
            raise AdminError(f"a token cannot expire in the past ({expires_at})")
        credential = tokens.mint(self.entropy(tokens.ENTROPY))
        kept = {
            "key_id": credential.key_id,
            "digest": tokens.digest(credential, self.key),
            "created_at": now,
            "expires_at": expires_at,
        }
        return kept, str(credential)
