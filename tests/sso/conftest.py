"""Providers to sign in with: two real ones, and two that forge."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.inprocess import Bench
from tests.running import database_for
from tests.sso.forgery import Hand
from tests.sso.house import open_bench
from tests.sso.openid import Canaille, Forger, canaille, forging
from tests.sso.samlidp import Idp, idp


@pytest.fixture(scope="session")
def openid_provider() -> Iterator[Canaille]:
    """A real OpenID provider for the whole run."""
    with canaille() as provider:
        yield provider


@pytest.fixture
def forger() -> Iterator[Forger]:
    """An OpenID provider that says whatever a test wants."""
    with forging() as provider:
        yield provider


@pytest.fixture(scope="session")
def saml_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Idp]:
    """A real SAML identity provider for the whole run."""
    with idp(tmp_path_factory.mktemp("idp")) as provider:
        yield provider


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A hub in this process that may ask providers on this machine, for one file of tests."""
    data = tmp_path_factory.mktemp("house")
    with open_bench(database_for(request, data), data) as opened:
        yield opened


@pytest.fixture(scope="session")
def hand() -> Hand:
    """Whoever holds a SAML identity provider's key, or another one."""
    return Hand.new()
