"""Bulk requests: read one operation at a time, and done in an order in which references lead somewhere."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from hub.scim.bulk import BULK_REQUEST, PATH_MAX, BulkOperation, Unresolved, planned, read_bulk, resolved
from hub.scim.errors import InvalidSyntax, InvalidValue, PayloadTooLarge, ScimError
from hub.scim.reading import PATCH_OP

POST = {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "ann"}}
PATCH = {"method": "PATCH", "path": "/Users/1", "data": {"Operations": []}}
DELETE = {"method": "DELETE", "path": "/Users/1"}

#: For each operation the numbers of those that it refers to.
Graph = list[set[int]]


def bulk(*operations: Any, **rest: Any) -> dict[str, Any]:
    """Return the message that asks for *operations*."""
    return {"schemas": [BULK_REQUEST], **rest, "Operations": list(operations)}


def read(*operations: Any, strict: bool = False) -> tuple[BulkOperation, ...]:
    """Return *operations* as they are read."""
    return read_bulk(bulk(*operations), strict=strict, operations_max=1000).operations


def errors(operations: Any) -> list[tuple[type[ScimError], str] | None]:
    """Return what is wrong with each of *operations*."""
    return [op.error and (type(op.error), op.error.detail) for op in operations]


def posts(graph: Graph) -> tuple[BulkOperation, ...]:
    """Return operations that make groups, each a member of others as *graph* says."""
    return read(
        *(
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": f"g{number}",
                "data": {"members": [{"value": f"bulkId:g{other}"} for other in sorted(others)]},
            }
            for number, others in enumerate(graph)
        )
    )


def shuffled(operations: tuple[BulkOperation, ...], order: list[int]) -> tuple[BulkOperation, ...]:
    """Return *operations* as they would be if they had been sent in that *order*."""
    return tuple(evolve(operations[old], number=new) for new, old in enumerate(order))


def done(operations: tuple[BulkOperation, ...]) -> dict[str, Any]:
    """Do *operations* in a world where all succeeds, and return what was made of each bulkId."""
    made: dict[str, str] = {}
    world: dict[str, Any] = {}
    for operation in planned(operations):
        if operation.error is None:
            plain = resolved(operation, made)
            assert operation.bulk_id not in world
            world[str(operation.bulk_id)] = plain.data
            made[str(operation.bulk_id)] = f"id of {operation.bulk_id}"
    return world


@st.composite
def acyclic(draw: st.DrawFn) -> Graph:
    """Return a graph in which each refers to some of those before it only."""
    count = draw(st.integers(1, 12))
    return [draw(st.sets(st.integers(0, number - 1))) if number else set() for number in range(count)]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Return any graph."""
    count = draw(st.integers(1, 8))
    return [draw(st.sets(st.integers(0, count - 1), max_size=3)) for _ in range(count)]


def reach(graph: Graph, start: int) -> set[int]:
    """Return what *start* refers to, itself or by others."""
    found: set[int] = set()
    new = set(graph[start])
    while new:
        found |= new
        new = {other for number in new for other in graph[number]} - found
    return found


@pytest.mark.laws
@given(acyclic(), st.data())
def test_any_order_gives_the_same(graph, data):
    """Whatever is referred to comes first, so the order in which a provider sends makes no difference."""
    operations = posts(graph)
    order = data.draw(st.permutations(range(len(graph))))

    assert done(operations) == done(shuffled(operations, order))
    assert len(graph) == len(done(operations))


@pytest.mark.laws
@given(graphs())
def test_circles_are_refused_exactly(graph):
    """Who is in a circle, or waits for one, is refused with a sentence; everybody else is done."""
    circular = {number for number in range(len(graph)) if number in reach(graph, number)}
    stuck = {number for number in range(len(graph)) if circular & ({number} | reach(graph, number))}
    plan = planned(posts(graph))

    assert stuck == {operation.number for operation in plan if operation.error}
    assert all(type(operation.error) is Unresolved for operation in plan if operation.error)


@pytest.mark.laws
@given(graphs())
def test_nothing_is_done_twice_or_forgotten(graph):
    """The plan holds each operation once, circles or none."""
    plan = planned(posts(graph))

    assert sorted(operation.number for operation in plan) == list(range(len(graph)))


