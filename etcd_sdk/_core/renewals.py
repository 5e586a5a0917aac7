"""When each lease is to be renewed, and when it is lost.

A lease is renewed when a third of its time has passed, paced by the clock alone. Its time counts
from when a renewal was sent, not from when the answer came, so that a lease is never believed to
live longer than the server keeps it. All times are seconds of a monotonic clock.
"""

from __future__ import annotations

import heapq
import random
from collections import deque
from collections.abc import Callable

from etcd_sdk.errors import LossReason

# After an outage everything is due at once. That many are renewed at a time, that far apart.
_BATCH_SECONDS = 0.05
_BATCHES = 20
# For a lease whose time to live is not known yet.
_UNKNOWN_TTL = 5.0


class Kept:
    """One lease."""

    __slots__ = ("id", "ttl", "deadline", "due", "asked", "spread")

    def __init__(self, lease_id: int, ttl: float, deadline: float, due: float) -> None:
        self.id = lease_id
        self.ttl = ttl
        """Seconds, as last granted; 0 as long as nobody knows."""
        self.deadline = deadline
        self.due = due
        self.asked = 0.0
        """When the renewal was sent that has not been answered; 0 for none."""
        self.spread = False


class Renewals:
    """All leases of a client."""

    def __init__(self, uniform: Callable[[float, float], float] = random.uniform) -> None:
        self._uniform = uniform
        self._kept: dict[int, Kept] = {}
        # Heaps whose entries may be out of date: a lease has one entry in each that is not.
        self._due: list[tuple[float, int]] = []
        self._deadlines: list[tuple[float, int]] = []
        self._asked: deque[tuple[float, int]] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, lease_id: int) -> bool:
        return lease_id in self._kept

    def get(self, lease_id: int) -> Kept | None:
        """What is known of a lease."""
        return self._kept.get(lease_id)

    def add(self, lease_id: int, now: float, *, ttl: float = 0.0, since: float = 0.0) -> Kept:
        """Keep a lease alive, which has been granted for ``ttl`` seconds at ``since``.

        One of which nothing is known is renewed at once.
        """
        if ttl:
            # Leases that are granted together are not renewed together.
            kept = Kept(lease_id, ttl, since + ttl, now + self._uniform(0, ttl / 3))
            kept.spread = True
        else:
            kept = Kept(lease_id, 0.0, now + _UNKNOWN_TTL, now)
        self._kept[lease_id] = kept
        heapq.heappush(self._due, (kept.due, lease_id))
        heapq.heappush(self._deadlines, (kept.deadline, lease_id))
        return kept

    def remove(self, lease_id: int) -> None:
        """Keep a lease alive no longer."""
        self._kept.pop(lease_id, None)

    def due(self, now: float) -> list[int]:
        """The leases to renew now, as if they were sent at once."""
        most = max(len(self._kept) // _BATCHES, 1)
        found: list[int] = []
        while self._due and self._due[0][0] <= now and len(found) < most:
            due, lease_id = heapq.heappop(self._due)
            kept = self._kept.get(lease_id)
            if kept is None or kept.due != due:
                continue
            kept.asked = now
            # Unanswered, it is asked again after as long as a renewal takes to become due.
            self._schedule(kept, now + (kept.ttl or _UNKNOWN_TTL) / 3)
            self._asked.append((now, lease_id))
            found.append(lease_id)
        return found

    def received(self, lease_id: int, ttl: int, now: float) -> LossReason | None:
        """What an answer says: a time to live, or that there is no such lease any more."""
        kept = self._kept.get(lease_id)
        if kept is None:
            return None
        if ttl <= 0:
            del self._kept[lease_id]
            return LossReason.REVOKED if now < kept.deadline else LossReason.EXPIRED
        sent = kept.asked or now
        kept.ttl, kept.asked = float(ttl), 0.0
        kept.deadline = max(kept.deadline, sent + ttl) if kept.spread else sent + ttl
        part = 1.0 if kept.spread else self._uniform(0.3, 1.0)
        kept.spread = True
        self._schedule(kept, sent + part * ttl / 3)
        return None

    def expired(self, now: float) -> list[int]:
        """The leases whose time is up without an answer; they are kept no longer."""
        found = []
        while self._deadlines and self._deadlines[0][0] <= now:
            _, lease_id = heapq.heappop(self._deadlines)
            kept = self._kept.get(lease_id)
            if kept is None:
                continue
            if kept.deadline > now:
                heapq.heappush(self._deadlines, (kept.deadline, lease_id))
            else:
                del self._kept[lease_id]
                found.append(lease_id)
        return found

    def is_stuck(self, now: float) -> bool:
        """Whether a server has not answered for so long that another one should be asked."""
        while self._asked:
            sent, lease_id = self._asked[0]
            kept = self._kept.get(lease_id)
            if kept is not None and kept.asked == sent:
                return now - sent > (kept.ttl or _UNKNOWN_TTL) / 3
            self._asked.popleft()
        return False

    def broken(self, now: float) -> None:
        """Ask again for everything that a stream left unanswered."""
        for _, lease_id in self._asked:
            kept = self._kept.get(lease_id)
            if kept is not None and kept.asked:
                kept.asked = 0.0
                self._schedule(kept, now)
        self._asked.clear()

    def wait(self, now: float, *, connected: bool) -> float | None:
        """Seconds until there is something to do; ``None`` if nothing is kept."""
        times = [heap[0][0] for heap in (self._deadlines,) if heap]
        if connected and self._due:
            times.append(self._due[0][0])
        if self._asked:
            sent, lease_id = self._asked[0]
            kept = self._kept.get(lease_id)
            times.append(sent + ((kept.ttl if kept else 0) or _UNKNOWN_TTL) / 3)
        return max(min(times) - now, _BATCH_SECONDS) if times else None

    def _schedule(self, kept: Kept, due: float) -> None:
        kept.due = due
        heapq.heappush(self._due, (due, kept.id))
