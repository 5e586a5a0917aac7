"""Many watches and many kept leases in one client of the SDK.

Each method returns its figures: seconds, and bytes by which the process has grown.
"""

from __future__ import annotations

import asyncio
import gc
import os
import time
from pathlib import Path

from benchmarks import works
from etcd_sdk import AsyncClient, AsyncKeptLease, AsyncWatcher, Client, KeptLease, Watcher

Figures = dict[str, float]

_STATM = Path("/proc/self/statm")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_PATIENCE = 60.0


def _resident() -> int:
    """Bytes of memory that the process has, without garbage."""
    gc.collect()
    return int(_STATM.read_text().split()[1]) * _PAGE


def _key(number: int) -> str:
    return f"/bench/crowd/{number:06}"


def _grown(count: int, before: int, seconds: float) -> Figures:
    return {"seconds": seconds, "bytes": _resident() - before, "count": count}


class Sync:
    """``etcd_sdk.Client``."""

    def __init__(self, endpoint: str) -> None:
        self._client = Client(endpoint, timeout=works.TIMEOUT)
        self._watches: list[Watcher] = []
        self._leases: list[KeptLease] = []
        self._ids: list[int] = []

    def watches(self, count: int) -> Figures:
        """Make so many, one after another."""
        before, begin = _resident(), time.perf_counter()
        for number in range(count):
            watch = self._client.watch(_key(number))
            self._watches.append(watch.__enter__())
        return _grown(count, before, time.perf_counter() - begin)

    def grant(self, count: int, ttl: int) -> Figures:
        """Have so many leases granted; nobody keeps them alive yet."""
        begin = time.perf_counter()
        self._ids = [self._client.lease.grant(ttl).ID for _ in range(count)]
        return {"seconds": time.perf_counter() - begin}

    def keep(self) -> Figures:
        """Keep them alive; the time ends when each has been renewed once."""
        before, begin = _resident(), time.perf_counter()
        leases = [self._client.lease.keep_alive(each) for each in self._ids]
        while not all(lease.ttl for lease in leases):
            if time.perf_counter() - begin > _PATIENCE:
                raise TimeoutError("a lease has not been renewed")
            time.sleep(0.05)
        self._leases += leases
        return _grown(len(leases), before, time.perf_counter() - begin)

    def idle(self, seconds: float) -> Figures:
        """Do nothing, and see how much of a core that takes, and whether a lease was lost."""
        begin, busy = time.perf_counter(), time.process_time()
        time.sleep(seconds)
        busy = time.process_time() - busy
        lost = sum(lease.lost.is_set() for lease in self._leases)
        return {"seconds": time.perf_counter() - begin, "busy": busy, "lost": lost}

    def close(self) -> None:
        self._client.close()


class Async:
    """``etcd_sdk.AsyncClient``."""

    def __init__(self, endpoint: str) -> None:
        self._client = AsyncClient(endpoint, timeout=works.TIMEOUT)
        self._watches: list[AsyncWatcher] = []
        self._leases: list[AsyncKeptLease] = []
        self._ids: list[int] = []

    async def watches(self, count: int) -> Figures:
        """Make so many, one after another."""
        before, begin = _resident(), time.perf_counter()
        for number in range(count):
            watch = self._client.watch(_key(number))
            self._watches.append(await watch.__aenter__())
        return _grown(count, before, time.perf_counter() - begin)

    async def grant(self, count: int, ttl: int) -> Figures:
        """Have so many leases granted; nobody keeps them alive yet."""
        begin = time.perf_counter()
        self._ids = [(await self._client.lease.grant(ttl)).ID for _ in range(count)]
        return {"seconds": time.perf_counter() - begin}

    async def keep(self) -> Figures:
        """Keep them alive; the time ends when each has been renewed once."""
        before, begin = _resident(), time.perf_counter()
        leases = [self._client.lease.keep_alive(each) for each in self._ids]
        while not all(lease.ttl for lease in leases):
            if time.perf_counter() - begin > _PATIENCE:
                raise TimeoutError("a lease has not been renewed")
            await asyncio.sleep(0.05)
        self._leases += leases
        return _grown(len(leases), before, time.perf_counter() - begin)

    async def idle(self, seconds: float) -> Figures:
        """Do nothing, and see how much of a core that takes, and whether a lease was lost."""
        begin, busy = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        busy = time.process_time() - busy
        lost = sum(lease.lost.is_set() for lease in self._leases)
        return {"seconds": time.perf_counter() - begin, "busy": busy, "lost": lost}

    async def close(self) -> None:
        await self._client.close()
