"""A TCP proxy before a broker: the network between worker and broker, which can be cut and mended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from streams.broker import free_port


class Proxy:
    """Passes bytes between `port` and the broker's own port, until it is told otherwise."""

    def __init__(self) -> None:
        self.port = free_port()
        self.target = 0
        self._open = asyncio.Event()
        self._open.set()
        self._refuse = False
        self._lines: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.reset()

    def stall(self) -> None:
        """Nothing comes through any more, and nobody is told: a pulled cable."""
        self._open.clear()

    def refuse(self) -> None:
        """Every connection breaks and new ones break, too: a firewall that resets."""
        self._refuse = True
        self.reset()

    def mend(self) -> None:
        """As if nothing had been."""
        self._refuse = False
        self._open.set()

    def reset(self) -> None:
        """Break every connection that there is."""
        for line in self._lines:
            line.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.current_task()
        assert line is not None
        self._lines.add(line)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if not self._refuse:
                onward_reader, onward_writer = await asyncio.open_connection("127.0.0.1", self.target)
                passing = [
                    asyncio.create_task(self._pass(reader, onward_writer)),
                    asyncio.create_task(self._pass(onward_reader, writer)),
                ]
                try:
                    await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for task in passing:
                        task.cancel()
                    onward_writer.close()
        writer.close()
        self._lines.discard(line)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def proxies(count: int) -> AsyncIterator[list[Proxy]]:
    """`count` proxies that listen; their targets are set when the brokers are known."""
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Proxy()) for _ in range(count)]
