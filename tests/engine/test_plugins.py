"""Pluggy behind one typed face."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata

import pytest

from hub.engine.common.plugins import PluginError, Plugins, UnknownDialect
from hub.spi import NAME, UNDECIDED, Change, Choice, Dialect, Event, Objection, Person, Seat, hookimpl

ANN = Person(id="p1", team="t1", user_name="ann@a.example", active=True)
TAKEN = Event(
    id="e1",
    name="seat_taken",
    at=datetime(2026, 1, 1, tzinfo=UTC),
    team="t1",
    connection="c1",
    kind="User",
    resource="u1",
    person="p1",
    version=1,
    before=None,
    after=None,
    seat="standard",
    quirks=(),
    cause="hx_1",
)


class Acme:
    """A plugin that speaks a dialect."""

    @hookimpl
    def register_dialects(self) -> Iterable[Dialect]:
        """Return one dialect with another name."""
        return [Dialect(name="acme", title="Acme", aliases=("apex",))]


class Apex:
    """A plugin whose dialect has the other name of Acme's."""

    @hookimpl
    def register_dialects(self) -> Iterable[Dialect]:
        """Return a dialect."""
        return [Dialect(name="apex", title="Apex")]


class Contractors:
    """A plugin with opinions about seats."""

    @hookimpl
    def choose_seat(self, person: Person) -> Choice | None:
        """Let contractors in for nothing, and wait for the groups of guests."""
        choices: dict[str | None, Choice] = {"Contractor": Seat.none(), "Guest": UNDECIDED}
        return choices.get(person.user_type)

    @hookimpl
    def review_grant(self, change: Change) -> Objection | None:
        """Refuse whoever is called bob."""
        return Objection("bob may not come in") if change.after.user_name == "bob" else None


class Billing:
    """A plugin that listens."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    @hookimpl
    async def seat_taken(self, event: Event) -> None:
        """Write it down."""
        self.heard.append(event.id)

    @hookimpl
    async def seat_released(self) -> None:
        """Need no argument."""
        self.heard.append("released")


class Counting(Billing):
    """Another plugin that listens."""


def load(*plugins: object, blocked: tuple[str, ...] = ()) -> Plugins:
    """Load *plugins* and none that is installed."""
    return Plugins.load(*plugins, installed=False, blocked=blocked)


def test_a_dialect_has_all_its_names():
    """An alias leads to the dialect itself; the list has it once."""
    plugins = load(Acme())

    assert plugins.dialect("acme") is plugins.dialect("apex")
    assert ["acme"] == [dialect.name for dialect in plugins.dialects]


def test_an_unknown_dialect_says_which_are_known():
    """The sentence names what was asked for and what there is."""
    with pytest.raises(UnknownDialect, match="no plugin speaks 'acne': known are acme, apex"):
        load(Acme()).dialect("acne")


def test_two_plugins_of_one_dialect_are_an_error():
    """By name or by alias: nobody guesses which one was meant."""
    with pytest.raises(PluginError, match="two plugins speak 'apex': block one of them"):
        load(Acme(), Apex())


def test_blocking_one_of_them_helps():
    """What the sentence advises works."""
    assert "Apex" == load(Acme(), Apex(), blocked=("acme",)).dialect("apex").title


def test_two_plugins_of_one_name_are_an_error():
    """A plugin's name is what it is blocked by."""
    with pytest.raises(PluginError, match="two plugins are called 'acme'"):
        load(Acme(), Acme())


def test_the_first_plugin_with_an_opinion_chooses_the_seat():
    """It says a kind, no seat, or not yet; where none has an opinion, the team's rules are asked."""
    plugins = load(Contractors())

    assert load().choose_seat(ANN) is None
    assert plugins.choose_seat(ANN) is None
    assert Seat(None) == plugins.choose_seat(contractor("Contractor"))
    assert UNDECIDED is plugins.choose_seat(contractor("Guest"))


def contractor(user_type: str) -> Person:
    """Return a person of this type."""
    return Person(id="p2", team="t1", user_name="eve", active=True, user_type=user_type)


def test_every_objection_counts():
    """All plugins are asked; without any there is nothing against it."""
    bob = Person(id="p3", team="t1", user_name="bob", active=True)
    plugins = load(Contractors())

    assert [Objection("bob may not come in")] == plugins.review_grant(granted(bob))
    assert [] == plugins.review_grant(granted(ANN))
    assert plugins.reviews
    assert not load(Billing()).reviews


def granted(person: Person) -> Change:
    """Return the change that lets *person* in."""
    return Change(team="t1", connection="c1", before=None, after=person)


