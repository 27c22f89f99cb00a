"""The departures that are put right whoever speaks: recognised by their shape, safe for everybody."""

from __future__ import annotations

from typing import Final

from .containers import CORE, opened_containers
from .dialect import Example, Inbound, Quirk
from .messages import create, patch, search
from .removals import removals_by_value, removals_if_equal, removals_of_null
from .rewrites import (
    ENTERPRISE,
    ENTERPRISE_NAMES,
    LISTS,
    booleans,
    drop_null,
    keys_as_paths,
    lists,
    lower_case_ops,
    qualified,
    quotes,
    sub_attributes_into_brackets,
    unfolded,
    unwrapped,
    wrapped,
)

SCHEMA: Final = "https://datatracker.ietf.org/doc/html/rfc7643#section-"
PROTOCOL: Final = "https://datatracker.ietf.org/doc/html/rfc7644#section-"
MANAGER: Final = f"{ENTERPRISE}:manager"

#: Order matters: operations are lower-cased, containers opened, keys become paths and values are unwrapped
#: first, so that what follows can name them.
TOLERANT: Final[tuple[Quirk[Inbound], ...]] = (
    Quirk(
        name="operation-case",
        says="Operations are spelt with capital letters.",
        source=f"{PROTOCOL}3.5.2",
        rewrite=lower_case_ops(),
        example=Example(
            before=patch({"op": "Add", "path": "nickName", "value": "Babs"}),
            after=patch({"op": "add", "path": "nickName", "value": "Babs"}),
        ),
    ),
    Quirk(
        name="core-in-container",
        says="Attributes of the core schema come inside an object that its URN names.",
        source=f"{SCHEMA}3.3",
        rewrite=opened_containers(),
        example=Example(
            before=patch({"op": "replace", "value": {f"{CORE}User": {"active": False}}}),
            after=patch({"op": "replace", "value": {"active": False}}),
        ),
        spares=(
            patch({"op": "replace", "path": f"{CORE}User:active", "value": False}),
            patch({"op": "replace", "value": {ENTERPRISE: {"department": "Tours"}}}),
        ),
    ),
    Quirk(
        name="path-as-key",
        says="A path-less operation carries paths as the keys of its value.",
        source=f"{PROTOCOL}3.5.2.3",
        rewrite=keys_as_paths(),
        example=Example(
            before=patch({"op": "replace", "value": {"title": "Guide", "name.givenName": "Ann"}}),
            after=patch(
                {"op": "replace", "value": {"title": "Guide"}},
                {"op": "replace", "path": "name.givenName", "value": "Ann"},
            ),
        ),
        spares=(
            patch({"op": "replace", "value": {ENTERPRISE: {"department": "Tours"}}}),
            patch({"op": "replace", "path": "name", "value": {"givenName": "Ann"}}),
        ),
    ),
    Quirk(
        name="attribute-without-urn",
        says="An attribute of the enterprise extension is named without the extension's URN.",
        source=f"{PROTOCOL}3.10",
        rewrite=qualified(ENTERPRISE_NAMES, ENTERPRISE),
        example=Example(
            before=patch({"op": "add", "path": "department", "value": "Tours"}),
            after=patch({"op": "add", "path": f"{ENTERPRISE}:department", "value": "Tours"}),
        ),
        spares=(patch({"op": "add", "path": f"{ENTERPRISE}:department", "value": "Tours"}),),
    ),
    Quirk(
        name="object-for-text",
        says="A plain value is wrapped in a list of one object.",
        source=f"{SCHEMA}2.3.1",
        rewrite=unwrapped(),
        example=Example(
            before=patch({"op": "replace", "path": "displayName", "value": [{"$ref": None, "value": "Ann"}]}),
            after=patch({"op": "replace", "path": "displayName", "value": "Ann"}),
        ),
        spares=(patch({"op": "add", "path": "members", "value": [{"value": "u1"}]}, kind="Group"),),
    ),
    Quirk(
        name="text-for-boolean",
        says="A boolean is sent as text, in any case.",
        source=f"{SCHEMA}2.3.2",
        rewrite=booleans("active", "primary"),
        example=Example(
            before=patch({"op": "replace", "path": "active", "value": "False"}),
            after=patch({"op": "replace", "path": "active", "value": False}),
        ),
        spares=(
            patch({"op": "replace", "path": "nickName", "value": "False"}),
            search('nickName eq "True"'),
        ),
    ),
    Quirk(
        name="text-for-reference",
        says="A manager is given as a bare id or a list where the schema has an object.",
        source=f"{SCHEMA}4.3",
        rewrite=wrapped("manager"),
        example=Example(
            before=patch({"op": "add", "path": MANAGER, "value": "271"}),
            after=patch({"op": "add", "path": MANAGER, "value": {"value": "271"}}),
        ),
        spares=(patch({"op": "add", "path": f"{MANAGER}.value", "value": "271"}), search(f"{MANAGER} pr")),
    ),
    Quirk(
        name="object-for-list",
        says="An attribute that is a list is given as one lone object.",
        source=f"{SCHEMA}2.4",
        rewrite=lists(*LISTS),
        example=Example(
            before=create(userName="ann@a.example", emails={"value": "ann@a.example"}),
            after=create(userName="ann@a.example", emails=[{"value": "ann@a.example"}]),
        ),
        spares=(create(name={"givenName": "Ann"}),),
    ),
    Quirk(
        name="json-in-role",
        says="The value of a role is a whole JSON object, written as text.",
        source=f"{SCHEMA}4.1.2",
        rewrite=unfolded("roles"),
        example=Example(
            before=patch(
                {
                    "op": "add",
                    "path": "roles",
                    "value": [{"value": '{"value": "25", "displayName": "Guide"}'}],
                }
            ),
            after=patch({"op": "add", "path": "roles", "value": [{"value": "25", "display": "Guide"}]}),
        ),
        spares=(patch({"op": "add", "path": "roles", "value": [{"value": "{guide}"}]}),),
    ),
    Quirk(
        name="null-removed",
        says="An operation that removes carries null as its value.",
        source=f"{PROTOCOL}3.5.2.2",
        rewrite=removals_of_null(),
        example=Example(
            before=patch({"op": "remove", "path": "members", "value": None}, kind="Group"),
            after=patch({"op": "remove", "path": "members"}, kind="Group"),
        ),
        spares=(patch({"op": "remove", "path": "members", "value": {}}, kind="Group"),),
    ),
    Quirk(
        name="removed-by-value",
        says="What to remove from a list is given as a value instead of chosen by a filter in the path.",
        source=f"{PROTOCOL}3.5.2.2",
        rewrite=removals_by_value(*LISTS),
        example=Example(
            before=patch({"op": "remove", "path": "members", "value": [{"value": "u1"}]}, kind="Group"),
            after=patch({"op": "remove", "path": 'members[value eq "u1"]'}, kind="Group"),
        ),
        spares=(
            patch({"op": "remove", "path": "members"}, kind="Group"),
            patch({"op": "remove", "path": "members", "value": [{"display": "Ann"}]}, kind="Group"),
        ),
    ),
    Quirk(
        name="removed-if-equal",
        says="An operation that removes a single value carries the value that it expects to find.",
        source=f"{PROTOCOL}3.5.2.2",
        rewrite=removals_if_equal(),
        example=Example(
            before=patch({"op": "remove", "path": 'emails[type eq "work"].value', "value": "ann@a.example"}),
            after=patch(
                {"op": "remove", "path": 'emails[type eq "work" and value eq "ann@a.example"].value'}
            ),
        ),
        spares=(patch({"op": "remove", "path": 'emails[type eq "work"].value'}),),
    ),
    Quirk(
        name="null-id",
        says="A new resource comes with an id that is null.",
        source=f"{SCHEMA}3.1",
        rewrite=drop_null("id"),
        example=Example(
            before=create(id=None, userName="ann@a.example"), after=create(userName="ann@a.example")
        ),
    ),
    Quirk(
        name="name-after-bracket",
        says="A filter compares a sub-attribute that stands behind the bracket instead of inside it.",
        source=f"{PROTOCOL}3.4.2.2",
        rewrite=sub_attributes_into_brackets(),
        example=Example(
            before=search('emails[type eq "work"].value eq "ann@a.example"'),
            after=search('emails[type eq "work" and value eq "ann@a.example"]'),
        ),
        spares=(search('emails[type eq "work" and value eq "]. eq "]'),),
    ),
    Quirk(
        name="bare-word",
        says="The text that a filter compares with comes without quotes.",
        source=f"{PROTOCOL}3.4.2.2",
        rewrite=quotes(),
        example=Example(before=search("externalId eq ann"), after=search('externalId eq "ann"')),
        spares=(search("active eq true and title ne null"), search('userName eq "ann eq bob"')),
    ),
)
