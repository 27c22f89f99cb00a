"""The API of the product whose seats these are: HTTP in, a question for the engine, its answer out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, frozen

from hub import logs
from hub.engine.product.handover import NoSuchCode
from hub.scim.errors import NotFound
from hub.scim.strictjson import FORBIDDEN, dumps
from hub.web import guards, handling, openapi, operations
from hub.web.call import Incoming
from hub.web.operations import TEAM, USERS_MAX, Operation
from hub.web.preconditions import conditions
from hub.web.problems import InvalidParameter, problem
from hub.web.responses import Reply, allowing
from hub.web.routes import Allowed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import Receive, Scope, Send

    from hub.settings import Settings
    from hub.spi import Json
    from hub.web.limits import Limits
    from hub.web.ports import HandOver, Keeper, Questions

JSON = b"application/json"

#: One sentence whatever was wrong with a code, so that it teaches nothing about codes.
NO_CODE = "the code is unknown, over or used already, or the verifier is not the one that it was asked with"


@define(kw_only=True)
class Question(Incoming):
    """A request of the API, filled on the way: *team*, an id, once it is known whose, and the *operation*."""

    team: str | None = None
    operation: Operation | None = None


@frozen(kw_only=True)
class Product:
    """What the engine answers to products."""

    questions: Questions
    handover: HandOver


@frozen(kw_only=True)
class Api:
    """Answers everything under the prefix, as one ASGI application; errors are problem details."""

    product: Product
    settings: Settings
    limits: Limits
    keeper: Keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, then log what came of it."""
        if await handling.turned_away(scope, send):
            return
        call = Question(scope=scope, recording=self.keeper.begin())
        reply = await handling.handled(call, self._answer(call, receive), receive, send, refused=problem)
        logs.request(
            exchange=call.recording.reference,
            connection=None,
            team=call.team,
            operation=call.operation.id if call.operation else str(scope["method"]),
            status=reply.status,
            duration_ms=call.duration_ms(),
        )

    async def _answer(self, call: Question, receive: Receive) -> Reply:
        path = guards.segments(call.scope["raw_path"])
        headers = guards.headers(call.scope["headers"])
        match path:
            case ("api", "v1", "teams", team, *below):
                await self._admit(call, team, headers)
                asked = operations.find(call.scope["method"], ("teams", TEAM, *below))
            case ("api", "v1", *below):
                asked = operations.find(call.scope["method"], tuple(below))
            case _:
                raise NotFound(operations.NOWHERE)
        if isinstance(asked, Allowed):
            return allowing(asked.methods)
        call.operation = asked
        given = _given(guards.parameters(call.scope["query_string"]), asked)
        if call.team is None:
            return self._description
        if asked.body is None:
            return _kept(await self._one(call.team, given), headers)
        said = await self._said(call, headers, receive)
        if asked is operations.SIGNINS:
            return Reply(body=dumps(await self._exchanged(call, call.team, said)), media=JSON)
        return Reply(body=dumps([*await self.product.questions.by_name(call.team, _users(said))]), media=JSON)

    async def _admit(self, call: Question, team: str, headers: Mapping[bytes, bytes]) -> None:
        shown = headers.get(b"authorization")
        key = await self.product.questions.admit(team, None if shown is None else shown.decode("latin-1"))
        call.team = key.team
        self.limits.take(key.key_id, removal=False)

    @property
    def _description(self) -> Reply:
        root = f"{self.settings.server.public_url}/api/v1"
        return Reply(body=dumps(openapi.document(root)), media=JSON)

    async def _one(self, team: str, given: Mapping[str, str]) -> dict[str, Json]:
        match given:
            case {"user": name}:
                return (await self.product.questions.by_name(team, [name]))[0]
            case {"person": id}:
                return await self.product.questions.by_id(team, id)
            case _:
                raise InvalidParameter("user", "one parameter is needed: user (an address) or person (an id)")

    async def _exchanged(self, call: Question, team: str, said: Json) -> dict[str, Json]:
        code, verifier = _texts(said, ("code", "verifier"))
        issuer = call.root(self.settings.server.public_url)
        try:
            return await self.product.handover.exchange(team, code, verifier, issuer=issuer)
        except NoSuchCode:
            raise InvalidParameter("code", NO_CODE) from None

    async def _said(self, call: Question, headers: Mapping[bytes, bytes], receive: Receive) -> Json:
        server = self.settings.server
        return await handling.message(
            *(call, headers, receive),
            among=(JSON,),
            bytes_max=server.body_max,
            seconds=server.body_seconds,
        )


def _given(parameters: Sequence[tuple[str, str]], asked: Operation) -> Mapping[str, str]:
    """Return the one parameter that is given, None for none; raises `InvalidParameter`, which names it."""
    for name, value in parameters:
        if name not in asked.parameters:
            known = f"known: {', '.join(asked.parameters)}" if asked.parameters else "there are none here"
            raise InvalidParameter(name, f"the parameter {name} is unknown; {known}")
        _check(name, value)
    if len(parameters) > 1:
        raise InvalidParameter(
            parameters[1][0], "one parameter is given, once: who is asked for is one person"
        )
    return dict(parameters)


def _users(said: Json) -> list[str]:
    """Return the names in the body of a question for many, or raise `InvalidParameter`, which says where."""
    if not isinstance(said, dict) or not isinstance(users := said.get("users"), list):
        raise InvalidParameter("users", f"the body must be an object with users, a list of up to {USERS_MAX}")
    if unknown := said.keys() - {"users"}:
        raise InvalidParameter(min(unknown), f"the body has a member that is unknown: {min(unknown)}")
    if len(users) > USERS_MAX:
        raise InvalidParameter("users", f"users are at most {USERS_MAX} at once, not {len(users)}")
    return [_check(f"users[{place}]", name) for place, name in enumerate(users)]


def _texts(said: Json, names: Sequence[str]) -> list[str]:
    """Return the texts in a body that has these members and no others, or raise `InvalidParameter`."""
    if not isinstance(said, dict) or (unknown := said.keys() - set(names)):
        where = min(unknown) if isinstance(said, dict) else names[0]
        raise InvalidParameter(where, f"the body must be an object with {' and '.join(names)}, and no more")
    return [_check(name, said.get(name)) for name in names]


def _check(name: str, value: Json) -> str:
    """Return *value*, which names a person; raises `InvalidParameter`."""
    if not isinstance(value, str) or not value or FORBIDDEN.search(value):
        raise InvalidParameter(
            name, f"{name} must be a name: text that is not empty, without control characters"
        )
    return value


def _kept(answer: dict[str, Json], headers: Mapping[bytes, bytes]) -> Reply:
    """Return *answer* with how long it may be kept, or 304 where the asker has the same already."""
    # Weak: the moment in it is another one each time (RFC 9110 §8.8.1).
    tag = f'W/"{answer["revision"]}"'
    said = ((b"etag", tag.encode()),)
    # What is too old may never stand in for an answer that cannot be had.
    cache = f"private, max-age={answer['max_age']}, must-revalidate".encode()
    # Not where it names `*`: that would say of any answer that it is still right.
    if tag.removeprefix("W/") in (conditions(headers).none_match or ()):
        return Reply(status=304, headers=said, cache=cache)
    return Reply(body=dumps(answer), headers=said, media=JSON, cache=cache)
