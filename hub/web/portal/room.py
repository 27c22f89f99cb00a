"""What all pages share, put together once."""

from __future__ import annotations

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
    from .navigation import Navigation


@frozen(kw_only=True)
class Room:
    """What all pages share."""

    desk: Desk
    settings: Settings
    navigation: Navigation
    dressing: Dressing
    templates: Environment
    stamps: Stamps
    sayings: Sayings
    streams: Streams
    vain: Attempts
    begun_from: Attempts
    begun_at: Attempts

    @classmethod
    def of(cls, desk: Desk, *, settings: Settings, key: bytes, navigation: Navigation) -> Room:
        """Return that of a hub with the server's *key*."""
        dressing = Dressing.load()
        return cls(
            desk=desk,
            settings=settings,
            navigation=navigation,
            dressing=dressing,
            templates=environment(dressing),
            stamps=Stamps.of(key),
            sayings=Sayings.of(key),
            streams=Streams(sessions=desk.sessions),
            vain=Attempts(rate=VAIN_RATE),
            begun_from=Attempts(rate=FROM_RATE),
            begun_at=Attempts(rate=AT_RATE),
        )
