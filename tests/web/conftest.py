"""A hub without an engine: one connection, one token, and whatever a test lets it answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import structlog
from attrs import define, evolve, field
from starlette.responses import PlainTextResponse

from hub.engine.asking.conditions import NO_CONDITIONS, Conditions
from hub.engine.asking.recording import Recording
from hub.engine.asking.requests import REFUSED, Admission, Answer
from hub.engine.product.handover import NoSuchCode
from hub.engine.product.questions import REFUSED as UNKNOWN
from hub.engine.watched.exchanges import Exchange
from hub.scim.errors import Unauthorized
from hub.settings import Settings
from hub.spi import Dialect, Inbound, Json
from hub.teams import ApiKey, Connection, Profile, State, Team
from hub.web.api import Product
from hub.web.app import build
from tests.web.asking import TOKEN, Client


@define
class FakeService:
    """Lets connection c1 in with the right token, remembers what it was asked, and answers as told."""

    dialect: Dialect = field(factory=lambda: Dialect(name="plain", title="Plain"))
    outcome: Answer | Exception = field(factory=lambda: Answer(status=200, body=b"{}", location=None))
    asked: list[Inbound] = field(factory=list)
    base_urls: list[str] = field(factory=list)
    credentials: list[tuple[str, str | None]] = field(factory=list)
    conditions: list[Conditions] = field(factory=list)
    user: str | None = None
    profile: Profile = Profile.TOLERANT

    async def admit(self, connection_id: str, authorization: str | None) -> Admission:
        """Admit c1 with its token."""
        self.credentials.append((connection_id, authorization))
        if (connection_id, authorization) != ("c1", TOKEN):
            raise Unauthorized(REFUSED)
        team = Team(id="t1", name="acme", plan="enterprise", sso_issuer="https://idp.example")
        connection = Connection(
            id="c1", team="t1", idp=self.dialect.name, state=State.ON, profile=self.profile
        )
        return Admission(connection=connection, team=team, dialect=self.dialect, user=self.user)

    async def answer(
        self,
        admission: Admission,
        inbound: Inbound,
        recording: Recording,
        *,
        base_url: str,
        conditions: Conditions = NO_CONDITIONS,
    ) -> Answer:
        """Answer, or raise, what the test wants."""
        self.asked.append(inbound)
        self.base_urls.append(base_url)
        self.conditions.append(conditions)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@define
class FakeQuestions:
    """Lets team t1 in with the right token, remembers whom it was asked for, and answers as told."""

    outcome: dict[str, Json] | Exception = field(factory=lambda: dict[str, Json](max_age=300, revision=7))
    asked: list[str] = field(factory=list)
    credentials: list[tuple[str, str | None]] = field(factory=list)

    async def admit(self, team: str, authorization: str | None) -> ApiKey:
        """Admit t1 with its token."""
        self.credentials.append((team, authorization))
        if (team, authorization) != ("t1", TOKEN):
            raise Unauthorized(UNKNOWN)
        return ApiKey(key_id="k1", team="t1", digest="d", created_at="2026-01-01T00:00:00.000Z")

    async def by_name(self, team: str, names: Sequence[str]) -> list[dict[str, Json]]:
        """Answer, or raise, what the test wants."""
        return [self._answer(name) for name in names]

    async def by_id(self, team: str, person: str) -> dict[str, Json]:
        """Answer, or raise, what the test wants."""
        return self._answer(person)

    async def exchange(self, team: str, code: str, verifier: str, *, issuer: str) -> dict[str, Json]:
        """Answer, or raise, what the test wants; only the right verifier fits."""
        if verifier != "v":
            raise NoSuchCode
        return {**self._answer(code), "assertion": issuer}

    def _answer(self, name: str) -> dict[str, Json]:
        self.asked.append(name)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return {**self.outcome, "person": name}


@define
class House:
    """The application over a fake service, with what it kept."""

    service: FakeService = field(factory=FakeService)
    questions: FakeQuestions = field(factory=FakeQuestions)
    settings: Settings = field(factory=Settings)
    reasons: list[str] | Exception = field(factory=list)
    kept: list[Exchange] = field(factory=list)
    seen: list[tuple[str, Any]] = field(factory=list)
    begun: int = 0

    def client(self) -> Client:
        """Build the application as settings are now, and return a client of it."""
        app = build(
            self.service,
            product=Product(questions=self.questions, handover=self.questions),
            settings=self.settings,
            keeper=self,
            lookout=self,
            ready=self.ready,
            portal=PlainTextResponse("no page", 404),
        )
        return Client(app=app)

    def begin(self) -> Recording:
        """Number the requests as they come."""
        self.begun += 1
        return Recording(f"hx_{self.begun}")

    def keep(self, exchange: Exchange) -> None:
        """Keep everything."""
        self.kept.append(exchange)

    def saw(self, admission, asked, recording, **facts: Any) -> None:
        """Remember what there was to see."""
        self.seen.append((admission.connection.id, facts))

    def turned_away(self, connection: str, authorization: bytes | None, reference: str) -> None:
        """Remember who had no valid token."""
        self.seen.append((connection, authorization))

    async def ready(self) -> list[str]:
        """Say why not, as the test wants."""
        if isinstance(self.reasons, Exception):
            raise self.reasons
        return self.reasons

    def set(self, section: str, **values: Any) -> None:
        """Change settings of one *section*."""
        changed = evolve(getattr(self.settings, section), **values)
        self.settings = evolve(self.settings, **{section: changed})


@pytest.fixture
def house() -> House:
    """A house to be furnished before its client is asked for."""
    return House()


@pytest.fixture
def client(house: House) -> Client:
    """A client of the house as it stands."""
    return house.client()


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    """The lines that were logged."""
    with structlog.testing.capture_logs() as lines:
        yield lines
