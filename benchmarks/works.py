"""The units of work that every contestant does, and the data that they work on."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
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


class Case(NamedTuple):
    """Some work, and how it is done."""

    flavour: str
    """``sync`` or ``async``."""
    work: str
    """``get``, ``put``, ``range`` or ``replay``."""
    at_once: int = 1
    """How many at a time, in tasks or threads."""

    @property
    def name(self) -> str:
        name = f"{self.flavour} {self.work}"
        if self.work == "range":
            return f"{name} {RANGE_KEYS:,} keys"
        if self.work == "replay":
            return f"{name} {REPLAY_EVENTS:,} events"
        return name if self.at_once == 1 and self.flavour == "sync" else f"{name} x{self.at_once}"

    @property
    def pace(self) -> dict[str, int]:
        """Arguments for `alternate`."""
        if self.work == "replay":
            return {"batches": 1}
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
        if work == "replay":
            keys = [f"{REPLAY_PREFIX}{number:03}" for number in range(_EVENTS_A_REVISION)]
            txn = client.kv.txn().then(*(Put(key, VALUE) for key in keys))
            for _ in range(REPLAY_EVENTS // _EVENTS_A_REVISION):
                txn.commit()


def in_threads(once: Callable[[], object], threads: int = 1) -> Batch:
    """A batch that many threads share; or only this one."""

    def some(calls: int) -> None:
        for _ in range(calls):
            once()

    def batch(calls: int) -> float:
        each, more = divmod(calls, threads)
        shares = (each + (thread < more) for thread in range(threads))
        workers = [threading.Thread(target=some, args=(share,)) for share in shares]
        begin = time.perf_counter()
        if threads == 1:
            some(calls)
        else:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        return time.perf_counter() - begin

    return batch


def in_tasks(runner: asyncio.Runner, once: Callable[[], Awaitable[Any]], tasks: int = 1) -> Batch:
    """A batch that many tasks share; or only one has."""

    async def some(calls: int) -> None:
        for _ in range(calls):
            await once()

    async def measured(calls: int) -> float:
        each, more = divmod(calls, tasks)
        begin = time.perf_counter()
        if tasks == 1:
            await some(calls)
        else:
            await asyncio.gather(*(some(each + (task < more)) for task in range(tasks)))
        return time.perf_counter() - begin

    return lambda calls: runner.run(measured(calls))