@pytest.mark.laws
@given(st.lists(st.tuples(st.sampled_from("uvw"), st.sampled_from("abc-")), max_size=12))
def test_changes_of_one_resource_keep_their_order(changes):
    """A PATCH that waits for a reference is not overtaken by what was sent after it for that resource."""
    patches = [
        {"method": "PATCH", "path": f"/Groups/{place}", "data": {"x": f"bulkId:{bulk_id}"}}
        if bulk_id != "-"
        else {"method": "DELETE", "path": f"/Groups/{place}/"}
        for place, bulk_id in changes
    ]
    makers = [{**POST, "bulkId": bulk_id} for bulk_id in "abc"]
    plan = planned(read(*patches, *makers))

    for place in "uvw":
        numbers = [op.number for op in plan if f"/Groups/{place}" in str(op.path)]
        assert sorted(numbers) == numbers
    assert not any(errors(plan))


def test_operations_run_as_sent_where_nothing_is_referred_to():
    """A leaver who makes room comes before a newcomer who takes it, if that is how they were sent."""
    plan = planned(read(DELETE, POST, PATCH, {**POST, "bulkId": "b"}))

    assert [0, 1, 2, 3] == [operation.number for operation in plan]


def test_a_leaver_is_not_lost_with_a_circle():
    """What changes the same group as a refused operation is done all the same."""
    knot = {**POST, "path": "/Groups", "data": {"members": [{"value": "bulkId:a"}]}}
    joins = {"method": "PATCH", "path": "/Groups/g", "data": {"x": "bulkId:a"}}
    leaves = {"method": "PATCH", "path": "/Groups/g", "data": {"x": "out"}}
    plan = planned(read(knot, joins, leaves))

    assert [True, True, False] == [bool(operation.error) for operation in plan]


def test_a_chain_as_long_as_a_request():
    """A thousand operations, each waiting for the next, are planned without running out of stack."""
    plan = planned(posts([{number + 1} for number in range(999)] + [set()]))

    assert [*range(999, -1, -1)] == [operation.number for operation in plan]


def test_references_are_replaced_wherever_they_stand():
    """Any text that is a reference becomes the id: in members, in extensions, in the path."""
    (operation,) = read({
        "method": "PUT",
        "path": "/Users/bulkId:a?attributes=id",
        "data": {"manager": {"value": "bulkId:b"}, "x": [["bulkId:a", "no bulkId:a"]], "bulkId:a": 1},
    })  # fmt: skip
    plain = resolved(operation, {"a": "1", "b": "2"})

    assert ("a", "b") == operation.refers_to
    assert "/Users/1?attributes=id" == plain.path
    assert {"manager": {"value": "2"}, "x": [["1", "no bulkId:a"]], "bulkId:a": 1} == plain.data


def test_a_reference_in_a_path_may_be_escaped():
    """A path is a path: what a URL cannot hold is escaped in it."""
    made, named = read({**POST, "bulkId": "a b"}, {"method": "DELETE", "path": "/Users/bulkId%3Aa%20b"})

    assert ("a b",) == named.refers_to
    assert "/Users/1" == resolved(named, {str(made.bulk_id): "1"}).path


def test_what_failed_cannot_be_referred_to():
    """An operation whose reference was not made fails too, and says which."""
    _, operation = read(POST, {**PATCH, "data": {"x": "bulkId:a"}})

    with pytest.raises(Unresolved, match=r"Operations\[1\] refers to bulkId:a, which was not made"):
        resolved(operation, {})


