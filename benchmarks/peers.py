"""The SDK beside other clients, each in a process and an environment of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks import works
from benchmarks.measure import CONTROL, Comparison, alternate, compare
from benchmarks.processes import FailedError, Process, environment
from benchmarks.works import Case
from etcd_sdk import Client
from etcd_sdk.testing import EtcdServer

_DEFAULT_LIMITS_SECONDS = 20.0


class Peer(NamedTuple):
    """Another client of etcd."""

    name: str
    subject: str
    """Which flavour of the SDK it is measured against."""
    requirements: tuple[str, ...]
    cases: tuple[Case, ...]


# All on the same gRPC, so that no difference between its releases is taken for one between clients.
_GRPC = f"grpcio=={version('grpcio')}"


def _live(flavour: str) -> tuple[Case, ...]:
    return Case(flavour, "fanout"), Case(flavour, "volley")


PEERS = (
    Peer(
        "etcd3",
        "sdk",
        # Its generated code needs a protobuf before 4.
        ("etcd3==0.12.0", "protobuf==3.20.3", _GRPC),
        (
            *(Case("sync", work) for work in ("get", "put", "range", "replay")),
            *_live("sync"),
        ),
    ),
    Peer(
        "aetcd",
        "sdk-async",
        ("aetcd==1.0.0", _GRPC),
        (
            Case("async", "get"),
            Case("async", "put"),
            Case("async", "get", 64),
            Case("async", "range"),
            Case("async", "replay"),
            *_live("async"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is no comparison: versions, or why there is none."""

    peer: str
    text: str


def run(
    etcd: Path, *, rounds: int, seconds: float, only: Callable[[str], bool]
) -> Iterator[Comparison | Note]:
    """Each peer, case by case; with notes on what does not work."""
    for peer in PEERS:
        cases = [case for case in peer.cases if only(f"{peer.name} {case.name}")]
        if not cases:
            continue
        try:
            python = environment(peer.name, peer.requirements)
        except FailedError as error:
            yield Note(peer.name, str(error))
            continue
        for number, case in enumerate(cases):
            with EtcdServer(etcd=etcd) as server, ExitStack() as stack:
                works.prepare(server.endpoint, case.work)
                write = stack.enter_context(_writer(case, server.endpoint))
                try:
                    workers = {
                        "sdk": stack.enter_context(Process(peer.subject, server.endpoint)),
                        peer.name: stack.enter_context(
                            Process(peer.name, server.endpoint, python=python)
                        ),
                        CONTROL: stack.enter_context(Process(peer.subject, server.endpoint)),
                    }
                    if number == 0:
                        yield Note(peer.name, _versions(workers[peer.name]))
                    yield _compared(peer, case, workers, rounds, seconds, write)
                except FailedError as error:
                    yield Note(peer.name, f"{case.name}: {error}")
                if case.work in {"range", "replay"}:
                    yield _with_default_limits(peer, case, server.endpoint, python)


def _compared(
    peer: Peer,
    case: Case,
    workers: dict[str, Process],
    rounds: int,
    seconds: float,
    write: Callable[[str], None] | None,
) -> Comparison:
    contestants = {name: worker.contestant(case, write) for name, worker in workers.items()}
    figures = alternate(contestants, rounds=rounds, seconds=seconds, **case.pace)
    return compare(case.name, figures, peer.name, "sdk", twin="sdk")


@contextmanager
def _writer(case: Case, endpoint: str) -> Iterator[Callable[[str], None] | None]:
    """What writes while the workers watch; from this process, whoever watches."""
    if case.work != "fanout":
        yield None
        return
    with Client(endpoint, timeout=works.TIMEOUT) as client:

        def write(prefix: str) -> None:
            for number in range(works.FANOUT_PUTS):
                client.kv.put(f"{prefix}{number:04}", works.VALUE)

        yield write


def _with_default_limits(peer: Peer, case: Case, endpoint: str, python: Path) -> Note:
    """Whether the peer manages the work without gRPC options that its user must know of."""
    try:
        with Process(f"{peer.name}-default", endpoint, python=python) as worker:
            worker.tell("open")
            worker.tell(case.work, calls=1, at_once=1, patience=_DEFAULT_LIMITS_SECONDS)
    except FailedError as error:
        return Note(peer.name, f"{case.name}, no gRPC options given: {error}")
    return Note(peer.name, f"{case.name}, no gRPC options given: works")


def _versions(worker: Process) -> str:
    return ", ".join(f"{name} {version}" for name, version in worker.versions.items())
