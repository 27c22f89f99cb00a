"""What all pages share, put together once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import frozen
from jinja2 import Environment

from .attempts import AT_RATE, FROM_RATE, VAIN_RATE, Attempts
from .cookies import Sayings
from .forms import Stamps
from .live import Streams
from .rendering import Dressing, environment

if TYPE_CHECKING:
    from hub.settings import Settings

    from .desk import Desk
    from .pages import Page, Visit

#: What a team's pages are reached by, in order: title, path below the team.
NAVIGATION = (
    ("Overview", ""),
    ("People", "/people"),
    ("Groups", "/groups"),
    ("Seats", "/seats"),
    ("Book", "/book"),
    ("Activity", "/activity"),
    ("Settings", "/settings/security/authentication"),
    ("Admins", "/admins"),
    ("Audit", "/audit"),
)


@frozen
class Way:
    """An entry of the navigation; *current* says that the page is it, or below it."""

    title: str
    url: str
    current: bool


@frozen(kw_only=True)
class Room:
    """What all pages share."""

    desk: Desk
    settings: Settings
    pages: Sequence[Page]
    dressing: Dressing
    templates: Environment
    stamps: Stamps
    sayings: Sayings
    streams: Streams
    vain: Attempts
    begun_from: Attempts
    begun_at: Attempts

    @classmethod
    def of(cls, desk: Desk, *, settings: Settings, key: bytes, pages: Sequence[Page]) -> Room:
        """Return that of a hub with the server's *key*."""
        dressing = Dressing.load()
        return cls(
            desk=desk,
            settings=settings,
            pages=pages,
            dressing=dressing,
            templates=environment(dressing),
            stamps=Stamps.of(key),
            sayings=Sayings.of(key),
            streams=Streams(sessions=desk.sessions),
            vain=Attempts(rate=VAIN_RATE),
            begun_from=Attempts(rate=FROM_RATE),
            begun_at=Attempts(rate=AT_RATE),
        )

    def navigation(self, visit: Visit) -> Sequence[Way]:
        """Return the ways to the pages of a team that the visitor may see."""
        here, ways = visit.request.scope["path"], []
        for title, path in NAVIGATION:
            if any(self._shown(page, path, visit) for page in self.pages):
                url = visit.url(path)
                ways.append(Way(title, url, here == url or (bool(path) and here.startswith(f"{url}/"))))
        return ways

    def _shown(self, page: Page, path: str, visit: Visit) -> bool:
        mine = page.method == "GET" and page.path == f"/teams/{{team}}{path}"
        return mine and page.role is not None and visit.session.role.may(page.role)
