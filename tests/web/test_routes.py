"""What each method means on each path."""

from __future__ import annotations

import pytest

from hub.scim.errors import NotFound, NotImplementedByHub
from hub.spi import Verb
from hub.web.routes import Document, Resource, WrongMethod, find

MEANS = [
    ("GET", ("Users",), Resource(Verb.SEARCH, "User")),
    ("HEAD", ("Users",), Resource(Verb.SEARCH, "User")),
    ("POST", ("Users",), Resource(Verb.CREATE, "User")),
    ("GET", ("Groups", "1"), Resource(Verb.READ, "Group", "1")),
    ("PUT", ("Groups", "1"), Resource(Verb.REPLACE, "Group", "1")),
    ("PATCH", ("Users", "1"), Resource(Verb.PATCH, "User", "1")),
    ("DELETE", ("Users", "1"), Resource(Verb.DELETE, "User", "1")),
    ("GET", ("Schemas",), Document("Schemas")),
    ("GET", ("Schemas", "urn:x"), Document("Schemas", "urn:x")),
    ("GET", ("ResourceTypes", "User"), Document("ResourceTypes", "User")),
    ("GET", ("ServiceProviderConfig",), Document("ServiceProviderConfig")),
]


@pytest.mark.parametrize(("method", "path", "target"), MEANS)
def test_served(method, path, target):
    """Each endpoint of RFC 7644 §3.2 that the hub serves."""
    assert target == find(method, path)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", ("Users",), ("GET", "HEAD", "POST")),
        ("DELETE", ("Groups",), ("GET", "HEAD", "POST")),
        ("POST", ("Users", "1"), ("GET", "HEAD", "PUT", "PATCH", "DELETE")),
        ("OPTIONS", ("Users", "1"), ("GET", "HEAD", "PUT", "PATCH", "DELETE")),
        ("get", ("Users",), ("GET", "HEAD", "POST")),
        ("POST", ("Schemas",), ("GET", "HEAD")),
        ("PATCH", ("ServiceProviderConfig",), ("GET", "HEAD")),
        ("GET", ("Bulk",), ("POST",)),
        ("GET", ("Users", ".search"), ("POST",)),
    ],
)
def test_wrong_methods(method, path, allowed):
    """A path that is there says which methods it knows."""
    with pytest.raises(WrongMethod) as refused:
        find(method, path)

    assert allowed == refused.value.allowed


@pytest.mark.parametrize(
    "path", [("Bulk",), (".search",), ("Users", ".search"), ("Groups", ".search"), ("Me",)]
)
def test_not_yet(path):
    """What RFC 7644 lets a server leave out is 501, not 404."""
    with pytest.raises(NotImplementedByHub):
        find("POST", path)


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("users",),
        ("Users", "1", "2"),
        ("Schemas", "a", "b"),
        ("ServiceProviderConfig", "a"),
        ("Me", "1"),
        ("Devices",),
    ],
)
def test_nothing_else_is_there(path):
    """Names are compared as they are, and nothing hangs below a resource."""
    with pytest.raises(NotFound):
        find("GET", path)
