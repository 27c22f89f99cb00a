"""Whom the referees from outside hold to the RFCs: each dialect, in both profiles."""

from __future__ import annotations

from hub.teams import Profile

CONNECTIONS = [(idp, profile) for idp in ("generic", "okta", "entra") for profile in Profile]
