"""Which endpoint of a connection a method and a path mean."""

from __future__ import annotations

from typing import TypeAlias

from attrs import frozen

from hub.engine.values.kinds import EVERYTHING
from hub.scim.errors import MethodNotAllowed, NotFound
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
_ROOT = {"GET": Verb.SEARCH, "HEAD": Verb.SEARCH}
_READ = ("GET", "HEAD")
_ME = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


@frozen
class Resource:
    """What is to be done with resources of one kind: with the one of *id*, or with the collection."""

    verb: Verb
    kind: str
    id: str | None = None


@frozen
class Query:
    """A search among resources of one kind, its parameters in the body (RFC 7644 §3.4.3)."""

    kind: str


@frozen
class Me:
    """Whatever is to be done with the user whom the token stands for (RFC 7644 §3.11)."""


@frozen
class Allowed:
    """A question for the *methods* that the path takes."""

    methods: tuple[str, ...]


@frozen
class Document:
    """One of the documents in which the hub describes itself, or the part of it called *id*."""

    name: str
    id: str | None = None


@frozen
class Bulk:
    """Many operations in one request."""

    name: str = "Bulk"


Target: TypeAlias = Resource | Query | Me | Document | Bulk | Allowed


class WrongMethod(MethodNotAllowed):
    """The path is served, but not by this method: by those *allowed*."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"this path answers {', '.join(allowed)}")
        self.allowed = (*allowed, "OPTIONS")


def below_connection(path: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """Return the connection that *path* names and what stands below it; `NotFound` where none is named."""
    match path:
        case ("scim", "v2", connection, *below):
            return connection, tuple(below)
        case _:
            raise NotFound("nothing is served at this path: a connection's begin with /scim/v2/{connection}")


def find(method: str, path: tuple[str, ...]) -> Target:
    """Return what *method* means on *path*, its segments below the connection; raises 404 or 405."""
    try:
        return _find(method, path)
    except WrongMethod as error:  # which OPTIONS is everywhere
        if method == "OPTIONS":
            return Allowed(error.allowed)
        raise


def _find(method: str, path: tuple[str, ...]) -> Target:
    match path:
        case ():
            return Resource(_verb(method, _ROOT), EVERYTHING)
        case (".search",):
            _allow(method, ("POST",))
            return Query(EVERYTHING)
        case (("Users" | "Groups") as name, ".search"):
            _allow(method, ("POST",))
            return Query(KINDS[name])
        case ("Bulk",):
            _allow(method, ("POST",))
            return Bulk()
        case ("Me",):
            if method not in _ME:  # those that are refused in words are not told of
                raise WrongMethod(_READ)
            return Me()
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


def _allow(method: str, allowed: tuple[str, ...]) -> None:
    if method not in allowed:
        raise WrongMethod(allowed)
