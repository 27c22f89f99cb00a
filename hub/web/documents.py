"""The documents in which the hub describes itself: Schemas, ResourceTypes, ServiceProviderConfig."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from hub.scim import discovery, strictjson
from hub.scim.discovery import Abilities
from hub.scim.errors import Forbidden, NotFound
from hub.scim.writing import list_response
from hub.web.responses import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.scim.catalog import Types
    from hub.settings import Settings
    from hub.web.routes import Document


@frozen
class Documents:
    """Answers with the hub's own description, which tells the truth about its *abilities*."""

    abilities: Abilities

    @classmethod
    def of(cls, settings: Settings) -> Documents:
        """Return those that describe a hub with these *settings*."""
        scim = settings.scim
        return cls(
            Abilities(
                results_max=scim.page_max,
                page_default=scim.page_default,
                bulk_operations_max=scim.bulk_operations_max,
                bulk_bytes_max=scim.bulk_bytes_max,
                cursor_seconds=scim.cursor_seconds,
            )
        )

    def reply(self, asked: Document, query: Mapping[str, str], base_url: str, types: Types) -> Reply:
        """Return the document *asked* for; raises 403 for a filter and 404 for a part that is not there."""
        if "filter" in query:  # RFC 7644 §4
            raise Forbidden(f"{asked.name} cannot be filtered")
        if asked.name == "ServiceProviderConfig":
            return Reply(body=strictjson.dumps(discovery.service_provider_config(base_url, self.abilities)))
        told = discovery.schemas if asked.name == "Schemas" else discovery.resource_types
        found = told(types, base_url)
        return _whole(found) if asked.id is None else _part(found, asked.id)


def _whole(found: Sequence[strictjson.Document]) -> Reply:
    resources = [strictjson.dumps(document) for document in found]
    return Reply(body=list_response(resources, len(resources), 1, len(resources)))


def _part(found: Sequence[strictjson.Document], id: str) -> Reply:
    for document in found:
        if document["id"] == id:
            return Reply(body=strictjson.dumps(document))
    raise NotFound("the hub has nothing of that name")
