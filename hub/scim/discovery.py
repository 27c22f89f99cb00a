"""What the hub says of itself: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7643 §5, §6, §7)."""

from __future__ import annotations

from attrs import frozen

from hub.scim.catalog import Types
from hub.scim.schema import Attribute, ResourceType, Schema, Type
from hub.scim.strictjson import Document, Json

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


@frozen(kw_only=True)
class Abilities:
    """How much the hub gives and takes: resources in a page, a cursor's life, the size of a Bulk."""

    results_max: int
    page_default: int
    bulk_operations_max: int
    bulk_bytes_max: int
    cursor_seconds: int


def service_provider_config(base_url: str, abilities: Abilities) -> Document:
    """Return what the hub can do."""
    return {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {
            "supported": True,
            "maxOperations": abilities.bulk_operations_max,
            "maxPayloadSize": abilities.bulk_bytes_max,
        },
        "filter": {"supported": True, "maxResults": abilities.results_max},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        # RFC 9865 §4
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": abilities.page_default,
            "maxPageSize": abilities.results_max,
            "cursorTimeout": abilities.cursor_seconds,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of the connection, sent as Authorization: Bearer.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": f"{base_url}/ServiceProviderConfig",
        },
    }


def resource_types(types: Types, base_url: str) -> list[Document]:
    """Return these kinds of resources."""
    return [_resource_type(kind, base_url) for kind in types.values()]


def schemas(types: Types, base_url: str) -> list[Document]:
    """Return the schemas of these kinds and of their extensions, each once."""
    return [
        _schema(schema, base_url) for kind in types.values() for schema in (kind.schema, *kind.extensions)
    ]


def definition(schema: Schema) -> Document:
    """Return *schema* in the form of RFC 7643 §7, in which it may be added to a team too."""
    told: Document = {"schemas": [SCHEMA], "id": schema.id, "name": schema.name}
    if schema.description:
        told["description"] = schema.description
    return {**told, "attributes": _told(schema.attributes)}


def _resource_type(kind: ResourceType, base_url: str) -> Document:
    return {
        "schemas": [RESOURCE_TYPE],
        "id": kind.name,
        "name": kind.name,
        "description": kind.description,
        "endpoint": kind.endpoint,
        "schema": kind.schema.id,
        "schemaExtensions": [{"schema": extension.id, "required": False} for extension in kind.extensions],
        "meta": {"resourceType": "ResourceType", "location": f"{base_url}/ResourceTypes/{kind.name}"},
    }


def _schema(schema: Schema, base_url: str) -> Document:
    meta: Document = {"resourceType": "Schema", "location": f"{base_url}/Schemas/{schema.id}"}
    return {**definition(schema), "meta": meta}


def _told(attributes: tuple[Attribute, ...]) -> list[Json]:
    return [_attribute(attribute) for attribute in attributes if attribute.advertised]


def _attribute(attribute: Attribute) -> Document:
    """Return the characteristics of *attribute*, without members that would be empty."""
    told: Document = {
        "name": attribute.name,
        "type": attribute.type.value,
        "multiValued": attribute.multi_valued,
        "required": attribute.required,
        "mutability": attribute.mutability.value,
        "returned": attribute.returned.value,
    }
    if attribute.description:
        told["description"] = attribute.description
    if attribute.type is Type.COMPLEX:
        return {**told, "subAttributes": _told(attribute.sub_attributes)}
    told |= {"caseExact": attribute.case_exact, "uniqueness": attribute.uniqueness.value}
    if attribute.canonical_values:
        told["canonicalValues"] = list(attribute.canonical_values)
    if attribute.reference_types:
        told["referenceTypes"] = list(attribute.reference_types)
    return told
