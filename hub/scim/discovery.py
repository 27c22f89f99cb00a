"""What the hub says of itself: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7643 §5, §6, §7)."""

from __future__ import annotations

from hub.scim.catalog import RESOURCE_TYPES
from hub.scim.schema import Attribute, ResourceType, Schema, Type
from hub.scim.strictjson import Document, Json

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def service_provider_config(base_url: str, *, results_max: int) -> Document:
    """Return what the hub can do; *results_max* is how many resources a page holds at most."""
    return {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": results_max},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
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


def resource_types(base_url: str) -> list[Document]:
    """Return the kinds of resources that the hub keeps."""
    return [_resource_type(kind, base_url) for kind in RESOURCE_TYPES]


def schemas(base_url: str) -> list[Document]:
    """Return the schemas of these kinds and of their extensions, each once."""
    return [
        _schema(schema, base_url) for kind in RESOURCE_TYPES for schema in (kind.schema, *kind.extensions)
    ]


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
    return {
        "schemas": [SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": _told(schema.attributes),
        "meta": {"resourceType": "Schema", "location": f"{base_url}/Schemas/{schema.id}"},
    }


def _told(attributes: tuple[Attribute, ...]) -> list[Json]:
    return [_attribute(attribute) for attribute in attributes if attribute.advertised]


def _attribute(attribute: Attribute) -> Document:
    """Return the characteristics of *attribute*, without members that would be empty."""
    told: Document = {
        "name": attribute.name,
        "type": attribute.type.value,
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "mutability": attribute.mutability.value,
        "returned": attribute.returned.value,
    }
    if attribute.type is Type.COMPLEX:
        return {**told, "subAttributes": _told(attribute.sub_attributes)}
    told |= {"caseExact": attribute.case_exact, "uniqueness": attribute.uniqueness.value}
    if attribute.canonical_values:
        told["canonicalValues"] = list(attribute.canonical_values)
    if attribute.reference_types:
        told["referenceTypes"] = list(attribute.reference_types)
    return told
