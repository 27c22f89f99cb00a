"""A removal is recognised in whatever spelling it comes; a grant is never taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.engine.asking.removals import deactivates, is_removal
from hub.spi import Inbound, Verb

URN = "urn:ietf:params:scim:schemas:core:2.0:"


def patch(*operations, kind="User", name="Operations"):
    """Return the PATCH with these operations."""
    return Inbound(verb=Verb.PATCH, kind=kind, id="1", body={name: [*operations]})


def put(body, kind="User"):
    """Return the PUT of *body*."""
    return Inbound(verb=Verb.REPLACE, kind=kind, id="1", body=body)


REMOVALS = [
    Inbound(verb=Verb.DELETE, kind="User", id="1"),
    Inbound(verb=Verb.DELETE, kind="Group", id="1"),
    put({"active": False}),
    put({"userName": "a", "Active": "FALSE"}),
    put({"members": []}, kind="Group"),
    put({}, kind="Group"),
    patch({"op": "replace", "path": "active", "value": False}),
    patch({"op": "Replace", "path": "active", "value": "False"}),
    patch({"op": "replace", "value": {"active": False}}),
    patch({"op": "replace", "value": {"ACTIVE": "false"}}),
    patch({"op": "add", "value": {"active": False}}),
    patch({"op": "Add", "path": "active", "value": "false"}),
    patch({"op": "replace", "path": f"{URN}User:active", "value": False}),
    patch({"op": "replace", "value": {f"{URN}User:active": "False"}}),
    patch({"op": "replace", "value": {f"{URN}User": {"active": "False"}}}),
    patch({"op": "replace", "path": f"{URN}User", "value": {"active": False}}),
    patch({"op": "replace", "path": f"{URN}Group", "value": {"members": []}}, kind="Group"),
    put({f"{URN}USER": {"ACTIVE": False}}),
    patch({"op": "replace", "path": "active", "value": [{"value": "False"}]}),
    patch({"OP": "replace", "Path": "active", "VALUE": False}, name="operations"),
    patch(
        {"op": "replace", "path": "title", "value": "x"}, {"op": "replace", "path": "active", "value": False}
    ),
    patch({"op": "remove", "path": "active"}),
    patch({"op": "replace", "path": "active", "value": None}),
    patch({"op": "replace", "value": {"active": ""}}),
    patch({"op": "remove", "path": 'members[value eq "2"]'}, kind="Group"),
    patch({"op": "Remove", "path": "members", "value": [{"value": "2"}]}, kind="Group"),
    patch({"op": "remove", "path": "Members"}, kind="Group"),
    patch({"op": "remove", "path": f"{URN}Group:members"}, kind="Group"),
    patch({"op": "replace", "path": "members", "value": []}, kind="Group"),
    patch({"op": "replace", "value": {"members": []}}, kind="Group"),
]
GRANTS = [
    Inbound(verb=Verb.READ, id="1"),
    Inbound(verb=Verb.SEARCH, query={"filter": "active eq false"}),
    Inbound(verb=Verb.CREATE, body={"active": False}),
    put({"active": True}),
    put({"active": "True", "nickName": "false"}),
    put({}),
    put([]),
    put(None),
    patch({"op": "replace", "path": "active", "value": True}),
    patch({"op": "replace", "path": "active", "value": "True"}),
    patch({"op": "replace", "path": "active"}),
    patch({"op": "replace", "value": {"active": False}}, {"op": "replace", "path": "active", "value": True}),
    patch({"op": "replace", "path": "nickName", "value": "False"}),
    patch({"op": "replace", "path": 'emails[type eq "work"].primary', "value": False}),
    patch({"op": "replace", "value": {"name": {"active": False}}}),
    patch({"op": "remove", "path": "title"}),
    patch({"op": "replace", "value": {f"{URN}User": {"active": True}}}),
    patch({"op": "replace", "value": {"urn:example:acme:2.0:User": {"active": False}}}),
    put({f"{URN}User": {"active": False}, "active": True}),
    put({f"{URN}User": "active"}),
    patch({"op": "add", "path": "members", "value": [{"value": "2"}]}, kind="Group"),
    patch({"op": "replace", "path": "displayName", "value": "members"}, kind="Group"),
    patch({"op": "replace", "value": {"displayName": "x"}}, kind="Group"),
    patch("remove", 1, None, {"op": 1}, kind="Group"),
]


@pytest.mark.parametrize("inbound", REMOVALS, ids=range(len(REMOVALS)))
def test_removals(inbound):
    """Deletions, deactivations and whatever may take a member away."""
    assert is_removal(inbound)


@pytest.mark.parametrize("inbound", GRANTS, ids=range(len(GRANTS)))
def test_not_removals(inbound):
    """Everything else, however much it looks like one."""
    assert not is_removal(inbound)


def test_deactivation_is_about_users():
    """Of removals, those are deactivations that leave the user there."""
    assert deactivates(put({"active": False}))
    assert not deactivates(Inbound(verb=Verb.DELETE, kind="User", id="1"))
    assert not deactivates(put({"active": False}, kind="Group"))
    assert not deactivates(patch({"op": "replace", "path": "active", "value": False}, kind="Group"))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["active", "members", "False"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "path", "value", "Operations", "active", "x"]), inner, max_size=4
        )
    ),
)


@given(st.sampled_from(Verb), st.sampled_from(["User", "Group"]), JSON)
def test_whatever_comes_is_one_or_is_not(verb, kind, body):
    """The question is asked before anything is checked, so nothing makes it fail."""
    assert is_removal(Inbound(verb=verb, kind=kind, body=body)) in {True, False}
