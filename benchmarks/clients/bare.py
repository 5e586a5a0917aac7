"""gRPC without the SDK: what anyone could write who does the same work by hand.

The same request fields, the same deadline, the same channel options, the same target, and no
metadata either.
"""

from __future__ import annotations

import queue
from typing import Any

import grpc
import grpc.aio

from benchmarks import works
from etcd_sdk import pb
from etcd_sdk._core.settings import resolve
from etcd_sdk._grpc.base import channel_options
from etcd_sdk_api import methods
from etcd_sdk_api.method import Method

_SETTINGS = resolve("127.0.0.1:2379", {})
_OPTIONS = channel_options(_SETTINGS, _SETTINGS.endpoints[0])


def _arguments(method: Method[Any, Any]) -> dict[str, Any]:
    return {
        "method": method.path,
        "request_serializer": method.request.SerializeToString,
        "response_deserializer": method.response.FromString,
    }


def _watch() -> pb.WatchRequest:
    key = works.REPLAY_PREFIX.encode()
    return pb.WatchRequest(
        create_request=pb.WatchCreateRequest(
            key=key, range_end=works.prefix_end(key), start_revision=1
        )
    )


class Sync:
    """Multicallables of ``grpc``."""

    def __init__(self, endpoint: str) -> None:
        self._channel: Any = grpc.insecure_channel(f"ipv4:{endpoint}", _OPTIONS)
        self._range = self._channel.unary_unary(**_arguments(methods.KV_GET))
        self._put = self._channel.unary_unary(**_arguments(methods.KV_PUT))
        self._watch = self._channel.stream_stream(**_arguments(methods.WATCH_WATCH))

    def get(self) -> None:
        self._range(pb.RangeRequest(key=works.KEY.encode()), timeout=works.TIMEOUT)

    def put(self) -> None:
        request = pb.PutRequest(key=works.KEY.encode(), value=works.VALUE.encode())
        self._put(request, timeout=works.TIMEOUT)

    def range(self) -> None:
        key = works.RANGE_PREFIX.encode()
        request = pb.RangeRequest(key=key, range_end=works.prefix_end(key))
        found = self._range(request, timeout=works.TIMEOUT)
        assert len(found.kvs) == works.RANGE_KEYS

    def replay(self) -> None:
        events = 0
        requests: queue.SimpleQueue[pb.WatchRequest | None] = queue.SimpleQueue()
        requests.put(_watch())
        call = self._watch(iter(requests.get, None))
        for response in call:
            for _ in response.events:
                events += 1
            if events >= works.REPLAY_EVENTS:
                break
        call.cancel()
        requests.put(None)

    events = replay

    def responses(self) -> None:
        events = 0
        requests: queue.SimpleQueue[pb.WatchRequest | None] = queue.SimpleQueue()
        requests.put(_watch())
        call = self._watch(iter(requests.get, None))
        for response in call:
            events += len(response.events)
            if events >= works.REPLAY_EVENTS:
                break
        call.cancel()
        requests.put(None)

    def close(self) -> None:
        self._channel.close()


class Async:
    """Multicallables of ``grpc.aio``."""

    def __init__(self, endpoint: str) -> None:
        self._channel: Any = grpc.aio.insecure_channel(f"ipv4:{endpoint}", _OPTIONS)
        self._range = self._channel.unary_unary(**_arguments(methods.KV_GET))
        self._put = self._channel.unary_unary(**_arguments(methods.KV_PUT))
        self._watch = self._channel.stream_stream(**_arguments(methods.WATCH_WATCH))

    async def get(self) -> None:
        await self._range(pb.RangeRequest(key=works.KEY.encode()), timeout=works.TIMEOUT)

    async def put(self) -> None:
        request = pb.PutRequest(key=works.KEY.encode(), value=works.VALUE.encode())
        await self._put(request, timeout=works.TIMEOUT)

    async def range(self) -> None:
        key = works.RANGE_PREFIX.encode()
        request = pb.RangeRequest(key=key, range_end=works.prefix_end(key))
        found = await self._range(request, timeout=works.TIMEOUT)
        assert len(found.kvs) == works.RANGE_KEYS

    async def replay(self) -> None:
        events = 0
        call = self._watch()
        await call.write(_watch())
        async for response in call:
            for _ in response.events:
                events += 1
            if events >= works.REPLAY_EVENTS:
                break
        call.cancel()

    events = replay

    async def responses(self) -> None:
        events = 0
        call = self._watch()
        await call.write(_watch())
        async for response in call:
            events += len(response.events)
            if events >= works.REPLAY_EVENTS:
                break
        call.cancel()

    async def close(self) -> None:
        await self._channel.close()
