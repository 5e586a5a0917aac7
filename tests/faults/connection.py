"""One connection through a `FaultProxy`: two streams of bytes, and what holds them up or ends them.

Everything here runs in the proxy's thread.
"""

from __future__ import annotations

import asyncio
import enum
import math
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

_CHUNK = 64 * 1024
_CHUNKS_HELD = 64  # in one direction; whoever sends more has to wait
_CLOSE_WITH_RESET = struct.pack("ii", 1, 0)

# What one side sent, and when it came. Its end stands in the queue like its data, so that it comes
# neither too early nor out of a black hole: no bytes are a FIN, None is a RST.
Queue: TypeAlias = "asyncio.Queue[tuple[float, bytes | None]]"


class Network:
    """What holds for all connections, and what they have carried together."""

    def __init__(self) -> None:
        self.bytes_to_server = 0
        self.bytes_to_client = 0
        self._calm = True
        self._delay = 0.0
        self._changed = asyncio.Event()

    def become(self, *, calm: bool | None = None, delay: float | None = None) -> None:
        """Changes what is given; whoever waits is told."""
        self._calm = self._calm if calm is None else calm
        self._delay = self._delay if delay is None else delay
        self._changed.set()
        self._changed = asyncio.Event()

    async def let_pass(self, arrival: float) -> None:
        """Returns once what came then may go on."""
        while (wait := self._wait(arrival)) > 0:
            try:
                async with asyncio.timeout(None if wait == math.inf else wait):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _wait(self, arrival: float) -> float:
        if not self._calm:
            return math.inf
        return arrival + self._delay - _now() if self._delay else 0


class End(enum.Enum):
    """How a fault ends a connection."""

    FIN = enum.auto()
    RST = enum.auto()


@dataclass
class Fuse:
    """Ends a connection once it has carried so many bytes.

    Attributes:
        left: How many bytes it may still carry.
        both_ways: Whether bytes to the server count, too.
        blow: Called when none is left; says how to end the connection, or None to spare it.
    """

    left: int
    both_ways: bool
    blow: Callable[[], End | None]


class Connection:
    """A client's connection and the one to the server that it is passed on to."""

    def __init__(
        self, network: Network, fuse: Fuse | None, client: socket.socket, target: tuple[str, int]
    ) -> None:
        self.fuse = fuse
        self._network = network
        self._client = client
        self._server = socket.socket()
        self._target = target
        for side in (self._client, self._server):
            side.setblocking(False)
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def run(self) -> bool:
        """Passes on until both sides have ended; False if it broke before."""
        whole = True
        try:
            await self._network.let_pass(_now())  # a black hole does not connect
            await asyncio.get_running_loop().sock_connect(self._server, self._target)
            async with asyncio.TaskGroup() as tasks:
                for source, sink in (self._client, self._server), (self._server, self._client):
                    queue: Queue = asyncio.Queue(_CHUNKS_HELD)
                    tasks.create_task(self._read(source, queue))
                    tasks.create_task(self._write(queue, sink))
        except* OSError:
            whole = False
        return whole

    def close(self, *, whole: bool) -> None:
        """Closes both sides, with a RST unless both have ended."""
        for side in (self._client, self._server):
            if not whole:
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _CLOSE_WITH_RESET)
            side.close()

    async def _read(self, source: socket.socket, queue: Queue) -> None:
        loop = asyncio.get_running_loop()
        chunk: bytes | None = b"-"
        while chunk:
            try:
                chunk = await loop.sock_recv(source, _CHUNK)
            except OSError:
                chunk = None
            await queue.put((_now(), chunk))

    async def _write(self, queue: Queue, sink: socket.socket) -> None:
        cut = False
        while True:
            arrival, chunk = await queue.get()
            await self._network.let_pass(arrival)
            if chunk is None:
                raise ConnectionResetError
            if not cut:
                cut = not chunk or await self._deliver(arrival, chunk, sink)
                if cut:
                    sink.shutdown(socket.SHUT_WR)
            if not chunk:
                return

    async def _deliver(self, arrival: float, chunk: bytes, sink: socket.socket) -> bool:
        """Sends a chunk; True if a fuse ends the stream before or after its last byte."""
        rest = memoryview(chunk)
        while not self._blown(sink):
            if not rest:
                return False
            await self._network.let_pass(arrival)  # it may have changed between two parts
            try:
                sent = sink.send(rest[: self._allowance(sink)])
            except BlockingIOError:
                await _writable(sink)
                continue
            self._count(sent, sink)
            rest = rest[sent:]
        return True

    def _fuse_of(self, sink: socket.socket) -> Fuse | None:
        fuse = self.fuse
        return fuse if fuse is not None and (fuse.both_ways or sink is self._client) else None

    def _allowance(self, sink: socket.socket) -> int | None:
        fuse = self._fuse_of(sink)
        return None if fuse is None else fuse.left

    def _blown(self, sink: socket.socket) -> bool:
        """Whether a fuse ends this stream now; raises where it breaks the connection."""
        fuse = self._fuse_of(sink)
        if fuse is None or fuse.left > 0:
            return False
        self.fuse = None
        end = fuse.blow()
        if end is End.RST:
            raise ConnectionResetError
        return end is End.FIN

    def _count(self, sent: int, sink: socket.socket) -> None:
        if fuse := self._fuse_of(sink):
            fuse.left -= sent
        if sink is self._client:
            self._network.bytes_to_client += sent
        else:
            self._network.bytes_to_server += sent


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _writable(sink: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_writer(sink, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_writer(sink)
