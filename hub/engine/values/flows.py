"""Sign-ins under way: what for, in whose browser, by what they are proved, and what came of them."""

from __future__ import annotations

import enum

from attrs import frozen

from hub.providers import Identity, Proof

#: The seconds that a sign-in may take.
FLOW_SECONDS = 600


class Purpose(enum.StrEnum):
    """What somebody signs in for: to the portal, to the product, or to try whether sign-in works."""

    PORTAL = "portal"
    PRODUCT = "product"
    TEST = "test"


@frozen(kw_only=True)
class Errand:
    """What somebody signs in for, and where they are to *return to*: a page of the portal, or the product.

    A product gives a *state* of its own, and as *challenge* the SHA-256 of what only it knows (PKCE, RFC 7636
    §4.2). *by* is who tries whether sign-in works.
    """

    purpose: Purpose
    return_to: str = ""
    state: str = ""
    challenge: str = ""
    by: str = ""


@frozen(kw_only=True)
class Flow:
    """One sign-in, kept under a digest of its state; *browser* is a digest of what the browser holds.

    Once the provider has answered it has the *identity* of whoever signed in, or the *fault* for which the
    answer is not believed.
    """

    id: str
    team: str
    provider: str
    errand: Errand
    proof: Proof
    browser: str
    expires_at: str
    identity: Identity | None = None
    fault: str | None = None

    @property
    def answered(self) -> bool:
        """Say whether it is known what came of it."""
        return self.identity is not None or self.fault is not None


@frozen(kw_only=True)
class Code:
    """What a product exchanges for who signed in, once; kept by its digest."""

    digest: str
    team: str
    person: str
    errand: Errand
    auth_time: int | None
    expires_at: str
