"""The server's key: 32 random bytes behind every digest that the hub keeps, the same on every node."""

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

FILE = "secret.key"
VARIABLE = "HUB_SECRET_KEY"
SIZE = 32


class SecretError(Exception):
    """A key that cannot be used, and what to do about it."""


def server_key(folder: Path, environ: Mapping[str, str]) -> bytes:
    """Return the 32 bytes of HUB_SECRET_KEY, or of *folder*'s secret.key, made if it is not there."""
    if text := environ.get(VARIABLE):
        return _key(text, VARIABLE)
    path = folder / FILE
    if not path.exists():
        _create(path)
    return _read(path)


def derived(key: bytes, purpose: str) -> bytes:
    """Return a key of its own for one *purpose*, 32 bytes: HKDF-Expand with one block (RFC 5869 §2.3)."""
    return hmac.new(key, purpose.encode() + b"\x01", hashlib.sha256).digest()


def key_fault(folder: Path, environ: Mapping[str, str]) -> str | None:
    """Return what is wrong with the key, None also where it is yet to be made; nothing is made."""
    if not environ.get(VARIABLE) and not (folder / FILE).exists():
        return None
    try:
        server_key(folder, environ)
    except SecretError as error:
        return str(error)
    return None


def _read(path: Path) -> bytes:
    try:
        with path.open(encoding="ascii") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SecretError(f"{path}: others may read the key: run chmod 600 {path}")
            return _key(file.read(), str(path))
    except OSError as error:
        raise SecretError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        return _key("", str(path))


def _key(text: str, place: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != SIZE:
        raise SecretError(f"{place}: expected {2 * SIZE} hexadecimal digits (openssl rand -hex {SIZE})")
    return key


def _create(path: Path) -> None:
    """Write a new key to *path* whole or not at all; of several that try at once the first stays."""
    draft = path.with_name(f".{FILE}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(SIZE) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
        _sync(path.parent)
    except OSError as error:
        raise SecretError(f"{path}: cannot be made: {error.strerror}") from error


def _sync(folder: Path) -> None:
    # a key lost in a power cut would make every token given out meanwhile worthless
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
