"""What Okta sends that the RFCs do not.

Its path-less `replace {"active": false}` and its `"groups": []` are not here: both are plain SCIM.
"""

from __future__ import annotations

from typing import Final

from hub.spi import Example, Inbound, Quirk
from hub.spi.messages import create, patch
from hub.spi.rewrites import drop, drop_from_values

REFERENCE: Final = "https://developer.okta.com/docs/api/openapi/okta-scim/guides/scim-20"

HEARS: Final[tuple[Quirk[Inbound], ...]] = (
    Quirk(
        name="password-on-create",
        says="A password comes with a user, even where passwords are not synchronised.",
        source=f"{REFERENCE}#create-the-user",
        rewrite=drop("password"),
        example=Example(
            before=create(userName="ann@a.example", groups=[], password="1mz0"),  # noqa: S106  # Okta makes one up
            after=create(userName="ann@a.example", groups=[]),
        ),
        spares=(create(userName="ann@a.example", title="password"),),
    ),
    Quirk(
        name="id-in-group-rename",
        says="Renaming a group replaces its read-only id along with its name.",
        source=f"{REFERENCE}#update-a-specific-group-name",
        rewrite=drop_from_values("id"),
        example=Example(
            before=patch({"op": "replace", "value": {"id": "g1", "displayName": "Staff"}}, kind="Group"),
            after=patch({"op": "replace", "value": {"displayName": "Staff"}}, kind="Group"),
        ),
        spares=(patch({"op": "replace", "path": "externalId", "value": "id"}, kind="Group"),),
    ),
)