@pytest.mark.anyio
async def test_each_listener_is_told_alone():
    """A plugin that must be told again is, and the others are not."""
    billing, counting = Billing(), Counting()
    listeners = load(billing, counting, Acme()).listeners()

    await listeners["billing"]["seat_taken"](TAKEN)
    await listeners["billing"]["seat_released"](TAKEN)

    assert {"billing", "counting"} == set(listeners)
    assert {"seat_taken", "seat_released"} == set(listeners["billing"])
    assert ["e1", "released"] == billing.heard
    assert [] == counting.heard


@pytest.mark.anyio
async def test_a_listener_that_fails_is_heard_of():
    """Whoever tells it learns that it must be told again."""

    class Broken:
        @hookimpl
        async def seat_taken(self, event: Event) -> None:
            raise RuntimeError(event.id)

    with pytest.raises(RuntimeError, match="e1"):
        await load(Broken()).listeners()["broken"]["seat_taken"](TAKEN)


def test_a_misspelt_hook_is_an_error():
    """Silence would be worse."""

    class Misspelt:
        @hookimpl
        def seat_token(self) -> None: ...

    with pytest.raises(PluginError, match="unknown hook 'seat_token'"):
        load(Misspelt())


def test_an_argument_that_a_hook_does_not_have_is_an_error():
    """A plugin may name fewer arguments, and no others."""

    class Curious:
        @hookimpl
        def choose_seat(self, person: Person, weather: str) -> None: ...

    with pytest.raises(PluginError, match="'curious' does not fit its hooks"):
        load(Curious())


def test_a_hook_of_the_wrong_colour_is_an_error():
    """What is awaited must be awaitable, and what is not must not be."""

    class Blocking:
        @hookimpl
        def seat_taken(self, event: Event) -> None: ...

    class Waiting:
        @hookimpl
        async def choose_seat(self, person: Person) -> None: ...

    with pytest.raises(
        PluginError, match="'seat_taken' of the plugin 'blocking' must be written with 'async def'"
    ):
        load(Blocking())
    with pytest.raises(PluginError, match="'choose_seat' of the plugin 'waiting' must be written with 'def'"):
        load(Waiting())


def test_what_is_installed_comes_in_by_its_entry_point(monkeypatch):
    """The hub's own plugins and a stranger's are found alike; a blocked one is not even opened."""
    doors = (
        metadata.EntryPoint("acme", f"{__name__}:ACME", NAME),
        metadata.EntryPoint("gone", "there.is.no.such.module", NAME),
    )
    monkeypatch.setattr(
        metadata, "entry_points", lambda *, group: [door for door in doors if door.group == group]
    )
    monkeypatch.setattr(
        metadata.EntryPoint, "load", lambda door: Acme() if door.name == "acme" else __import__(door.value)
    )

    assert "Acme" == Plugins.load(blocked=("gone",)).dialect("acme").title


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch):
    """The sentence says which distribution brought it, which object it is, and what is wrong."""
    (door,) = metadata.EntryPoints([metadata.EntryPoint("gone", "no_such_module_of_acme", NAME)])
    monkeypatch.setattr(metadata, "entry_points", lambda **_: [door])

    with pytest.raises(
        PluginError, match=r"plugin 'gone' of an unknown distribution .* 'no_such_module_of_acme'"
    ):
        Plugins.load()


def test_the_distribution_is_named(monkeypatch, tmp_path):
    """An operator knows distributions, and removes them by name."""
    info = tmp_path / "acme_scim-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-scim\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[{NAME}]\ngone = no_such_module_of_acme\n")
    doors = metadata.PathDistribution(info).entry_points
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: doors.select(group=group))

    with pytest.raises(
        PluginError, match=r"'gone' of acme-scim 1\.2 cannot be imported from 'no_such_module_of_acme'"
    ):
        Plugins.load()


def test_plugins_describe_themselves():
    """What `hub plugins` shows of each: its hooks, dialects and quirks."""
    shown = {each["name"]: each for each in load(Acme(), Billing()).describe()}

    assert ["register_dialects"] == shown["acme"]["hooks"]
    assert ["acme"] == shown["acme"]["dialects"]
    assert [] == shown["billing"]["dialects"]
    assert ["seat_released", "seat_taken"] == shown["billing"]["hooks"]
    assert shown["acme"]["version"] is None


def test_the_houses_own_plugins_come_in_by_the_front_door():
    """Installed, the hub speaks these dialects, and says where they come from."""
    plugins = Plugins.load()

    assert {"okta", "entra", "generic"} <= {dialect.name for dialect in plugins.dialects}
    assert plugins.dialect("azure") is plugins.dialect("entra")
    assert "provisioning-hub" == {each["name"]: each for each in plugins.describe()}["okta"]["distribution"]
