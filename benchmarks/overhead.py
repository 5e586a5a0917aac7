"""Python time that the SDK adds to a call, measured without network, server or gRPC.

The channel that the SDK makes is replaced by one whose calls return at once, so all that is left
is the SDK's own work.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from unittest import mock

import grpc
import grpc.aio

from benchmarks import works
from etcd_sdk import AsyncClient, Client, pb

BOUND_US = 5.0
"""What the SDK may add to a call, in either flavour."""

_CALLS = 500
_REPETITIONS = 400


@dataclass(frozen=True, slots=True)
class Overhead:
    """What one call costs when gRPC costs nothing.

    Attributes:
        call: The call.
        sdk_us: Median microseconds of the call through the SDK.
        bare_us: Median microseconds of making the request and giving it to the multicallable.
        added_us: Median of what the SDK takes longer than the multicallable alone with a request
            that is made already: the strictest way to count.
        added_p90_us: Its 90th percentile over all repetitions.
    """

    call: str
    sdk_us: float
    bare_us: float
    added_us: float
    added_p90_us: float

    @property
    def verdict(self) -> str:
        return "ok" if self.added_us <= BOUND_US else "SLOWER"


class _Channel:
    """Makes multicallables that return at once."""

    def __init__(self, multicallable: Callable[..., Any]) -> None:
        self._multicallable = multicallable

    def unary_unary(self, *_: object, **__: object) -> Callable[..., Any]:
        return self._multicallable

    def unary_stream(self, *_: object, **__: object) -> Callable[..., Any]:
        return self._multicallable

    def stream_stream(self, *_: object, **__: object) -> Callable[..., Any]:
        return self._multicallable


_RESPONSE = pb.RangeResponse()


def _at_once(request: object, timeout: float | None = None, **_: object) -> object:
    return _RESPONSE


async def _soon_at_once(request: object, timeout: float | None = None, **_: object) -> object:
    return _RESPONSE


def _get_request() -> pb.RangeRequest:
    return pb.RangeRequest(key=works.KEY.encode())


def _put_request() -> pb.PutRequest:
    return pb.PutRequest(key=works.KEY.encode(), value=works.VALUE.encode())


def run() -> Iterator[Overhead]:
    """The plain get and put, sync and async."""
    with mock.patch.object(grpc, "insecure_channel", return_value=_Channel(_at_once)):
        kv = Client(timeout=works.TIMEOUT).kv
        yield _sync("sync get", lambda: kv.get(works.KEY), _get_request)
        yield _sync("sync put", lambda: kv.put(works.KEY, works.VALUE), _put_request)

    with (
        mock.patch.object(grpc.aio, "insecure_channel", return_value=_Channel(_soon_at_once)),
        asyncio.Runner() as runner,
    ):
        akv = AsyncClient(timeout=works.TIMEOUT).kv
        yield runner.run(_async("async get", lambda: akv.get(works.KEY), _get_request))
        yield runner.run(_async("async put", lambda: akv.put(works.KEY, works.VALUE), _put_request))


def _sync(name: str, through: Callable[[], Any], request: Callable[[], Any]) -> Overhead:
    made = request()
    alone = works.in_threads(lambda: _at_once(made, timeout=works.TIMEOUT))
    bare = works.in_threads(lambda: _at_once(request(), timeout=works.TIMEOUT))
    sdk = works.in_threads(through)
    return _summary(name, [(alone(_CALLS), bare(_CALLS), sdk(_CALLS)) for _ in _repetitions()])


async def _async(
    name: str, through: Callable[[], Awaitable[Any]], request: Callable[[], Any]
) -> Overhead:
    made = request()
    alone = _awaited(lambda: _soon_at_once(made, timeout=works.TIMEOUT))
    bare = _awaited(lambda: _soon_at_once(request(), timeout=works.TIMEOUT))
    sdk = _awaited(through)
    times = [(await alone(), await bare(), await sdk()) for _ in _repetitions()]
    return _summary(name, times)


def _awaited(once: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[float]]:
    async def batch() -> float:
        begin = time.perf_counter()
        for _ in range(_CALLS):
            await once()
        return time.perf_counter() - begin

    return batch


def _repetitions() -> range:
    gc.collect()
    return range(_REPETITIONS)


def _summary(name: str, times: list[tuple[float, float, float]]) -> Overhead:
    added = [1e6 * (sdk - alone) / _CALLS for alone, _, sdk in times]
    return Overhead(
        call=name,
        sdk_us=1e6 * statistics.median(sdk for _, _, sdk in times) / _CALLS,
        bare_us=1e6 * statistics.median(bare for _, bare, _ in times) / _CALLS,
        added_us=statistics.median(added),
        added_p90_us=statistics.quantiles(added, n=10)[-1],
    )
