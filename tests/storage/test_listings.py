"""People as administrators list them: searched, narrowed, and a page at a time, on both databases."""

from __future__ import annotations

import pytest
from attrs import evolve
from tortoise.connection import get_connections

from hub.engine.values.listing import PAGE, Condition, Turn, Wanted
from hub.engine.values.scope import Scope
from storage.dossiers import DatabaseDossiers
from storage.listings import DatabaseListings
from tests.storage.conftest import NOW, user

FIRST = Turn()


@pytest.fixture
def listings(database):
    """Return what is asked."""
    return DatabaseListings(database=database, patience=5)


async def found(listings, team="t", **wanted):
    """Return the ids of the first page of who is *wanted*."""
    return list((await listings.people(team, Wanted(**wanted), FIRST)).rows)


async def by_hand(world, person, address, name):
    """Have an administrator vouch for somebody."""

    async def work(unit):
        owner = await unit.claim(person, address, 0)
        await unit.put_personal(owner, evolve(await unit.personal(owner), by_hand=True, name=name))
        await unit.recount(owner)

    await world.registry.store(Scope(team="t")).write(work, reference="test")


async def test_pages_hold_everybody_once_in_both_directions(world, listings):
    """Forwards, the newest first, and back again: nobody is left out, nobody comes twice."""
    ids = [f"u{n:03}" for n in range(2 * PAGE + 7)]
    await world.add(*map(user, ids))
    turn, pages = FIRST, []
    while turn is not None:
        page = await listings.people("t", Wanted(), turn)
        pages.append(list(page.rows))
        turn, previous = page.next, page.previous

    assert [f"p-{id}" for id in reversed(ids)] == [each for page in pages for each in page]
    assert [PAGE, PAGE, 7] == [len(page) for page in pages]
    back = await listings.people("t", Wanted(), previous)
    assert pages[1] == list(back.rows)
    assert pages[0] == list((await listings.people("t", Wanted(), back.previous)).rows)
    assert None is (await listings.people("t", Wanted(), back.previous)).previous


CALLED = {
    "ann": ["p-dan", "p-ann"],
    "nn@a.exa": ["p-ann"],
    "müller": ["p-ann"],
    "work@b.example": ["p-bob"],
    "bob jr": ["p-bob"],
    "ärger": ["hand"],
    "hand@c": ["hand"],
    "o": ["p-bob"],
    '"': ["p-bob"],
    "work": ["p-bob"],
    "engineer": [],
    "name": [],
    "%": [],
    "a_n": [],
    "a*n": [],
    "nobody": [],
    "null": [],
    "ul": [],
    ",": ["p-dan"],
    "ann, ": ["p-dan"],
    "\\d": ["p-dan"],
}


async def test_who_is_called_so(world, listings):
    """A part of a name, a userName or an address finds them; a title, or an attribute's name, does not."""
    ann = user("ann", userName="Ann@a.example", name={"familyName": "MÜLLER"}, title="Engineer of bulk")
    bob = user("bob", displayName='Bob Jr "the Hob"', emails=[{"value": "work@b.example", "type": "work"}])
    await world.add(ann, connection="c1")
    await world.add(bob, user("dan", displayName="Ann, \\Dan"), connection="c2")
    await world.add(user("ann2", userName="ann@a.example"), connection="d1", team="u")
    await by_hand(world, "hand", "hand@c.example", "Max Ärger")

    assert CALLED == {text: await found(listings, text=text) for text in CALLED}


async def test_somebody_with_two_users_is_found_once(world, listings):
    """However many connections say a name, it is one person; each of their users finds them."""
    await world.add(user("u1", userName="ann"))
    await world.add(evolve(user("u2", userName="ann smith"), person="p-u1"), connection="c2")

    assert ["p-u1"] == await found(listings, text="ann")
    assert ["p-u1"] == await found(listings, text="ann", connection="c2")
    assert [] == await found(listings, text="bob", connection="c2")


