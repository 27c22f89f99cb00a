"""The kinds of resources that the hub keeps."""

from __future__ import annotations

from hub.scim import catalog

#: Kind → its schema and endpoint.
RESOURCE_TYPES = {each.name: each for each in catalog.RESOURCE_TYPES}

#: Kind → the attribute that resources of that kind are called by.
NAMES = {"User": "userName", "Group": "displayName"}
