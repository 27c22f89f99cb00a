"""Exchanges in words: what a provider did, to whom, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

#: Event → what it is called; `{}` is the kind of seat.
EVENTS = {
    "user_provisioned": "person added",
    "user_updated": "person changed",
    "user_deactivated": "person removed, access off",
    "user_reactivated": "person brought back",
    "user_deprovisioned": "person deleted",
    "group_changed": "group changed",
    "seat_taken": "{} seat taken",
    "seat_released": "{} seat free again",
    "seat_waiting": "waits for a {} seat",
    "seats_threshold": "{} seats running out",
}

#: Method → what is tried by it, where nothing came of it.
TRIED = {
    "GET": "Looked up",
    "POST": "Tried to add",
    "PUT": "Tried to change",
    "PATCH": "Tried to change",
    "DELETE": "Tried to delete",
}

#: Endpoint → what is to be had there.
THINGS = {"Users": "a person", "Groups": "a group", "Bulk": "several at once", "Me": "a person"}

#: Method → what became of a group by it, where it is more than changed.
GROUPS = {"POST": "group added", "DELETE": "group deleted"}

#: Status → what an administrator does about a refusal, before the provider is asked to try again.
ADVICE = {
    400: "In the provider, change the attribute mapping so that it sends what the sentence asks for.",
    403: "Buy or free a seat, or turn SCIM on: whichever the sentence names.",
    404: "The provider means somebody who is not here any more: have it push them anew.",
    409: "Two people, or groups, would be one here: in the provider, change the name of one of them.",
    429: "Nothing: the provider tries again by itself.",
}

#: What names somebody or something, the first that is there.
NAMES = ("userName", "displayName")


@frozen(kw_only=True)
class Told:
    """An exchange as a line of a list: *what* came of it, about *whom*, and *why* it was refused."""

    reference: str
    connection: str
    at: str
    status: int
    what: str
    whom: str | None
    why: str | None
    quirks: Sequence[str]

    @property
    def refused(self) -> bool:
        """Say whether the provider was told no."""
        return self.status >= 400


def told(kept: Mapping[str, Any]) -> Told:
    """Return what is said of an exchange as it is *kept*."""
    return Told(
        reference=kept["reference"],
        connection=kept["connection"],
        at=kept["at"],
        status=kept["status"],
        what=_what(kept),
        whom=_whom(kept),
        why=kept["error"],
        quirks=kept["quirks"],
    )


def effect(said: str) -> str:
    """Return in words what an exchange did, as in `seat_taken standard`."""
    name, _, seat = said.partition(" ")
    return EVENTS.get(name, said).format(seat)


def effects(kept: Mapping[str, Any]) -> list[str]:
    """Return in words all that an exchange did, as it is *kept*."""
    if "Groups" in kept["path"].split("/") and kept["method"] in GROUPS:
        return [GROUPS[kept["method"]]] if kept["effect"] else []
    return [effect(each) for each in kept["effect"]]


def advice(status: int) -> str:
    """Return what to do about a refusal with that *status*."""
    if status >= 500:
        return "That is not the provider's fault: tell whoever runs this hub the reference below."
    return ADVICE.get(status, "Put right what the sentence names.")


def _what(kept: Mapping[str, Any]) -> str:
    if kept["status"] >= 400:
        return f"{TRIED.get(kept['method'], 'Asked for')} {_thing(kept['path'])}"
    if kept["effect"]:
        words = ", ".join(effects(kept))
        return words[:1].upper() + words[1:]
    return f"Read {_thing(kept['path'])}" if kept["method"] == "GET" else "Nothing changed"


def _thing(path: str) -> str:
    """Return what the resource at *path* is called: `/scim/v2/1/Users/2?x=y` is a person."""
    segments = path.partition("?")[0].split("/")
    return next((thing for name, thing in THINGS.items() if name in segments), "what there is")


def _whom(kept: Mapping[str, Any]) -> str | None:
    for body in (kept["became"], kept["request"], kept["answer"]):
        if isinstance(body, dict):
            for name in NAMES:
                if isinstance(body.get(name), str) and body[name]:
                    return str(body[name])
    return None