async def test_somebody_with_many_users_takes_one_place(world, listings):
    """However many users of one person fit, they keep nobody else off the page."""
    await world.add(user("a-old", displayName="Ann"))
    await world.add(*(evolve(user(f"b{n}", displayName="Ann"), person="p-b") for n in range(PAGE + 2)))
    page = await listings.people("t", Wanted(text="ann"), FIRST)

    assert (["p-b", "p-a-old"], None) == (list(page.rows), page.next)


async def test_what_is_searched_follows_each_write(world, listings):
    """A new name finds them, the old one does not any more; who is deleted is not found by it."""
    before = user("u1", displayName="Ann")
    await world.add(before)
    after = before.changed({**before.document, "displayName": "Zoe"}, at=NOW)
    await world.write(lambda unit: unit.update(before, after, exclusive=True))

    assert ([], ["p-u1"]) == (await found(listings, text="ann"), await found(listings, text="zoe"))
    await world.write(lambda unit: unit.delete(after))
    assert [] == await found(listings, text="zoe")
    assert ["p-u1"] == await found(listings)


@pytest.fixture
async def crowd(world):
    """Return a world with somebody of each condition."""
    names = ("seated", "waiting", "undecided", "kept", "seatless", "removed", "suspended")
    for name in names:
        await world.add(user(name, active=name not in {"kept", "removed"}))
    await by_hand(world, "hand", "hand@c.example", None)
    rows = world.database.rows
    for name, kind in (("seated", "standard"), ("kept", "viewer"), ("suspended", "standard")):
        await rows(
            "INSERT INTO seats (team_id, kind, bought) VALUES ('t', $1, 9) ON CONFLICT DO NOTHING", kind
        )
        await rows(
            "INSERT INTO holdings (team_id, person_id, kind, since) VALUES ('t', $1, $2, $3)",
            *(f"p-{name}", kind, NOW),
        )
    await rows(
        "INSERT INTO waiting (team_id, person_id, kind, number, since)"
        " VALUES ('t', 'p-waiting', 'standard', 1, $1)",
        NOW,
    )
    await rows("UPDATE persons SET settle_at = $1 WHERE id = 'p-undecided'", NOW)
    await rows("UPDATE persons SET suspended = 'lost' WHERE id = 'p-suspended'")
    return world


STANDING = {
    Condition.SEATED: ["p-seated"],
    Condition.WAITING: ["p-waiting"],
    Condition.UNDECIDED: ["p-undecided"],
    Condition.KEPT: ["p-kept"],
    Condition.SEATLESS: ["p-seatless", "hand"],
    Condition.REMOVED: ["p-removed"],
    Condition.SUSPENDED: ["p-suspended"],
    Condition.BY_HAND: ["hand"],
    Condition.REFUSED: [],
}


async def test_a_list_is_narrowed(crowd, listings):
    """To those who stand so, and to nobody else."""
    assert STANDING == {each: await found(listings, condition=each) for each in Condition}


async def test_narrowings_hold_together(crowd, listings):
    """Kinds are of seats held or waited for; all that is said holds at once."""
    assert ["p-waiting", "p-suspended", "p-seated"] == await found(listings, kind="standard")
    assert ["p-kept"] == await found(listings, kind="viewer")
    assert [] == await found(listings, connection="c2")
    assert ["p-seated"] == await found(listings, kind="standard", condition=Condition.SEATED, connection="c1")
    assert ["p-suspended"] == await found(listings, text="s", condition=Condition.SUSPENDED, connection="c1")
    assert [] == await found(listings, team="u", condition=Condition.SEATED)


async def test_pages_of_a_search(world, listings):
    """What was searched for goes on where the page ended, in both directions."""
    await world.add(*(user(f"u{n:03}", displayName=f"Ann {n % 2}") for n in range(2 * PAGE + 4)))
    wanted = Wanted(text="ann 1")
    first = await listings.people("t", wanted, FIRST)
    second = await listings.people("t", wanted, first.next)

    assert [f"p-u{n:03}" for n in range(2 * PAGE + 3, 0, -2)] == [*first.rows, *second.rows]
    assert first.rows == (await listings.people("t", wanted, second.previous)).rows


