"""What means something to a database means nothing in a filter, an order, a list of names or an id."""

from __future__ import annotations

import json
import random
from typing import Any
from urllib.parse import quote

import pytest
from attrs import frozen

from hub.scim.extensions import types_of
from hub.scim.folding import fold
from hub.scim.match import matches
from hub.scim.parsing import parse_filter
from hub.scim.schema import ResourceType
from hub.teams import Profile
from tests.author import BY
from tests.digest import digest
from tests.inprocess import Bench
from tests.input.test_hostile import TEXTS
from tests.protocol.provider import USER, Provider
from tests.scale import scale

pytestmark = [pytest.mark.input, pytest.mark.timeout(14_400)]

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

#: A URN and names as odd as they may be.
ODD = "urn:example:100%25_@x~+/..:Odd-_"
SCHEMA = {
    "id": ODD,
    "attributes": [{"name": "a-_b"}, {"name": "SELECT"}, {"name": "or"}, {"name": "c", "multiValued": True}],
}

CORPUS = [
    *TEXTS,
    "'", "''", '"', '""', "`", ";", "--", "/*", "\\",
    "\\\\", "\\'", '\\"', "%", "_", "%%", "a%b",
    "a_b", "a\\%b",
    "*", "?", "[a-z]", "[", "]", "[^x]", "^", ".*", '$."title"', '$."x"', "$.title", "$[0]", "$", "{}",
    '{"a":1}',
    '","userName":"', '"title":"', 'title":"x","', "title", "\u007f", "\u0080", "\u2028", "\uffff",
    "\U0010ffff",
    "\t", "\n", "\r\n", "\u0130", "\u017f", "\ufb01", "\u1e9e", "$1", "$2", ":1", "?1", "@x", "%s", "{0}",
    "E'x'",
    "0", "0.0", "1e3", "NULL", "' OR ''='", "1; SELECT pg_sleep(9)", "') UNION SELECT * FROM tokens --",
    "x" * 1000, "\u00e9" * 500, "%" * 999, "\\" * 500, "'" * 500, "*" * 500, "[" * 500,
    "\U0001f600" * 250,
]  # fmt: skip

PATHS = [
    "userName", "title", "externalId", "nickName", "emails.value", "emails", f"{ENTERPRISE}:department", "id",
    f"{ODD}:a-_b", f"{ODD}:SELECT", f"{ODD}:c", "name.familyName",
]  # fmt: skip
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
SORTS = ["userName", "title", "externalId", "nickName"]


@frozen(kw_only=True)
class Crowd:
    """Users who are called as the corpus says, as they are told, and of what type they are."""

    provider: Provider
    users: list[dict[str, Any]]
    type: ResourceType

    def found(self, **query: str) -> list[str]:
        """Return whom a query finds, in order."""
        return [each["id"] for each in self.provider.get("/Users", count="1000", **query)["Resources"]]


@pytest.fixture(scope="module")
def crowd(house: Bench) -> Crowd:
    """Make the crowd."""
    provider = Provider.new(house, Profile.STRICT)
    engine = house.house
    house.run(engine.schemas.add(provider.way.team, json.dumps(SCHEMA).encode(), kind="User", by=BY))
    for number, text in enumerate(CORPUS):
        provider.user(
            f"{text}{number}",
            schemas=[USER, ENTERPRISE, ODD],
            externalId=f"{text}",
            nickName=text.upper(),
            emails=[{"value": text, "type": "work"}, {"value": f"a{text}b", "type": "home"}],
            **({"title": text} if number % 3 else {}),
            **{ENTERPRISE: {"department": text}, ODD: {"a-_b": text, "SELECT": text[:3], "c": [text, "x"]}},
        )
    team = house.run(engine.teams.named(provider.way.team.id))
    users = provider.get("/Users", count="1000")["Resources"]
    assert len(CORPUS) == len(users)
    return Crowd(provider=provider, users=users, type=types_of(team.schemas)["User"])


def filters(chance: random.Random) -> str:
    """Return a filter that compares something with a text of the corpus, or with a part of one."""
    text = chance.choice(CORPUS)
    begin = chance.randrange(len(text))
    part = chance.choice([text, text[begin:], text[:begin], text[begin : begin + 2], text.swapcase()])
    operator, value = chance.choice(OPERATORS), json.dumps(part, ensure_ascii=False)
    chosen = f'emails[value {operator} {value} and type eq "{chance.choice(["work", "home"])}"]'
    one = chance.choice([*(f"{path} {operator} {value}" for path in PATHS), chosen])
    return chance.choice([one, one, f"not ({one})", f'{one} and title co "a"', f'{one} or userName ew "7"'])


def test_filters_find_what_the_matcher_finds(crowd):
    """A text is compared as a text: no quote, wildcard, escape or path of JSON is more than itself."""
    chance = random.Random(3)
    for _ in range(scale(200, trust=40_000) // 2):
        text = filters(chance)
        where = parse_filter(text)

        expected = [each["id"] for each in crowd.users if matches(crowd.type, each, where)]
        assert expected == crowd.found(filter=text), text


def test_each_finds_itself(crowd):
    """Who is called so is found by it, whatever it is, through every index there is."""
    for number, user in enumerate(crowd.users):
        name = ("userName", "externalId", "emails.value")[number % 3]
        value = user["emails"][0]["value"] if name == "emails.value" else user[name]
        found = crowd.found(filter=f"{name} eq {json.dumps(value, ensure_ascii=False)}")

        assert user["id"] in found, (name, value)


@pytest.mark.parametrize("order", ["ascending", "descending"])
@pytest.mark.parametrize("name", SORTS)
def test_order(crowd, name, order):
    """RFC 7644 §3.4.2.3: by the characters that a text has, whoever has none last; then by id."""
    case = crowd.type.by_name[name.lower()].case_exact

    def key(user: dict[str, Any]) -> tuple[bool, str, str]:
        text = user.get(name, "")
        return name not in user, text if case else fold(text), user["id"]

    expected = [each["id"] for each in sorted(crowd.users, key=key, reverse=order == "descending")]
    assert expected == crowd.found(sortBy=name, sortOrder=order)


def test_no_name_is_more_than_a_name(crowd):
    """In sortBy a text of the corpus is refused; in attributes too, or it names nothing."""
    for text in CORPUS:
        asked = quote(text)
        order = crowd.provider.ask("GET", f"/Users?sortBy={asked}&count=1")
        names = crowd.provider.ask("GET", f"/Users?attributes={asked}&count=1")
        if text != "title":
            assert (400, "invalidPath") == (order.status_code, order.json()["scimType"]), text
        if names.status_code == 400:
            assert "invalidPath" == names.json()["scimType"], text
        else:
            assert {"schemas", "id"} >= {*names.json()["Resources"][0]} - {"title"}, text


def test_no_id_is_more_than_an_id(crowd):
    """A text of the corpus is nobody's id, not even to be removed by; nothing is stored."""
    provider = crowd.provider
    stored = digest(provider.hub.house.database, provider.way.team.id)
    before = provider.hub.run(stored)
    for text in CORPUS:
        answer = provider.ask("DELETE", f"/Users/{quote(text, safe='')}")

        assert answer.status_code in {400, 404}, text
    again = digest(provider.hub.house.database, provider.way.team.id)
    assert before == provider.hub.run(again)
