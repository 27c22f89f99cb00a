"""Which addresses of the network may be asked: public ones, and by a setting those of one's own house."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

IpAddress: TypeAlias = IPv4Address | IPv6Address

#: All that is routed (RFC 4291 §2.4), and what of it leads elsewhere: to IPv4, or to nowhere in particular.
_ROUTED = IPv6Network("2000::/3")
_TUNNELS = (IPv6Network("2001::/23"), IPv6Network("2002::/16"))

#: One's own house (RFC 1918, 4193, 6598) and this machine. What is link-local is not in it: there machines in
#: a cloud are told their secrets. Three clouds have another address for that, one of them a public one.
_HOUSE = tuple(
    ip_network(each)
    for each in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
        *("::1/128", "fc00::/7"),
    )
)
_METADATA = tuple(ip_network(each) for each in ("fd00:ec2::/32", "100.100.100.200/32", "168.63.129.16/32"))


def parse(text: str) -> IpAddress:
    """Return the address that *text*, an answer of the resolver, says."""
    return ip_address(text.partition("%")[0])


def allowed(address: IpAddress, *, private: bool) -> bool:
    """Say whether *address* may be connected to; with *private* one of one's own house, too."""
    return is_public(address) or (private and _is_house(address))


def is_public(address: IpAddress) -> bool:
    """Say whether *address* is one host's on the public network.

    `is_global` alone is not enough: it holds for multicast, and for IPv6 that leads to private IPv4.
    """
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast and not _tells_secrets(address)
    tunnel = any(address in network for network in _TUNNELS)
    return address in _ROUTED and not tunnel and address.is_global and not address.is_multicast


def _is_house(address: IpAddress) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return _is_house(address.ipv4_mapped)
    return any(address in each for each in _HOUSE) and not _tells_secrets(address)


def _tells_secrets(address: IpAddress) -> bool:
    return any(address in each for each in _METADATA)
