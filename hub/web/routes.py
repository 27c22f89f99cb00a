"""Which endpoint of a connection a method and a path mean."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from hub.scim.errors import MethodNotAllowed, NotFound, NotImplementedByHub
from hub.spi import Verb

KINDS = {"Users": "User", "Groups": "Group"}
DOCUMENTS = frozenset({"Schemas", "ResourceTypes", "ServiceProviderConfig"})

_COLLECTION = {"GET": Verb.SEARCH, "HEAD": Verb.SEARCH, "POST": Verb.CREATE}
_MEMBER = {
    "GET": Verb.READ,
    "HEAD": Verb.READ,
    "PUT": Verb.REPLACE,
    "PATCH": Verb.PATCH,
    "DELETE": Verb.DELETE,
}
_READ = ("GET", "HEAD")


@frozen
class Resource:
    """What is to be done with resources of one kind: with the one of *id*, or with the collection."""

    verb: Verb
    kind: str
    id: str | None = None


@frozen
class Document:
    """One of the documents in which the hub describes itself, or the part of it called *id*."""

    name: str
    id: str | None = None


Target: TypeAlias = Resource | Document


class WrongMethod(MethodNotAllowed):
    """The path is served, but not by this method: by those *allowed*."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"this path answers {', '.join(allowed)}")
        self.allowed = allowed


def below_connection(path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the connection that *path* names and what stands below it; `NotFound` where none is named."""
    match path:
        case ("scim", "v2", connection, *below):
            return connection, tuple(below)
        case _:
            raise NotFound("nothing is served at this path: a connection's begin with /scim/v2/{connection}")


def find(method: str, path: tuple[str, ...]) -> Target:
    """Return what *method* means on *path*, its segments below the connection; raises 404, 405 or 501."""
    match path:
        case (".search",) | ("Users" | "Groups", ".search"):
            return _not_yet(method, ("POST",), "POST search")
        case ("Bulk",):
            return _not_yet(method, ("POST",), "Bulk")
        case ("Me",):
            return _not_yet(method, ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"), "Me")
        case (("Users" | "Groups") as name,):
            return Resource(_verb(method, _COLLECTION), KINDS[name])
        case (("Users" | "Groups") as name, id):
            return Resource(_verb(method, _MEMBER), KINDS[name], id)
        case (name, *rest) if name in DOCUMENTS and len(rest) < (1 if name == "ServiceProviderConfig" else 2):
            _allow(method, _READ)
            return Document(name, *rest)
        case _:
            raise NotFound("nothing is served at this path")


def _verb(method: str, verbs: dict[str, Verb]) -> Verb:
    _allow(method, tuple(verbs))
    return verbs[method]


def _not_yet(method: str, allowed: tuple[str, ...], what: str) -> Target:
    _allow(method, allowed)
    raise NotImplementedByHub(f"{what} is not supported; see ServiceProviderConfig")


def _allow(method: str, allowed: tuple[str, ...]) -> None:
    if method not in allowed:
        raise WrongMethod(allowed)
