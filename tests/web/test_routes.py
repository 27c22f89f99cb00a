"""What each method means on each path."""

from __future__ import annotations

import pytest

from hub.scim.errors import NotFound
from hub.spi import Verb
from hub.web.routes import Allowed, Bulk, Document, Me, Query, Resource, WrongMethod, find

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
    ("GET", (), Resource(Verb.SEARCH, "Resource")),
    ("HEAD", (), Resource(Verb.SEARCH, "Resource")),
    ("POST", (".search",), Query("Resource")),
    ("POST", ("Users", ".search"), Query("User")),
    ("POST", ("Groups", ".search"), Query("Group")),
    ("GET", ("Me",), Me()),
    ("DELETE", ("Me",), Me()),
    ("POST", ("Bulk",), Bulk()),
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
        ("POST", (), ("GET", "HEAD")),
        ("GET", (".search",), ("POST",)),
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

    assert (*allowed, "OPTIONS") == refused.value.allowed
    assert Allowed((*allowed, "OPTIONS")) == find("OPTIONS", path)


def test_me_is_read_by_those_methods_that_options_tells_of():
    """What else is asked of /Me is refused in words, whatever the method, and so is not told of."""
    assert all(Me() == find(method, ("Me",)) for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"))
    assert Allowed(("GET", "HEAD", "OPTIONS")) == find("OPTIONS", ("Me",))


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in MEANS if path != ("Me",)])
def test_options_tell_of_each_method(method, path):
    """What a path is served by is what OPTIONS says of it (RFC 9110 §9.3.7)."""
    allowed = find("OPTIONS", path)

    assert isinstance(allowed, Allowed)
    assert method in allowed.methods


@pytest.mark.parametrize(
    "path",
    [
        ("users",),
        ("Users", ".search", "1"),
        ("Users", "1", "2"),
        ("Schemas", "a", "b"),
        ("ServiceProviderConfig", "a"),
        ("Me", "1"),
        ("Devices",),
    ],
)
def test_nothing_else_is_there(path):
    """Names are compared as they are, and nothing hangs below a resource."""
    for method in ("GET", "OPTIONS"):
        with pytest.raises(NotFound):
            find(method, path)
