"""When leases are renewed and when they are lost, in simulated time against a simulated server."""

from __future__ import annotations

import heapq
import itertools
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from etcd_sdk._core.renewals import Renewals
from etcd_sdk.errors import LossReason

IDS = [0, 1, 2, -1, -(2**63), 2**63 - 1]
# A batch is sent that often; the more there are, the more are in one.
TICK = 0.04
START = 1_000_000.0


class Lease:
    """One lease, as the server knows it."""

    def __init__(self, ttl: int, granted: float) -> None:
        self.ttl = ttl
        self.ends = granted + ttl


class World:
    """The clock, a server, a network, and whoever asks `Renewals` what to do.

    A renewal takes half of ``delay`` to the server, and its answer the other half; with an infinite
    delay neither arrives. A stream ends with all that is under way on it.
    """

    def __init__(self, seed: int = 0) -> None:
        self.now = START
        self.server: dict[int, Lease] = {}
        self.delay = 0.01
        self.oversleeps = 0.0
        self.renewals = Renewals(random.Random(seed).random)
        self.sent: list[tuple[float, int]] = []
        self.batches: list[tuple[float, int]] = []
        self.lost: dict[int, LossReason] = {}
        self.kept: set[int] = set()
        self.stuck = 0
        self.looks = 0
        self.stream: int | None = None
        self._streams = itertools.count(1)
        self._under_way: list[tuple[float, int, int, str, int, int]] = []
        self._numbers = itertools.count()
        self._unanswered: set[int] = set()
        self._awake = math.inf
        self.connect()

    # --- what users and servers do ---------------------------------------------------------------

    def keep(self, lease_id: int, ttl: int = 0, since: float = START) -> None:
        self.renewals.add(lease_id, self.now, ttl=float(ttl), since=since)
        self.kept.add(lease_id)
        self.lost.pop(lease_id, None)
        self.look()

    def grant(self, lease_id: int, ttl: int, took: float = 0.0) -> None:
        """Grant and keep a lease; the answer came after ``took`` seconds."""
        since = self.now
        self.server[lease_id] = Lease(ttl, since)
        self.run(took)
        self.keep(lease_id, ttl, since)

    def stop(self, lease_id: int) -> None:
        self.renewals.remove(lease_id)
        self.kept.discard(lease_id)
        self.look()

    def connect(self) -> None:
        self.stream = next(self._streams)
        self._unanswered.clear()
        self.renewals.opened(self.now)
        self.look()

    def disconnect(self) -> None:
        self.stream = None
        self.look()

    def run(self, seconds: float) -> None:
        """Let time go by."""
        end = self.now + seconds
        while True:
            arrival = self._under_way[0][0] if self._under_way else math.inf
            then = min(arrival, self._awake)
            if then > end:
                break
            self.now = max(self.now, then)
            if arrival <= self.now:
                self._arrive()
            else:
                self.look()
        self.now = end

    # --- in between -------------------------------------------------------------------------------

    def look(self) -> None:
        """What the worker does that sends renewals."""
        self.looks += 1
        for lease_id in self.renewals.expired(self.now):
            self._lose(lease_id, LossReason.EXPIRED)
        if self.stream is not None:
            if self.renewals.is_stuck(self.now):
                self.stuck += 1
                self.on_stuck()
            due = self.renewals.due(self.now)
            assert self.oversleeps or len(due) <= len(self.kept) // 20 + 1
            if due:
                self.batches.append((self.now, len(due)))
            for lease_id in due:
                assert lease_id in self.kept
                assert lease_id not in self._unanswered, "asked twice on one stream"
                self._unanswered.add(lease_id)
                self.sent.append((self.now, lease_id))
                self._send("ask", lease_id, 0)
        wait = self.renewals.wait(self.now, connected=self.stream is not None)
        assert (wait is None) == (not self.kept)
        self._awake = math.inf if wait is None else self.now + wait
        for lease_id in self.kept:
            deadline = self.deadline(lease_id)
            assert self.now < deadline
            assert self._awake <= deadline, "asleep when a lease is lost"
        self._awake += self.oversleeps

    def on_stuck(self) -> None:
        """Go to another server, which knows the same leases."""
        self.stream = next(self._streams)
        self._unanswered.clear()
        self.renewals.opened(self.now)

    def deadline(self, lease_id: int) -> float:
        return self.renewals.add(lease_id, self.now).deadline

    def _send(self, kind: str, lease_id: int, ttl: int) -> None:
        arrival = self.now + self.delay / 2
        if arrival < math.inf and self.stream is not None:
            item = (arrival, next(self._numbers), self.stream, kind, lease_id, ttl)
            heapq.heappush(self._under_way, item)

    def _arrive(self) -> None:
        _, _, stream, kind, lease_id, ttl = heapq.heappop(self._under_way)
        if stream != self.stream:
            return
        if kind == "ask":
            lease = self.server.get(lease_id)
            if lease is None or lease.ends <= self.now:
                self._send("answer", lease_id, 0)
            else:
                lease.ends = self.now + lease.ttl
                self._send("answer", lease_id, lease.ttl)
            return
        self._unanswered.discard(lease_id)
        reason = self.renewals.received(lease_id, ttl, self.now)
        if reason is not None:
            self._lose(lease_id, reason)
        if reason is not None or self.renewals.is_sooner():
            self.look()

    def _lose(self, lease_id: int, reason: LossReason) -> None:
        assert lease_id in self.kept
        self.kept.remove(lease_id)
        self.lost[lease_id] = reason


