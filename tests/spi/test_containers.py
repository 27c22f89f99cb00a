"""Attributes in an object that the core schema's URN names are heard as what they are."""

from __future__ import annotations

from typing import Any

import pytest

from hub.spi import Inbound, Verb
from hub.spi.containers import CORE, opened_containers
from hub.spi.messages import patch
from hub.spi.rewrites import ENTERPRISE

USER = f"{CORE}User"
OFF: Any = {"active": False}


def create(kind: Any = "User", **attributes: Any) -> Inbound:
    """Return the request to create a resource with these *attributes*."""
    return Inbound(verb=Verb.CREATE, kind=kind, body=attributes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (create(**{USER: {"userName": "a"}}), create(userName="a")),
        (create(title="x", **{USER.upper(): {"userName": "a"}}), create(title="x", userName="a")),
        (create(**{USER: {USER: OFF}}), create(**OFF)),
        (create(Active=True, **{USER: OFF}), create(**OFF)),
        (create(**{USER: OFF}, Active=True), create(Active=True)),
        (
            patch({"op": "replace", "value": {"title": "x", USER: OFF}}),
            patch({"op": "replace", "value": {"title": "x", **OFF}}),
        ),
        (
            patch({"op": "add", "path": USER.lower(), "value": OFF}),
            patch({"op": "add", "value": OFF}),
        ),
        (
            patch({"op": "replace", "path": USER, "value": {USER: OFF}}),
            patch({"op": "replace", "value": OFF}),
        ),
        (
            create("Group", **{f"{CORE}Group": {"members": []}}),
            create("Group", members=[]),
        ),
    ],
)
def test_opened(before, after):
    """By POST, PUT and PATCH, whatever the case; who says a thing twice means the last word."""
    assert after == opened_containers()(before)


@pytest.mark.parametrize(
    "message",
    [
        create(**{USER: "x"}),
        create(**{ENTERPRISE: {"department": "Tours"}}),
        create(**{f"{CORE}Group": {"displayName": "x"}}),
        create(name={USER: {"givenName": "x"}}),
        patch({"op": "remove", "path": USER}),
        patch({"op": "replace", "path": "name", "value": {USER: {"givenName": "x"}}}),
        patch({"op": "replace", "path": USER, "value": "x"}),
        Inbound(verb=Verb.SEARCH, query={"filter": f"{USER} pr"}),
    ],
)
def test_let_be(message):
    """What is no container of the kind at hand comes back as the very same message."""
    assert message is opened_containers()(message)
