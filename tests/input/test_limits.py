"""Each limit, with the status and the scimType that the RFCs have for what is past it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen

from hub.teams import Profile
from storage.database import Database
from tests.author import BY
from tests.digest import digest
from tests.inprocess import Bench, bench
from tests.input.club import HELD, SCHEMA
from tests.input.limits import AT_THE_LIMIT, CHANGES, FILTERS, OWN, PAGES, SIZES, Case, clubber
from tests.protocol.provider import Provider
from tests.running import database_for
from tests.wire import ERROR

pytestmark = pytest.mark.input


#: Small, so that what is past them is small too.
SETTINGS = {
    "HUB_SERVER__BODY_MAX": "20000",
    "HUB_SCIM__PAGE_MAX": "3",
    "HUB_SCIM__PAGE_DEFAULT": "2",
    "HUB_SCIM__OPERATIONS_MAX": "3",
    "HUB_SCIM__MEMBERS_MAX": "2",
    "HUB_SCIM__BULK_OPERATIONS_MAX": "3",
    "HUB_SCIM__BULK_BYTES_MAX": "5000",
    "HUB_SCIM__FILTER_LENGTH_MAX": "200",
    "HUB_SCIM__FILTER_TERMS_MAX": "3",
    "HUB_SCIM__FILTER_DEPTH_MAX": "2",
    "HUB_SCIM__FILTER_SECONDS": "1",
}


@frozen(kw_only=True)
class Limited:
    """Somebody to ask, and whom to ask for: *ids* fill the places in paths and bodies."""

    provider: Provider
    ids: dict[str, str]

    def ask(self, case: Case) -> Any:
        """Send the request of *case* and return the answer."""
        text = json.dumps(case.body)
        for name, id in self.ids.items():
            text = text.replace(f"<{name}>", id)
        method, _, path = case.asked.format(**self.ids).partition(" ")
        return self.provider.ask(method, path, json.loads(text), **case.headers)

    def stored(self) -> dict[str, Any]:
        """Return all that is known of the team."""
        hub = self.provider.hub
        return hub.run(digest(hub.house.database, self.provider.way.team.id))


#: Each profile and each database, not each with each: limits are the same for all.
PAIRS = {Profile.TOLERANT: "sqlite", Profile.STRICT: "postgres"}


@pytest.fixture(scope="module", params=list(PAIRS))
def limited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Limited]:
    """Three users and a group of two, the same afterwards as before, in a hub whose limits are small."""
    data = tmp_path_factory.mktemp("small")
    with bench(database_for(request, data, PAIRS[request.param]), data, **SETTINGS) as small:
        limited = peopled(small, request.param)
        before = limited.stored()
        yield limited
        assert before == limited.stored()


def peopled(hub: Bench, profile: Profile) -> Limited:
    """Make a provider of *profile* with three users and a group of two."""
    provider = Provider.new(hub, profile)
    hub.run(hub.house.schemas.add(provider.way.team, json.dumps(SCHEMA).encode(), kind="User", by=BY))
    ann, bob = provider.made("/Users", clubber(HELD, "ann"))["id"], provider.user("bob")["id"]
    cid, group = provider.user("cid")["id"], provider.group("G", ann, bob)["id"]
    cursor = provider.get("/Users", cursor="", count="1")["nextCursor"]
    ids = {"ann": ann, "bob": bob, "cid": cid, "group": group, "cursor": cursor}
    return Limited(provider=provider, ids=ids)


@pytest.mark.parametrize("case", [*SIZES, *FILTERS, *PAGES, *CHANGES, *OWN], ids=str)
def test_past_a_limit(limited, case):
    """Status, scimType, and a sentence that names the place (RFC 7644 §3.12, RFC 9865 §2.1)."""
    answer = limited.ask(case)
    error = answer.json()

    assert case.refusal == (answer.status_code, error.get("scimType")), error
    assert ([ERROR], str(answer.status_code)) == (error["schemas"], error["status"])
    assert case.place in error["detail"]


@pytest.mark.parametrize("case", AT_THE_LIMIT, ids=str)
def test_at_a_limit(limited, case):
    """What is just within a limit is answered: it is the limit that refuses the rest."""
    assert 200 == limited.ask(case).status_code


SLOW = Case("a scan", 'GET /Users?filter=title co "x"')


@pytest.mark.parametrize(
    ("asked", "told"), [("", 2), ("count=4", 3), ("count=999", 3), ("count=0", 0), ("count=-1", 0)]
)
def test_a_page_is_clamped(limited, asked, told):
    """RFC 7644 §3.4.2.4: more than a page is a page, less than nothing is nothing."""
    answer = limited.provider.ask("GET", f"/Users?{asked}").json()

    assert (3, told) == (answer["totalResults"], answer["itemsPerPage"])


def test_a_search_that_takes_too_long(limited, monkeypatch):
    """RFC 7644 §3.12: what is not found in time is tooMany, and the hub goes on."""

    async def endless(*_: object) -> None:
        await asyncio.sleep(60)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "scan", endless)
        answer = limited.ask(SLOW)

    assert (400, "tooMany") == (answer.status_code, answer.json()["scimType"])
    assert "1 seconds" in answer.json()["detail"]
    assert 200 == limited.ask(SLOW).status_code
