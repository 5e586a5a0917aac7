"""When each lease is to be renewed, and when it is lost.

A lease is renewed whenever a third of its time has passed, at moments of its own: so thousands of
leases that were granted together, or that waited for the end of an outage together, are spread over
time again at their next renewal. Its time counts from when a renewal was sent, not from when the
answer came, so that a lease is never believed to live longer than the server keeps it. All times
are seconds of a monotonic clock.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable

from etcd_sdk.errors import LossReason

# What is due at once is sent in that many batches, at most that far apart: all together they take
# no more than half of the time between two renewals of the shortest lease.
_BATCHES = 20
_BATCH_SECONDS = 0.04
# For a lease whose time to live is not known yet.
_UNKNOWN_TTL = 5.0


class Kept:
    """One lease."""

    __slots__ = ("id", "ttl", "since", "deadline", "due", "_phase")

    def __init__(self, lease_id: int, now: float, phase: float) -> None:
        self.id: int = lease_id
        self.ttl: float = 0.0
        """Seconds, as last granted; 0 as long as nobody knows."""
        self.since: float = now
        """What was asked before says nothing: the same ID may have been another lease's."""
        self.deadline: float = now + _UNKNOWN_TTL
        """When it is lost, unless an answer comes before."""
        self.due: float = now
        """When it is to be renewed, unless that is under way."""
        self._phase = phase

    @property
    def third(self) -> float:
        """The time between two renewals."""
        return (self.ttl or _UNKNOWN_TTL) / 3

    def patience(self, asked: float) -> float:
        """Until when an answer is waited for: for half of what is left, to leave some for others.

        That is a third of its time at first, and less and less when nobody answers.
        """
        return max((asked + self.deadline) / 2, asked + _BATCH_SECONDS)

    def lives(self, ttl: float, since: float) -> None:
        """Note that it was granted or renewed for ``ttl`` seconds."""
        self.ttl = ttl
        self.deadline = since + ttl
        # Its moments are a third apart. One that is as good as now is this one.
        moments = math.floor(since / self.third + 0.01 - self._phase) + 1
        self.due = (moments + self._phase) * self.third


