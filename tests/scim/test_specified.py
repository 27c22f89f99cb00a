"""What a request that writes has named."""

from __future__ import annotations

import pytest

from hub.scim.definitions import read_schema
from hub.scim.specified import specified, specified_by_patch
from tests.scim.made import URN, kind_with

KIND = kind_with(
    read_schema(
        {
            "id": URN,
            "attributes": [
                {"name": "badge", "returned": "request"},
                {
                    "name": "desks",
                    "type": "complex",
                    "multiValued": True,
                    "subAttributes": [{"name": "room"}, {"name": "side"}],
                },
            ],
        }
    )
)


def patch(**operation):
    """Return a PatchOp of one operation."""
    return {"Operations": [operation]}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"USERNAME": "a", "nonsense": 1}, {"userName"}),
        ({"name": {"givenName": "A"}}, {"name", "givenName"}),
        ({URN.upper(): {"Badge": "1"}}, {URN, "badge"}),
        ({URN: {"desks": [{"room": "1"}, {"side": "left"}, None]}}, {URN, "desks", "room", "side"}),
        ({URN: "x", "emails": "x"}, {URN, "emails"}),
        ({"userName": "a", **patch(path="no[")}, {"userName"}),
        (None, set()),
        ([], set()),
    ],
)
def test_specified(body, found):
    """Attributes and their parts, by POST and PUT, whatever the case; the rest is nothing, operations too."""
    assert found == {attribute.name for attribute in specified(KIND, body)}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (patch(op="add", value={URN: {"badge": "1"}}), {URN, "badge"}),
        (patch(op="add", path=f"{URN}:badge", value="1"), {"badge"}),
        (patch(op="add", path=URN, value={"badge": "1"}), {URN, "badge"}),
        (patch(op="add", path=f"{URN}:desks", value=[{"room": "1"}]), {"desks", "room"}),
        (patch(OP="add", PATH=f'{URN}:desks[room eq "1"].side', VALUE="left"), {"desks", "side"}),
        (patch(op="remove", path="nonsense"), set()),
        ({"operations": ["x", {}]}, set()),
        ({"Operations": "x"}, set()),
        (None, set()),
    ],
)
def test_specified_by_patch(body, found):
    """Attributes and their parts, by their paths or within values, whatever the case; the rest is nothing."""
    assert found == {attribute.name for attribute in specified_by_patch(KIND, body)}
