"""What a worker writes to a connection."""

from __future__ import annotations

import asyncio
from typing import cast

import uvloop

from hub.serving.gathering import MUCH, Gathered, Loop


class _Wire:
    """A transport that only notes what it is told."""

    def __init__(self) -> None:
        self.told: list[bytes | str] = []
        self.closing = False

    def is_closing(self) -> bool:
        """Say whether it was closed."""
        return self.closing

    def write(self, data: bytes) -> None:
        """Note *data*."""
        self.told.append(data)

    def write_eof(self) -> None:
        """Note the end."""
        self.told.append("eof")

    def close(self) -> None:
        """Note that it was closed."""
        self.told.append("closed")
        self.closing = True


async def _gathered() -> tuple[Gathered, _Wire]:
    wire = _Wire()
    return Gathered(cast("asyncio.Transport", wire), asyncio.get_running_loop()), wire


async def test_one_turn_is_one_piece() -> None:
    """What is written within a turn of the loop goes out together, when the turn ends."""
    gathered, wire = await _gathered()

    gathered.write(b"head ")
    gathered.write(b"body")

    assert [] == wire.told
    await asyncio.sleep(0)
    assert [b"head body"] == wire.told


async def test_turns_are_apart() -> None:
    """What is written later goes out later."""
    gathered, wire = await _gathered()

    for part in (b"one", b"two"):
        gathered.write(part)
        await asyncio.sleep(0)

    assert [b"one", b"two"] == wire.told


async def test_much_goes_at_once() -> None:
    """Of much, whoever writes is told by the transport when nobody takes it: it is not held back."""
    gathered, wire = await _gathered()

    gathered.write(b"head ")
    gathered.write(b"b" * MUCH)

    assert [b"head " + b"b" * MUCH] == wire.told


async def test_little_that_comes_to_much_goes_at_once() -> None:
    """Who writes line by line within a turn is told so, too; the rest goes when the turn ends."""
    gathered, wire = await _gathered()

    for _ in range(2 * 64 + 1):
        gathered.write(b"l" * (MUCH // 64))

    assert [b"l" * MUCH] * 2 == wire.told
    await asyncio.sleep(0)
    assert [b"l" * MUCH, b"l" * MUCH, b"l" * (MUCH // 64)] == wire.told


async def test_nothing_is_lost_at_the_end() -> None:
    """What was written before the end is sent before the end."""
    for end in ("write_eof", "close"):
        gathered, wire = await _gathered()

        gathered.write(b"last words")
        getattr(gathered, end)()
        await asyncio.sleep(0)

        assert b"last words" == wire.told[0]
        assert 2 == len(wire.told)


async def test_closed_transport_speaks_for_itself() -> None:
    """What is written to a connection that is closing is the transport's to refuse, there and then."""
    gathered, wire = await _gathered()
    wire.closing = True

    gathered.write(b"too late")

    assert [b"too late"] == wire.told
    await asyncio.sleep(0)
    assert [b"too late"] == wire.told


async def test_lost_connection_is_not_written_to() -> None:
    """What was written before the other end went is let go, and no error of a turn that nobody awaits."""
    gathered, wire = await _gathered()

    gathered.write(b"nobody is there")
    wire.closing = True
    await asyncio.sleep(0)

    assert [] == wire.told


def test_servers_of_the_loop_gather() -> None:
    """Each connection of a server on the loop is written to so."""

    async def asked() -> tuple[bytes, object]:
        made = asyncio.get_running_loop().create_future()

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"head ")
            await writer.drain()
            writer.write(b"body")
            writer.close()
            made.set_result(writer.transport)

        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            said = await reader.read()
            writer.close()
            return said, await made

    with asyncio.Runner(loop_factory=Loop) as runner:
        assert isinstance(runner.get_loop(), uvloop.Loop)
        said, transport = runner.run(asked())

    assert b"head body" == said
    assert isinstance(transport, Gathered)
