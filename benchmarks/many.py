"""Many watches and many kept leases in one client: what they take, and how even renewals are.

The figures are absolute, so the control is a second client, with a server of its own, that does
the same at the same time. How renewals are spread is told by the server, which counts them.
"""

from __future__ import annotations

import bisect
import functools
import itertools
import re
import statistics
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Process
from etcd_sdk.testing import EtcdServer

_TTL = 60
_PERIOD = _TTL / 3
_TICK = 0.25
_FEW = 10
_PATIENCE = 300.0
_RENEWED = re.compile(r"^etcd_debugging_lease_renewed_total (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Figure:
    """Something about one client, and about its twin.

    Attributes:
        name: What was measured.
        unit: Of both.
        value: Of the client.
        control: Of its twin.
    """

    name: str
    unit: str
    value: float
    control: float


def run(etcd: Path, *, count: int, window: float, only: Callable[[str], bool]) -> Iterator[Figure]:
    """All of it with so many watches, then so many leases; renewals are watched for ``window``."""
    for flavour, contestant in (("sync", "sdk-crowd"), ("async", "sdk-crowd-async")):
        for kind, measure in (("watches", _watches), ("leases", _leases)):
            if not only(f"{flavour} {kind}"):
                continue
            with ExitStack() as stack:
                servers = [stack.enter_context(EtcdServer(etcd=etcd)) for _ in range(2)]
                endpoints = [server.endpoint for server in servers]
                twins = [stack.enter_context(Process(contestant, each)) for each in endpoints]
                for twin in twins:
                    twin.tell("open")
                for name, unit, (value, control) in measure(twins, endpoints, count, window):
                    yield Figure(f"{flavour} {name}", unit, value, control)


Pair = tuple[str, str, Sequence[float]]


def _watches(
    twins: list[Process], endpoints: list[str], count: int, window: float
) -> Iterator[Pair]:
    _both(twins, "watches", count=_FEW)  # all that there is to load is loaded
    made = _both(twins, "watches", count=count)
    yield "watch, created in", "us", [1e6 * each["seconds"] / count for each in made]
    yield "watch, memory", "bytes", [each["bytes"] / count for each in made]


def _leases(
    twins: list[Process], endpoints: list[str], count: int, window: float
) -> Iterator[Pair]:
    _both(twins, "grant", count=_FEW, ttl=_TTL)
    _both(twins, "keep")
    granted = _both(twins, "grant", count=count, ttl=_TTL)
    yield "lease, granted in", "us", [1e6 * each["seconds"] / count for each in granted]
    kept = _both(twins, "keep")
    yield f"{count:,} leases, first renewed in", "s", [each["seconds"] for each in kept]
    yield "lease, memory", "bytes", [each["bytes"] / count for each in kept]
    _both(twins, "idle", seconds=_PERIOD)  # the first period, which follows how they were made
    for twin in twins:
        twin.ask("crowd", which="idle", seconds=window)
    sent = _renewals(endpoints, window)
    idle = [twin.answer(_PATIENCE) for twin in twins]
    yield f"{count:,} leases, CPU", "%", [100 * each["busy"] / each["seconds"] for each in idle]
    yield f"{count:,} leases, lost", "", [each["lost"] for each in idle]
    yield f"renewals in {_TICK:g} s, mean", "", [statistics.mean(each) for each in sent]
    yield f"renewals in {_TICK:g} s, most", "", [max(each) for each in sent]
    variation = [statistics.pstdev(each) / (statistics.mean(each) or 1) for each in sent]
    yield f"renewals in {_TICK:g} s, variation", "", variation


def _both(twins: list[Process], what: str, **arguments: float) -> list[dict[str, float]]:
    for twin in twins:
        twin.ask("crowd", which=what, **arguments)
    return [twin.answer(_PATIENCE) for twin in twins]


def _renewals(endpoints: list[str], window: float) -> list[list[float]]:
    """How many each server has counted in each tick."""
    with ThreadPoolExecutor(len(endpoints)) as pool:
        return list(pool.map(functools.partial(_counts, window=window), endpoints))


def _counts(endpoint: str, window: float) -> list[float]:
    """What the counter has grown by in each tick, be it that some answers are late."""
    samples: list[tuple[float, float]] = []
    begin, asked = time.monotonic(), 0.0
    while asked < window:
        asked = time.monotonic() - begin
        count = _renewed(endpoint)
        samples.append(((asked + time.monotonic() - begin) / 2, count))
        time.sleep(_TICK - (time.monotonic() - begin) % _TICK)
    moments = itertools.takewhile(
        lambda moment: moment < samples[-1][0], itertools.count(samples[0][0], _TICK)
    )
    counts = [_between(samples, moment) for moment in moments]
    return [after - before for before, after in itertools.pairwise(counts)]


def _between(samples: list[tuple[float, float]], moment: float) -> float:
    """The count at a moment, as if it grew evenly between two samples."""
    number = max(1, bisect.bisect_left(samples, (moment, 0.0)))
    (then, before), (now, count) = samples[number - 1 : number + 1]
    return before + (count - before) * (moment - then) / (now - then)


def _renewed(endpoint: str) -> float:
    with urllib.request.urlopen(f"http://{endpoint}/metrics", timeout=5) as answer:
        found = _RENEWED.search(answer.read().decode())
    return float(found[1]) if found else 0.0
