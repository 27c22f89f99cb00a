"""Notes of the audit: who did what as an administrator, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen


@frozen(kw_only=True)
class Author:
    """Who does something as an administrator, such as `cli:ann`, and *why*, where they said."""

    name: str
    why: str | None = None


@frozen(kw_only=True)
class Note:
    """One line of a team's audit: who did what to whom or what, when and why, and what that changed."""

    at: str
    who: str
    action: str
    target: str
    person: str | None
    why: str | None
    changes: Mapping[str, Any]
