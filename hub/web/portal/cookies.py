"""The portal's cookies: who is signed in, and what is to be said once on the next page."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from attrs import frozen
from itsdangerous import BadData, URLSafeTimedSerializer

from hub.secret import derived

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

#: Seconds within which a page follows that says what was said.
SAID_SECONDS = 60


@frozen(kw_only=True)
class Cookies:
    """The names of the cookies, and how they are set; *secure* wherever it is not plain HTTP on loopback.

    Nothing but this host gets them (`__Host-`), no script sees them, no other site's request carries them.
    """

    secure: bool

    def get(self, request: Request, what: str) -> str | None:
        """Return what the browser holds as *what*."""
        return request.cookies.get(self._name(what))

    def put(self, response: Response, what: str, value: str, *, seconds: int | None = None) -> None:
        """Have the browser hold *value* as *what*, until it is closed or for so many *seconds*."""
        response.set_cookie(
            self._name(what),
            value,
            max_age=seconds,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response, what: str) -> None:
        """Have the browser hold nothing as *what*."""
        self.put(response, what, "", seconds=0)

    def _name(self, what: str) -> str:
        return f"__Host-{what}" if self.secure else what


@frozen
class Sayings:
    """What is said once, on the page after an action: kept by the browser, signed, for that session."""

    _signer: URLSafeTimedSerializer

    @classmethod
    def of(cls, key: bytes) -> Sayings:
        """Return those of a hub with that *key*."""
        return cls(URLSafeTimedSerializer(derived(key, "portal.said")))

    def sealed(self, text: str, session: str) -> str:
        """Return *text* as the browser of a *session* keeps it."""
        return str(self._signer.dumps([session, text]))

    def opened(self, kept: str | None, session: str) -> str | None:
        """Return what was said to that *session*, None for whatever is old, or another's, or made up."""
        try:
            whose, text = self._signer.loads(kept or "", max_age=SAID_SECONDS)
        except (BadData, ValueError, TypeError):
            return None
        return str(text) if whose == session else None


def is_loopback(host: str) -> bool:
    """Say whether *host*, with a port or without, is this machine as seen from itself."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.lower() == "localhost"
