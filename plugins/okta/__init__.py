"""Okta, as its SCIM 2.0 reference describes it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from hub.spi import Dialect, Policy, hookimpl

from .quirks import HEARS

OKTA: Final = Dialect(
    name="okta",
    title="Okta",
    hears=HEARS,
    # Okta sends its header as configured, with or without Bearer, and tries nothing again but a 429.
    policy=Policy(bare_token=True, unavailable_status=429),
    # What failed is a task until somebody takes it up: nothing is tried again by itself.
    retry="In Okta: Dashboard, Tasks, select the failed one, Retry Selected.",
    guide=files(__name__).joinpath("guide.md").read_text(encoding="utf-8"),
)


@hookimpl
def register_dialects() -> Iterable[Dialect]:
    """Return what Okta speaks."""
    return (OKTA,)
