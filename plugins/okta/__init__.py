"""Okta, as its SCIM 2.0 reference describes it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from hub.spi import Dialect, Guide, Inbound, Policy, Probe, Verb, hookimpl, read_guide

from .quirks import HEARS


def _guide(name: str, file: str) -> Guide:
    return read_guide(name, files(__name__).joinpath(file).read_text(encoding="utf-8"))


def _page(**query: str) -> Inbound:
    return Inbound(verb=Verb.SEARCH, query=query)


#: What it asks when its settings are tested or saved: two users, whoever they are.
TEST: Final = Probe(
    query={"startIndex": "1", "count": "2"},
    source="https://github.com/oktadeveloper/okta-blog-archive/pull/1956",
    example=_page(startIndex="1", count="2"),
    # an import, and the look-up before somebody is made
    spares=(
        _page(startIndex="1", count="100"),
        _page(filter='userName eq "ann@a.example"', startIndex="1", count="100"),
    ),
)

OKTA: Final = Dialect(
    name="okta",
    title="Okta",
    hears=HEARS,
    # Okta sends its header as configured, with or without Bearer, and tries nothing again but a 429.
    policy=Policy(bare_token=True, unavailable_status=429),
    # What failed is a task until somebody takes it up: nothing is tried again by itself.
    retry="In Okta: Dashboard, Tasks, select the failed one, Retry Selected.",
    test=TEST,
    # It pushes changes as they happen, and says nothing in between.
    silent_hours=24,
    guides=(_guide("okta", "guide.md"), _guide("okta-template", "template.md")),
)


@hookimpl
def register_dialects() -> Iterable[Dialect]:
    """Return what Okta speaks."""
    return (OKTA,)
