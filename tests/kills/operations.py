"""The kinds of write that are killed: how each is asked, which failpoints it meets, what it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from attrs import frozen

from tests.kills.checker import State

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

#: Where the effect of a write is there although nobody has heard of it.
DONE = ("write.commit.after", "answer.before")

_ACCESS = (
    "write.begin", "write.resource", "write.claim", "write.seat", "write.entry", "write.event",
    "write.commit.before", *DONE,
)  # fmt: skip
_MEMBERS = ("write.begin", "write.members", "write.resource", "write.event", "write.commit.before", *DONE)


@frozen(kw_only=True)
class Ready:
    """What an operation finds: a user and a group of a fresh connection."""

    user: str
    group: str


@frozen(kw_only=True)
class Operation:
    """One kind of write: *path* and *body* with {user} and {group}; *active* before; seats *held* after it.

    *answers* are its status where it had not happened, and where it had.
    """

    name: str
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    answers: tuple[int, int]
    failpoints: Sequence[str] = _ACCESS
    active: bool = True
    held: int
    entries: int = 1

    async def prepare(self, client: httpx2.AsyncClient) -> Ready:
        """Make the user and the group that the operation is about."""
        user = await client.post("Users", json=person("ann", active=self.active))
        group = await client.post("Groups", json={"schemas": [GROUP], "displayName": "Crew"})
        assert [201, 201] == [user.status_code, group.status_code]
        return Ready(user=user.json()["id"], group=group.json()["id"])

    async def ask(self, client: httpx2.AsyncClient, ready: Ready) -> httpx2.Response:
        """Send the request."""
        path = self.path.format(user=ready.user, group=ready.group)
        return await client.request(self.method, path, json=_filled(self.body, ready))

    def happened(self, now: State, ready: Ready) -> bool:
        """Whether *now* holds the effect."""
        documents = {row["id"]: row for row in now["resources"]}
        match self.name:
            case "create":
                return any('"bob@' in row["document"] for row in now["resources"])
            case "delete":
                return ready.user not in documents
            case "member":
                return [{"group_id": ready.group, "member_id": ready.user}] == now["members"]
            case _:
                return bool(documents[ready.user]["active"]) is not self.active


def person(name: str, *, active: bool = True) -> dict[str, Any]:
    """Return the body of a user."""
    return {"schemas": [USER], "userName": f"{name}@a.example", "active": active}


def patched(op: str, path: str, value: Any) -> dict[str, Any]:
    """Return the body of a PATCH of one operation."""
    return {"schemas": [PATCH_OP], "Operations": [{"op": op, "path": path, "value": value}]}


def _filled(body: Any, ready: Ready) -> Any:
    match body:
        case "{user}":
            return ready.user
        case Mapping():
            return {name: _filled(value, ready) for name, value in body.items()}
        case list():
            return [_filled(value, ready) for value in body]
        case _:
            return body


CREATE = Operation(name="create", method="POST", path="Users", body=person("bob"), answers=(201, 409), held=2)
PUT = Operation(
    name="put",
    method="PUT",
    path="Users/{user}",
    body=person("ann"),
    answers=(200, 200),
    active=False,
    held=1,
)
DEACTIVATE = Operation(
    name="deactivate", method="PATCH", path="Users/{user}", body=patched("replace", "active", False),
    answers=(200, 200), held=0,
)  # fmt: skip
DELETE = Operation(name="delete", method="DELETE", path="Users/{user}", answers=(204, 404), held=0)
MEMBER = Operation(
    name="member", method="PATCH", path="Groups/{group}",
    body=patched("add", "members", [{"value": "{user}"}]), answers=(204, 204),
    failpoints=_MEMBERS, held=1, entries=0,
)  # fmt: skip

OPERATIONS = (CREATE, PUT, DEACTIVATE, DELETE, MEMBER)
