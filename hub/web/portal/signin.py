"""Where whoever is not signed in comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pages import Pages

if TYPE_CHECKING:
    from starlette.responses import Response

    from .pages import Visit

pages = Pages(below="")


@pages.get("/signin", role=None)
async def signin(visit: Visit) -> Response:
    """Say how one comes in."""
    return visit.page("signin.html")
