"""The units of work that every contestant does, and the data that they work on."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from benchmarks.measure import Batch

KEY = "/bench/key"
VALUE = "v" * 64
TIMEOUT = 10.0

RANGE_PREFIX = "/bench/range/"
RANGE_KEYS = 10_000

REPLAY_PREFIX = "/bench/replay/"
REPLAY_EVENTS = 60_000
# etcd replays up to 1,000 revisions at a time and then rests for 100 ms, which would be all that
# there is to measure: so the events have few revisions.
_EVENTS_A_REVISION = 100

FANOUT_PREFIX = "/bench/fanout/"
FANOUT_WATCHES = 100
FANOUT_PUTS = 1_000
# In 21 rounds of 6 batches these are as many puts, and 100,000 events, too.
VOLLEY_PUTS_A_BATCH = 8
LIVE = ("fanout", "volley")
_PATIENCE = 100.0

CLOCKS = {"elapsed": time.perf_counter, "cpu": time.process_time}

_REPLAYS = ("replay", "events", "responses")


class Case(NamedTuple):
    """Some work, and how it is done."""

    flavour: str
    """``sync`` or ``async``."""
    work: str
    """``get``, ``put``, ``range``, ``replay``, ``events``, ``responses``, ``fanout`` or
    ``volley``."""
    at_once: int = 1
    """How many at a time, in tasks or threads."""
    clock: str = "elapsed"
    """What is counted: ``elapsed`` time, or the ``cpu`` time of the contestant's process."""

    @property
    def name(self) -> str:
        name = f"{self.flavour} {self.work}"
        if self.work == "range":
            return f"{name} {RANGE_KEYS:,} keys"
        if self.work == "replay":
            return f"{name} {REPLAY_EVENTS:,} events"
        if self.work in _REPLAYS:
            return f"{name} {REPLAY_EVENTS:,}, {self.clock}"
        if self.work == "fanout":
            return f"{name} {FANOUT_PUTS * FANOUT_WATCHES:,} events"
        if self.work == "volley":
            return f"{name} of {FANOUT_WATCHES} events"
        return name if self.at_once == 1 and self.flavour == "sync" else f"{name} x{self.at_once}"

    @property
    def pace(self) -> dict[str, int]:
        """Arguments for `alternate`."""
        if self.work in _REPLAYS or self.work == "fanout":
            return {"batches": 1}
        if self.work == "volley":
            return {"at_least": VOLLEY_PUTS_A_BATCH}
        return {"at_least": 4 * self.at_once if self.at_once > 1 else 1}


def prefix_end(prefix: bytes) -> bytes:
    """The first key after all that start with ``prefix``; good for the prefixes above."""
    return prefix[:-1] + bytes([prefix[-1] + 1])


def prepare(endpoint: str, work: str) -> None:
    """Write what ``work`` reads."""
    # Workers of other clients import this module where the SDK is not installed.
    from etcd_sdk import Client, Put

    with Client(endpoint, timeout=60.0) as client:
        client.kv.put(KEY, VALUE)
        if work == "range":
            for start in range(0, RANGE_KEYS, 100):
                numbers = range(start, start + 100)
                puts = (Put(f"{RANGE_PREFIX}{number:05}", VALUE) for number in numbers)
                client.kv.txn().then(*puts).commit()
        if work in _REPLAYS:
            keys = [f"{REPLAY_PREFIX}{number:03}" for number in range(_EVENTS_A_REVISION)]
            txn = client.kv.txn().then(*(Put(key, VALUE) for key in keys))
            for _ in range(REPLAY_EVENTS // _EVENTS_A_REVISION):
                txn.commit()


def in_threads(
    once: Callable[[], object], threads: int = 1, clock: Callable[[], float] = time.perf_counter
) -> Batch:
    """A batch that many threads share; or only this one."""

    def some(calls: int) -> None:
        for _ in range(calls):
            once()

    def batch(calls: int) -> float:
        each, more = divmod(calls, threads)
        shares = (each + (thread < more) for thread in range(threads))
        workers = [threading.Thread(target=some, args=(share,)) for share in shares]
        begin = clock()
        if threads == 1:
            some(calls)
        else:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        return clock() - begin

    return batch


def in_tasks(
    runner: asyncio.Runner,
    once: Callable[[], Awaitable[Any]],
    tasks: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Batch:
    """A batch that many tasks share; or only one has."""

    async def some(calls: int) -> None:
        for _ in range(calls):
            await once()

    async def measured(calls: int) -> float:
        each, more = divmod(calls, tasks)
        begin = clock()
        if tasks == 1:
            await some(calls)
        else:
            await asyncio.gather(*(some(each + (task < more)) for task in range(tasks)))
        return clock() - begin

    return lambda calls: runner.run(measured(calls))


class ThreadFan:
    """A thread for each watch, all of which count their events together."""

    def __init__(self, watches: Iterable[Iterable[object]]) -> None:
        self._seen = itertools.count(1)  # no two threads get the same number
        self._awaited = 0
        self._done = threading.Event()
        for watch in watches:
            threading.Thread(target=self._count, args=(watch,), daemon=True).start()

    def _count(self, watch: Iterable[object]) -> None:
        for _ in watch:
            if next(self._seen) == self._awaited:
                self._done.set()

    def expect(self, puts: int) -> None:
        """Announce puts, before every watch can have seen all of them."""
        self._done.clear()
        self._awaited += FANOUT_WATCHES * puts

    def wait(self) -> None:
        """Return once every watch has seen them."""
        if not self._done.wait(_PATIENCE):
            raise TimeoutError("a watch has not seen all puts")


class TaskFan:
    """A task for each watch, all of which count their events together."""

    def __init__(self, watches: Iterable[AsyncIterable[object]]) -> None:
        self._seen = itertools.count(1)
        self._awaited = 0
        self._done = asyncio.Event()
        self._tasks = [asyncio.create_task(self._count(watch)) for watch in watches]

    async def _count(self, watch: AsyncIterable[object]) -> None:
        async for _ in watch:
            if next(self._seen) == self._awaited:
                self._done.set()

    def expect(self, puts: int) -> None:
        """Announce puts, before every watch can have seen all of them."""
        self._done.clear()
        self._awaited += FANOUT_WATCHES * puts

    async def wait(self) -> None:
        """Return once every watch has seen them."""
        async with asyncio.timeout(_PATIENCE):
            await self._done.wait()

    async def end(self) -> None:
        """Stop counting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
