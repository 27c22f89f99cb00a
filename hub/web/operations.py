"""What the product's API can be asked: its operations, by path and method, with what they take and answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import field, frozen

from hub.engine.values.entitlements import Reason
from hub.scim.errors import NotFound
from hub.web.routes import Allowed, WrongMethod

if TYPE_CHECKING:
    from hub.spi import Json

#: The most people that are asked for at once.
USERS_MAX = 500

#: What is told of any other path.
NOWHERE = "nothing is served at this path: /api/v1/openapi.json says what is"

#: Stands in a path for the id of the team whose key is shown.
TEAM = "{team}"

_MOMENT: Json = {"type": "string", "format": "date-time"}

#: An answer, as JSON Schema.
ENTITLEMENT: dict[str, Any] = {
    "type": "object",
    "required": ["entitled", "person", "seat", "reason", "max_age", "revision", "checked_at"],
    "additionalProperties": False,
    "properties": {
        "entitled": {"type": "boolean", "description": "Whether they may sign in."},
        "person": {"type": ["string", "null"], "description": "Whom the answer is about, if that is one."},
        "seat": {
            "type": ["object", "null"],
            "description": "The seat with which they may.",
            "required": ["kind", "since"],
            "additionalProperties": False,
            "properties": {"kind": {"type": "string"}, "since": _MOMENT},
        },
        "reason": {"type": "string", "enum": [reason.value for reason in Reason]},
        "message": {"type": "string", "description": "Where refused: what they may be told."},
        "help": {"type": "string", "description": "Where refused: what their administrator can do."},
        "max_age": {"type": "integer", "description": "Seconds for which it may be kept; then, deny."},
        "revision": {"type": "integer", "description": "Another one whenever the answer is another one."},
        "checked_at": _MOMENT,
    },
}

USERS: Json = {
    "type": "object",
    "required": ["users"],
    "additionalProperties": False,
    "properties": {
        "users": {"type": "array", "maxItems": USERS_MAX, "items": {"type": "string", "minLength": 1}}
    },
}


SIGN_IN: Json = {
    "type": "object",
    "required": ["code", "verifier"],
    "additionalProperties": False,
    "properties": {
        "code": {"type": "string", "minLength": 1, "description": "What the browser brought back."},
        "verifier": {
            "type": "string",
            "minLength": 1,
            "description": "Whose SHA-256 the code_challenge was (RFC 7636).",
        },
    },
}

#: Who signed in, and what anybody can verify of it.
SIGNED_IN: Json = {
    **ENTITLEMENT,
    "required": [*ENTITLEMENT["required"], "assertion"],
    "properties": {
        **ENTITLEMENT["properties"],
        "assertion": {
            "type": ["string", "null"],
            "description": "Where they may sign in: the same as a JWT (EdDSA), for two minutes."
            " Its keys are at /.well-known/jwks.json.",
        },
    },
}


@frozen(kw_only=True)
class Operation:
    """One thing that can be asked; one of its *parameters*, name → meaning, is given, or else a *body*.

    *body* and *answer* are schemas of JSON. An answer may be *kept* by whoever asks, and asked after again.
    """

    id: str
    says: str
    answer: Json
    parameters: Mapping[str, str] = field(factory=dict)
    body: Json = None
    kept: bool = False


#: Path, below the root of the API → method → operation.
Operations: TypeAlias = Mapping[tuple[str, ...], Mapping[str, Operation]]

DESCRIPTION = Operation(id="getDescription", says="This document.", answer={"type": "object"})
ONE = Operation(
    id="getEntitlement",
    says="May this person sign in, with what seat, and for how long may the answer be kept?",
    parameters={
        "user": "An address that a connection vouches for, or else a userName; its letter case is nothing.",
        "person": "The hub's own id of the person, as an earlier answer had it.",
    },
    answer=ENTITLEMENT,
    kept=True,
)
MANY = Operation(
    id="getEntitlements",
    says=f"The same for up to {USERS_MAX} people, answered in their order.",
    body=USERS,
    answer={"type": "array", "items": ENTITLEMENT},
)

SIGNINS = Operation(
    id="exchangeSignIn",
    says="Who signed in, for a code that counts once and for a minute: may they, and with what seat?",
    body=SIGN_IN,
    answer=SIGNED_IN,
)

OPERATIONS: Operations = {
    ("openapi.json",): {"GET": DESCRIPTION},
    ("teams", TEAM, "entitlements"): {"GET": ONE, "POST": MANY},
    ("teams", TEAM, "signins"): {"POST": SIGNINS},
}


def find(method: str, path: tuple[str, ...]) -> Operation | Allowed:
    """Return what *method* means on *path*, in which `TEAM` stands for any; raises 404 or 405."""
    operations = OPERATIONS.get(path)
    if operations is None:
        raise NotFound(NOWHERE)
    if operation := operations.get("GET" if method == "HEAD" else method):
        return operation
    wrong = WrongMethod(("HEAD", *operations) if "GET" in operations else tuple(operations))
    if method == "OPTIONS":
        return Allowed(wrong.allowed)
    raise wrong
