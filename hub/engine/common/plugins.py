"""Pluggy behind a face of our own types: nothing else in the hub imports it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from importlib import metadata
from typing import TypeAlias

import pluggy
from attrs import frozen

from hub.engine.values.errors import AdminError
from hub.spi import EVENTS, NAME, Change, Choice, Dialect, Event, Objection, Person, hookspecs

Listener: TypeAlias = Callable[[Event], Awaitable[None]]


class PluginError(Exception):
    """A plugin cannot be used; the sentence names it and the way out."""


class UnknownDialect(AdminError):
    """No plugin speaks the dialect that was asked for."""


@frozen
class Plugins:
    """The plugins that were loaded, and how their hooks are called."""

    _manager: pluggy.PluginManager
    _speakers: Mapping[str, Dialect]
    _origins: Mapping[str, metadata.Distribution]

    @classmethod
    def load(cls, *plugins: object, installed: bool = True, blocked: Collection[str] = ()) -> Plugins:
        """Register *plugins*, then those installed, but none of the *blocked*; raise `PluginError`."""
        manager = pluggy.PluginManager(NAME)
        manager.add_hookspecs(hookspecs)
        for name in blocked:
            manager.set_blocked(name)
        for plugin in plugins:
            _register(manager, _name(plugin), plugin)
        doors = [door for door in _doors() if door.name not in blocked] if installed else []
        for door in doors:
            _register(manager, door.name, _opened(door))
        _check(manager)
        origins = {door.name: door.dist for door in doors if door.dist is not None}
        return cls(manager, _speakers(manager), origins)

    @property
    def dialects(self) -> tuple[Dialect, ...]:
        """All dialects that can be spoken, by name."""
        return tuple(dialect for name, dialect in sorted(self._speakers.items()) if name == dialect.name)

    def speaks(self, name: str) -> bool:
        """Say whether there is a dialect of this name or alias."""
        return name in self._speakers

    def dialect(self, name: str) -> Dialect:
        """Return the dialect of this name or alias, or raise `UnknownDialect`."""
        if name not in self._speakers:
            known = ", ".join(sorted(self._speakers)) or "none at all"
            raise UnknownDialect(f"no plugin speaks {name!r}: known are {known}")
        return self._speakers[name]

    def choose_seat(self, person: Person) -> Choice | None:
        """Return the seat *person* needs: what the first plugin with an opinion says, None where none has."""
        choice: Choice | None = self._manager.hook.choose_seat(person=person)
        return choice

    @property
    def chooses(self) -> bool:
        """Say whether any plugin implements `choose_seat`."""
        return bool(self._manager.hook.choose_seat.get_hookimpls())

    @property
    def reviews(self) -> bool:
        """Say whether any plugin implements `review_grant`."""
        return bool(self._manager.hook.review_grant.get_hookimpls())

    def review_grant(self, change: Change) -> list[Objection]:
        """Return what plugins have against *change*."""
        objections: list[Objection] = self._manager.hook.review_grant(change=change)
        return objections

    def listeners(self) -> dict[str, dict[str, Listener]]:
        """Return by plugin its asynchronous hooks, by name, each calling this plugin alone."""
        found: dict[str, dict[str, Listener]] = {}
        for name, hooks in _hooks(self._manager):
            heard = {hook: _teller(self._manager, name, hook) for hook in hooks if hook in EVENTS}
            if heard:
                found[name] = heard
        return found

    def describe(self) -> list[dict[str, object]]:
        """Return what `hub plugins` shows of each: name, distribution, version, hooks, dialects, quirks."""
        return [self._described(name, hooks) for name, hooks in _hooks(self._manager)]

    def _described(self, name: str, hooks: list[str]) -> dict[str, object]:
        origin = self._origins.get(name)
        dialects = _dialects(self._manager, name)
        return {
            "name": name,
            "distribution": origin and origin.name,
            "version": origin and origin.version,
            "hooks": hooks,
            "dialects": [dialect.name for dialect in dialects],
            "quirks": [quirk.name for dialect in dialects for quirk in dialect.quirks],
        }


def _name(plugin: object) -> str:
    """Return the last word of a module's name, or the name of an object's class in small letters."""
    module = getattr(plugin, "__name__", None)
    return module.rpartition(".")[2] if isinstance(module, str) else type(plugin).__name__.lower()


def _doors() -> list[metadata.EntryPoint]:
    return sorted(metadata.entry_points(group=NAME), key=lambda door: door.name)


def _opened(door: metadata.EntryPoint) -> object:
    try:
        return door.load()
    except Exception as error:
        whose = f"{door.dist.name} {door.dist.version}" if door.dist else "an unknown distribution"
        raise PluginError(
            f"the plugin {door.name!r} of {whose} cannot be imported from {door.value!r}"
            f" ({type(error).__name__}: {error}): mend, remove or block it"
        ) from error


def _register(manager: pluggy.PluginManager, name: str, plugin: object) -> None:
    if manager.has_plugin(name):
        raise PluginError(f"two plugins are called {name!r}: remove one of them")
    try:
        manager.register(plugin, name)
    except (pluggy.PluginValidationError, ValueError) as error:
        raise PluginError(f"the plugin {name!r} does not fit its hooks: {error}") from error


def _check(manager: pluggy.PluginManager) -> None:
    """Raise `PluginError` where a hook is misspelt, or is sync where it is to be async, or the reverse."""
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(str(error)) from error
    for hook in {hook for _, hooks in _hooks(manager) for hook in hooks}:
        for impl in getattr(manager.hook, hook).get_hookimpls():
            if inspect.iscoroutinefunction(impl.function) != (hook in EVENTS):
                wanted = "async def" if hook in EVENTS else "def"
                raise PluginError(
                    f"{hook!r} of the plugin {impl.plugin_name!r} must be written with {wanted!r}"
                )


def _hooks(manager: pluggy.PluginManager) -> Iterator[tuple[str, list[str]]]:
    """Yield each plugin's name and the hooks it implements, both sorted."""
    for name, plugin in sorted(manager.list_name_plugin(), key=lambda pair: pair[0]):
        if plugin is not None:
            yield name, sorted(caller.name for caller in manager.get_hookcallers(plugin) or ())


def _only(manager: pluggy.PluginManager, name: str, hook: str) -> pluggy.HookCaller:
    others = [plugin for other, plugin in manager.list_name_plugin() if other != name and plugin is not None]
    return manager.subset_hook_caller(hook, others)


def _teller(manager: pluggy.PluginManager, name: str, hook: str) -> Listener:
    caller = _only(manager, name, hook)

    async def tell(event: Event) -> None:
        for heard in caller(event=event):
            await heard

    return tell


def _dialects(manager: pluggy.PluginManager, name: str) -> list[Dialect]:
    answers: list[Iterable[Dialect]] = _only(manager, name, "register_dialects")()
    return [dialect for answer in answers for dialect in answer]


def _speakers(manager: pluggy.PluginManager) -> dict[str, Dialect]:
    """Return the dialects by name and alias; two of one name are an error."""
    speakers: dict[str, Dialect] = {}
    for plugin, _ in _hooks(manager):
        for dialect in _dialects(manager, plugin):
            for name in (dialect.name, *dialect.aliases):
                if name in speakers:
                    raise PluginError(f"two plugins speak {name!r}: block one of them")
                speakers[name] = dialect
    return speakers
