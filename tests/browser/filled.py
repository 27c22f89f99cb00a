"""A team with something on each of its pages, called what nobody would be called who means well."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

from attrs import frozen

from hub.engine.signing.drafts import Draft
from hub.engine.values.notes import Author
from hub.house import House
from hub.ledger.policies import Policy
from hub.providers import Protocol
from hub.scim.strictjson import Json
from hub.teams import ENTERPRISE, Role
from hub.web.portal.app import PAGES
from hub.web.portal.pages import TEAM
from tests.browser.place import Place, Provider
from tests.running import ISSUER
from tests.sso.openid import Canaille

GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

#: What some pages want to be asked.
ASKED = {"/book/as-of": "?at=2026-01-01", "/book/statement": "?from=2025-01-01&to=2026-01-01"}

#: What a name does that is taken for something else than text.
TRICKS = (
    "<script>alert({n})</script>", '"><img src=x onerror=alert({n})>', "' onmouseover='alert({n})",
    "</title><script>alert({n})</script>", "<svg/onload=alert({n})>", "javascript:alert({n})",
    '<a href="javascript:alert({n})">Ann</a>', "{{{{ {n} * 7 }}}}{{% raw %}}", "${{alert({n})}}",
    "<style>*{{display:none}}</style>", '<link rel=stylesheet href="https://evil.example/{n}.css">',
    '<img src="https://evil.example/{n}.png">', "<iframe src=https://evil.example/{n}></iframe>",
    "<base href=https://evil.example/{n}/>", "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "&lt;script&gt;alert({n})&lt;/script&gt;", "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe {n}", "עברית {n} Ann",
    "a\N{COMBINING ACUTE ACCENT}" * 60 + " {n}", "W" * 250 + " {n}", "<details open ontoggle=alert({n})>",
    "<form action=https://evil.example/{n}><button>Sign in", "<!--{n}", "]]>{n}<![CDATA[",
    "</textarea></select></option><script>alert({n})</script>",
)  # fmt: skip


def names(count: int) -> list[str]:
    """Return so many names, each trick in its turn."""
    return [trick.format(n=number) for number, trick in enumerate(islice(cycle(TRICKS), count))]


@frozen(kw_only=True)
class Filled:
    """The team's id, a link into it, and the pages that there are of it."""

    place: Place
    team: str
    link: str
    pages: tuple[str, ...]


def filled(place: Place, openid: Canaille, count: int) -> Filled:
    """Fill a team with *count* people and groups of such names, and what else its pages show."""
    with ThreadPoolExecutor(1) as apart:  # the browser has an event loop in this thread
        return apart.submit(asyncio.run, _filled(place, openid, count)).result()


async def _filled(place: Place, openid: Canaille, count: int) -> Filled:
    called = names(count)
    async with place.hub.opened() as house:
        nasty = Author(name="ann@acme.example", why=called[0])
        team = await house.teams.create(called[1], seats=count, plan=ENTERPRISE, sso_issuer=ISSUER, by=nasty)
        await house.purchasing.buy(team, "gold", 1, by=nasty)
        await house.purchasing.set_kind(team, "gold", policy=Policy.WAIT, by=nasty)
        said: Json = {"rules": [{"when": 'userType eq "Gold"', "seat": "gold"}]}
        await house.ruling.apply(team, await house.ruling.read(team, said), by=nasty, progress=str)
        admin = await house.admins.add(team, "bo@acme.example", role=Role.AUDITOR, name=called[2], by=nasty)
        draft = Draft(title=called[3][:80], issuer=openid.issuer, client_id="hub", secret="secret")
        provider = await house.providing.create(team, Protocol.OIDC, draft, by=nasty)
        connection, token = await house.connections.create(
            team, idp="okta", domains=["acme.example"], on=True, by=nasty
        )
        setup, _ = await house.links.for_setup(connection, by=nasty)
        okta = Provider.okta(f"{place.url}/scim/v2/{connection.id}", token)
        users = [_user(okta, number, name) for number, name in enumerate(called)]
        groups = [_group(okta, name, users) for name in called]
        second, opens = await house.connections.create(team, idp="entra", on=True, by=nasty)
        entra = Provider.entra(f"{place.url}/scim/v2/{second.id}", opens)
        assert 201 == entra.create("away@acme.example", displayName=called[0], active=False).status_code
        assert 403 == okta.create(f'{called[0]}"late'[:200]).status_code
        for number in range(2):
            assert 201 == okta.create(f"gold{number}@acme.example", userType="Gold").status_code
        people = await _people(house, team.id)
        await house.people.suspend(team, people[0], by=nasty)
        await house.bookkeeping.seal(team)
        await asyncio.sleep(2)  # exchanges are written beside requests
        told = await house.activity.latest(team, count=count)
        references = [kept["reference"] for _, kept in told]
        ids: Mapping[str, list[str]] = {
            "admin": [admin.id],
            "connection": [connection.id],
            "group": groups,
            "kind": ["standard", "gold"],
            "person": people[1:],  # the first is suspended
            "protocol": ["oidc", "saml"],
            "provider": [provider.id],
            "reference": references,
            "link": [setup.key_id],
            "token": [token.split("_")[1]],
            "action": ["unseat", "remove"],
        }
        _, link = await house.links.for_admin(team, role=Role.OWNER, by=nasty)
    pages = tuple(address for page in PAGES for address in _addresses(page.path, page.method, ids))
    return Filled(place=place, team=team.id, link=f"{place.url}/links/{link}", pages=pages)


def _addresses(path: str, method: str, ids: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield where a page of the team is, below it: for each that there is of what is named in its path."""
    below = path.removeprefix(TEAM)
    if method != "GET" or below == path or below.endswith(("/live", ".csv", ".json", "/test", "/tried")):
        return
    named = re.findall(r"{(\w+)", below)
    for number in range(max([len(ids[name]) for name in named], default=1)):
        address = below
        for name in named:
            address = re.sub(rf"{{{name}[^}}]*}}", ids[name][number % len(ids[name])], address)
        yield address + ASKED.get(address, "")


def _user(provider: Provider, number: int, name: str) -> str:
    said = {"displayName": name, "title": name, "nickName": name, "name": {"formatted": name}}
    answer = provider.create(f"p{number}@acme.example", **said)
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


def _group(provider: Provider, name: str, users: list[str]) -> str:
    members = [{"value": user} for user in users]
    answer = provider.ask("POST", "/Groups", {"schemas": [GROUP], "displayName": name, "members": members})
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


async def _people(house: House, team: str) -> list[str]:
    rows = await house.database.rows("SELECT id FROM persons WHERE team_id = $1 ORDER BY id", team)
    return [str(row["id"]) for row in rows]