def intervals(world: World, since: float = START) -> Iterator[float]:
    """The times between two renewals of the same lease."""
    last: dict[int, float] = {}
    for time, lease_id in world.sent:
        if time >= since and lease_id in last:
            yield time - last[lease_id]
        last[lease_id] = time


def buckets(world: World, since: float, seconds: float, count: int) -> list[int]:
    """How many renewals were sent in each part of some time."""
    sent = Counter(
        int((time - since) / seconds * count)
        for time, _ in world.sent
        if since <= time < since + seconds
    )
    return [sent[number] for number in range(count)]


# --- safety, whatever happens ---------------------------------------------------------------------


class Renewing(RuleBasedStateMachine):
    """Users, servers and networks do what they like; a lease is never believed to live too long."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.revoked: set[int] = set()
        self.known: set[int] = set()
        self.batch_from = 0

    @rule(lease_id=st.sampled_from(IDS), ttl=st.integers(1, 30), took=st.sampled_from([0, 0.1, 3]))
    def grant(self, lease_id: int, ttl: int, took: float) -> None:
        if took < ttl:
            self.revoked.discard(lease_id)
            self.world.grant(lease_id, ttl, took)

    @rule(lease_id=st.sampled_from(IDS))
    def keep(self, lease_id: int) -> None:
        self.world.keep(lease_id)

    @rule(lease_id=st.sampled_from(IDS))
    def stop(self, lease_id: int) -> None:
        self.world.stop(lease_id)

    @rule(lease_id=st.sampled_from(IDS))
    def revoke(self, lease_id: int) -> None:
        self.world.server.pop(lease_id, None)
        self.revoked.add(lease_id)

    @rule(delay=st.sampled_from([0.0, 0.001, 0.3, 2.0, 20.0, math.inf]))
    def answer_after(self, delay: float) -> None:
        self.world.delay = delay

    @precondition(lambda self: self.world.stream is not None)
    @rule()
    def disconnect(self) -> None:
        self.world.disconnect()

    @precondition(lambda self: self.world.stream is None)
    @rule()
    def connect(self) -> None:
        self.world.connect()

    @rule(seconds=st.floats(0, 12))
    def pass_time(self, seconds: float) -> None:
        looks, sent, kept = self.world.looks, len(self.world.sent), len(self.world.kept)
        self.world.run(seconds)
        # It neither spins nor wakes for nothing: every batch may be looked for, every renewal may
        # be waited for, and every lease may end.
        done = len(self.world.sent) - sent + kept
        assert self.world.looks - looks <= seconds / (1 / 120) + 4 * done + 4

    @invariant()
    def nobody_is_believed_to_live_longer_than_the_server_keeps_him(self) -> None:
        for lease_id in self.world.kept - self.revoked:
            if self.world.renewals.add(lease_id, self.world.now).ttl:
                lease = self.world.server[lease_id]
                assert self.world.deadline(lease_id) <= lease.ends

    @invariant()
    def batches_are_apart(self) -> None:
        new = self.world.batches[self.batch_from :]
        self.batch_from = max(len(self.world.batches) - 1, 0)
        for (one, _), (other, _) in itertools.pairwise(new):
            assert other - one >= 1 / 120 - 1e-9  # half a third of the shortest TTL, by twenty


TestRenewing = Renewing.TestCase
TestRenewing.settings = settings(max_examples=100, stateful_step_count=40)


# --- in good times --------------------------------------------------------------------------------


@settings(max_examples=50)
@given(
    ttls=st.lists(st.integers(1, 120), min_size=1, max_size=30),
    slowness=st.floats(0, 0.4),
    granted=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_no_lease_is_lost_that_is_answered_in_time(
    ttls: list[int], slowness: float, granted: bool, seed: int
) -> None:
    world = World(seed)
    world.delay = slowness * min(5, *ttls) / 3
    for lease_id, ttl in enumerate(ttls):
        if granted:
            world.grant(lease_id, ttl)
        else:
            world.server[lease_id] = Lease(ttl, world.now)
            world.keep(lease_id)
    world.run(5 * max(ttls))
    assert not world.lost
    assert not world.stuck


@given(ttl=st.integers(1, 9_000_000_000), seed=st.integers(0, 1000))
def test_a_lease_is_renewed_at_a_third_of_its_ttl(ttl: int, seed: int) -> None:
    world = World(seed)
    world.grant(7, ttl)
    world.run(4 * ttl)
    first, _ = world.sent[0]
    assert START < first <= START + 1.01 * ttl / 3 + TICK
    assert 11 <= len(world.sent) <= 13
    assert all(each == pytest.approx(ttl / 3, abs=TICK) for each in intervals(world))


def test_a_lease_of_which_nothing_is_known_is_renewed_at_once() -> None:
    world = World()
    world.server[7] = Lease(60, START)
    world.keep(7)
    assert world.sent == [(START, 7)]
    world.run(1)
    assert world.deadline(7) == START + 60


def test_the_time_counts_from_when_the_renewal_was_sent() -> None:
    world = World()
    world.delay = 1.0
    world.grant(7, 10, took=2.0)
    assert world.deadline(7) == START + 10
    world.run(9)
    sent = [time for time, _ in world.sent if time + world.delay <= world.now]
    assert world.deadline(7) == sent[-1] + 10


@pytest.mark.parametrize("lease_id", IDS)
def test_every_id_is_one(lease_id: int) -> None:
    world = World()
    world.server[lease_id] = Lease(6, START)
    world.keep(lease_id)
    world.run(60)
    assert not world.lost
    world.stop(lease_id)
    assert world.renewals.wait(world.now, connected=True) is None


# --- losses ---------------------------------------------------------------------------------------


def test_a_lease_is_lost_at_its_deadline_whether_there_is_a_stream_or_not() -> None:
    for connected in (True, False):
        world = World()
        world.grant(7, 9)
        if not connected:
            world.disconnect()
        world.delay = math.inf
        deadline = world.deadline(7)
        world.run(deadline - world.now - 0.001)
        assert not world.lost
        world.run(0.001)
        assert world.lost == {7: LossReason.EXPIRED}


def test_the_first_answer_may_bring_the_deadline_nearer() -> None:
    world = World()
    world.server[7] = Lease(2, START)
    world.keep(7)
    world.run(0.5)
    world.delay = math.inf
    world.run(2.1)
    assert world.lost == {7: LossReason.EXPIRED}


def test_one_that_the_server_does_not_know_was_revoked() -> None:
    world = World()
    world.keep(404)
    world.run(0.1)
    assert world.lost == {404: LossReason.REVOKED}


def test_an_answer_that_comes_too_late_is_none() -> None:
    world = World()
    world.grant(7, 6)
    for ttl in (6, 0):
        renewals = Renewals()
        renewals.add(7, 0.0, ttl=6, since=0.0)
        assert renewals.due(2.0) == [7]
        assert renewals.received(7, ttl, 6.0) is LossReason.EXPIRED


def test_an_answer_that_nobody_waits_for_says_nothing() -> None:
    renewals = Renewals()
    assert renewals.received(404, 60, 0.0) is None
    kept = renewals.add(7, 0.0, ttl=6, since=0.0)
    for ttl in (60, 0):
        assert renewals.received(7, ttl, 1.0) is None
    assert (kept.ttl, kept.deadline) == (6, 6)


def test_an_answer_to_what_was_asked_about_its_namesake_says_nothing() -> None:
    """It was revoked and granted again with the same ID while a renewal was under way."""
    renewals = Renewals()
    renewals.add(7, 0.0, ttl=6, since=0.0)
    assert renewals.due(2.0) == [7]
    renewals.remove(7)
    kept = renewals.add(7, 2.2, ttl=30, since=2.1)
    assert renewals.due(2.2) == []
    assert renewals.received(7, 0, 2.3) is None
    assert (kept.ttl, kept.deadline) == (30, 32.1)
    assert renewals.due(2.4) == [7]
    assert renewals.received(7, 30, 2.5) is None
    assert kept.deadline == 32.4


def test_an_answer_to_the_first_question_is_not_taken_for_one_to_the_second() -> None:
    world = World()
    world.grant(7, 9)
    world.run(2.9)
    world.stop(7)
    world.delay = 1.0
    world.keep(7)
    world.stop(7)
    world.run(0.4)
    world.keep(7)
    kept = world.now
    world.run(0.8)
    assert world.deadline(7) == kept + 5  # nothing is known, so it is asked again
    asked, _ = world.sent[-1]
    assert asked > kept
    world.run(0.8)
    assert world.deadline(7) == asked + 9


# --- servers that do not answer -------------------------------------------------------------------


class Elsewhere(World):
    """The server that is asked after some others answers."""

    silent = 1

    def on_stuck(self) -> None:
        self.silent -= 1
        if not self.silent:
            self.delay = 0.01
        super().on_stuck()


@given(ttl=st.integers(2, 1000), seed=st.integers(0, 1000), moment=st.floats(0, 1))
def test_an_unanswered_renewal_moves_to_another_server_after_a_third_of_the_ttl(
    ttl: int, seed: int, moment: float
) -> None:
    world = Elsewhere(seed)
    world.grant(7, ttl)
    world.run((2 + moment) * ttl)
    world.delay = math.inf
    silent = world.now
    world.run(ttl)
    assert world.stuck == 1
    again = [time for time, _ in world.sent if time >= silent]
    assert again[1] - again[0] == pytest.approx(ttl / 3, abs=TICK)
    world.run(10 * ttl)
    assert not world.lost
    assert world.stuck == 1


@given(ttl=st.integers(5, 1000), seed=st.integers(0, 1000), silent=st.integers(1, 4))
def test_there_is_time_to_ask_several_servers(ttl: int, seed: int, silent: int) -> None:
    world = Elsewhere(seed)
    world.grant(7, ttl)
    world.run(2 * ttl)
    world.delay, world.silent = math.inf, silent
    world.run(2 * ttl)
    assert not world.lost
    assert world.stuck == silent


def test_the_least_patient_lease_decides() -> None:
    renewals = Renewals(lambda: 0.5)
    renewals.add(60, 0.0, ttl=60, since=0.0)
    renewals.add(3, 9.0, ttl=3, since=9.0)
    renewals.opened(9.2)
    assert renewals.due(9.5) == [3]
    assert renewals.received(3, 3, 9.5) is None
    assert renewals.due(10.0) == [60]
    assert renewals.due(10.5) == [3]
    assert not renewals.is_stuck(11.4)
    assert renewals.wait(11.4, connected=True) == pytest.approx(0.1)
    assert renewals.is_stuck(11.5)


class Alone(World):
    """There is no other server to go to."""

    def on_stuck(self) -> None:
        pass


def test_without_another_server_nothing_is_asked_twice_and_nobody_spins() -> None:
    world = Alone()
    for lease_id in range(10):
        world.grant(lease_id, 60)
    world.run(30)
    world.delay = math.inf
    looks, sent = world.looks, len(world.sent)
    world.run(29)
    assert len(world.sent) - sent <= 10
    assert 1 <= world.stuck <= 10
    assert world.looks - looks <= 2 * 10 + world.stuck + 29 / TICK
    world.run(60)
    assert len(world.lost) == 10


@pytest.mark.parametrize("ttl", [1, 60])
def test_nobody_looks_for_what_may_not_be_sent(ttl: int) -> None:
    """On a new stream few may be unanswered; the others wait for an answer, not for time."""
    world = Alone()
    for lease_id in range(30):
        world.server[lease_id] = Lease(ttl, START)
        world.keep(lease_id)
    world.delay = math.inf
    world.disconnect()
    world.connect()
    looks, sent = world.looks, len(world.sent)
    world.run(0.3)
    assert len(world.sent) - sent <= 1
    assert world.looks - looks <= 3
    world.delay = 0.01
    world.disconnect()
    world.connect()
    world.run(10)
    assert len(world.sent) - sent > 30


def test_after_a_new_stream_whose_time_is_up_first_is_the_first() -> None:
    world = World()
    for lease_id in range(100):
        world.grant(lease_id, 60)
    world.grant(100, 6)
    world.run(30)
    world.disconnect()
    world.run(4)
    before = len(world.sent)
    world.connect()
    world.run(3)
    assert world.sent[before][1] == 100
    assert not world.lost


def test_whoever_makes_the_server_end_the_stream_is_found() -> None:
    """A lease that the user may not renew: the server ends the stream instead of an answer."""
    renewals, now, poison = Renewals(random.Random(0).random), 0.0, 77
    for lease_id in range(100):
        renewals.add(lease_id, now)
    streams = 0
    renewals.opened(now)
    for _ in range(1000):
        now += TICK
        asked = renewals.due(now)
        if poison in asked:
            streams += 1
            if len(asked) == 1:
                break
            # What had been answered before is lost with the stream, as happens with grpc.aio.
            renewals.opened(now)
            continue
        for lease_id in asked:
            assert renewals.received(lease_id, 60, now) is None
    assert renewals.suspect() == poison
    assert streams <= 10


def test_the_suspect_is_who_was_asked_for_first() -> None:
    renewals = Renewals(lambda: 0.5)
    for lease_id in range(3):
        renewals.add(lease_id, 0.0, ttl=6, since=0.0)
    assert renewals.suspect() is None
    renewals.opened(0.0)
    assert [renewals.due(1.0), renewals.received(0, 6, 1.0)] == [[0], None]
    assert renewals.due(1.1) == [1]
    assert renewals.due(1.2) == [2]
    assert renewals.suspect() == 1
    assert renewals.received(1, 6, 1.3) is None
    assert renewals.suspect() == 2


# --- many -----------------------------------------------------------------------------------------


MANY = 10_000


def check_even(world: World, since: float) -> None:
    """Every second of a period carries about the same, and no two batches are close."""
    fair = MANY / 20
    assert all(0.8 * fair < each < 1.2 * fair for each in buckets(world, since, 20, 20))
    for (one, _), (other, _) in itertools.pairwise(world.batches):
        assert other - one >= TICK - 1e-6


class Quick(World):
    """Without the checks that take long where there are many leases."""

    def look(self) -> None:
        kept, self.kept = self.kept, set()
        counted = len(self.sent)
        self.kept = kept
        self.looks += 1
        for lease_id in self.renewals.expired(self.now):
            self._lose(lease_id, LossReason.EXPIRED)
        if self.stream is not None:
            assert not self.renewals.is_stuck(self.now)
            for lease_id in self.renewals.due(self.now):
                self.sent.append((self.now, lease_id))
                self._send("ask", lease_id, 0)
        if (batch := len(self.sent) - counted) > 0:
            assert batch <= len(self.kept) // 20 + 1
            self.batches.append((self.now, batch))
        wait = self.renewals.wait(self.now, connected=self.stream is not None)
        self._awake = math.inf if wait is None else self.now + wait


def many(*, granted: bool) -> World:
    world = Quick()
    for lease_id in range(MANY):
        world.server[lease_id] = Lease(60, START)
        world.renewals.add(lease_id, START, ttl=60 if granted else 0, since=START)
        world.kept.add(lease_id)
    world.look()
    return world


@pytest.mark.parametrize("granted", [True, False])
def test_many_leases_that_came_together_are_spread(granted: bool) -> None:
    world = many(granted=granted)
    world.run(62)
    assert not world.lost
    check_even(world, START + 2)
    check_even(world, START + 42)
    most = Counter(lease_id for _, lease_id in world.sent).most_common(1)[0][1]
    assert most <= (4 if granted else 5)


def test_many_leases_that_waited_together_are_spread_again() -> None:
    world = many(granted=True)
    world.run(30)
    world.disconnect()
    world.run(25)
    world.connect()
    since = world.now
    world.run(63)
    assert not world.lost
    assert sum(buckets(world, since, 2, 1)) >= 0.9 * MANY
    check_even(world, since + 2)
    check_even(world, since + 42)


def test_few_of_a_short_life_are_not_slowed_by_batches() -> None:
    world = World()
    for lease_id in range(30):
        world.grant(lease_id, 1)
    world.run(10)
    world.disconnect()
    world.run(0.2)
    world.connect()
    world.run(10)
    assert not world.lost
    per_lease = defaultdict(list)
    for time, lease_id in world.sent:
        per_lease[lease_id].append(time)
    assert all(57 <= len(times) <= 66 for times in per_lease.values())


@pytest.mark.parametrize("ttl", [1, 2, 3, 5])
@pytest.mark.parametrize("oversleeps", [0.004, 0.012, 0.04, 0.09])
def test_a_busy_machine_sends_more_at_a_time(ttl: int, oversleeps: float) -> None:
    """A worker that always comes late still renews all at a third of their time."""
    world = World()
    world.oversleeps = oversleeps
    for lease_id in range(100):
        world.grant(lease_id, ttl)
    world.run(20 * ttl)
    assert not world.lost
    late = [each - ttl / 3 for each in intervals(world, START + 2 * ttl)]
    assert max(late) < 2 * oversleeps + 2 * TICK


def test_leases_that_come_and_go_leave_nothing() -> None:
    renewals = Renewals()
    for number in range(50_000):
        renewals.add(number, number / 1000, ttl=3600, since=number / 1000)
        if number >= 10:
            renewals.remove(number - 10)
    assert len(renewals._due) + len(renewals._deadlines) < 500
