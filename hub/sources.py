"""What is new each time: ids, references, secrets, and what time it is."""

from __future__ import annotations

import random
import secrets
import time
from datetime import UTC, datetime
from functools import lru_cache

from hub import moments

#: Of the one generator that is seeded anew in each process, also after a fork. To ask the system for an id
#: lets all other threads go first.
_bits = random.getrandbits


def new_id() -> str:
    """Return a random id of 128 bits whose order is that of time (RFC 9562 §5.7, UUID version 7).

    Nobody else has it, but it is no secret: to know one opens nothing.
    """
    bits = (time.time_ns() // 1_000_000) << 80 | _bits(80)
    digits = f"{bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def new_reference() -> str:
    """Return the name of an exchange: nobody else has it, and it is short enough to be read aloud.

    It begins with the millisecond (of 35 years), so that what is kept of one time has its names side by side
    in an index, and a commit writes few of its pages.
    """
    bits = (time.time_ns() // 1_000_000) % 2**40 << 32 | _bits(32)
    return f"hx_{bits:018x}"


def new_secret() -> str:
    """Return a text that nobody guesses: 256 bits, in 43 signs that a URL and a PKCE verifier may have."""
    return secrets.token_urlsafe(32)


def clock() -> str:
    """Return what time it is."""
    seconds, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
    return f"{_second(seconds)}{milliseconds:03}Z"


@lru_cache(maxsize=2)  # of one second there are many moments
def _second(seconds: int) -> str:
    return moments.written(datetime.fromtimestamp(seconds, UTC)).removesuffix("000Z")
