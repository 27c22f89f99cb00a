"""Bearer tokens: minted, taken apart, digested.

A token reads `hub_<key id>_<secret>_<checksum>` in base62. The key id finds the row, the
secret (256 bits) proves it, the checksum lets a scanner tell a token from noise.
"""

from __future__ import annotations

import hmac
import re
import zlib
from functools import lru_cache

from attrs import frozen

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHAPE = re.compile(r"hub_([0-9A-Za-z]{12})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})", re.ASCII)

#: How many random bytes `mint` wants: 8 for the key id, 32 for the secret.
ENTROPY = 40


@frozen
class Credential:
    """A token taken apart."""

    key_id: str
    secret: str

    def __str__(self) -> str:
        """Return the token as it is handed to a person, once."""
        return f"hub_{self.key_id}_{self.secret}_{_checksum(self.key_id, self.secret)}"


def mint(entropy: bytes) -> Credential:
    """Return a new credential made of *entropy* (`ENTROPY` random bytes)."""
    if len(entropy) != ENTROPY:
        raise ValueError(f"a token needs {ENTROPY} random bytes, not {len(entropy)}")
    return Credential(_base62(entropy[:8], 12), _base62(entropy[8:], 43))


def parse(text: str) -> Credential | None:
    """Return the credential in *text*, or None for anything that was never a token."""
    shape = _SHAPE.fullmatch(text)
    if shape is None or shape[3] != _checksum(shape[1], shape[2]):
        return None
    return Credential(shape[1], shape[2])


@lru_cache(maxsize=256)  # each request shows one, mostly one of a few
def digest(credential: Credential, key: bytes) -> str:
    """Return what is kept of *credential*: an HMAC-SHA256 under the server's *key*, in hex."""
    return hmac.digest(key, f"{credential.key_id}.{credential.secret}".encode(), "sha256").hex()


def same(one: str, other: str) -> bool:
    """Compare two digests in constant time."""
    return hmac.compare_digest(one, other)


def _checksum(key_id: str, secret: str) -> str:
    # Every request shows one: two digits at a time take less than half of what each by itself does.
    rest, last = divmod(zlib.crc32(f"{key_id}{secret}".encode()), len(_PAIRS))
    first, middle = divmod(rest, len(_PAIRS))
    return _PAIRS[first] + _PAIRS[middle] + _PAIRS[last]


def _base62(raw: bytes, length: int) -> str:
    number, digits = int.from_bytes(raw, "big"), []
    for _ in range(length):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))
