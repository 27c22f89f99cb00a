"""The schemas that the hub knows, as data: those of RFC 7643 §4 and §8.7, and a person's seat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from hub.scim.schema import Attribute, Mutability, ResourceType, Returned, Schema, Type, Uniqueness


def _text(name: str, description: str, **facts: Any) -> Attribute:
    return Attribute(name=name, description=description, **facts)


def _flag(name: str, description: str) -> Attribute:
    return Attribute(name=name, description=description, type=Type.BOOLEAN)


def _link(name: str, description: str, *targets: str, **facts: Any) -> Attribute:
    return Attribute(
        name=name,
        description=description,
        type=Type.REFERENCE,
        # RFC 7643 §2.3.7: references are case-exact.
        case_exact=True,
        reference_types=targets or ("external",),
        **facts,
    )


def _object(name: str, description: str, *subs: Attribute, **facts: Any) -> Attribute:
    return Attribute(name=name, description=description, type=Type.COMPLEX, sub_attributes=subs, **facts)


def _plural(name: str, of: str, *types: str, value: Attribute | None = None, **display: Any) -> Attribute:
    """Return a multi-valued attribute with the default sub-attributes of RFC 7643 §2.4."""
    return _object(
        name,
        f"The user's {of}s.",
        value or _text("value", f"The {of} itself."),
        _text("display", f"How the {of} is shown.", **display),
        _text("type", f"What the {of} is for.", canonical_values=types),
        _flag("primary", f"Whether this {of} is the preferred one; at most one is."),
        multi_valued=True,
    )


READ_ONLY = Mutability.READ_ONLY
IMMUTABLE = Mutability.IMMUTABLE


def _told(name: str, description: str, **facts: Any) -> Attribute:
    """Return an attribute that the hub works out for who asks."""
    return Attribute(
        name=name,
        description=description,
        case_exact=facts.get("type", Type.STRING) is Type.STRING,
        mutability=READ_ONLY,
        returned=Returned.REQUEST,
        searchable=False,
        **facts,
    )


COMMON = (
    _link("schemas", "The URNs of the schemas that are present.", "uri", multi_valued=True, required=True,
          mutability=READ_ONLY, returned=Returned.ALWAYS),
    _text("id", "The hub's own name for the resource.", case_exact=True, mutability=READ_ONLY,
          returned=Returned.ALWAYS, uniqueness=Uniqueness.SERVER),
    _text("externalId", "The client's own name for the resource.", case_exact=True),
    _object(
        "meta", "What the hub notes about the resource.",
        _text("resourceType", "The name of its resource type.", case_exact=True, mutability=READ_ONLY),
        _text("created", "When it was made.", type=Type.DATE_TIME, mutability=READ_ONLY),
        _text("lastModified", "When it was last changed.", type=Type.DATE_TIME, mutability=READ_ONLY),
        _link("location", "Where it is found.", "uri", mutability=READ_ONLY),
        _text("version", "Its version.", case_exact=True, mutability=READ_ONLY),
        mutability=READ_ONLY,
    ),
)  # fmt: skip
"""What every resource has (RFC 7643 §3.1)."""

USER = Schema(
    id="urn:ietf:params:scim:schemas:core:2.0:User",
    name="User",
    description="A person's account.",
    attributes=(
        _text("userName", "What the user signs in with.", required=True, uniqueness=Uniqueness.SERVER),
        _object(
            "name", "The parts of the user's name.",
            _text("formatted", "The whole name, as it is shown."),
            _text("familyName", "The family name."),
            _text("givenName", "The given name."),
            _text("middleName", "The middle name."),
            _text("honorificPrefix", "What stands before the name, such as a title."),
            _text("honorificSuffix", "What stands behind the name."),
        ),
        _text("displayName", "The name shown to others."),
        _text("nickName", "What friends say."),
        _link("profileUrl", "The user's own page."),
        _text("title", "The job title."),
        _text("userType", "The relation to the organisation, such as Employee or Contractor."),
        _text("preferredLanguage", "The languages the user reads, as in Accept-Language."),
        _text("locale", "How numbers and dates are written for the user."),
        _text("timezone", "The time zone, such as Europe/Vienna."),
        _flag("active", "Whether the user has access."),
        _text("password", "Accepted, never kept: the hub signs nobody in.", case_exact=True,
              mutability=Mutability.WRITE_ONLY, returned=Returned.NEVER),
        # One provider's schema check fails on emails.display: it is taken, and not told of.
        _plural("emails", "address", "work", "home", "other", advertised=False),
        _plural("phoneNumbers", "phone number", "work", "home", "mobile", "fax", "pager", "other"),
        _plural("ims", "messenger address"),
        _plural("photos", "picture", "photo", "thumbnail", value=_link("value", "Where the picture is.")),
        _object(
            "addresses", "The places where the user is found.",
            _text("formatted", "The whole address, as it is shown."),
            _text("streetAddress", "Street, number, floor."),
            _text("locality", "The town."),
            _text("region", "The state or region."),
            _text("postalCode", "The postal code."),
            _text("country", "The country, as a code of two letters."),
            _text("type", "What the address is for.", canonical_values=("work", "home", "other")),
            _flag("primary", "Whether this address is the preferred one; at most one is."),
            multi_valued=True,
        ),
        _object(
            "groups", "The groups the user is a member of; changed at the groups.",
            _text("value", "The group's id.", case_exact=True, mutability=READ_ONLY),
            _link("$ref", "Where the group is found.", "Group", mutability=READ_ONLY),
            _text("display", "The group's name.", mutability=READ_ONLY),
            _text("type", "Whether the membership is direct.", mutability=READ_ONLY,
                  canonical_values=("direct", "indirect")),
            multi_valued=True, mutability=READ_ONLY,
        ),
        _plural("entitlements", "entitlement"),
        _plural("roles", "role"),
        _plural("x509Certificates", "certificate", value=_text(
            "value", "The certificate, DER in base64.", type=Type.BINARY, case_exact=True)),
    ),
)  # fmt: skip
"""RFC 7643 §4.1."""

GROUP = Schema(
    id="urn:ietf:params:scim:schemas:core:2.0:Group",
    name="Group",
    description="Users under one name.",
    attributes=(
        _text("displayName", "The group's name.", required=True),
        _object(
            "members", "Who belongs to the group.",
            _text("value", "The member's id.", case_exact=True, mutability=IMMUTABLE),
            _link("$ref", "Where the member is found.", "User", "Group", mutability=IMMUTABLE),
            _text("type", "What the member is.", mutability=IMMUTABLE, canonical_values=("User", "Group")),
            # RFC 7643 §8.7.1 leaves it out, and so do answers; clients send it, and filter by it.
            _text("display", "The member's name.", mutability=READ_ONLY, advertised=False),
            # Members are not kept in the document: the size of a body is limit enough.
            multi_valued=True, elements_max=1_000_000,
        ),
    ),
)  # fmt: skip
"""RFC 7643 §4.2."""

ENTERPRISE_USER = Schema(
    id="urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name="EnterpriseUser",
    description="What an employer adds to a User.",
    attributes=(
        _text("employeeNumber", "The number the employer gave."),
        _text("costCenter", "Who pays."),
        _text("organization", "The organisation."),
        _text("division", "The division."),
        _text("department", "The department."),
        _object(
            "manager", "Whom the user reports to.",
            _text("value", "The manager's id.", case_exact=True),
            # Only the hub knows where its users are: a client's link would outlive the value beside it.
            _link("$ref", "Where the manager is found.", "User", mutability=READ_ONLY),
            _text("displayName", "The manager's name.", mutability=READ_ONLY),
        ),
    ),
)  # fmt: skip
"""RFC 7643 §4.3."""

SEAT_USER = Schema(
    id="urn:provisioning-hub:params:scim:schemas:extension:seat:2.0:User",
    name="SeatUser",
    description="The seat of the person whom the user is about: shown to who asks for it, changed by nobody.",
    attributes=(
        _told("kind", "Which kind of seat is held, or waited for."),
        _told("state", "Whether the person holds a seat, waits for one, is undecided, has one kept, or none.",
              canonical_values=("seated", "waiting", "undecided", "kept", "none")),
        _told("since", "Since when it is held or waited for.", type=Type.DATE_TIME),
        _told("position", "The place of who waits among those who do; 1 is next.", type=Type.INTEGER),
    ),
)  # fmt: skip
"""What `hub.engine.values.places.SeatStatus` holds, for providers to read."""

USER_TYPE = ResourceType(
    name="User",
    description="A person's account",
    endpoint="/Users",
    common=COMMON,
    schema=USER,
    extensions=(ENTERPRISE_USER, SEAT_USER),
)
GROUP_TYPE = ResourceType(
    name="Group", description="Users under one name", endpoint="/Groups", common=COMMON, schema=GROUP
)
RESOURCE_TYPES = (USER_TYPE, GROUP_TYPE)

Types: TypeAlias = Mapping[str, ResourceType]
"""The kinds of resources that a team keeps, by name."""

BUILT_IN: Types = {each.name: each for each in RESOURCE_TYPES}
"""The kinds of a team without schemas of its own."""
