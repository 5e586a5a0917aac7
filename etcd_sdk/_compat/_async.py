"""Waiting, locking and going on beside, in an event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from etcd_sdk._compat import process
from etcd_sdk._core.status import again
from etcd_sdk_api.errors import (
    ClientForkedError,
    ClientLoopError,
    StreamEndedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from etcd_sdk._core.sources import SrvRecord

ItemT = TypeVar("ItemT")


class AsyncEvent:
    """Something that happens once. There may be one for each of many thousand watches or leases."""

    __slots__ = ("_happened", "_waiters")

    def __init__(self) -> None:
        self._happened = False
        self._waiters: list[asyncio.Future[None]] = []

    def set(self) -> None:
        """Let it happen."""
        self._happened = True
        _wake(self._waiters)

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._happened

    async def wait(self, timeout: float | None) -> bool:
        """Wait for it, ``timeout`` seconds at most; says whether it has happened."""
        if not self._happened:
            await _woken(self._waiters, timeout)
        return self._happened


class AsyncLock:
    """Held by one task at a time, across waits, in the order in which they came.

    Unlike ``asyncio.Lock`` it can be had without a coroutine, if it is free: every live event of a
    watch needs one.
    """

    __slots__ = ("_held", "_waiters")

    def __init__(self) -> None:
        self._held = False
        self._waiters: list[asyncio.Future[None]] = []

    def acquire_at_once(self) -> bool:
        """Take it if it is free; says whether it was."""
        if self._held:
            return False
        self._held = True
        return True

    async def acquire(self) -> None:
        """Take it, sooner or later."""
        if self.acquire_at_once():
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
            else:  # it was given to this task already
                self.release()
            raise

    async def acquire_within(self, timeout: float | None) -> bool:
        """Take it, within ``timeout`` seconds; says whether that worked."""
        try:
            async with asyncio.timeout(timeout):
                await self.acquire()
        except TimeoutError:
            return False
        return True

    def release(self) -> None:
        """Give it to the next task that waits."""
        while self._waiters:
            waiter = self._waiters.pop(0)
            if not waiter.done():
                waiter.set_result(None)
                return
        self._held = False

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


class AsyncGuard:
    """Keeps other threads out of a few lines. An event loop has none, so it does nothing."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


class AsyncWorker:
    """A function that runs beside its caller until it returns."""

    def __init__(self, function: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        # The loop might make a task that begins at once, in the midst of its caller's lines.
        task = asyncio.Task(function(), name=name)
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)


# A loop holds its tasks weakly.
_tasks: set[asyncio.Future[None]] = set()


class AsyncMailbox(Generic[ItemT]):
    """What one side puts and the other takes, until it is closed: anything but ``None``."""

    __slots__ = ("_end", "_put", "_taken", "_waiters")

    def __init__(self) -> None:
        # Two lists, the second one in reverse order: an empty deque takes ten times the memory.
        self._put: list[ItemT] = []
        self._taken: list[ItemT] = []
        self._end: _End | None = None
        self._waiters: list[asyncio.Future[None]] = []

    def put(self, item: ItemT) -> None:
        """Add an item, unless it is closed."""
        if self._end is None:
            self._put.append(item)
            if self._waiters:
                _wake(self._waiters)

    def close(self, error: Exception | None) -> None:
        """Let the other side end, with an error or without, after what is there already."""
        if self._end is None:
            self._end = _End(error)
            _wake(self._waiters)

    def take(self) -> ItemT | None:
        """The next item; ``None`` if there is none yet.

        Raises:
            StopAsyncIteration: It is closed without an error, and nothing is left.
        """
        if not self._taken:
            if not self._put:
                if self._end is not None:
                    raise self._end.reason()
                return None
            self._put.reverse()
            self._put, self._taken = self._taken, self._put
        return self._taken.pop()

    def is_empty(self) -> bool:
        """Whether nothing is there to take."""
        return not (self._put or self._taken)

    def filled(self) -> asyncio.Future[None]:
        """To be awaited at once: it ends when there may be an item, or the end."""
        waiter = asyncio.get_running_loop().create_future()
        if not self.is_empty() or self._end is not None:
            waiter.set_result(None)
            return waiter
        if self._waiters:  # those of tasks that were cancelled while they waited
            self._waiters = [each for each in self._waiters if not each.done()]
        self._waiters.append(waiter)
        return waiter


