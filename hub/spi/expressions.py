"""The words of filters and paths: enough of their grammar to put spellings right, and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from attrs import evolve, frozen

#: Text longer than this is left as it was sent: what reads it will refuse it.
LENGTH_MAX: Final = 4096

_TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"?'
    r"|'[^']*'(?![^\s()\[\]])"
    r'|[()\[\]]|[^\s()\[\]"]+|\s+',
    re.DOTALL,
)
_NAME = r"[a-z$][\w$-]*"
_PATH = re.compile(
    rf'((?:urn:[^\[\]"]*:)?{_NAME})(?:\[(.*)\])?(?:\.({_NAME}))?', re.ASCII | re.DOTALL | re.IGNORECASE
)
_VERSION = re.compile(r":\d+(?:\.\d+)*:")
_URN_PATH = re.compile(r"urn:.+:\d+(?:\.\d+)*:\w+:.+", re.DOTALL | re.IGNORECASE)
# What providers ask before each push: of this one shape, the places are known.
_ONE = re.compile(r'([^\s()\[\]"]+) ([a-z]{2}) ("(?:[^"\\]|\\.)*")', re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_OPERATORS: Final = frozenset({"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"})
_BARE: Final = frozenset({"true", "false", "null"})


@frozen(kw_only=True)
class Comparison:
    """One comparison of a filter: a name, and the literal as it is spelt, empty for `pr`.

    *holder* is the attribute whose part is compared in brackets or behind them, empty elsewhere.
    """

    name: str
    literal: str
    holder: str = ""


def on_comparisons(fix: Callable[[Comparison], Comparison]) -> Callable[[str], str]:
    """Apply *fix* to each comparison of a filter, or of the filter inside a path."""

    def rewrite(text: str) -> str:
        if " " not in text:  # most paths compare nothing
            return text
        tokens = None
        for name, literal, comparison in _comparisons(text):
            fixed = fix(comparison)
            if fixed is not comparison:
                tokens = tokens or _tokens(text)
                tokens[name] = fixed.name
                if literal is not None:
                    tokens[literal] = fixed.literal
        return text if tokens is None else "".join(tokens)

    return rewrite


@lru_cache(maxsize=64)  # one filter is looked at by several rewrites, one after the other
def _comparisons(text: str) -> tuple[tuple[int, int | None, Comparison], ...]:
    """Return the comparisons of *text*, each with the places of its name and its literal among the tokens."""
    if (one := _ONE.fullmatch(text)) and one[2].lower() in _OPERATORS:
        return ((0, 4, Comparison(name=one[1], literal=one[3])),)
    tokens, found = _tokens(text), list[tuple[int, int | None, Comparison]]()
    words = [at for at, token in enumerate(tokens) if not token.isspace()]
    before, holder, inside = "", "", False
    for name, operator, literal in zip(words, words[1:], [*words[2:], None], strict=False):
        word, spelt = tokens[name], tokens[operator].lower()
        if word == "[":
            holder, inside = before, True
        elif word == "]":
            inside = False
        before = word
        if found and name <= (found[-1][1] or 0):  # no word is of two comparisons
            continue
        part_of = holder if inside or word.startswith(".") else ""
        if spelt == "pr":
            found.append((name, None, Comparison(name=word, literal="", holder=part_of)))
        elif spelt in _OPERATORS and literal is not None:
            found.append((name, literal, Comparison(name=word, literal=tokens[literal], holder=part_of)))
    return tuple(found)


def quoted(comparison: Comparison) -> Comparison:
    """Put a bare word, such as `ann` in `userName eq ann`, in quotes, and `'ann'` in double ones."""
    literal = comparison.literal
    if len(literal) > 1 and literal[0] == literal[-1] == "'":
        literal = literal[1:-1]
    elif not literal or literal[0] in '"()[]' or literal in _BARE or _NUMBER.fullmatch(literal):
        return comparison
    return evolve(comparison, literal=json.dumps(literal, ensure_ascii=False))


def into_brackets(text: str) -> str:
    """`emails[type eq "work"].value eq "a"` → `emails[type eq "work" and value eq "a"]`."""
    if "]." not in text:
        return text
    tokens = _tokens(text)
    opened = None
    for at, word in enumerate(tokens):
        if word == "[":
            opened = at
        elif word.startswith(".") and opened is not None and tokens[at - 1] == "]":
            end = _end_of_comparison(tokens, at)
            if end is not None:
                condition = "".join([word[1:], *tokens[at + 1 : end]])
                inside = both("".join(tokens[opened + 1 : at - 1]), condition)
                tokens[opened + 1 : end] = [inside, "]", *[""] * (end - opened - 3)]
    return "".join(tokens)


def both(one: str, other: str) -> str:
    """Return the filter that wants *one* and *other*, where *other* is one comparison."""
    alternatives = any(token.lower() == "or" for token in _tokens(one))
    return f"({one}) and {other}" if alternatives else f"{one} and {other}"


def split(path: str) -> tuple[str, str | None, str | None] | None:
    """Return the attribute, filter and sub-attribute of *path*, or None when it is none.

    The attribute keeps the URN before it.
    """
    found = _PATH.fullmatch(path)
    return None if found is None else (found[1], found[2], found[3])


def is_path(key: str) -> bool:
    """Whether *key* leads into an attribute: the name of an attribute or of an extension does not."""
    if len(key) > LENGTH_MAX or split(key) is None:
        return False
    return bool(_URN_PATH.fullmatch(key)) if key.lower().startswith("urn:") else "." in key or "[" in key


def has_no_version(key: str) -> bool:
    """Whether *key* has a URN that does not show where an extension ends and an attribute of it begins."""
    if len(key) > LENGTH_MAX or split(key) is None:
        return False
    return key.lower().startswith("urn:") and not _VERSION.search(key)


def last(path: str) -> str:
    """Return the last name of *path* in small letters: `primary` of `URN:User:emails[…].Primary`."""
    return path[max(path.rfind(":"), path.rfind("."), path.rfind("]")) + 1 :].strip().lower()


def _tokens(text: str) -> list[str]:
    return [*_cut(text)] if len(text) <= LENGTH_MAX else [text]


@lru_cache(maxsize=64)  # one filter is looked at by several rewrites, one after the other
def _cut(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


def _end_of_comparison(tokens: list[str], at: int) -> int | None:
    """Return where the comparison that begins at *at* ends, or None when there is none."""
    words = [i for i in range(at + 1, min(at + 5, len(tokens))) if not tokens[i].isspace()]
    if words and tokens[words[0]].lower() == "pr":
        return words[0] + 1
    if len(words) > 1 and tokens[words[0]].lower() in _OPERATORS:
        return words[1] + 1
    return None
