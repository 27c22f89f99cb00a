"""Dialects, their quirks, and the messages that quirks are about."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from typing import Generic, Literal, TypeAlias, TypeVar

from attrs import field, frozen

from .guides import Guide

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


class Verb(enum.Enum):
    """What a request asks for, without a word of HTTP."""

    CREATE = "create"
    READ = "read"
    SEARCH = "search"
    REPLACE = "replace"
    PATCH = "patch"
    DELETE = "delete"


@frozen(kw_only=True)
class Inbound:
    """One request as it was heard, before it is believed.

    *kind* is `User` or `Group`, or `Resource` where a search is for both; *query* holds what was sent of
    filter, attributes, excludedAttributes, startIndex, count, cursor, sortBy and sortOrder, and nothing
    else. A search by POST comes as the same search by GET, with what was sent as its *body*.
    """

    verb: Verb
    kind: str = "User"
    id: str | None = None
    query: Mapping[str, str] = field(factory=dict)
    body: Json = None


@frozen(kw_only=True)
class Outbound:
    """One answer, before it is sent."""

    verb: Verb
    kind: str = "User"
    status: int = 200
    body: Json = None


Message = TypeVar("Message", Inbound, Outbound)


@frozen(kw_only=True)
class Example(Generic[Message]):
    """One message as it is sent, and as it should have been."""

    before: Message
    after: Message


@frozen(kw_only=True)
class Quirk(Generic[Message]):
    """One documented departure from the RFCs, and the rewrite that puts it right.

    *says* is one sentence, *source* a link to where it is written down; what *spares* lists only
    resembles the quirk and must pass untouched; *remedy* is what an administrator can do about it.
    *rewrite* returns the message itself when there is nothing to put right, and never changes it.
    """

    name: str
    says: str
    source: str
    rewrite: Callable[[Message], Message]
    example: Example[Message]
    spares: tuple[Message, ...] = ()
    remedy: str = ""


@frozen(kw_only=True)
class Policy:
    """The points where providers need different answers for the same bytes.

    *members_replace*: whether a `replace` of members means exactly these or these too; *put_omitted*:
    what becomes of attributes that a PUT leaves out; *group_names_unique*: whether a second group of one
    name is a 409; *bare_token*: whether `Authorization` may come without `Bearer`; *unavailable_status*:
    the answer that this provider tries again later.
    """

    members_replace: Literal["exact", "additive"] = "exact"
    put_omitted: Literal["clear", "keep"] = "clear"
    group_names_unique: bool = False
    bare_token: bool = False
    unavailable_status: Literal[503, 429] = 503


@frozen(kw_only=True)
class Probe:
    """What a provider asks when its administrator presses the button that tests the connection.

    It is a search for *kind* whose parameters are those of *query*, no others, each matching its regular
    expression as a whole. *source* is a link to where it is written down, *example* is one; what *spares*
    lists only resembles it.
    """

    query: Mapping[str, str]
    source: str
    example: Inbound
    spares: tuple[Inbound, ...] = ()
    kind: str = "User"
    _patterns: Mapping[str, re.Pattern[str]] = field(init=False, repr=False, eq=False)

    @_patterns.default
    def _compiled(self) -> Mapping[str, re.Pattern[str]]:
        return {name: re.compile(pattern) for name, pattern in self.query.items()}

    def fits(self, asked: Inbound) -> bool:
        """Say whether *asked* is that request."""
        if asked.verb is not Verb.SEARCH or asked.kind != self.kind:
            return False
        return asked.query.keys() == self._patterns.keys() and all(
            pattern.fullmatch(asked.query[name]) for name, pattern in self._patterns.items()
        )


@frozen(kw_only=True, eq=False)
class Dialect:
    """What one identity provider says, and how it likes to be answered.

    *hears* puts requests right and *answers* shapes answers, each in the order given; *guides* are for the
    administrators of the providers that speak so, one each; *aliases* are other names; *retry* is a sentence
    that says how that administrator has a person pushed again who was refused. *test* is what it asks to try
    the connection; where there is none, a look-up that finds nobody is taken for it. Where nothing changes,
    it may be silent for so many hours (*silent_hours*).
    """

    name: str
    title: str
    hears: tuple[Quirk[Inbound], ...] = ()
    answers: tuple[Quirk[Outbound], ...] = ()
    policy: Policy = field(factory=Policy)
    guides: tuple[Guide, ...] = ()
    aliases: tuple[str, ...] = ()
    retry: str = "Have the identity provider push this person again."
    test: Probe | None = None
    silent_hours: int = 1

    @property
    def quirks(self) -> tuple[Quirk[Inbound] | Quirk[Outbound], ...]:
        """All quirks of the dialect, those of requests first."""
        return (*self.hears, *self.answers)
