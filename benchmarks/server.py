"""The SDK's facade beside a bare gRPC multicallable that does the same work on a real server."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import works
from benchmarks.clients import bare, sdk
from benchmarks.measure import CONTROL, Batch, Comparison, alternate, compare
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


def run(
    etcd: Path, *, rounds: int, seconds: float, only: Callable[[str], bool]
) -> Iterator[Comparison]:
    """Each case, on a server of its own."""
    for case in CASES:
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
            yield compare(case.name, figures, "bare", "sdk", twin="bare")


@contextmanager
def _sync(case: Case, endpoint: str, side: Callable[[str], Any]) -> Iterator[Batch]:
    client = side(endpoint)
    try:
        yield works.in_threads(getattr(client, case.work), case.at_once)
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
        yield works.in_tasks(runner, getattr(client, case.work), case.at_once)
    finally:
        runner.run(client.close())
