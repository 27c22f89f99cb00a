"""Whose data a store is asked for."""

from __future__ import annotations

from attrs import frozen

from hub.scim.catalog import BUILT_IN, Types


@frozen(kw_only=True)
class Scope:
    """Whose data: one team's, and of its resources those of one connection, made of these *types*.

    *revision* is that of the connection by which a write goes (`Outdated`), None for a write that goes by
    none.
    """

    team: str
    connection: str | None = None
    types: Types = BUILT_IN
    revision: int | None = None
