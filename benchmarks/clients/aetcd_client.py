"""aetcd, in its own environment."""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks import works

UNLIMITED = {"grpc.max_receive_message_length": -1}


class Async:
    """``aetcd.Client``."""

    options: dict[str, int] = UNLIMITED

    def __init__(self, endpoint: str) -> None:
        # Not `import`: type checkers run where it is not installed.
        aetcd: Any = importlib.import_module("aetcd")
        host, port = endpoint.split(":")
        self._fan: works.TaskFan | None = None
        self._watched = b""
        self._client = aetcd.Client(host, int(port), timeout=works.TIMEOUT, options=self.options)

    async def get(self) -> None:
        await self._client.get(works.KEY.encode())

    async def put(self) -> None:
        await self._client.put(works.KEY.encode(), works.VALUE.encode())

    async def range(self) -> None:
        found = await self._client.get_prefix(works.RANGE_PREFIX.encode())
        assert len(found) == works.RANGE_KEYS

    async def replay(self) -> None:
        events = 0
        watch = await self._client.watch_prefix(works.REPLAY_PREFIX.encode(), start_revision=1)
        async for _ in watch:
            events += 1
            if events >= works.REPLAY_EVENTS:
                break
        await watch.cancel()

    async def watch(self, prefix: str) -> None:
        self._watched = key = prefix.encode()
        watches = [await self._client.watch_prefix(key) for _ in range(works.FANOUT_WATCHES)]
        self._fan = works.TaskFan(watches)

    async def fanout(self) -> None:
        assert self._fan is not None
        self._fan.expect(works.FANOUT_PUTS)
        await self._fan.wait()

    async def volley(self) -> None:
        assert self._fan is not None
        self._fan.expect(1)
        await self._client.put(self._watched, works.VALUE.encode())
        await self._fan.wait()

    async def close(self) -> None:
        if self._fan is not None:
            await self._fan.end()
        await self._client.close()


class AsyncByDefault(Async):
    """As it is without gRPC options."""

    options: dict[str, int] = {}  # noqa: RUF012 - never changed
