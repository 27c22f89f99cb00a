"""What is noted of a request on its way through the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

if TYPE_CHECKING:
    from hub.spi import Json


@define
class Recording:
    """What is noted of one request on its way through the house."""

    reference: str
    #: Names of the quirks that showed.
    quirks: tuple[str, ...] = ()
    #: The request as plain SCIM, where that differs from what was sent.
    became: Json = None
    #: What it did: names of events, with the seat taken or released.
    effect: tuple[str, ...] = ()
