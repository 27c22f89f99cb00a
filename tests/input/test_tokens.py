"""Who has no valid token learns nothing, not even why."""

from __future__ import annotations

import pytest
from attrs import evolve

from hub import tokens
from hub.engine.values.scope import Scope
from tests.author import BY

pytestmark = pytest.mark.input


@pytest.fixture
async def wrong(hub, target):
    """Return what is no valid token, by what is wrong with it."""
    connected = target.connected
    engine, registry = connected.house, connected.house.registry
    ended, expired = await engine.tokens.create(connected.connection, by=BY)
    over = evolve(ended, expires_at="2020-01-01T00:00:00.000Z")
    await registry.store(Scope(team=ended.team)).write(lambda unit: unit.put(over), reference="over")
    token, revoked = await engine.tokens.create(connected.connection, by=BY)
    await engine.tokens.revoke(token.key_id, by=BY)
    genuine = tokens.parse(connected.token)
    return {
        "missing": "",
        "no token": "Bearer",
        "another scheme": f"Basic {connected.token}",
        "without a scheme": connected.token,
        "noise": "Bearer \x7f' OR 1=1 --",
        "a wrong secret": f"Bearer {tokens.Credential(genuine.key_id, 'A' * 43)}",
        "an unknown key": f"Bearer {tokens.Credential('A' * 12, genuine.secret)}",
        "cut short": f"Bearer {connected.token[:-1]}",
        "expired": f"Bearer {expired}",
        "revoked": f"Bearer {revoked}",
        "another connection's": f"Bearer {(await hub.connection('okta', team=connected.team)).token}",
        "another team's": f"Bearer {(await hub.connection('generic')).token}",
    }


async def test_wrong_tokens_all_hear_the_same(target, wrong):
    """Whatever is wrong, the answer is one 401 with WWW-Authenticate, to the byte."""
    heard = {
        name: await target.wire.send("GET", "/Users", authorization=text) for name, text in wrong.items()
    }

    assert {(401, None)} == {answer.refusal for answer in heard.values()}
    assert {'Bearer realm="scim"'} == {answer.headers["www-authenticate"] for answer in heard.values()}
    assert 1 == len({answer.body for answer in heard.values()})


async def test_unknown_connections_are_no_different(target):
    """A valid token tells nothing about connections that are not its own, there or not."""
    other = await target.wire.send("GET", "/Users", authorization="Bearer no")
    for id in ("nobody", "%27", "..%2e", target.user, "0" * 4000):
        answer = await target.wire.raw("GET", f"/scim/v2/{id}/Users".encode())

        assert (401, None) == answer.refusal, id
        assert other.body == answer.body


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig", "/Bulk", "/x", ""])
async def test_every_path_needs_its_token(target, path):
    """Discovery and what is not there need a token like everything else."""
    assert (401, None) == (await target.wire.send("GET", path, authorization="Bearer no")).refusal


async def test_a_new_token_works_beside_the_old(target):
    """Tokens overlap, so that one can be changed without a gap; a revoked one is out at once."""
    engine = target.connected.house
    token, text = await engine.tokens.create(target.connected.connection, by=BY)

    assert 200 == (await target.wire.send("GET", "/Users", authorization=f"Bearer {text}")).status
    assert 200 == (await target.wire.send("GET", "/Users")).status
    await engine.tokens.revoke(token.key_id, by=BY)
    assert (401, None) == (await target.wire.send("GET", "/Users", authorization=f"Bearer {text}")).refusal
