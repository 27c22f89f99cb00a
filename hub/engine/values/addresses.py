"""What administrators type, read: an address and a domain, folded; a name, an issuer."""

from __future__ import annotations

from hub.scim.folding import fold
from hub.settings.rules import is_unread

from .errors import AdminError

#: The longest address (RFC 5321 §4.5.3.1: 64 octets, the at sign, 255 octets), and the longest name.
ADDRESS_MAX, NAME_MAX = 320, 200

#: The longest issuer.
ISSUER_MAX = 1000


def address_in(text: str) -> str:
    """Return the address in *text*, folded; raises `AdminError` where it is none."""
    address = fold(text.strip())
    local, _, domain = address.rpartition("@")
    if not local or "." not in domain or not all(domain.split(".")) or not _writable(address, ADDRESS_MAX):
        raise AdminError(f"'{text}' is not an address, such as ann@example.com")
    return address


def domain_in(text: str) -> str:
    """Return the domain in *text*, folded; raises `AdminError` where it is none."""
    domain = fold(text.strip())
    if "." not in domain or not all(domain.split(".")) or set(domain) & set("@/ "):
        raise AdminError(f"'{text}' is not a domain, such as example.com")
    return domain


def name_in(text: str | None) -> str | None:
    """Return *text* as a name, None where there is none; raises `AdminError` where it cannot be one."""
    if text is not None and (not text.strip() or not text.isprintable() or len(text) > NAME_MAX):
        raise AdminError(f"a name has from 1 to {NAME_MAX} signs that can be seen")
    return text.strip() if text else None


def issuer_in(text: str) -> str:
    """Return the issuer in *text*; raises `AdminError` where it is none that speaks unread by others."""
    issuer = text.strip()
    if not is_unread(issuer) or not _writable(issuer, ISSUER_MAX):
        raise AdminError(
            f"'{text}' is not an issuer: https://, or http:// on this machine, then a host,"
            " such as https://login.example.com"
        )
    return issuer


def _writable(address: str, length_max: int) -> bool:
    return len(address) <= length_max and address.isprintable() and " " not in address
