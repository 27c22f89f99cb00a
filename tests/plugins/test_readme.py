"""What the README of the plugins says is so."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

import plugins
from hub.engine.answering.translate import hear
from hub.engine.common.plugins import Plugins
from hub.spi import EVENTS, Change, Event, Objection, Person, Seat, hookspecs
from hub.spi.messages import patch

README = Path(plugins.__file__).with_name("README.md").read_text(encoding="utf-8")


def hooks() -> dict[str, Any]:
    """Return the hooks by name, in the order in which they are written."""
    return {
        name: function
        for name, function in vars(hookspecs).items()
        if inspect.isfunction(function) and hasattr(function, f"{hookspecs.NAME}_spec")
    }


def colour(function: Any) -> str:
    """Return how a hook is called, in the words of the table."""
    return "async" if inspect.iscoroutinefunction(function) else "sync"


def example(number: int) -> ModuleType:
    """Return the plugin that the README shows there, as the module that it would be."""
    module = ModuleType("provisioning_hub_acme")
    exec(re.findall(r"```python\n(.*?)```", README, re.DOTALL)[number], vars(module))
    return module


def test_table_of_hooks_is_hookspecs_to_the_signature():
    """Each hook has its row: its signature as it is written, and whether it is awaited."""
    rows = re.findall(r"^\| `(\w+)(\(.*?)` \| (sync|async)", README, re.MULTILINE)
    written = [
        (name, str(inspect.signature(function)).replace("'", ""), colour(function))
        for name, function in hooks().items()
    ]

    assert written == [(name, signature.replace(r"\|", "|"), said) for name, signature, said in rows]


def test_events_are_the_hooks_that_hear_them():
    """The name of an event is the name of its hook, and every async hook hears one."""
    assert list(EVENTS) == [name for name, function in hooks().items() if colour(function) == "async"]


def test_the_example_is_a_whole_plugin():
    """What the README shows can be loaded and spoken."""
    house = Plugins.load(example(0), installed=False)

    heard = hear(house.dialect("acme"), patch({"op": "ADD", "path": "title", "value": "Guide"}), strict=False)
    assert (patch({"op": "add", "path": "title", "value": "Guide"}), ("shouted-op",)) == heard


def test_the_example_of_hooks_is_a_whole_plugin():
    """It chooses, objects and listens as the README says."""
    house = Plugins.load(example(1), installed=False)
    ann, bob = (
        Person(id=name, team="t", user_name=f"{name}@{domain}", active=True, user_type=kind)
        for name, domain, kind in [("ann", "acme.example", "Contractor"), ("bob", "b.example", None)]
    )

    assert [Seat("viewer"), None] == [house.choose_seat(each) for each in (ann, bob)]
    assert [[], [Objection]] == [
        [type(said) for said in house.review_grant(Change(team="t", connection="c", before=None, after=each))]
        for each in (ann, bob)
    ]
    assert ["seat_taken"] == list(house.listeners()["provisioning_hub_acme"])


@pytest.mark.parametrize("value", [Person, Change, Event])
def test_fields_are_those_of_the_values(value: type):
    """Whoever writes a hook finds every field of what it is told, and no other."""
    (row,) = re.findall(rf"^\| `{value.__name__}` \| (.*) \|$", README, re.MULTILINE)

    assert [field.name for field in attrs.fields(value)] == re.findall(r"`(\w+)`", row)


@pytest.mark.parametrize("module", ["rewrites", "removals", "messages", "tolerant"])
def test_modules_it_names_are_there(module):
    """A name in the README leads somewhere."""
    assert f"`hub.spi.{module}`" in README
    assert import_module(f"hub.spi.{module}")
