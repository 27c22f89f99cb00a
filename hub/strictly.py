"""Tables of TOML read into frozen values, strictly: every fault at once, each with its path."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, get_args, get_origin

import attrs
import cattrs
from attrs import frozen
from cattrs.errors import ClassValidationError, ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn

T = TypeVar("T")
Hook: TypeAlias = Callable[[Any, Any], Any]


@frozen
class Rule:
    """What a value must be besides its type (in `Annotated`): a test, and the words for what is wanted.

    A test that can say more raises ValueError with words of its own.
    """

    holds: Callable[[Any], bool]
    wants: str


class Faults(Exception):
    """A table that does not fit: pairs of a dotted path and what is wrong there."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        super().__init__("\n".join(f"{path}: {fault}" for path, fault in found))
        self.found = found


def read(table: Mapping[str, Any], kind: type[T]) -> T:
    """Return *table* as a *kind*, a class of attrs, or raise Faults."""
    try:
        return CONVERTER.structure(table, kind)
    except ClassValidationError as error:
        raise Faults(list(_faults(error, ""))) from None  # the cause quotes values: passwords too


def _faults(error: BaseException, path: str) -> Iterator[tuple[str, str]]:
    match error:
        case ClassValidationError():
            located, loose = error.group_exceptions()
            for fault, note in located:
                yield from _faults(fault, f"{path}.{note.name}".lstrip("."))
            for fault in loose:
                yield from _faults(fault, path)
        case ForbiddenExtraKeysError():
            for key in sorted(error.extra_fields):
                yield f"{path}.{key}".lstrip("."), _unknown(key, error.cl)
        case _:
            yield path, str(error)


def _unknown(key: str, kind: type[attrs.AttrsInstance]) -> str:
    close = difflib.get_close_matches(key, attrs.fields_dict(kind), n=1)
    return "unknown" + (f"; did you mean {close[0]!r}?" if close else "")


def _exactly(kind: type, words: str) -> Hook:
    # cattrs by itself reads "False" as true and 5 as "5"; and bool is an int to isinstance
    return _checked(lambda value: type(value) is kind, words, lambda value: value)


def _checked(fits: Callable[[Any], bool], words: str, make: Callable[[Any], Any]) -> Hook:
    def hook(value: object, _: object) -> Any:
        if not fits(value):
            raise ValueError(f"expected {words}")
        return make(value)

    return hook


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _is_folder(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _made_of(origin: object) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is origin


def _choice(kind: object) -> Hook:
    choices = get_args(kind)
    return _checked(lambda value: value in choices, f"one of {', '.join(choices)}", lambda value: value)


def _ruled(kind: object) -> Hook:
    plain, rule = get_args(kind)
    follow = _checked(rule.holds, rule.wants, lambda value: value)
    return lambda value, _: follow(CONVERTER.structure(value, plain), plain)


def _table(kind: type[attrs.AttrsInstance]) -> Hook:
    keys = make_dict_structure_fn(kind, CONVERTER, _cattrs_forbid_extra_keys=True)
    return _checked(lambda value: isinstance(value, dict), "a table", lambda value: keys(value, kind))


CONVERTER = cattrs.Converter()
CONVERTER.register_structure_hook(bool, _exactly(bool, "true or false"))
CONVERTER.register_structure_hook(int, _exactly(int, "a whole number"))
CONVERTER.register_structure_hook(str, _exactly(str, "text"))
CONVERTER.register_structure_hook(Path, _checked(_is_folder, "a folder", Path))
CONVERTER.register_structure_hook_func(
    lambda kind: kind == tuple[str, ...], _checked(_is_texts, "a list of texts", tuple)
)
CONVERTER.register_structure_hook_factory(_made_of(Literal), _choice)
CONVERTER.register_structure_hook_factory(_made_of(Annotated), _ruled)
CONVERTER.register_structure_hook_factory(attrs.has, _table)
