"""Refusals, as RFC 7644 §3.12 numbers and names them."""

from __future__ import annotations

from typing import ClassVar

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """A request that is not done, and the one sentence that says why."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str | None] = None

    def __init__(self, detail: str) -> None:
        """Keep *detail*, the sentence that the client is shown."""
        super().__init__(detail)
        self.detail = detail

    def body(self) -> dict[str, str | list[str]]:
        """Return the error message of RFC 7644 §3.12, its status as a string."""
        kind = {"scimType": self.scim_type} if self.scim_type else {}
        return {"schemas": [ERROR], "status": str(self.status), **kind, "detail": self.detail}


# 400: the request is at fault, and scimType says where


class InvalidFilter(ScimError):
    """A filter cannot be read, or compares what cannot be compared."""

    scim_type = "invalidFilter"


class InvalidPath(ScimError):
    """A path cannot be read, or names no attribute."""

    scim_type = "invalidPath"


class InvalidSyntax(ScimError):
    """A body is not JSON, or does not have the shape of its message."""

    scim_type = "invalidSyntax"


class InvalidValue(ScimError):
    """A required value is missing, or a value has the wrong type."""

    scim_type = "invalidValue"


class NoTarget(ScimError):
    """A path chooses nothing that could be changed."""

    scim_type = "noTarget"


class Mutability(ScimError):
    """A change would touch what may not be changed."""

    scim_type = "mutability"


class TooMany(ScimError):
    """A query would answer more than the hub gives at once."""

    scim_type = "tooMany"


class InvalidCursor(ScimError):
    """A cursor that the hub did not give out for this very query (RFC 9865 §2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursor(ScimError):
    """A cursor that was kept too long (RFC 9865 §2.1)."""

    scim_type = "expiredCursor"


class InvalidCount(ScimError):
    """A page by cursor of a size that the hub does not give, or not that of the first (RFC 9865 §2.1)."""

    scim_type = "invalidCount"


class Sensitive(ScimError):
    """A query carries what may not stand in a URL."""

    scim_type = "sensitive"


# 4xx: the asker, the address or the moment is at fault


class Unauthorized(ScimError):
    """Nobody the hub knows is asking."""

    status = 401


class Forbidden(ScimError):
    """The asker is known and may not have this."""

    status = 403


class NotFound(ScimError):
    """There is no such resource or endpoint."""

    status = 404


class MethodNotAllowed(ScimError):
    """The endpoint does not know this method."""

    status = 405


class Uniqueness(ScimError):
    """A value that must be unique is taken."""

    status = 409
    scim_type = "uniqueness"


class PreconditionFailed(ScimError):
    """The resource is no longer at the version that the client has seen."""

    status = 412


class PayloadTooLarge(ScimError):
    """The body, or the list of operations in it, is past the limit."""

    status = 413


class UnsupportedMediaType(ScimError):
    """The body is neither application/scim+json nor application/json."""

    status = 415


class TooManyRequests(ScimError):
    """The connection asks faster than its limit."""

    status = 429

    def __init__(self, detail: str, *, retry_after: int) -> None:
        """Keep *retry_after*, whole seconds until it is worth asking again."""
        super().__init__(detail)
        self.retry_after = retry_after


# 5xx: the hub is at fault


class ServerFault(ScimError):
    """The hub made a mistake."""

    status = 500


class NotImplementedByHub(ScimError):
    """The hub does not do this, and its ServiceProviderConfig says so."""

    status = 501


class Unavailable(ScimError):
    """The hub cannot do this just now."""

    status = 503

    def __init__(self, detail: str, *, retry_after: int) -> None:
        """Keep *retry_after*, whole seconds until it is worth asking again."""
        super().__init__(detail)
        self.retry_after = retry_after
