"""Pictures of the portal's main pages, of a team after a quarter of use: `make pictures`."""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from playwright.sync_api import Browser, sync_playwright

from hub import moments
from hub.assembly import assembling, scim, signing_in, stores
from hub.ledger.policies import Policy
from hub.teams import ENTERPRISE, Connection, Team
from tests.author import BY
from tests.browser.chromium import ARGUMENTS, program
from tests.browser.place import USER
from tests.inprocess import ISSUER, Bench, Way, bench
from tests.running import Hub

DAYS, DOMAIN = 90, "acme.example"

FIRST = (
    "Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gwen", "Hugo", "Ida", "Jon", "Kim", "Lena", "Max",
    "Nora", "Omar", "Pia", "Quentin", "Rosa", "Sam", "Tara",
)  # fmt: skip
LAST = (
    "Berg", "Costa", "Diaz", "Evans", "Fischer", "Gupta", "Hansen", "Ito", "Jones", "Khan", "Lind",
    "Meyer", "Novak", "Okafor", "Park", "Rossi",
)  # fmt: skip

#: Name → page below the team, width, height, theme.
PICTURES = {
    "overview": ("", 1280, 1100, "light"),
    "overview-phone": ("", 390, 844, "dark"),
    "people": ("/people", 1280, 900, "light"),
    "person": ("/people/{person}", 1280, 900, "light"),
    "scim": ("/settings/security/authentication/scim/{connection}", 1280, 1300, "light"),
    "seats": ("/seats", 1280, 900, "light"),
    "book": ("/book", 1280, 900, "light"),
    "activity": ("/activity", 1280, 900, "light"),
    "exchange": ("/activity/{reference}", 1280, 900, "dark"),
}


class Calendar:
    """A clock that is moved by hand, a quarter ago at first."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC) - timedelta(days=DAYS)

    def __call__(self) -> str:
        """Return what time it is."""
        self.now += timedelta(milliseconds=1)
        return moments.written(self.now)

    def seconds(self) -> float:
        """Return the same in seconds."""
        return self.now.timestamp()


def main(folder: Path) -> None:
    """Write the pictures into *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        _used(Path(data)) as (url, link, ids),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program(), args=ARGUMENTS)
        _taken(browser, url, link, ids, folder)
        browser.close()


def _taken(browser: Browser, url: str, link: str, ids: dict[str, str], folder: Path) -> None:
    door = browser.new_context()
    door.new_page().goto(link)
    for name, (path, width, height, theme) in PICTURES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            storage_state=door.storage_state(),
        )
        page = context.new_page()
        page.goto(f"{url}/teams/{ids['team']}{path.format(**ids)}")
        page.screenshot(path=folder / f"{name}.png")
        context.close()
        print(folder / f"{name}.png")  # noqa: T201 - it is a command


@contextmanager
def _used(data: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Serve a hub with a team that has used it for a quarter; yield where, a link into it, and ids."""
    calendar = Calendar()
    database = f"sqlite://{data / 'hub.sqlite'}"
    with _timed(calendar), bench(database, data) as house:
        ids = _lived(house, calendar)
        _, text = house.run(house.house.links.for_admin(house.run(house.house.teams.named("Acme")), by=BY))
    hub = Hub(database_url=database, data=data)
    node = hub.start()
    try:
        yield node.url, f"{node.url}/links/{text}", ids
    finally:
        hub.stop()


@contextmanager
def _timed(calendar: Calendar) -> Iterator[None]:
    """Have houses that are put together meanwhile go by *calendar*."""
    with ExitStack() as stack:
        for module in (assembling, scim, signing_in, stores):
            stack.enter_context(patch(f"{module.__name__}.clock", calendar))
        yield


def _lived(house: Bench, calendar: Calendar) -> dict[str, str]:
    chance = random.Random(3)  # the same pictures each time
    engine, purchasing = house.house, house.house.purchasing
    team = house.run(engine.teams.create("Acme", seats=40, plan=ENTERPRISE, sso_issuer=ISSUER, by=BY))
    house.run(purchasing.buy(team, "viewer", 15, by=BY))
    house.run(purchasing.set_kind(team, "viewer", policy=Policy.WAIT, grace=7 * 86_400, by=BY))
    house.run(
        house.house.ruling.apply(
            team,
            house.run(
                house.house.ruling.read(team, {"rules": [{"when": 'userType eq "Guest"', "seat": "viewer"}]})
            ),
            by=BY,
            progress=str,
        )
    )
    house.house.lookout.timer = calendar.seconds
    okta, entra = _way(house, team, "okta"), _way(house, team, "entra")
    users: list[tuple[Way, str]] = []
    number = 0
    for day in range(DAYS):
        calendar.now += timedelta(days=1)
        for _ in range(chance.choice([0, 1, 1, 2])):
            way = entra if chance.random() < 0.3 else okta
            users += _joined(house, way, number, guest=chance.random() < 0.3)
            number += 1
        if users and chance.random() < 0.12:
            _left(house, *users.pop(chance.randrange(len(users))))
        if day == 60:
            house.run(purchasing.buy(team, "standard", 10, by=BY))
        house.run(house.house.relay.settle())
        house.run(house.house.lookout.write())
    house.run(house.house.relay.promote())
    house.run(house.house.bookkeeping.seal(team))
    _written(house)
    (newest, *_) = house.run(
        house.house.database.rows("SELECT person_id FROM resources WHERE id = $1", users[-1][1])
    )
    (_, told), *_ = house.run(house.house.activity.latest(team, connection=entra.connection.id, count=1))
    return {
        "team": team.id,
        "connection": okta.connection.id,
        "person": str(newest["person_id"]),
        "reference": told["reference"],
    }


def _way(house: Bench, team: Team, idp: str) -> Way:
    made: tuple[Connection, str] = house.run(
        house.house.connections.create(team, idp=idp, domains=[DOMAIN], on=True, by=BY)
    )
    return Way(team=team, connection=made[0], token=made[1])


def _joined(house: Bench, way: Way, number: int, *, guest: bool) -> list[tuple[Way, str]]:
    first, last = FIRST[number % len(FIRST)], LAST[(number * 7 + number // 20) % len(LAST)]
    address = f"{first}.{last}@{DOMAIN}".lower()
    said = {
        "schemas": [USER],
        "userName": address,
        "externalId": f"00u{number:05}",
        "displayName": f"{first} {last}",
        "name": {"givenName": first, "familyName": last},
        "emails": [{"value": address, "type": "work", "primary": True}],
        "active": "True" if way.connection.idp == "entra" else True,
        **({"userType": "Guest"} if guest else {}),
    }
    answer = house.ask(way, "POST", "/Users", said)
    return [(way, str(answer.json()["id"]))] if answer.status_code == 201 else []


def _left(house: Bench, way: Way, user: str) -> None:
    operations = [{"op": "Replace", "path": "active", "value": "False"}]
    said = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
    house.ask(way, "PATCH", f"/Users/{user}", said)


def _written(house: Bench) -> None:
    """Have the exchanges and what was seen written, as they are beside requests."""

    async def written() -> None:
        keeping = asyncio.create_task(house.house.keeper.run())
        await house.house.keeper.close()
        await keeping

    house.run(written())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
