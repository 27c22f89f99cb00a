"""Hearing a request in its dialect, and answering in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

from hub.spi import Dialect, Inbound, Outbound, Verb
from hub.spi.messages import Rewrite, concerning, spelt
from hub.spi.tolerant import TOLERANT

Message = TypeVar("Message", Inbound, Outbound)


def hear(dialect: Dialect, inbound: Inbound, *, strict: bool) -> tuple[Inbound, tuple[str, ...]]:
    """Return *inbound* as plain SCIM, and the names of the quirks that showed.

    The dialect's own quirks go first, so that a departure shows under the name its provider's
    documentation has for it; what is put right for everybody comes after. *strict* puts nothing right.
    A rewrite that raises is passed over and named with an exclamation mark.
    """
    if strict or (inbound.body is None and not inbound.query):
        return inbound, ()
    return _rewritten(spelt(inbound), _heard(dialect, inbound.verb))


@cache
def _heard(dialect: Dialect, verb: Verb) -> tuple[tuple[str, Rewrite], ...]:
    """Return what is looked for in messages of *verb*: names of quirks and their rewrites, in order."""
    # a ready-made rewrite is one and the same object, so what a dialect names for itself need not run twice
    done = [quirk.rewrite for quirk in dialect.hears]
    rest = [quirk for quirk in TOLERANT if not any(quirk.rewrite is each for each in done)]
    looked_for = [(quirk.name, concerning(quirk.rewrite, verb)) for quirk in (*dialect.hears, *rest)]
    return tuple((name, rewrite) for name, rewrite in looked_for if rewrite)


def answer(dialect: Dialect, outbound: Outbound) -> Outbound:
    """Return *outbound* as the dialect likes it."""
    return _rewritten(outbound, [(quirk.name, quirk.rewrite) for quirk in dialect.answers])[0]


def shapes(dialect: Dialect, verb: Verb) -> bool:
    """Whether the dialect has a word to say about answers to *verb*: an answer's example names its verb."""
    return any(quirk.example.before.verb is verb for quirk in dialect.answers)


def _rewritten(
    message: Message, quirks: Iterable[tuple[str, Callable[[Message], Message]]]
) -> tuple[Message, tuple[str, ...]]:
    shown = []
    for name, rewrite in quirks:
        try:
            plain = rewrite(message)
            if not isinstance(plain, type(message)) or plain.verb is not message.verb:
                raise TypeError(f"{name} makes another message, or none, of a message")  # noqa: TRY301
        except Exception:  # noqa: BLE001  # a plugin's mistake must lose nobody's request
            shown.append(f"{name}!")
            continue
        if plain is not message and plain != message:
            shown.append(name)
        message = plain
    return message, tuple(shown)
