"""Secrets that must be read again, such as a client's at a provider: kept sealed by the server's key."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Stands before what is sealed, and says how.
_MARK = "v1."
_NONCE = 12


class Unsealable(Exception):
    """What was sealed cannot be opened: by another key than this, or about something else."""


def seal(text: str, key: bytes, *, about: str) -> str:
    """Return *text* sealed by *key*, 32 bytes; to open it one has to say what it is *about*."""
    nonce = os.urandom(_NONCE)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return _MARK + base64.b64encode(nonce + sealed).decode()


def unseal(sealed: str, key: bytes, *, about: str) -> str:
    """Return what was *sealed*, or raise `Unsealable`."""
    try:
        raw = base64.b64decode(sealed.removeprefix(_MARK), validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], about.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise Unsealable("a secret cannot be read with this server's key: give it anew") from error
