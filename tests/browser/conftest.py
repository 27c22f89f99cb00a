"""A browser, hubs that it looks at, and providers that people sign in with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import ARGUMENTS, program
from tests.browser.watched import Watched, watched
from tests.sso.openid import Canaille, canaille
from tests.sso.samlidp import Idp, idp


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for one file of tests."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def owner(browser: Browser) -> Iterator[Watched]:
    """The browser of whoever looks after a team."""
    with watched(browser) as made:
        yield made


@pytest.fixture
def somebody(browser: Browser) -> Iterator[Watched]:
    """The browser of somebody who uses the product."""
    with watched(browser) as made:
        yield made


@pytest.fixture(scope="module")
def openid_provider() -> Iterator[Canaille]:
    """A real OpenID provider."""
    with canaille() as provider:
        yield provider


@pytest.fixture(scope="module")
def saml_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Idp]:
    """A real SAML identity provider."""
    with idp(tmp_path_factory.mktemp("idp")) as provider:
        yield provider
