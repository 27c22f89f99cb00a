"""Forms as they arrive: read whole within limits, and known to come from a page of that session."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl

import structlog
from attrs import field, frozen
from itsdangerous import Signer
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from hub.secret import derived

from .problems import NotTaken, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The name of the field that shows which session a form was made for.
FIELD = "csrf"

#: The most fields and files of one form.
FIELDS_MAX, FILES_MAX = 500, 5

Pairs: TypeAlias = "Iterable[tuple[str, str | bytes]]"


@frozen
class Form(Mapping[str, str]):
    """Field → what was typed into it; *files* has what was chosen, as bytes."""

    _typed: Mapping[str, str]
    files: Mapping[str, bytes] = field(factory=dict)

    def __getitem__(self, name: str) -> str:
        return self._typed[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._typed)

    def __len__(self) -> int:
        return len(self._typed)


@frozen
class Stamps:
    """Marks forms as made for one session, so that no other site's form is taken for one."""

    _signer: Signer

    @classmethod
    def of(cls, key: bytes) -> Stamps:
        """Return those of a hub with that *key*."""
        return cls(Signer(derived(key, "portal.csrf"), digest_method=sha256))

    def of_session(self, session: str) -> str:
        """Return the mark of all forms of a *session*."""
        return self._signer.get_signature(session).decode()

    def check(self, form: Form, session: str) -> None:
        """Raise `NotTaken` for a form that was not made for that *session*."""
        if not self._signer.verify_signature(session, form.get(FIELD, "")):
            raise NotTaken("That form is too old. Go back, load the page again, and try once more.")


def check_source(headers: Mapping[bytes, bytes], origin: str) -> None:
    """Raise `NotTaken` where the browser says that a page from elsewhere than *origin* sends the form.

    A browser says so; whoever is none has no cookie that others could use.
    """
    site, said = headers.get(b"sec-fetch-site", b"none"), headers.get(b"origin", origin.encode())
    if site in {b"same-origin", b"none"} and said == origin.encode():
        return
    # Behind a proxy that ends TLS, every form is refused until the hub is told what it is called outside.
    structlog.get_logger("hub.web").warning(
        "form.elsewhere",
        origin=said.decode("latin-1"),
        expected=origin,
        site=site.decode("latin-1"),
        remedy="if the origin is the hub's own, set server.public_url to it",
    )
    raise NotTaken(
        "Your browser says that it was sent from elsewhere. Open this page at the hub's own address and try"
        " once more; if that is where you were, whoever operates the hub finds the reason in its log."
    )


async def form_of(raw: bytes, content_type: bytes | None) -> Form:
    """Return the form in *raw*, or raise `Problem` for what is none."""
    kind = (content_type or b"").partition(b";")[0].strip().lower()
    if kind == b"multipart/form-data":
        return _form(await _parts(raw, content_type or b""))
    if kind == b"application/x-www-form-urlencoded":
        return _form(_pairs(raw))
    if raw:
        raise Problem
    return Form({})


def checked(text: str) -> str:
    """Return *text*, or raise `Problem` where no database could keep it."""
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Problem
    return text


def _form(pairs: Pairs) -> Form:
    typed, files = dict[str, str](), dict[str, bytes]()
    for name, value in pairs:
        if name in typed or name in files:  # whoever reads it otherwise would take the other
            raise Problem
        if isinstance(value, bytes):
            files[name] = value
        else:
            typed[name] = checked(value)
    return Form(typed, files)


def _pairs(raw: bytes) -> Pairs:
    try:
        return parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS_MAX
        )
    except ValueError:  # UnicodeDecodeError is one
        raise Problem from None


async def _parts(raw: bytes, content_type: bytes) -> Pairs:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield raw

    parser = MultiPartParser(
        Headers(raw=[(b"content-type", content_type)]),
        stream(),
        max_files=FILES_MAX,
        max_fields=FIELDS_MAX,
        max_part_size=len(raw),
    )
    try:
        found = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise Problem from None
    try:
        return [
            (name, await value.read() if isinstance(value, UploadFile) else value)
            for name, value in found.multi_items()
        ]
    finally:
        await found.close()