async def _woken(waiters: list[asyncio.Future[None]], timeout: float | None) -> None:
    """Wait among others until all are woken, ``timeout`` seconds at most."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()
    waiters.append(waiter)
    timer = None if timeout is None else loop.call_later(max(timeout, 0), _wake, [waiter])
    try:
        await waiter
    finally:
        if timer is not None:
            timer.cancel()
        if waiter in waiters:  # it has not been woken, or by the timer alone
            waiters.remove(waiter)


def _wake(waiters: list[asyncio.Future[None]]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)
    waiters.clear()


class _End:
    """How a mailbox was closed."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def reason(self) -> Exception:
        return StopAsyncIteration() if self._error is None else again(self._error)


class AsyncBody:
    """The body of a ``with`` block, which can be ended from outside: its task is cancelled."""

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._cancellations = 0 if self._task is None else self._task.cancelling()
        self._ended = False

    def end(self) -> None:
        """End it at its next ``await``, unless it does this itself, or is over."""
        task = self._task
        if task is not None and task is not asyncio.current_task() and not self._ended:
            self._ended = True
            task.cancel()

    def has_ended(self, error: BaseException | None) -> bool:
        """Whether ``error`` is how the body met its end, and nobody else's cancellation.

        From now on there is no body any more that could be ended.
        """
        task, self._task = self._task, None
        if not self._ended or task is None:
            return False
        others = task.uncancel() > self._cancellations
        return isinstance(error, asyncio.CancelledError) and not others


def later(seconds: float, function: Callable[[], None]) -> None:
    """Call a function in a while."""
    asyncio.get_running_loop().call_later(seconds, function)


class AsyncStay:
    """The process and the event loop in which something is under way."""

    def __init__(self) -> None:
        self._process = process.current
        self._loop = asyncio.get_running_loop()

    def is_over(self) -> bool:
        """Whether its loop is closed, or this is another process, which must leave it alone."""
        return self._process is not process.current or self._loop.is_closed()

    def check(self) -> None:
        """Refuse to go on elsewhere.

        Raises:
            ClientForkedError: This is another process.
            ClientLoopError: This is another event loop.
            StreamEndedError: This is another event loop, and its own one is closed.
        """
        if self._process is not process.current:
            raise ClientForkedError(process.FORKED)
        if asyncio.get_running_loop() is self._loop:
            return
        if self._loop.is_closed():
            raise StreamEndedError("its event loop is closed")
        raise ClientLoopError("it belongs to another event loop, and can be used in that one only")


class AsyncHome:
    """The process and the event loop that a client belongs to: those that use it first.

    A client outlives its loop: when that is closed, it moves into the next one that uses it, with
    connections of its own.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._process: object = None
        self._guard = threading.Lock()

    def moved_in(self) -> bool:
        """Whether this is the first use, in this loop.

        Raises:
            ClientLoopError: Another loop, which is not closed, uses the client.
            ClientForkedError: Another process does.
        """
        if self.is_left():  # asked first: a loop that was forked counts as none
            raise ClientForkedError(process.FORKED)
        loop = asyncio.get_running_loop()
        if loop is self._loop:
            return False
        with self._guard:
            if self._loop is not None and not self._loop.is_closed():
                raise ClientLoopError(_ELSEWHERE)
            self._loop, self._process = loop, process.current
        return True

    def is_left(self) -> bool:
        """Whether the client belongs to another process, and is to be left alone in this one."""
        return self._process is not None and self._process is not process.current


async def srv_records(name: str) -> list[SrvRecord]:
    """The SRV records that DNS has under a name; none if there is no such name.

    Raises:
        ImportError: dnspython is missing.
        UnavailableError: DNS does not answer.
    """
    from etcd_sdk._core import sources

    try:
        import dns.asyncresolver
        import dns.exception
        import dns.resolver
    except ImportError as error:
        raise ImportError("SRV records need dnspython: pip install 'etcd-sdk[srv]'") from error
    try:
        answer = await dns.asyncresolver.resolve(name, "SRV")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise UnavailableError(f"DNS does not answer for {name}: {error}") from error
    return [sources.SrvRecord(str(each.target), each.port, each.priority) for each in answer]


_ELSEWHERE = "the client belongs to another event loop: make one in each loop"
