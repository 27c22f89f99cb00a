"""Providers are asked where they may be, within limits, and nowhere else."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from hub.sso import outbound
from hub.sso.addresses import allowed
from hub.sso.outbound import Outbound, Unreachable

INNER = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254",
    "ff02::1", "100.100.100.200", "168.63.129.16",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"]
HOUSE = ["127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fc00::1", "::ffff:127.0.0.1"]


@pytest.mark.parametrize("address", INNER)
def test_no_inner_address_is_public(address):
    """However it is written, and wherever IPv6 leads to."""
    assert not allowed(ip_address(address), private=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_may_be_asked(address):
    """With and without the setting."""
    assert allowed(ip_address(address), private=False)
    assert allowed(ip_address(address), private=True)


@pytest.mark.parametrize("address", INNER)
def test_the_setting_opens_ones_own_house_and_no_more(address):
    """Where clouds tell machines their secrets is no provider, whatever is set."""
    assert (address in [*HOUSE, "172.16.0.1", "100.64.0.1"]) == allowed(ip_address(address), private=True)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0", "0177.1"],
)
async def test_nothing_is_sent_to_an_inner_address(host):
    """Not a packet: what listens there is not even connected to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.01)
        port = server.getsockname()[1]
        with pytest.raises(Unreachable, match="not at a public address"):
            await Outbound().fetch(f"https://{host}:{port}/")
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "//example.com", "example.com", "https://",
     "https://user:secret@example.com/", "https://example.com/#part", "https://example.com:99999/", "https://[::1",
     ""],
)  # fmt: skip
async def test_only_https_without_anything_else_is_asked(url):
    """What is no such address is refused before a name is looked up."""
    with pytest.raises(Unreachable, match="no address of the form"):
        await Outbound().fetch(url)


async def test_every_address_of_a_name_is_checked(monkeypatch):
    """One inner address among public ones is enough to refuse the name; it is looked up once."""
    asked = []

    async def resolve(host, port, *, private):
        asked.append(host)
        return await real(host, port, private=private)

    async def both(*_, **__):
        return [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("127.0.0.1", 443))]

    real = outbound._checked
    monkeypatch.setattr(outbound, "_checked", resolve)
    loop = outbound.asyncio.get_running_loop()
    monkeypatch.setattr(outbound.asyncio, "get_running_loop", lambda: Loop(loop, both))

    with pytest.raises(Unreachable, match="not at a public address"):
        await Outbound().fetch("https://rebinding.example/")
    assert ["rebinding.example"] == asked


class Loop:
    """A loop that resolves names as a test wants."""

    def __init__(self, loop, resolve) -> None:
        self.loop, self.getaddrinfo = loop, resolve

    def __getattr__(self, name):
        """Return anything else of the real one."""
        return getattr(self.loop, name)


async def test_what_was_checked_is_connected_to(forger, monkeypatch):
    """A name that leads elsewhere a moment later leads nowhere: it is not looked up again."""
    calls = []

    async def once(host, port, **_):
        calls.append(host)
        return [(0, 0, 0, "", ("127.0.0.1" if len(calls) == 1 else "127.0.0.2", port))]

    loop = outbound.asyncio.get_running_loop()
    monkeypatch.setattr(outbound.asyncio, "get_running_loop", lambda: Loop(loop, once))
    port = forger.issuer.rpartition(":")[2]

    assert await Outbound(private=True).fetch(f"http://idp.example:{port}/keys")
    assert ["idp.example"] == calls


async def test_nothing_follows_a_redirect(forger):
    """Whoever is asked does not say whom else to ask."""
    forger.status, forger.headers = 302, {"location": f"{forger.issuer}/keys"}

    with pytest.raises(Unreachable, match="sends on to another address"):
        await Outbound(private=True).fetch(f"{forger.issuer}/keys")
    assert 1 == len(forger.asked)


async def test_a_long_answer_is_cut(forger):
    """And so is one that would become long."""
    forger.documents["/long"] = b"x" * (outbound.BYTES_MAX + 1)
    with pytest.raises(Unreachable, match="longer than"):
        await Outbound(private=True).fetch(f"{forger.issuer}/long")
    forger.headers = {"content-encoding": "gzip"}

    with pytest.raises(Unreachable, match="compressed"):
        await Outbound(private=True).fetch(f"{forger.issuer}/keys")


async def test_a_slow_answer_is_not_waited_for(monkeypatch):
    """However the time is spent."""
    monkeypatch.setattr(outbound, "SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(Unreachable):
            await Outbound(private=True).fetch(url)


async def test_an_error_is_told_by_its_number(forger):
    """And by no word of it."""
    forger.status = 404

    with pytest.raises(Unreachable, match=r"127\.0\.0\.1 answered 404"):
        await Outbound(private=True).fetch(f"{forger.issuer}/keys")
