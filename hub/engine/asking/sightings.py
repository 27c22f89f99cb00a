"""What a request shows of the connection that it came through, and how what was seen is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from attrs import frozen

from hub.spi import Inbound, Json, Verb, facts

if TYPE_CHECKING:
    from .recording import Recording
    from .requests import Admission


@frozen(kw_only=True)
class Sighting:
    """A *fact* seen of a connection for the first and for the latest time.

    Of the latest, *reference* names the exchange, where that is kept, and *detail* says what there is to say:
    of a person who arrived the id of the user, of a token that opens nothing what may be shown of it.
    """

    connection: str
    fact: str
    first_at: str
    last_at: str
    reference: str | None = None
    detail: str | None = None


@frozen(kw_only=True)
class Hour:
    """How much a connection asked in one *hour*, such as `2026-09-30T14` (UTC).

    *writes* are the requests that were to change something, *failed* those of them that were refused.
    """

    hour: str
    requests: int = 0
    writes: int = 0
    failed: int = 0


@frozen(kw_only=True)
class Seen:
    """What was seen since the last time.

    *tokens* has key id → when it was last used, *traffic* the hours of each connection.
    """

    sightings: tuple[Sighting, ...]
    tokens: dict[str, str]
    traffic: dict[str, Hour]

    def __bool__(self) -> bool:
        return bool(self.sightings or self.tokens or self.traffic)


#: Event → what it shows of the connection.
_EVENTS = {
    "user_provisioned": (facts.CREATED,),
    "user_updated": (facts.UPDATED,),
    "user_deactivated": (facts.REMOVED,),
    "user_reactivated": (facts.REACTIVATED,),
    "user_deprovisioned": (facts.REMOVED, facts.DELETED),
    "group_changed": (facts.GROUP,),
}

_REQUEST = (facts.REQUEST,)
_LOOKUP = (facts.REQUEST, facts.LOOKUP)
_TESTED = (facts.TEST,)

#: How the answer to a search begins that finds nobody: the number stands before all that it found.
_NOBODY = b'"totalResults":0,'
_HEAD = 120


def sights(
    admission: Admission, asked: Inbound | None, recording: Recording, *, status: int, answer: bytes | None
) -> Sequence[str]:
    """Return the facts of its connection that a request shows, which was let in and answered so.

    *asked* is None where it was no message about resources, or could not be read.
    """
    if status >= 400:
        return _REQUEST if admission.is_open else (facts.REQUEST, facts.CLOSED)
    if asked is None or asked.verb is Verb.READ:
        return _REQUEST
    if asked.verb is Verb.SEARCH:
        return _searched(admission, asked, answer)
    quirks = [facts.QUIRK + each for each in recording.quirks]
    return (*_REQUEST, *_written(admission, asked, recording), *quirks)


def _searched(admission: Admission, asked: Inbound, answer: bytes | None) -> Sequence[str]:
    shown = _LOOKUP if "filter" in asked.query else _REQUEST
    probe = admission.dialect.test
    tests = probe.fits(asked) if probe else shown is _LOOKUP and _NOBODY in (answer or b"")[:_HEAD]
    return shown + _TESTED if tests else shown


def _written(admission: Admission, asked: Inbound, recording: Recording) -> Sequence[str]:
    names = [each.partition(" ")[0] for each in recording.effect]
    shown = [fact for name in names for fact in _EVENTS.get(name, ())]
    body = asked.body if recording.became is None else recording.became
    if facts.CREATED in shown and isinstance(body, dict):
        shown += _newcomer(admission, body)
    if facts.GROUP in shown and isinstance(body, dict) and _has_members(body):
        shown.append(facts.MEMBERS)
    return shown


def _newcomer(admission: Admission, body: Mapping[str, Json]) -> Sequence[str]:
    name = str(body.get("userName", "")).lower()
    shown = {
        facts.ADDRESS: "@" in name,
        facts.DOMAIN: admission.connection.asserts(name),
        facts.EXTERNAL_ID: bool(body.get("externalId")),
    }
    return [fact for fact, is_so in shown.items() if is_so]


def _has_members(body: Mapping[str, Json]) -> bool:
    if body.get("members"):
        return True
    operations = body.get("Operations")
    return isinstance(operations, list) and any(
        isinstance(each, dict) and each.get("op") != "remove" and _about_members(each) for each in operations
    )


def _about_members(operation: Mapping[str, Json]) -> bool:
    value = operation.get("value")
    named = str(operation.get("path", "")).startswith("members")
    return bool(value) and (named or (isinstance(value, dict) and bool(value.get("members"))))
