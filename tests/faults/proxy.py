"""A TCP proxy that passes everything on until it is told to cut, stall, half-close or refuse."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from threading import Thread


class Way(StrEnum):
    """What a proxy does with what comes."""

    PASS = "pass"
    STALL = "stall"  # connections stay open and nothing moves
    DEAF = "deaf"  # what is asked arrives, no reply comes back
    REFUSE = "refuse"  # who connects is hung up on


Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Network:
    """The loop that all proxies of a run live in, in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = Thread(target=self.loop.run_forever, name="network", daemon=True)
        self._thread.start()

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def to_port(self, port: Callable[[], int]) -> Proxy:
        """Return a proxy to a port of loopback, asked for anew with each connection."""
        return self._made(lambda: asyncio.open_connection("127.0.0.1", port()))

    def to_socket(self, path: str) -> Proxy:
        """Return a proxy to a Unix socket."""
        return self._made(lambda: asyncio.open_unix_connection(path))

    def _made(self, connect: Connect) -> Proxy:
        made = Proxy(self, connect)
        self.do(made.listen())
        return made

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)


class Proxy:
    """One stretch of network."""

    def __init__(self, network: Network, connect: Connect) -> None:
        self._network, self._connect = network, connect
        self.way = Way.PASS
        self.port = 0
        self._moves: asyncio.Event | None = None
        self._hears: asyncio.Event | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        self._moves, self._hears = asyncio.Event(), asyncio.Event()
        self._moves.set()
        self._hears.set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def be(self, way: Way) -> None:
        """Behave that way from now on, with what is open too."""
        self._network.do(self._be(way))

    async def _be(self, way: Way) -> None:
        self.way = way
        for event, stopped in ((self._moves, (Way.STALL,)), (self._hears, (Way.STALL, Way.DEAF))):
            event.clear() if way in stopped else event.set()

    def cut(self) -> None:
        """Break every connection at once; what was under way is lost."""
        self._network.do(self._cut())

    async def _cut(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    def half_close(self) -> None:
        """Tell one side of every connection that the other has stopped sending."""
        self._network.do(self._half_close())

    async def _half_close(self) -> None:
        for number, writer in enumerate(list(self._open)):
            if number % 2 and writer.can_write_eof() and not writer.transport.is_closing():
                writer.write_eof()

    def close(self) -> None:
        self._network.do(self._close())

    async def _close(self) -> None:
        self._server.close()
        await self._cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.way is Way.REFUSE:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await self._connect()
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._open |= ends
        try:
            await asyncio.gather(
                self._pass(reader, far_writer, self._moves), self._pass(far_reader, writer, self._hears)
            )
        except (OSError, RuntimeError):
            pass
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    @staticmethod
    async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event) -> None:
        while data := await reader.read(65_536):
            await gate.wait()
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof() and not writer.transport.is_closing():
            writer.write_eof()
