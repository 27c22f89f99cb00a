"""The description of the API is made of what is served; answers are held to it where they are made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hub.engine.values.entitlements import REFUSALS, Reason
from hub.web.operations import OPERATIONS
from tests.described import DOCUMENT, faults, said

CLOSED = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "null"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        (1, {"type": "string"}),
        (True, {"type": "integer"}),
        (None, {"type": ["object", "string"]}),
        ("b", {"type": "string", "enum": ["a"]}),
        ("", {"type": "string", "minLength": 1}),
        ({}, CLOSED),
        ({"a": None, "b": 1}, CLOSED),
        ({"a": 1}, CLOSED),
        ([1], {"type": "array", "items": {"type": "null"}}),
        ([1, 1], {"type": "array", "maxItems": 1, "items": {"type": "integer"}}),
        (
            {"type": "urn", "title": "t", "status": 418, "detail": "d"},
            {"$ref": "#/components/schemas/Problem"},
        ),
    ],
)
def test_a_wrong_answer_is_noticed(value, schema):
    """What is not as it is described is found, once."""
    assert 1 == len(faults(value, schema))


def test_every_operation_is_described():
    """The paths of the description are those that are served, each operation with an id of its own."""
    served = {("/" + "/".join(path), method.lower()) for path in OPERATIONS for method in OPERATIONS[path]}
    described = {
        (path, method): each
        for path, methods in DOCUMENT["paths"].items()
        for method, each in methods.items()
    }

    assert served == described.keys()
    assert len(described) == len({each["operationId"] for each in described.values()})
    assert {"/openapi.json"} == {
        path for (path, _), each in described.items() if "401" not in each["responses"]
    }
    assert {"post"} == {method for (_, method), each in described.items() if "413" in each["responses"]}


def test_every_reason_is_described():
    """The list of reasons is closed, and whole."""
    entitlement = said("get", 200)

    assert [reason.value for reason in Reason] == entitlement["properties"]["reason"]["enum"]
    assert entitlement == said("post", 200)["items"]


async def test_it_is_what_is_served(house):
    """Whoever asks gets this description, at the address that the hub is called by."""
    house.set("server", public_url="https://hub.example")
    heard = await house.client().ask("GET", "/api/v1/openapi.json", authorization=None)
    servers = [{"url": "https://hub.example/api/v1"}]

    assert {**json.loads(json.dumps(DOCUMENT)), "servers": servers} == heard.json


def test_the_documentation_knows_every_reason():
    """docs/api.md has a row for each, in the order of the list, and says rightly whether it lets in."""
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (yes|no) \|", text, re.MULTILINE)

    assert [(reason.value, "no" if reason in REFUSALS else "yes") for reason in Reason] == rows
