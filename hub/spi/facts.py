"""What the hub sees of a connection that is being set up: the facts that steps of a guide are done by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

REQUEST: Final = "request"
CLOSED: Final = "closed"
WRONG_TOKEN: Final = "wrong-token"  # noqa: S105 - the name of a fact
TEST: Final = "test"
LOOKUP: Final = "lookup"
CREATED: Final = "user-created"
ADDRESS: Final = "address"
DOMAIN: Final = "domain"
EXTERNAL_ID: Final = "external-id"
UPDATED: Final = "user-updated"
REMOVED: Final = "user-removed"
REACTIVATED: Final = "user-reactivated"
DELETED: Final = "user-deleted"
GROUP: Final = "group"
MEMBERS: Final = "members"

#: Fact → what was seen, as a page says it after a time.
FACTS: Final[Mapping[str, str]] = {
    REQUEST: "A request with a valid token arrived",
    CLOSED: "A request arrived while SCIM was off",
    WRONG_TOKEN: "A request arrived with a token that opens nothing",
    TEST: "The test request arrived and was answered",
    LOOKUP: "Somebody was looked up",
    CREATED: "A person arrived",
    ADDRESS: "A person arrived whose user name is an address",
    DOMAIN: "A person arrived whose address is in a domain of this connection",
    EXTERNAL_ID: "A person arrived with an external id",
    UPDATED: "A person was updated",
    REMOVED: "A person was removed: deactivated or deleted",
    REACTIVATED: "A person came back",
    DELETED: "A person was deleted",
    GROUP: "A group arrived or changed",
    MEMBERS: "Members of a group arrived",
}

#: What the fact that a quirk showed begins with; its name follows.
QUIRK: Final = "quirk:"
