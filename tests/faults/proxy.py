"""A network that fails on demand.

Killing a server shows one way in which a connection ends. Networks know more: they refuse, reset,
swallow, delay and cut. `FaultProxy` stands between a client and a server, passes on what both say,
and does all of that when a test asks for it::

    with FaultProxy(server.endpoint) as proxy, Client(proxy.endpoint) as client:
        client.kv.put("a", "1")
        proxy.black_hole()
        ...  # nothing arrives, nothing is answered, nothing ends
        proxy.heal()

It runs in a thread of its own, and its methods wait for that thread alone, never for a client or a
server: sync and async tests use it alike. A fault is in effect once its method has returned.
"""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Self, TypeVar

from tests.faults.connection import Connection, End, Fuse, Network

_HOST = "127.0.0.1"
_ANSWER_SECONDS = 10.0

ResultT = TypeVar("ResultT")


class FaultProxy:
    """Passes TCP connections on to ``target``, and breaks them when told to.

    A context manager: it listens inside the ``with`` block, always on the same `endpoint`, and
    leaves neither a socket nor a thread behind. `refuse` and `black_hole` replace each other, so do
    `reset_randomly` and `cut_after`; everything else adds up. `heal` ends all.

    When one side ends or resets a connection, so does the proxy towards the other. Where the target
    refuses a connection the client's is reset, for by then it is accepted.

    Args:
        target: Where connections lead, as ``"127.0.0.1:port"``.

    Attributes:
        endpoint: Where it listens, as ``"127.0.0.1:port"``.
        target: Where new connections lead; `retarget` changes it.
        resets: How many connections were reset by a fault.
        cuts: How many connections `cut_after` has cut, in either way.
    """

    endpoint: str

    def __init__(self, target: str) -> None:
        self.target = target
        self.resets = 0
        self.cuts = 0
        self._network = Network()
        self._new_fuse: Callable[[], Fuse | None] = _no_fuse
        self._accepted = 0
        self._present: dict[Connection, asyncio.Task[bool]] = {}
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        # Never listens; it keeps the port ours while connections are refused.
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port.bind((_HOST, 0))
        self.endpoint = f"{_HOST}:{self._port.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy")
        self._thread.start()
        self._ask(self._listen())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._ask(self._close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._port.close()

    # --- faults ---------------------------------------------------------------------------------

    def refuse(self) -> None:
        """Reset all present connections, and refuse new ones."""
        self._ask(self._refuse())

    def reset(self) -> int:
        """Reset all present connections and serve new ones as ever; returns how many were reset."""
        return self._ask(self._reset())

    def reset_randomly(self, seed: int, *, least: int = 1, most: int = 8192) -> None:
        """Reset every connection, present or new, after a random number of bytes.

        The number lies between ``least`` and ``most``, and bytes in both directions count. They
        arrive before the reset as far as the other side has room for them. A connection is of no
        use that does not outlive HTTP/2's (and TLS's) first exchange.
        """
        numbers = random.Random(seed)
        self._ask(self._set_fuses(lambda: Fuse(numbers.randint(least, most), True, self._torn)))

    def black_hole(self) -> None:
        """Pass nothing on any more, neither data nor ends; accept new connections as silently.

        `heal` passes on what came meanwhile. Only the proxy is silent: the kernel still tells each
        side that its bytes arrived, as it would not if the machine were gone.
        """
        self._ask(self._black_hole())

    def delay(self, seconds: float) -> None:
        """Hold every chunk back for so long, in both directions and in order."""
        self._ask(self._delay(seconds))

    def cut_after(self, count: int, *, times: float = 1, reset: bool = False) -> None:
        """Cut connections after ``count`` more bytes from the server to the client.

        Every connection counts for itself, present ones from now and new ones from their start; the
        first ``times`` that get there are cut (``math.inf``: all of them).

        It looks as if the server had closed (FIN): the client gets exactly ``count`` bytes and then
        the end, and what it still sends arrives. With ``reset`` both sides get a RST instead.
        """
        left = times

        def cut() -> End | None:
            nonlocal left
            if left < 1:
                return None
            left -= 1
            self.cuts += 1
            return self._torn() if reset else End.FIN

        self._ask(self._set_fuses(lambda: Fuse(count, False, cut)))

    def heal(self) -> None:
        """End all faults. What was held back goes on its way at once."""
        self._ask(self._heal())

    def retarget(self, target: str) -> None:
        """Lead new connections to another server; present ones stay where they are."""
        self._ask(self._retarget(target))

    # --- counters -------------------------------------------------------------------------------

    @property
    def connections(self) -> int:
        """How many connections were accepted so far."""
        self._accept_first()
        return self._accepted

    @property
    def open(self) -> int:
        """How many connections there are now."""
        self._accept_first()
        return len(self._present)

    @property
    def bytes_to_server(self) -> int:
        """How many bytes were passed on to servers."""
        return self._network.bytes_to_server

    @property
    def bytes_to_client(self) -> int:
        """How many bytes were passed on to clients."""
        return self._network.bytes_to_client

    def _accept_first(self) -> None:
        if self._thread.is_alive():  # what was counted can also be read afterwards
            self._ask(self._accept())

    # --- in the proxy's thread ------------------------------------------------------------------

    def _ask(self, action: Coroutine[None, None, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(action, self._loop).result(_ANSWER_SECONDS)

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(self._port.getsockname(), backlog=128)
            self._listener.setblocking(False)
            self._loop.add_reader(self._listener, self._accept_all)

    async def _refuse(self) -> None:
        self.resets += await self._close()

    async def _reset(self) -> int:
        count = await self._end_all()
        self.resets += count
        return count

    async def _close(self) -> int:
        await self._accept()
        if self._listener is not None:  # first, or else somebody comes while the others go
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        return await self._end_all()

    async def _end_all(self) -> int:
        await self._accept()
        tasks = list(self._present.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return len(tasks)

    async def _set_fuses(self, new_fuse: Callable[[], Fuse | None]) -> None:
        await self._accept()
        self._new_fuse = new_fuse
        for connection in self._present:
            connection.fuse = new_fuse()

    async def _black_hole(self) -> None:
        await self._listen()
        self._network.become(calm=False)

    async def _delay(self, seconds: float) -> None:
        self._network.become(delay=seconds)

    async def _heal(self) -> None:
        await self._listen()
        await self._set_fuses(_no_fuse)
        self._network.become(calm=True, delay=0)

    async def _retarget(self, target: str) -> None:
        await self._accept()
        self.target = target

    async def _accept(self) -> None:
        """Whoever has connected before a fault is present when it comes."""
        self._accept_all()

    def _accept_all(self) -> None:
        while self._listener is not None:
            try:
                client, _ = self._listener.accept()
            except BlockingIOError:
                return
            self._accepted += 1
            self._pass_on(client)

    def _pass_on(self, client: socket.socket) -> None:
        host, _, port = self.target.rpartition(":")
        connection = Connection(self._network, self._new_fuse(), client, (host, int(port)))
        task = self._present[connection] = self._loop.create_task(connection.run())
        # Not inside the task: one that is cancelled before it began runs nothing.
        task.add_done_callback(lambda task: self._end(connection, task))

    def _end(self, connection: Connection, task: asyncio.Task[bool]) -> None:
        del self._present[connection]
        connection.close(whole=not task.cancelled() and task.result())

    def _torn(self) -> End:
        self.resets += 1
        return End.RST


def _no_fuse() -> Fuse | None:
    return None
