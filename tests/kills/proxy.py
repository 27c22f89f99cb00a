"""A way to PostgreSQL that can lose the answer to a COMMIT, or the COMMIT itself, or fall silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from attrs import define

COMMIT = b"COMMIT;"


@define
class Proxy:
    """Passes everything on to the server at *target*, but once, where *loses* says `answer` or `question`.

    While *stalled* is set, nothing comes through, and no connection breaks.
    """

    target: str
    loses: str = ""
    lost: int = 0
    stalled: bool = False

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """Pass on; yield the URL to use in place of *target*."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        parts = urlsplit(self.target)
        user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        try:
            yield parts._replace(netloc=f"{user}127.0.0.1:{port}").geturl()
        finally:
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(self.target)
        far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port or 5432)
        answering = asyncio.create_task(self._answer(far_reader, writer))
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._stalling()
                if COMMIT in data and self.loses:
                    await self._lose(data, far_reader, far_writer, answering)
                    break
                far_writer.write(data)
                await far_writer.drain()
        answering.cancel()
        for side in (writer, far_writer):
            side.close()

    async def _lose(
        self,
        data: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answering: asyncio.Task[None],
    ) -> None:
        what, self.loses = self.loses, ""
        answering.cancel()
        await asyncio.wait({answering})
        self.lost += 1
        if what == "answer":
            writer.write(data)
            assert b"COMMIT" in await reader.read(65536)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._stalling()
                writer.write(data)
                await writer.drain()
            writer.close()

    async def _stalling(self) -> None:
        while self.stalled:
            await asyncio.sleep(0.01)
