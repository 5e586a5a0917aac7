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
        self._fan: works.ThreadFan | None = None
        self._watched = ""

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

    def events(self) -> None:
        events = 0
        with self._client.watch(works.REPLAY_PREFIX, prefix=True, start_revision=1) as watch:
            for _ in watch:
                events += 1
                if events >= works.REPLAY_EVENTS:
                    return

    def responses(self) -> None:
        events = 0
        with self._client.watch(works.REPLAY_PREFIX, prefix=True, start_revision=1) as watch:
            for response in watch.responses():
                events += len(response.events)
                if events >= works.REPLAY_EVENTS:
                    return

    def watch(self, prefix: str) -> None:
        self._watched = prefix
        watches = [self._client.watch(prefix, prefix=True) for _ in range(works.FANOUT_WATCHES)]
        self._fan = works.ThreadFan([watch.__enter__() for watch in watches])

    def fanout(self) -> None:
        assert self._fan is not None
        self._fan.expect(works.FANOUT_PUTS)
        self._fan.wait()

    def volley(self) -> None:
        assert self._fan is not None
        self._fan.expect(1)
        self._client.kv.put(self._watched, works.VALUE)
        self._fan.wait()

    def close(self) -> None:
        self._client.close()


class Async:
    """``etcd_sdk.AsyncClient``."""

    def __init__(self, endpoint: str) -> None:
        self._client = AsyncClient(endpoint, timeout=works.TIMEOUT)
        self._fan: works.TaskFan | None = None
        self._watched = ""

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

    async def events(self) -> None:
        events = 0
        async with self._client.watch(works.REPLAY_PREFIX, prefix=True, start_revision=1) as watch:
            async for _ in watch:
                events += 1
                if events >= works.REPLAY_EVENTS:
                    return

    async def responses(self) -> None:
        events = 0
        async with self._client.watch(works.REPLAY_PREFIX, prefix=True, start_revision=1) as watch:
            async for response in watch.responses():
                events += len(response.events)
                if events >= works.REPLAY_EVENTS:
                    return

    async def watch(self, prefix: str) -> None:
        self._watched = prefix
        watches = [self._client.watch(prefix, prefix=True) for _ in range(works.FANOUT_WATCHES)]
        self._fan = works.TaskFan([await watch.__aenter__() for watch in watches])

    async def fanout(self) -> None:
        assert self._fan is not None
        self._fan.expect(works.FANOUT_PUTS)
        await self._fan.wait()

    async def volley(self) -> None:
        assert self._fan is not None
        self._fan.expect(1)
        await self._client.kv.put(self._watched, works.VALUE)
        await self._fan.wait()

    async def close(self) -> None:
        if self._fan is not None:
            await self._fan.end()
        await self._client.close()
