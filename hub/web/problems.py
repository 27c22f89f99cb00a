"""Errors as the product's API tells them: problem details (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.scim.errors import ScimError
from hub.scim.strictjson import dumps
from hub.web.responses import Reply, headers_of

if TYPE_CHECKING:
    from hub.spi import Json

MEDIA_TYPE = "application/problem+json"

#: What went wrong, by status; of each, `type` is an URN that stays. What may be asked otherwise has 400.
TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timeout",
    413: "Content too large",
    415: "Unsupported media type",
    429: "Too many requests",
    431: "Headers too large",
    500: "Fault",
    503: "Unavailable",
}


class InvalidParameter(ScimError):
    """A *parameter* of the query, or a member of the body, that is missing, unknown or wrong."""

    def __init__(self, parameter: str, detail: str) -> None:
        """Keep the name of the *parameter*, and *detail*, the sentence that the client is shown."""
        super().__init__(detail)
        self.parameter = parameter


def problem(error: ScimError) -> Reply:
    """Return *error* as an answer in the form of RFC 9457."""
    title = TITLES[error.status]
    body: dict[str, Json] = {
        "type": f"urn:provisioning-hub:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": error.status,
        "detail": error.detail,
    }
    if isinstance(error, InvalidParameter):
        body["parameter"] = error.parameter
    return Reply(
        status=error.status,
        body=dumps(body),
        headers=headers_of(error, realm=b"api"),
        error=error.detail,
        media=MEDIA_TYPE.encode(),
    )
