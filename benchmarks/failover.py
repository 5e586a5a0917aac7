"""What fifty callers notice when one of three members is killed, and how soon silence is noticed.

The callers read and write in turn, without a pause, and how each call ended is noted with its time.
The second before the kill is the measure. The second before that, in which nothing happened either,
is the control: how the two differ is noise.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Spread
from etcd_sdk import AsyncClient, Client, ClientOptions, EtcdError, Watch, errors, pb
from etcd_sdk.testing import EtcdCluster, EtcdServer

ENOUGH = 0.9
"""The part of the rate that is to be there a second after the kill."""

SOON = 2.0
"""Seconds in which a member that serves again is to be used."""

_CALLERS = 50
_KEYS = 1000
_WARM_SECONDS = 1.0
_PATIENCE = 10.0

_ASKING: ClientOptions = {"keepalive_time": 1.0, "keepalive_timeout": 0.5, "timeout": math.inf}
_MAY_BE_ASKED = ["--grpc-keepalive-min-time=500ms"]
_NOTICED = 1.0 + 0.5 + 1.0


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was seen in all rounds.

    Attributes:
        work: The flavour, and what happened to which member.
        name: What was measured.
        unit: Of the value; empty for ratios and numbers.
        value: Over the rounds.
        verdict: Where there is a bound, whether it was kept.
    """

    work: str
    name: str
    unit: str
    value: Spread
    verdict: str = ""


def run(etcd: Path, *, rounds: int, only: Callable[[str], bool]) -> Iterator[Figure]:
    """All of it; a round takes some six seconds."""
    for flavour, load in (("sync", _threads), ("async", _tasks)):
        for who in ("follower", "leader"):
            if only(work := f"{flavour}, {who} killed"):
                with EtcdCluster(etcd=etcd) as cluster:
                    kills = [_kill(cluster, load, who) for _ in range(rounds)]
                yield from _of_kills(work, kills)
    for flavour, notice in (("sync", _notice), ("async", _notice_async)):
        if only(work := f"{flavour}, member stopped"):
            for name, wait in zip(
                ("call in flight", "idle watch"),
                zip(*(_stop(etcd, notice) for _ in range(rounds)), strict=True),
                strict=True,
            ):
                value = Spread.of(wait)
                verdict = "ok" if value.high <= _NOTICED else "SLOW"
                yield Figure(work, f"{name}: noticed after", "s", value, verdict)


# --- the callers --------------------------------------------------------------------------------


class Note(NamedTuple):
    """How a call ended: when, by which member's answer (0: none), or with which error."""

    time: float
    member: int
    error: EtcdError | None


class Load:
    """What the callers do, and what they have noted."""

    def __init__(self) -> None:
        self.over = False
        self.notes: list[Note] = []
        self._keys = itertools.cycle([f"/bench/failover/{number:04}" for number in range(_KEYS)])

    def call(self, client: Client) -> None:
        """Read and write until it is over."""
        while not self.over:
            for call in (client.kv.get, lambda key: client.kv.put(key, "x")):
                try:
                    answer = call(next(self._keys))
                except EtcdError as error:
                    self._note(0, error)
                else:
                    self._note(answer.header.member_id)

    async def call_async(self, client: AsyncClient) -> None:
        """The same in a task."""
        while not self.over:
            for call in (client.kv.get, lambda key: client.kv.put(key, "x")):
                try:
                    answer = await call(next(self._keys))
                except EtcdError as error:
                    self._note(0, error)
                else:
                    self._note(answer.header.member_id)

    def _note(self, member: int, error: EtcdError | None = None) -> None:
        self.notes.append(Note(time.monotonic(), member, error))


@contextmanager
def _threads(endpoints: list[str]) -> Iterator[Load]:
    load = Load()
    with Client(endpoints) as client, ThreadPoolExecutor(_CALLERS) as pool:
        callers = [pool.submit(load.call, client) for _ in range(_CALLERS)]
        try:
            yield load
        finally:
            load.over = True
        for caller in callers:
            caller.result()


@contextmanager
def _tasks(endpoints: list[str]) -> Iterator[Load]:
    load = Load()

    async def work() -> None:
        async with AsyncClient(endpoints) as client, asyncio.TaskGroup() as group:
            for _ in range(_CALLERS):
                group.create_task(load.call_async(client))

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(lambda: asyncio.run(work()))
        try:
            yield load
        finally:
            load.over = True
        working.result()


# --- a member that is killed --------------------------------------------------------------------


class Kill(NamedTuple):
    """One round.

    Attributes:
        rate: Calls in the second before the kill.
        control: Calls in the second before that, as a part of ``rate``.
        kept: Calls in the second that begins one second after the kill, likewise.
        pause: The longest time that nobody got an answer, in the two seconds after the kill.
        reads: How many failed.
        in_flight: How many writes failed that were in flight to the dead member.
        writes: How many failed otherwise.
        again: Seconds from when the member served again until one of the callers used it.
    """

    rate: float
    control: float
    kept: float
    pause: float
    reads: float
    in_flight: float
    writes: float
    again: float


