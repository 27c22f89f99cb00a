"""The hub as one Starlette application."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from attrs import frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from hub.web.api import Api, Product
from hub.web.documents import Documents
from hub.web.limits import Limits
from hub.web.notes import Notes
from hub.web.portal.app import ROOMS
from hub.web.scim import Scim

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

    from hub.settings import Settings
    from hub.web.ports import Door, Keeper, Lookout, Ready


def build(
    service: Door,
    *,
    product: Product,
    settings: Settings,
    keeper: Keeper,
    lookout: Lookout,
    ready: Ready,
    portal: ASGIApp,
    lifespan: Lifespan[Starlette] | None = None,
) -> Starlette:
    """Return the application that answers for *service* and to the *product*, and is up when *ready*.

    Pages are the *portal*'s. What was asked is noted with *keeper*, what it shows with *lookout*.
    """
    limits = Limits(
        requests_per_second=settings.rate.requests_per_second,
        removals_per_second=settings.rate.removals_per_second,
        clock=time.monotonic,
    )
    parts: dict[str, ASGIApp] = {
        "scim": Scim(
            door=service,
            settings=settings,
            documents=Documents.of(settings),
            limits=limits,
            notes=Notes(keeper=keeper, lookout=lookout, reads=settings.exchanges.reads),
        ),
        "api": Api(product=product, settings=settings, limits=limits, keeper=keeper),
        **dict.fromkeys(ROOMS, portal),
    }

    async def readiness(_: Request) -> Response:
        reasons = await ready()
        return JSONResponse({"ready": not reasons, "reasons": reasons}, 503 if reasons else 200)

    app = Starlette(
        routes=[Route("/healthz", health), Route("/readyz", readiness)],
        middleware=[Middleware(_Parts, parts=parts)],
        exception_handlers={HTTPException: outside, Exception: failed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    return app


@frozen
class _Parts:
    """Hands a request to the part that its path begins with, and *app* the rest.

    So a wrong path is answered as that part answers, and a right one passes no list of routes.
    """

    app: ASGIApp
    parts: Mapping[str, ASGIApp]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        meant = scope["path"].lstrip("/").partition("/")[0]
        await self.parts.get(meant, self.app)(scope, receive, send)
        return None


async def health(_: Request) -> Response:
    """Say that the process answers; the database is not asked."""
    return JSONResponse({"status": "ok"})


async def outside(_: Request, error: Exception) -> Response:
    """Answer an error outside all prefixes: small, and JSON."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"detail": error.detail}, error.status_code, error.headers)


async def failed(_: Request, __: Exception) -> Response:
    """Answer what nobody foresaw outside all prefixes, without a word of what it was."""
    return JSONResponse({"detail": "Internal Server Error"}, 500)