SHAPES: list[tuple[Any, type[ScimError], str]] = [
    (7, InvalidSyntax, "Operations[0] must be a JSON object"),
    ({**POST, "method": "GET"}, InvalidSyntax, "Operations[0].method must be POST, PUT, PATCH or DELETE"),
    ({**POST, "method": "post"}, InvalidSyntax, "Operations[0].method must be POST, PUT, PATCH or DELETE"),
    ({**POST, "method": ["POST"]}, InvalidSyntax, "Operations[0].method must be POST, PUT, PATCH or DELETE"),
    ({"path": "/Users/1"}, InvalidSyntax, "Operations[0].method must be POST, PUT, PATCH or DELETE"),
    ({"method": "DELETE"}, InvalidSyntax, "Operations[0].path must be a text"),
    ({**DELETE, "path": 7}, InvalidSyntax, "Operations[0].path must be a text"),
    ({**DELETE, "path": "/" * (PATH_MAX + 1)}, InvalidSyntax, "Operations[0].path must be a text"),
    ({**POST, "bulkId": None}, InvalidValue, "Operations[0].bulkId is required"),
    ({**POST, "bulkId": 7}, InvalidValue, "Operations[0].bulkId must be a text"),
    ({**POST, "bulkId": "x" * 257}, InvalidValue, "Operations[0].bulkId must be a text"),
    ({**DELETE, "version": 7}, InvalidSyntax, "Operations[0].version must be a text"),
    ({**POST, "data": None}, InvalidValue, "Operations[0].data is required"),
    ({**PATCH, "data": {"x": "bulkId:b"}}, InvalidValue, "Operations[0] refers to bulkId:b, which no POST"),
    (
        {"method": "DELETE", "path": "/Users/bulkId:b"},
        InvalidValue,
        "Operations[0] refers to bulkId:b, which no POST",
    ),
]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("operation", "kind", "words"), SHAPES)
def test_what_is_wrong_with_one_operation_is_its_own_error(operation, kind, words, strict):
    """It is refused with its place and the reason; its neighbours are not."""
    wrong, right = read(operation, {**POST, "bulkId": "z"}, strict=strict)

    assert kind is type(wrong.error)
    assert str(wrong.error).startswith(words)
    assert right.error is None


def test_a_bulk_id_of_two_is_nobody_s():
    """Where two are called the same neither is made, nor what refers to it: it might be the wrong one."""
    found = errors(read(POST, POST, {**PATCH, "bulkId": "a"}))

    assert [
        (InvalidValue, "Operations[0].bulkId is the same as that of Operations[1]"),
        (InvalidValue, "Operations[1].bulkId is the same as that of Operations[0]"),
        None,
    ] == found


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ([], InvalidSyntax, "the body must be a JSON object"),
        ({}, InvalidSyntax, "Operations must be a list"),
        (bulk(), InvalidSyntax, "Operations must be a list of one operation or more"),
        ({"Operations": POST}, InvalidSyntax, "Operations must be a list"),
        (bulk(POST, failOnErrors=-1), InvalidValue, "failOnErrors must be a whole number"),
        (bulk(POST, failOnErrors=True), InvalidValue, "failOnErrors must be a whole number"),
        (bulk(POST, failOnErrors="1"), InvalidValue, "failOnErrors must be a whole number"),
        (bulk(POST, POST, POST), PayloadTooLarge, r"3 operations exceed the maxOperations \(2\)"),
    ],
)
def test_what_is_no_bulk_request_is_refused_as_a_whole(body, kind, words):
    """400 or, past the limit, 413 that names it (RFC 7644 §3.7.4)."""
    with pytest.raises(kind, match=words):
        read_bulk(body, strict=False, operations_max=2)


@pytest.mark.parametrize(
    "body",
    [{"Operations": [POST]}, {**bulk(POST), "schemas": [PATCH_OP]}, {**bulk(POST), "extra": 1}],
)
def test_strict_wants_the_message_as_it_is_written(body):
    """Its schema is required, and nothing stands in it that it does not know; tolerant lets both be."""
    with pytest.raises(InvalidSyntax):
        read_bulk(body, strict=True, operations_max=9)
    assert [None] == errors(read_bulk(body, strict=False, operations_max=9).operations)


@pytest.mark.parametrize(
    "operation", [{**DELETE, "data": {"x": 1}}, {**DELETE, "bulkId": ""}, {**DELETE, "extra": 1}]
)
def test_a_leaver_does_not_stay_for_a_comma(operation):
    """What a DELETE does not need is let be; only the strict profile refuses it."""
    assert [None] == errors(read(operation))
    assert [None] != errors(read(operation, strict=True))


def test_names_are_read_in_any_case():
    """RFC 7643 §2.1: names of attributes have no case."""
    body = {
        "operations": [{"METHOD": "POST", "Path": "/Users", "BULKID": "a", "Data": {}}],
        "FAILONERRORS": 2,
    }
    request = read_bulk(body, strict=False, operations_max=1)

    assert 2 == request.fail_on_errors
    assert [None] == errors(request.operations)
    assert "a" == request.operations[0].bulk_id


def test_a_patch_may_be_a_bare_list():
    """RFC 7644 §3.7.3 shows the data of a PATCH without its message; the strict profile wants it."""
    operations = [{"op": "remove", "path": "nickName"}]

    assert {"schemas": [PATCH_OP], "Operations": operations} == read({**PATCH, "data": operations})[0].data
    assert operations == read({**PATCH, "data": operations}, strict=True)[0].data
