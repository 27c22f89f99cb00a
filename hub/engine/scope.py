"""Whose data a store is asked for."""

from __future__ import annotations

from attrs import frozen

from hub.scim.catalog import BUILT_IN, Types


@frozen(kw_only=True)
class Scope:
    """Whose data: one team's, and of its resources one connection's; *types* is what these are made of.

    *revision* is that of the connection by which a write goes (`Outdated`), None for one that goes by none.
    """

    team: str
    connection: str | None = None
    types: Types = BUILT_IN
    revision: int | None = None
