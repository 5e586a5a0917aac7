"""The SDK."""

from __future__ import annotations

from benchmarks import works
from etcd_sdk import AsyncClient, Client, pb


def _watch() -> pb.WatchRequest:
    key = works.REPLAY_PREFIX.encode()
    return pb.WatchRequest(
        create_request=pb.WatchCreateRequest(
            key=key, range_end=works.prefix_end(key), start_revision=1
        )
    )


class Sync:
    """``etcd_sdk.Client``."""

    def __init__(self, endpoint: str) -> None:
        self._client = Client(endpoint, timeout=works.TIMEOUT)

    def get(self) -> None:
        self._client.kv.get(works.KEY)

    def put(self) -> None:
        self._client.kv.put(works.KEY, works.VALUE)

    def range(self) -> None:
        found = self._client.kv.get(works.RANGE_PREFIX, prefix=True)
        assert len(found.kvs) == works.RANGE_KEYS

    def replay(self) -> None:
        events = 0
        with self._client.rpc.watch.watch() as stream:
            stream.send(_watch())
            for response in stream:
                for _ in response.events:
                    events += 1
                if events >= works.REPLAY_EVENTS:
                    return

    def close(self) -> None:
        self._client.close()


class Async:
    """``etcd_sdk.AsyncClient``."""

    def __init__(self, endpoint: str) -> None:
        self._client = AsyncClient(endpoint, timeout=works.TIMEOUT)

    async def get(self) -> None:
        await self._client.kv.get(works.KEY)

    async def put(self) -> None:
        await self._client.kv.put(works.KEY, works.VALUE)

    async def range(self) -> None:
        found = await self._client.kv.get(works.RANGE_PREFIX, prefix=True)
        assert len(found.kvs) == works.RANGE_KEYS

    async def replay(self) -> None:
        events = 0
        async with self._client.rpc.watch.watch() as stream:
            stream.send(_watch())
            async for response in stream:
                for _ in response.events:
                    events += 1
                if events >= works.REPLAY_EVENTS:
                    return

    async def close(self) -> None:
        await self._client.close()
