"""What Entra ID sends that the RFCs do not.

Order matters: operations are lower-cased, keys become paths and values are unwrapped first, so that later
quirks can name them.
"""

from __future__ import annotations

from typing import Final

from hub.spi import Example, Inbound, Quirk
from hub.spi.messages import create, patch, search
from hub.spi.removals import removals_by_value, removals_if_equal
from hub.spi.rewrites import (
    ENTERPRISE,
    ENTERPRISE_NAMES,
    booleans,
    keys_as_paths,
    lower_case_ops,
    qualified,
    sub_attributes_into_brackets,
    unfolded,
    unwrapped,
    without_schemas,
    wrapped,
)

LEARN: Final = "https://learn.microsoft.com/entra/identity/app-provisioning"
COMPATIBILITY: Final = f"{LEARN}/application-provisioning-config-problem-scim-compatibility"
ENDPOINT: Final = f"{LEARN}/use-scim-to-provision-users-and-groups"
MAPPINGS: Final = f"{LEARN}/customize-application-attributes"
REFERENCE_CODE: Final = "https://github.com/AzureAD/SCIMReferenceCode"
SCIM_SDK: Final = "https://github.com/Captain-P-Goldfish/SCIM-SDK"

FLAG: Final = "Add ?aadOptscim062020 to the Tenant URL; provisioning on demand ignores it."
MANAGER: Final = f"{ENTERPRISE}:manager"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ADSCIM: Final = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"

HEARS: Final[tuple[Quirk[Inbound], ...]] = (
    Quirk(
        name="capitalised-op",
        says="Operations are spelt Add, Replace and Remove.",
        source=COMPATIBILITY,
        rewrite=lower_case_ops(),
        example=Example(
            before=patch({"op": "Replace", "path": "nickName", "value": "Babs"}),
            after=patch({"op": "replace", "path": "nickName", "value": "Babs"}),
        ),
        remedy=FLAG,
    ),
    Quirk(
        name="dotted-keys",
        says="With the flag set, one path-less operation carries paths as the keys of its value.",
        source=COMPATIBILITY,
        rewrite=keys_as_paths(),
        example=Example(
            before=patch(
                {"op": "replace", "value": {"displayName": "Ann", f"{ENTERPRISE}:employeeNumber": "7"}}
            ),
            after=patch(
                {"op": "replace", "value": {"displayName": "Ann"}},
                {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "7"},
            ),
        ),
        spares=(patch({"op": "replace", "value": {ENTERPRISE: {"employeeNumber": "7"}}}),),
    ),
    Quirk(
        name="bare-enterprise-name",
        says="Filters and some documented requests name manager and department without the extension's URN.",
        source=ENDPOINT,
        rewrite=qualified(ENTERPRISE_NAMES, ENTERPRISE),
        example=Example(
            before=search('department eq "Tours"'), after=search(f'{ENTERPRISE}:department eq "Tours"')
        ),
        spares=(search('userName eq "manager eq 1"'),),
    ),
    Quirk(
        name="wrapped-value",
        says="Old clients wrap a plain value in a list of one object.",
        source="https://github.com/Azure/AzureAD-BYOA-Provisioning-Samples/issues/22",
        rewrite=unwrapped(),
        example=Example(
            before=patch({"op": "replace", "path": "displayName", "value": [{"$ref": None, "value": "Ann"}]}),
            after=patch({"op": "replace", "path": "displayName", "value": "Ann"}),
        ),
        spares=(patch({"op": "add", "path": "members", "value": [{"value": "u1"}]}, kind="Group"),),
    ),
    Quirk(
        name="boolean-as-text",
        says="Booleans arrive as the texts True and False, in filters too.",
        source=COMPATIBILITY,
        rewrite=booleans("active", "primary"),
        example=Example(
            before=patch({"op": "replace", "path": 'roles[primary eq "True"].primary', "value": "False"}),
            after=patch({"op": "replace", "path": "roles[primary eq true].primary", "value": False}),
        ),
        spares=(patch({"op": "replace", "path": "nickName", "value": "False"}),),
        remedy=FLAG,
    ),
    Quirk(
        name="manager-as-text",
        says="A manager is a bare id, a list of one, or blank where the schema has an object.",
        source=SCIM_SDK,
        rewrite=wrapped("manager"),
        example=Example(
            before=patch({"op": "add", "path": MANAGER, "value": "271"}),
            after=patch({"op": "add", "path": MANAGER, "value": {"value": "271"}}),
        ),
        spares=(patch({"op": "add", "path": MANAGER, "value": {"value": "271"}}),),
    ),
    Quirk(
        name="role-as-json",
        says="AppRoleAssignmentsComplex writes a whole role as JSON text into its value.",
        source=MAPPINGS,
        rewrite=unfolded("roles"),
        example=Example(
            before=patch({"op": "add", "path": "roles", "value": [{"value": '{"id": "8", "value": "25"}'}]}),
            after=patch({"op": "add", "path": "roles", "value": [{"value": "25"}]}),
        ),
        remedy="Map roles with AssertiveAppRoleAssignmentsComplex, which also takes roles away.",
    ),
    Quirk(
        name="member-removed-by-value",
        says="Members to remove are listed as a value instead of chosen by a filter in the path.",
        source=COMPATIBILITY,
        rewrite=removals_by_value("members"),
        example=Example(
            before=patch(
                {"op": "remove", "path": "members", "value": [{"$ref": None, "value": "u1"}]}, kind="Group"
            ),
            after=patch({"op": "remove", "path": 'members[value eq "u1"]'}, kind="Group"),
        ),
        spares=(patch({"op": "remove", "path": "members"}, kind="Group"),),
        remedy=FLAG,
    ),
    Quirk(
        name="remove-with-value",
        says="A single value is removed only where it still is what the operation carries.",
        source=f"{REFERENCE_CODE}/issues/87",
        rewrite=removals_if_equal(),
        example=Example(
            before=patch({"op": "remove", "path": "title", "value": "Guide"}),
            after=patch({"op": "remove", "path": 'title[value eq "Guide"]'}),
        ),
        spares=(patch({"op": "remove", "path": "title"}),),
    ),
    Quirk(
        name="value-path-in-filter",
        says="A filter compares a sub-attribute that stands behind the bracket.",
        source=ENDPOINT,
        rewrite=sub_attributes_into_brackets(),
        example=Example(
            before=search('emails[type eq "work"].value eq "ann@a.example"'),
            after=search('emails[type eq "work" and value eq "ann@a.example"]'),
        ),
        spares=(search('emails[type eq "work"] and active eq true'),),
    ),
    Quirk(
        name="adscim-schema",
        says="A new group names a second schema, which no RFC knows.",
        source=ENDPOINT,
        rewrite=without_schemas(ADSCIM),
        example=Example(
            before=create("Group", schemas=[GROUP, ADSCIM], displayName="Staff"),
            after=create("Group", schemas=[GROUP], displayName="Staff"),
        ),
        spares=(create("Group", schemas=[GROUP], displayName=ADSCIM),),
    ),
)
