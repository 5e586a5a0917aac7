"""The SDK's facade beside a bare gRPC multicallable that does the same work on a real server."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import works
from benchmarks.clients import bare, sdk
from benchmarks.measure import CONTROL, ENOUGH, Batch, Comparison, alternate, compare
from benchmarks.works import Case
from etcd_sdk.testing import EtcdServer

CASES = (
    Case("sync", "get"),
    Case("sync", "put"),
    Case("sync", "range"),
    Case("sync", "replay"),
    *(Case("async", work, tasks) for tasks in (1, 64, 256) for work in ("get", "put")),
    Case("async", "range"),
    Case("async", "replay"),
)

WATCH_CASES = tuple(
    Case(flavour, work, clock=clock)
    for flavour in ("sync", "async")
    for work in ("events", "responses")
    for clock in works.CLOCKS
)
"""The same replay through the managed watch."""

_ENOUGH = {"events": 0.80}


def run(
    etcd: Path,
    cases: Iterable[Case] = CASES,
    *,
    rounds: int,
    seconds: float,
    only: Callable[[str], bool],
) -> Iterator[Comparison]:
    """Each case, on a server of its own."""
    for case in cases:
        if not only(case.name):
            continue
        with EtcdServer(etcd=etcd) as server, asyncio.Runner() as runner:
            works.prepare(server.endpoint, case.work)
            if case.flavour == "async":
                make = functools.partial(_async, runner, case, server.endpoint)
                sides: dict[str, Any] = {"bare": bare.Async, "sdk": sdk.Async}
            else:
                make = functools.partial(_sync, case, server.endpoint)
                sides = {"bare": bare.Sync, "sdk": sdk.Sync}
            sides[CONTROL] = sides["bare"]
            figures = alternate(
                {name: functools.partial(make, side) for name, side in sides.items()},
                rounds=rounds,
                seconds=seconds,
                **case.pace,
            )
            enough = _ENOUGH.get(case.work, ENOUGH)
            yield compare(case.name, figures, "bare", "sdk", twin="bare", enough=enough)


@contextmanager
def _sync(case: Case, endpoint: str, side: Callable[[str], Any]) -> Iterator[Batch]:
    client = side(endpoint)
    try:
        yield works.in_threads(getattr(client, case.work), case.at_once, works.CLOCKS[case.clock])
    finally:
        client.close()


@contextmanager
def _async(
    runner: asyncio.Runner, case: Case, endpoint: str, side: Callable[[str], Any]
) -> Iterator[Batch]:
    async def make() -> Any:  # an async channel belongs to the loop that it is made in
        return side(endpoint)

    client = runner.run(make())
    try:
        once = getattr(client, case.work)
        yield works.in_tasks(runner, once, case.at_once, works.CLOCKS[case.clock])
    finally:
        runner.run(client.close())
