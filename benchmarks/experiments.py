"""What gRPC's event engine costs and brings, by grpcio version. Slow; run by hand.

Since some version grpcio does its networking in an "event engine", unless the environment says
``GRPC_EXPERIMENTS=-event_engine_client``. Here the SDK does the same work with and without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import works
from benchmarks.measure import CONTROL, Comparison, Spread, alternate, compare
from benchmarks.processes import FailedError, Process, environment
from benchmarks.works import Case
from etcd_sdk.testing import EtcdServer

VERSIONS = ("1.60.2", "1.76.0", "1.78.2", "1.80.0", "1.83.2", "1.85.1")
_PROTOBUF = "protobuf==7.36.2"
_OFF = {"GRPC_EXPERIMENTS": "-event_engine_client"}
_RECOVERIES = 11
_FORKING_PROCESSES = 10

FIRST = Case("sync", "get")
"""What is measured on all versions; the other cases are for the newest alone."""

OTHERS = (
    Case("sync", "put"),
    Case("sync", "get", 4),
    Case("sync", "get", 16),
    Case("sync", "range"),
    Case("sync", "replay"),
    Case("async", "get"),
    Case("async", "get", 64),
    Case("async", "get", 256),
    Case("async", "range"),
    Case("async", "replay"),
)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Seconds from a restarted server to the first answered get, after a SIGKILL.

    Attributes:
        work: What was done.
        default: With gRPC as it is.
        off: Without the event engine.
    """

    work: str
    default: Spread
    off: Spread


@dataclass(frozen=True, slots=True)
class Forks:
    """What becomes of a process that forks while another of its threads calls.

    Attributes:
        work: What was done.
        default: With gRPC as it is: of how many processes, that each forked 100 times, what became.
        off: Without the event engine.
    """

    work: str
    default: dict[str, int]
    off: dict[str, int]


def run(
    etcd: Path, *, rounds: int, seconds: float, only: Callable[[str], bool]
) -> Iterator[Comparison | Recovery | Forks]:
    """One case on all versions, then all cases on the newest.

    Raises:
        FailedError: A version does not install, or a worker failed.
    """
    if only(FIRST.name):
        yield from _case(etcd, FIRST, VERSIONS, rounds, seconds * len(VERSIONS))
    for case in OTHERS:
        if only(case.name):
            yield from _case(etcd, case, VERSIONS[-1:], rounds, seconds)
    for flavour in ("sync", "async"):
        if only(f"{flavour} recovery"):
            yield _recovery(etcd, flavour)
    if only("sync forks"):
        yield _forks(etcd)


def _case(
    etcd: Path, case: Case, versions: tuple[str, ...], rounds: int, seconds: float
) -> Iterator[Comparison]:
    with EtcdServer(etcd=etcd) as server, ExitStack() as stack:
        works.prepare(server.endpoint, case.work)
        contestants = {
            (version, name): stack.enter_context(
                _worker(case.flavour, server.endpoint, version, off=name == "off")
            ).contestant(case)
            for version in versions
            for name in ("default", "off", CONTROL)
        }
        figures = alternate(
            {" ".join(key): contestant for key, contestant in contestants.items()},
            rounds=rounds,
            seconds=seconds,
            **case.pace,
        )
    for version in versions:
        mine = {name: figures[f"{version} {name}"] for name in ("default", "off", CONTROL)}
        yield compare(f"{version}, {case.name}", mine, "default", "off", twin="default")


def _recovery(etcd: Path, flavour: str) -> Recovery:
    """Both at once would wait for the same server, and one for the other: so in turn."""
    times: dict[bool, list[float]] = {False: [], True: []}
    for off in [False, True] * _RECOVERIES:
        with (
            EtcdServer(etcd=etcd) as server,
            _worker(flavour, server.endpoint, VERSIONS[-1], off=off) as worker,
        ):
            worker.tell("open")
            worker.tell("recover")
            server.kill()
            with suppress(FailedError):
                worker.tell("get", calls=1, at_once=1)
            server.start()
            times[off].append(worker.tell("recover"))
    return Recovery(
        f"{VERSIONS[-1]}, {flavour} recovery", Spread.of(times[False]), Spread.of(times[True])
    )


def _forks(etcd: Path) -> Forks:
    with EtcdServer(etcd=etcd) as server:
        works.prepare(server.endpoint, FIRST.work)
        fates = {
            off: Counter(_fate(server.endpoint, off=off) for _ in range(_FORKING_PROCESSES))
            for off in (False, True)
        }
    return Forks(f"{VERSIONS[-1]}, sync forks", dict(fates[False]), dict(fates[True]))


def _fate(endpoint: str, *, off: bool) -> str:
    with _worker("sync", endpoint, VERSIONS[-1], off=off) as worker:
        worker.tell("open")
        try:
            worker.tell("fork", calls=100)
        except FailedError as error:
            return str(error)
    return "all is well"


def _worker(flavour: str, endpoint: str, version: str, *, off: bool) -> Process:
    python = environment(f"grpcio-{version}", (f"grpcio=={version}", _PROTOBUF))
    contestant = "sdk" if flavour == "sync" else "sdk-async"
    return Process(contestant, endpoint, python=python, variables=_OFF if off else None)
