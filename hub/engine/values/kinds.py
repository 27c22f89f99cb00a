"""The kinds of resources that the hub keeps."""

from __future__ import annotations

from hub.scim import catalog

#: The kind of a search of all kinds at once, asked of the root (RFC 7644 §3.4.2.1).
EVERYTHING = "Resource"

#: Kind → its schema and endpoint.
RESOURCE_TYPES = catalog.BUILT_IN

#: Kind → the attribute that resources of that kind are called by.
NAMES = {"User": "userName", "Group": "displayName"}