class Renewals:
    """All leases of a client, and what was asked about them on the stream that is open."""

    def __init__(self, phase: Callable[[], float] = random.random) -> None:
        self._phase = phase
        self._kept: dict[int, Kept] = {}
        self._asked: dict[int, float] = {}
        """When each renewal was sent that has not been answered; the oldest comes first."""
        self._window = 1
        """How many may be unanswered."""
        # Heaps, with an entry for every lease and some that are out of date.
        self._due: list[tuple[float, float, int]] = []
        self._deadlines: list[tuple[float, int]] = []
        self._next_batch = 0.0
        self._shortest = _UNKNOWN_TTL / 3
        self._patience_ends = math.inf
        self._looks_at = math.inf

    def add(self, lease_id: int, now: float, *, ttl: float = 0.0, since: float = 0.0) -> Kept:
        """Keep a lease alive, which may have been granted just now: for ``ttl``, at ``since``.

        One of which nothing is known is renewed at once.
        """
        kept = self._kept.get(lease_id)
        if kept is not None and not ttl:
            return kept
        if kept is None:
            kept = self._kept[lease_id] = Kept(lease_id, now, self._phase())
        if ttl:
            kept.since = since
            kept.lives(ttl, since)
        self._schedule(kept)
        return kept

    def remove(self, lease_id: int) -> None:
        """Keep a lease alive no longer."""
        self._kept.pop(lease_id, None)
        if not self._kept:
            self._shortest = _UNKNOWN_TTL / 3

    def opened(self, now: float) -> None:
        """Begin with a new stream: what the last one has left unanswered is asked again."""
        for kept in self._kept.values():
            if kept.id in self._asked or kept.due < now:
                kept.due = now  # of those, whose time is up first is the first to be renewed
        self._asked.clear()
        self._window = 1
        self._patience_ends = math.inf
        self._tidy()

    def due(self, now: float) -> list[int]:
        """The leases to renew now, as if they were sent at once.

        On a new stream they are few at first, and more with every answer. So a server is not
        flooded that has just come back; and whoever's renewal makes a server end the stream is
        sooner or later alone with it. On a busy machine, where the question comes late, the
        batches are sent too that were to go meanwhile.
        """
        found: list[int] = []
        batch_at = self._batch_at()
        if now < batch_at:
            return found
        apart = min(_BATCH_SECONDS, self._shortest / _BATCHES / 2)
        late = max(now - max(batch_at, self._looks_at), 0.0)
        batches = 1 + int(late / apart)
        self._next_batch = now - late + batches * apart
        most = min(batches * (len(self._kept) // _BATCHES + 1), self._window - len(self._asked))
        while len(found) < most and self._due and self._due[0][0] <= now:
            due, _, lease_id = heapq.heappop(self._due)
            kept = self._kept.get(lease_id)
            if kept is None or kept.due != due or lease_id in self._asked:
                continue
            found.append(lease_id)
            self._asked[lease_id] = now
            self._patience_ends = min(self._patience_ends, kept.patience(now))
        return found

    def received(self, lease_id: int, ttl: int, now: float) -> LossReason | None:
        """What an answer says: a time to live, or that there is no such lease any more."""
        asked = self._asked.pop(lease_id, None)
        if asked is None:
            return None
        self._window += 1
        kept = self._kept.get(lease_id)
        if kept is None:
            return None
        if now >= kept.deadline:
            self.remove(lease_id)
            return LossReason.EXPIRED
        if asked < kept.since:
            kept.due = now
        elif ttl > 0:
            kept.lives(float(ttl), asked)
        else:
            self.remove(lease_id)
            return LossReason.REVOKED
        self._schedule(kept)
        return None

    def suspect(self) -> int | None:
        """The lease that the server was about to renew, if it has ended the stream instead.

        It answers one renewal after the other.
        """
        return next(iter(self._asked), None)

    def expired(self, now: float) -> list[int]:
        """The leases whose time is up without an answer; they are kept no longer."""
        found = []
        while self._next_deadline() <= now:
            _, lease_id = heapq.heappop(self._deadlines)
            self.remove(lease_id)
            found.append(lease_id)
        return found

    def is_stuck(self, now: float) -> bool:
        """Whether a server has not answered for so long that another one should be asked.

        That is said once; if the stream is kept all the same, not again for a while.
        """
        if now < self._patience_ends:
            return False
        ends = [
            kept.patience(asked)
            for lease_id, asked in self._asked.items()
            if (kept := self._kept.get(lease_id)) is not None
        ]
        first = min(ends, default=math.inf)
        self._patience_ends = first if first > now else now + self._shortest
        return first <= now

    def wait(self, now: float, *, connected: bool) -> float | None:
        """Seconds until there is something to do; ``None`` if nothing is kept.

        To be asked once everything has been done that there is to do now.
        """
        if not self._kept:
            self._looks_at = math.inf
            return None
        then = self._next_deadline()
        if connected:
            then = min(then, self._patience_ends, self._batch_at())
        self._looks_at = then
        return max(then - now, 0.0)

    def is_sooner(self) -> bool:
        """Whether an answer has brought something to do sooner than ``wait`` has said."""
        return self._batch_at() < self._looks_at

    def _batch_at(self) -> float:
        """When the next renewals are to be sent; never, if an answer has to come first."""
        if not self._due or len(self._asked) >= self._window:
            return math.inf
        return max(self._due[0][0], self._next_batch)

    def _next_deadline(self) -> float:
        """When the first lease is lost; drops entries of leases that are gone or were renewed."""
        while self._deadlines:
            deadline, lease_id = self._deadlines[0]
            kept = self._kept.get(lease_id)
            if kept is not None and kept.deadline == deadline:
                return deadline
            heapq.heappop(self._deadlines)
        return math.inf

    def _schedule(self, kept: Kept) -> None:
        self._shortest = min(self._shortest, kept.third)
        heapq.heappush(self._due, (kept.due, kept.deadline, kept.id))
        heapq.heappush(self._deadlines, (kept.deadline, kept.id))
        if len(self._due) + len(self._deadlines) > 8 * len(self._kept) + 100:
            self._tidy()

    def _tidy(self) -> None:
        """Make the heaps anew, without entries that are out of date."""
        self._due = [(kept.due, kept.deadline, kept.id) for kept in self._kept.values()]
        self._deadlines = [(kept.deadline, kept.id) for kept in self._kept.values()]
        heapq.heapify(self._due)
        heapq.heapify(self._deadlines)
