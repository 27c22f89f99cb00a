"""Sockets that listen, one a worker on the same address."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

BACKLOG = 1024

WAYS_OUT = {
    errno.EADDRINUSE: "something listens there already: stop it, or choose another port",
    errno.EACCES: "only root may listen there: choose a port above 1023",
    errno.EADDRNOTAVAIL: "this machine has no such address: choose another",
}


class CannotListen(Exception):
    """An address that cannot be listened on, and what to do about it."""


@contextmanager
def listening(address: str, count: int) -> Iterator[list[socket.socket]]:
    """Hold *count* sockets that listen on *address* (`HOST:PORT`), or raise CannotListen."""
    sockets = _sockets(address, count)
    try:
        yield sockets
    finally:
        for each in sockets:
            each.close()


def _sockets(address: str, count: int) -> list[socket.socket]:
    host, _, port = address.rpartition(":")
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        first = _listen(socket.socket(family, kind, protocol), place)
        if count == 1:
            return [first]
        # sharing a port hides whoever has it already, so the first asked for it alone
        place = first.getsockname()
        first.close()
        return [_listen(_sharing(socket.socket(family, kind, protocol)), place) for _ in range(count)]
    except OSError as error:
        reason = WAYS_OUT.get(error.errno or 0, error.strerror)
        way = (
            f"cannot listen on {address}: {reason} (--bind HOST:PORT, HUB_SERVER__BIND, or bind in [server])"
        )
        raise CannotListen(way) from error


def _sharing(new: socket.socket) -> socket.socket:
    new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return new


def _listen(
    new: socket.socket, place: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
) -> socket.socket:
    try:
        new.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        new.bind(place)
        new.listen(BACKLOG)
    except OSError:
        new.close()
        raise
    return new