def _kill(
    cluster: EtcdCluster, load_on: Callable[[list[str]], AbstractContextManager[Load]], who: str
) -> Kill:
    leader = cluster.leader()
    lost = next(member for member in cluster.members if (member is leader) == (who == "leader"))
    with Client(lost.endpoint) as client:
        lost_id = client.maintenance.status().header.member_id
    with load_on(cluster.endpoints) as load:
        time.sleep(_WARM_SECONDS + 2)
        killed = time.monotonic()
        lost.kill()
        time.sleep(2)
        lost.start()
        serving = time.monotonic()
        again = _first_answer(load, lost_id, serving) - serving
    answers = [note.time for note in load.notes if note.error is None]
    failures = [note.error for note in load.notes if note.error is not None]
    writes = [error for error in failures if error.method == "KV.Put"]
    in_flight = [error for error in writes if error.in_doubt and error.endpoint == lost.endpoint]
    rate = _number(answers, killed - 1, killed)
    return Kill(
        rate=rate,
        control=_number(answers, killed - 2, killed - 1) / rate,
        kept=_number(answers, killed + 1, killed + 2) / rate,
        pause=_longest_pause(answers, killed, killed + 2),
        reads=len(failures) - len(writes),
        in_flight=len(in_flight),
        writes=len(writes) - len(in_flight),
        again=again,
    )


def _first_answer(load: Load, member: int, since: float) -> float:
    """When a member first answered, from then on."""
    while time.monotonic() < since + _PATIENCE:
        for note in load.notes[:]:
            if note.member == member and note.time >= since:
                return note.time
        time.sleep(0.02)
    return math.inf


def _number(times: list[float], begin: float, end: float) -> int:
    return sum(begin <= each < end for each in times)


def _longest_pause(times: list[float], begin: float, end: float) -> float:
    inside = sorted(each for each in times if begin <= each < end)
    return max(later - sooner for sooner, later in itertools.pairwise([begin, *inside, end]))


def _of_kills(work: str, kills: list[Kill]) -> Iterator[Figure]:
    rate, control, kept, pause, reads, in_flight, writes, again = (
        Spread.of(values) for values in zip(*kills, strict=True)
    )
    noise = "ok (noise)" if kept.median in control else "LOW"
    yield Figure(work, "rate before", "calls/s", rate)
    yield Figure(work, "control", "", control)
    yield Figure(work, "rate after", "", kept, "ok" if kept.median >= ENOUGH else noise)
    yield Figure(work, "longest pause", "s", pause)
    yield Figure(work, "failed reads", "", reads, "FAILED" if reads.high else "ok")
    yield Figure(work, "writes in flight to it", "", in_flight)
    yield Figure(work, "other failed writes", "", writes)
    yield Figure(work, "used again after", "s", again, "ok" if again.high <= SOON else "SLOW")


# --- a member that is stopped -------------------------------------------------------------------


def _stop(etcd: Path, notice: Callable[[EtcdServer], tuple[float, float]]) -> tuple[float, float]:
    with EtcdServer(etcd=etcd, extra_args=_MAY_BE_ASKED) as member:
        return notice(member)


def _notice(member: EtcdServer) -> tuple[float, float]:
    """Seconds until a write in flight, and a watch in which nothing happens, have an error."""
    with Client(member.endpoint, **_ASKING) as caller, Client(member.endpoint, **_ASKING) as idle:
        caller.kv.put("a", "1")
        stream = idle.rpc.watch.watch()
        stream.send(_create())
        next(stream)
        member.pause()
        stopped = time.monotonic()

        def seconds(call: Callable[[], object]) -> float:
            try:
                call()
            except errors.UnavailableError:
                return time.monotonic() - stopped
            return math.inf

        with ThreadPoolExecutor(2) as pool:
            written = pool.submit(seconds, lambda: caller.kv.put("a", "2"))
            heard = pool.submit(seconds, lambda: next(stream))
            return written.result(), heard.result()


def _notice_async(member: EtcdServer) -> tuple[float, float]:
    """The same in an event loop."""

    async def both() -> tuple[float, float]:
        async with (
            AsyncClient(member.endpoint, **_ASKING) as caller,
            AsyncClient(member.endpoint, **_ASKING) as idle,
        ):
            await caller.kv.put("a", "1")
            stream = idle.rpc.watch.watch()
            stream.send(_create())
            await anext(stream)
            member.pause()
            stopped = time.monotonic()

            async def seconds(call: Callable[[], Awaitable[object]]) -> float:
                try:
                    await call()
                except errors.UnavailableError:
                    return time.monotonic() - stopped
                return math.inf

            return await asyncio.gather(
                seconds(lambda: caller.kv.put("a", "2")), seconds(stream.__anext__)
            )

    return asyncio.run(both())


def _create() -> pb.WatchRequest:
    return pb.WatchRequest(create_request=Watch("a").build())
