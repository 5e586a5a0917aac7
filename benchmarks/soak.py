"""Leases that are kept alive while the members of a cluster are killed, one after the other.

None may be lost. Half of them belongs to a sync client, half to an async one.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from etcd_sdk import AsyncClient, AsyncKeptLease, Client, KeptLease
from etcd_sdk.testing import EtcdCluster, EtcdServer

_LOOK_SECONDS = 0.05
_DOWN_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the leases of one client.

    Attributes:
        flavour: Of the client.
        leases: How many there were.
        renewals: How many of their renewals were answered.
        longest_gap: Seconds between two of them of the same lease, at most.
        least_left: Seconds that were left of a lease's time when one was answered, at least.
        lost: How many leases were lost.
    """

    flavour: str
    leases: int
    renewals: int
    longest_gap: float
    least_left: float
    lost: int


def run(
    etcd: Path, *, seconds: float, leases: int, ttl: int, pause: float
) -> tuple[list[Outcome], int]:
    """Keep so many leases alive for so long; returns what became of them, and the kills.

    Args:
        etcd: The server's binary.
        seconds: How long.
        leases: Of each client.
        ttl: Their time to live.
        pause: Seconds from one kill to the next.
    """
    over = threading.Event()
    with EtcdCluster(etcd=etcd) as cluster, ThreadPoolExecutor(2) as pool:
        clients = [
            pool.submit(_sync, cluster.endpoints, leases, ttl, over),
            pool.submit(_async, cluster.endpoints, leases, ttl, over),
        ]
        try:
            kills = _kill(cluster.members, seconds, pause)
        finally:
            over.set()
        return [client.result() for client in clients], kills


def _kill(members: Sequence[EtcdServer], seconds: float, pause: float) -> int:
    """Kill the members in turn for as long as that; returns how often it was."""
    begin = time.monotonic()
    kills = int(seconds / pause) - 1
    for kill in range(kills):
        _sleep_until(begin + (kill + 1) * pause)
        member = members[kill % len(members)]
        member.kill()
        time.sleep(_DOWN_SECONDS)
        member.start()
    _sleep_until(begin + seconds)
    return kills


def _sleep_until(then: float) -> None:
    time.sleep(max(0.0, then - time.monotonic()))


class _Tally:
    """Counts renewals by looking often."""

    def __init__(self, kept: Sequence[KeptLease | AsyncKeptLease]) -> None:
        self._kept = kept
        self._deadlines = [each._kept.deadline for each in kept]
        self._renewals = 0
        self._longest = 0.0
        self._least = float("inf")

    def look(self) -> None:
        """Note what has changed."""
        now = time.monotonic()
        for number, each in enumerate(self._kept):
            before, after = self._deadlines[number], each._kept.deadline
            if after != before:
                self._renewals += 1
                self._longest = max(self._longest, after - before)
                self._least = min(self._least, before - now)
                self._deadlines[number] = after

    def outcome(self, flavour: str, alive: Sequence[bool]) -> Outcome:
        """All of it; ``alive`` is what the server says in the end."""
        lost = sum(
            each.lost.is_set() or not is_alive
            for each, is_alive in zip(self._kept, alive, strict=True)
        )
        figures = self._renewals, self._longest, self._least
        return Outcome(flavour, len(self._kept), *figures, lost)


def _sync(endpoints: Sequence[str], leases: int, ttl: int, over: threading.Event) -> Outcome:
    with Client(endpoints) as client:
        granted = [client.lease.grant(ttl).ID for _ in range(leases)]
        kept = [client.lease.keep_alive(lease) for lease in granted]
        while not all(each.ttl for each in kept):
            time.sleep(_LOOK_SECONDS)
        tally = _Tally(kept)
        while not over.wait(_LOOK_SECONDS):
            tally.look()
        alive = [client.lease.time_to_live(lease).TTL > 0 for lease in granted]
        return tally.outcome("sync", alive)


def _async(endpoints: Sequence[str], leases: int, ttl: int, over: threading.Event) -> Outcome:
    async def main() -> Outcome:
        async with AsyncClient(endpoints) as client:
            granted = [(await client.lease.grant(ttl)).ID for _ in range(leases)]
            kept = [client.lease.keep_alive(lease) for lease in granted]
            while not all(each.ttl for each in kept):  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_SECONDS)
            tally = _Tally(kept)
            while not over.is_set():
                await asyncio.sleep(_LOOK_SECONDS)
                tally.look()
            alive = [(await client.lease.time_to_live(lease)).TTL > 0 for lease in granted]
            return tally.outcome("async", alive)

    return asyncio.run(main())
