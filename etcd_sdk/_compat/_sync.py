"""Waiting, locking and going on beside, with threads."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from etcd_sdk._compat import process
from etcd_sdk._core.status import again
from etcd_sdk_api.errors import ClientForkedError, UnavailableError

if TYPE_CHECKING:
    from etcd_sdk._core.sources import SrvRecord

ItemT = TypeVar("ItemT")


def _seconds(timeout: float | None) -> float:
    """How a lock wants it."""
    return -1 if timeout is None else max(timeout, 0)


Guard = threading.Lock
"""Keeps other threads out of a few lines."""


class Event:
    """Something that happens once. There may be one for each of many thousand watches or leases."""

    __slots__ = ("_happened", "_waiters")

    def __init__(self) -> None:
        self._happened = False
        # A lock that is held for each of those who wait: they look once more whether it has
        # happened after they have come in here, so none is missed.
        self._waiters: list[threading.Lock] = []

    def set(self) -> None:
        """Let it happen."""
        self._happened = True
        while self._waiters:
            with suppress(IndexError):  # another thread lets it happen, too
                self._waiters.pop().release()

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._happened

    def wait(self, timeout: float | None) -> bool:
        """Wait for it, ``timeout`` seconds at most; says whether it has happened."""
        if self._happened:
            return True
        waiter = threading.Lock()
        waiter.acquire()
        self._waiters.append(waiter)
        if not self.is_set() and not waiter.acquire(timeout=_seconds(timeout)):
            with suppress(ValueError):  # it has happened just now
                self._waiters.remove(waiter)
        return self._happened


class Lock:
    """Held by one thread at a time, across waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire_at_once(self) -> bool:
        """Take it if it is free; says whether it was."""
        return self._lock.acquire(blocking=False)

    def acquire(self) -> None:
        """Take it, sooner or later."""
        self._lock.acquire()

    def acquire_within(self, timeout: float | None) -> bool:
        """Take it, within ``timeout`` seconds; says whether that worked."""
        return self._lock.acquire(timeout=_seconds(timeout))

    def release(self) -> None:
        """Give it to the next thread that waits."""
        self._lock.release()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


class Worker:
    """A function that runs beside its caller until it returns."""

    def __init__(self, function: Callable[[], None], name: str) -> None:
        self._thread = threading.Thread(target=function, name=name, daemon=True)
        self._thread.start()


class Mailbox(Generic[ItemT]):
    """What one side puts and the other takes, until it is closed: anything but ``None``.

    One thread at a time may take from it.
    """

    __slots__ = ("_end", "_items", "_next")

    def __init__(self) -> None:
        self._items: queue.SimpleQueue[ItemT | _End] = queue.SimpleQueue()
        self._next: ItemT | _End | None = None
        self._end: _End | None = None

    def put(self, item: ItemT) -> None:
        """Add an item, unless it is closed."""
        if self._end is None:
            self._items.put(item)

    def close(self, error: Exception | None) -> None:
        """Let the other side end, with an error or without, after what is there already."""
        if self._end is None:
            self._end = _End(error)
            self._items.put(self._end)

    def take(self) -> ItemT | None:
        """The next item; ``None`` if there is none yet.

        Raises:
            StopIteration: It is closed without an error, and nothing is left.
        """
        item, self._next = self._next, None
        if item is None:
            if self._items.empty():
                return None
            item = self._items.get()
        if isinstance(item, _End):
            self._items.put(item)  # for whoever asks next
            raise item.reason()
        return item

    def is_empty(self) -> bool:
        """Whether nothing is there to take."""
        return self._next is None and self._items.empty()

    def filled(self) -> None:
        """Wait until it has an item, or is closed."""
        if self._next is None:
            self._next = self._items.get()


class _End:
    """The last item of a mailbox."""

    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def reason(self) -> Exception:
        return StopIteration() if self._error is None else again(self._error)


class Body:
    """The body of a ``with`` block. Nobody can end a thread, so it runs to its own end."""

    def end(self) -> None:
        """Do nothing: the body has to look."""

    def has_ended(self, error: BaseException | None) -> bool:
        """Whether ``error`` is how the body met its end."""
        return False


def later(seconds: float, function: Callable[[], None]) -> None:
    """Call a function in a while."""
    timer = threading.Timer(seconds, function)
    timer.daemon = True
    timer.start()


class Stay:
    """The process in which something is under way."""

    def __init__(self) -> None:
        self._process = process.current

    def is_over(self) -> bool:
        """Whether this is another process, which must leave alone what goes on in the first."""
        return self._process is not process.current

    def check(self) -> None:
        """Refuse to go on elsewhere.

        Raises:
            ClientForkedError: This is another process.
        """
        if self._process is not process.current:
            raise ClientForkedError(process.FORKED)


class Home:
    """The process that a client belongs to: the one that uses it first."""

    def __init__(self) -> None:
        self._process: object = None
        self._guard = threading.Lock()

    def moved_in(self) -> bool:
        """Whether this is the first use.

        Raises:
            ClientForkedError: Another process uses the client.
        """
        if self._process is process.current:
            return False
        if self._process is not None:
            raise ClientForkedError(process.FORKED)
        with self._guard:
            first, self._process = self._process is None, process.current
        return first

    def is_left(self) -> bool:
        """Whether the client belongs to another process, and is to be left alone in this one."""
        return self._process is not None and self._process is not process.current


def srv_records(name: str) -> list[SrvRecord]:
    """The SRV records that DNS has under a name; none if there is no such name.

    Raises:
        ImportError: dnspython is missing.
        UnavailableError: DNS does not answer.
    """
    from etcd_sdk._core import sources

    try:
        import dns.exception
        import dns.resolver
    except ImportError as error:
        raise ImportError("SRV records need dnspython: pip install 'etcd-sdk[srv]'") from error
    try:
        answer = dns.resolver.resolve(name, "SRV")
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise UnavailableError(f"DNS does not answer for {name}: {error}") from error
    return [sources.SrvRecord(str(each.target), each.port, each.priority) for each in answer]