async def test_who_was_refused(world, listings):
    """By connection and name, a page at a time, narrowed as people are; another team's are not there."""
    names = [f"r{n:03}" for n in range(PAGE + 2)]
    for name in names:
        await world.write(lambda unit, name=name: unit.refused(name, "standard"))
    await world.write(lambda unit: unit.refused("Ann", "viewer"), connection="c2")
    await world.write(lambda unit: unit.refused("zoe", "viewer"), connection="d1", team="u")

    first = await listings.refused("t", Wanted(), FIRST)
    second = await listings.refused("t", Wanted(), first.next)
    assert [*names, "Ann"] == [each.user_name for each in (*first.rows, *second.rows)]
    assert first.rows == (await listings.refused("t", Wanted(), second.previous)).rows
    for wanted in (Wanted(text="nn"), Wanted(kind="viewer"), Wanted(connection="c2")):
        assert ["Ann"] == [each.user_name for each in (await listings.refused("t", wanted, FIRST)).rows]
    assert ["Ann"] == [each.user_name for each in await listings.refused_as("t", ["ann", "zoe"])]


async def test_sign_ins(world, listings):
    """Each person's, the latest first, with the provider's title."""
    await world.add(user("ann"), user("bob"))
    for provider in ("one", "two"):
        await world.database.rows(
            "INSERT INTO providers (id, team_id, protocol, title, settings, domains, created_at)"
            " VALUES ($1, 't', 'oidc', $1, '{}', '', $2)",
            *(provider, NOW),
        )
        await world.database.rows(
            "INSERT INTO subjects (provider_id, subject, team_id, person_id, address, first_at, last_at)"
            " VALUES ($1, 's', 't', 'p-ann', 'ann@a.example', $2, $1)",
            *(provider, NOW),
        )

    signed_in = await listings.sign_ins("t", ["p-ann", "p-bob"])
    assert {"p-ann": ["two", "one"]} == {
        who: [each.provider for each in said] for who, said in signed_in.items()
    }
    assert {} == await listings.sign_ins("u", ["p-ann"])


async def test_the_users_of_a_person(world, listings):
    """Of all connections, active or not, each after its connection."""
    await world.add(user("u1", active=False))
    await world.add(evolve(user("u2"), person="p-u1"), connection="c2")

    assert [("c1", "u1"), ("c2", "u2")] == [(way, each.id) for way, each in await listings.users("t", "p-u1")]
    assert [] == list(await listings.users("u", "p-u1"))


async def test_what_is_known_of_one_costs_the_same_among_many(world):
    """However many people there are, and seats that anybody ever held: SQLite reads none but theirs."""
    if world.database.dialect != "sqlite":
        return  # PostgreSQL plans by what there is: of a few rows it reads all
    costs = []
    for number in (1, 200):
        await world.add(*(user(f"{number}-{n}") for n in range(number)))
        for n in range(number):
            await by_hand(world, f"hand-{number}-{n}", f"{number}.{n}@c.example", None)
            await world.database.rows(
                "INSERT INTO holdings (team_id, person_id, kind, since, until)"
                " VALUES ('t', $1, 'standard', $2, $2)",
                *(f"hand-{number}-{n}", NOW),
            )
        costs.append(
            await steps(DatabaseDossiers(database=world.database, patience=5).some("t", ["hand-1-0"]))
        )

    assert costs[1] < 1.2 * costs[0]


async def steps(asked):
    """Return how many tens of steps SQLite's machine takes for what is *asked*."""
    taken = []
    file = get_connections().get("sqlite-read")._connection._conn
    file.set_progress_handler(lambda: taken.append("ten"), 10)
    await asked
    file.set_progress_handler(None, 0)
    return len(taken)
