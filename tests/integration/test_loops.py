"""Async clients and event loops: one at a time, and what becomes of both when they change."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import pytest

from etcd_sdk import AsyncClient, Watch, errors, pb
from etcd_sdk.testing import EtcdServer
from tests.faults.proxy import FaultProxy
from tests.twins._async import async_eventually
from tests.twins._sync import eventually

ResultT = TypeVar("ResultT")


class AnotherLoop:
    """An event loop in a thread of its own."""

    def __enter__(self) -> Self:
        running = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self._run(running)])
        self._thread.start()
        running.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    def run(self, coroutine: Coroutine[Any, Any, ResultT]) -> ResultT:
        """What a coroutine gives or raises there."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _run(self, running: threading.Event) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        running.set()
        await self._over.wait()


async def opened(client: AsyncClient, key: str) -> Any:
    """A raw stream with a watch on it."""
    stream = client.rpc.watch.watch()
    stream.send(pb.WatchRequest(create_request=Watch(key).build()))
    assert (await anext(stream)).created
    return stream


async def next_of(iterator: AsyncIterator[ResultT]) -> ResultT:
    return await asyncio.wait_for(anext(iterator), 10)


def test_a_client_goes_from_one_run_to_the_next(server: EtcdServer, prefix: str) -> None:
    """It was made before any loop, and has connections of its own in each."""
    with FaultProxy(server.endpoint) as proxy:
        client = AsyncClient(proxy.endpoint)
        for number in range(1, 4):
            put = asyncio.run(client.kv.put(prefix, str(number), prev_kv=True))
            assert put.prev_kv.version == number - 1
            assert proxy.connections == number
        eventually(lambda: proxy.open == 1)
        asyncio.run(client.close())
        eventually(lambda: proxy.open == 0)


def test_failures_stay_behind(server: EtcdServer, prefix: str) -> None:
    async def read_twice(client: AsyncClient) -> None:
        for _ in range(2):
            await client.kv.get(prefix)

    with FaultProxy(server.endpoint) as proxy:
        proxy.refuse()
        client = AsyncClient([proxy.endpoint, server.endpoint])
        asyncio.run(read_twice(client))
        proxy.heal()
        before = proxy.connections
        asyncio.run(read_twice(client))
        assert proxy.connections == before + 1
        asyncio.run(client.close())


def test_a_login_is_taken_along(auth_server: EtcdServer) -> None:
    client = AsyncClient(auth_server.endpoint, username="alice", password="alice-pw")
    for number in range(3):
        put = asyncio.run(client.kv.put("/alice/a", "1", prev_kv=True))
        assert put.prev_kv.version == number
    asyncio.run(client.close())


def test_the_first_call_in_a_loop_may_be_aimed(server: EtcdServer) -> None:
    client = AsyncClient(server.endpoint)
    for _ in range(2):
        status = asyncio.run(client.maintenance.status(endpoint=server.endpoint))
        assert status.version == server.version
    asyncio.run(client.close())


def test_endpoints_are_kept_in_step_in_each_loop(server: EtcdServer, prefix: str) -> None:
    elsewhere = server.endpoint.replace("127.0.0.1", "localhost")
    client = AsyncClient(elsewhere, sync_interval=0.01)

    async def use() -> None:
        client.set_endpoints(elsewhere)
        await client.kv.get(prefix)
        await async_eventually(lambda: client.endpoints == [f"http://{server.endpoint}"])

    for _ in range(2):
        asyncio.run(use())
    asyncio.run(client.close())


def test_a_client_may_be_closed_in_another_run(server: EtcdServer, prefix: str) -> None:
    async def use(client: AsyncClient) -> Any:
        return await opened(client, prefix), await client.watch(prefix).__aenter__()

    for close_first in (False, True):
        client = AsyncClient(server.endpoint, sync_interval=60)
        under_way = asyncio.run(use(client))
        if close_first:
            asyncio.run(client.close())
        asyncio.run(client.close())
        with pytest.raises(errors.ClientClosedError):
            asyncio.run(client.kv.get(prefix))
        for stream in under_way:
            stream.cancel()


async def test_a_loop_that_lives_keeps_its_client(server: EtcdServer, prefix: str) -> None:
    async with AsyncClient(server.endpoint) as client:
        stream, watch = await opened(client, prefix), client.watch(prefix)
        await watch.__aenter__()
        lease = client.lease.keep_alive((await client.lease.grant(30)).ID)
        with AnotherLoop() as other:
            for call in (
                client.kv.get(prefix),
                client.with_options(timeout=1).kv.get(prefix),
                client.maintenance.status(endpoint=server.endpoint),
                client.watch(prefix).__aenter__(),
                client.close(),
            ):
                with pytest.raises(errors.ClientLoopError, match="make one in each loop"):
                    other.run(call)
            for use in (next_of(stream), next_of(watch), watch.progress(), lease.lost.wait()):
                with pytest.raises(errors.ClientLoopError, match="belongs to another event loop"):
                    other.run(use)
        await client.kv.put(prefix, "1", lease=lease.id)
        assert (await next_of(stream)).events[0].kv.value == b"1"
        assert (await next_of(watch)).kv.value == b"1"
        assert not lease.lost.is_set()


async def test_two_loops_with_a_client_each(server: EtcdServer, prefix: str) -> None:
    clients = [AsyncClient(server.endpoint) for _ in range(2)]

    async def put(client: AsyncClient) -> None:
        async with client:
            for _ in range(50):
                await client.kv.put(prefix, "1")

    with AnotherLoop() as other:
        there = asyncio.to_thread(other.run, put(clients[0]))
        await asyncio.gather(put(clients[1]), there)
    async with AsyncClient(server.endpoint) as client:
        assert (await client.kv.get(prefix)).kvs[0].version == 100


def test_what_was_under_way_ends_with_its_loop(server: EtcdServer, prefix: str) -> None:
    client = AsyncClient(server.endpoint)

    async def use() -> Any:
        untouched = client.rpc.watch.watch()
        lease = client.lease.keep_alive((await client.lease.grant(30)).ID)
        watch = await client.watch(prefix).__aenter__()
        return untouched, await opened(client, prefix), watch, lease

    async def try_all(untouched: Any, stream: Any, watch: Any, lease: Any) -> None:
        for iterator in (untouched, stream, watch, watch.responses()):
            with pytest.raises(errors.StreamEndedError, match="its event loop is closed"):
                await next_of(iterator)
        with pytest.raises(errors.StreamEndedError, match="its event loop is closed"):
            stream.send(pb.WatchRequest())
        assert await lease.lost.wait()
        await lease.close(revoke=True)
        for each in (untouched, stream, watch):
            each.cancel()

    under_way = asyncio.run(use())
    asyncio.run(try_all(*under_way))  # before the client is used there
    asyncio.run(client.kv.put(prefix, "1"))
    asyncio.run(try_all(*under_way))
    asyncio.run(client.close())


def test_a_watch_that_was_not_entered_begins_where_it_is(server: EtcdServer, prefix: str) -> None:
    client = AsyncClient(server.endpoint)
    watch = client.watch(prefix)
    asyncio.run(client.kv.get(prefix))

    async def use() -> None:
        async with watch:
            await client.kv.put(prefix, "1")
            assert (await next_of(watch)).kv.value == b"1"
        await client.close()

    asyncio.run(use())


@pytest.mark.usefixtures("no_collector")
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="sockets are counted in /proc")
async def test_clients_leave_neither_tasks_nor_sockets(server: EtcdServer, prefix: str) -> None:
    with FaultProxy(server.endpoint) as dead:
        dead.refuse()

        async def use() -> None:
            async with AsyncClient([dead.endpoint, server.endpoint], sync_interval=60) as client:
                await asyncio.gather(*(client.kv.get(prefix) for _ in range(4)))
                async with client.watch(prefix), client.lease.hold(30):
                    await client.kv.put(prefix, "1")
                await opened(client, prefix)
                await client.watch(prefix).__aenter__()
                client.lease.keep_alive((await client.lease.grant(30)).ID)
                with pytest.raises(errors.LeaseNotFoundError):
                    await client.lease.revoke(404)

        await use()  # gRPC has a few of its own
        await async_eventually(lambda: len(asyncio.all_tasks()) == 1)
        before = sockets()
        for _ in range(20):
            await use()
        await async_eventually(lambda: len(asyncio.all_tasks()) == 1)
        await async_eventually(lambda: sockets() <= before)


def sockets() -> int:
    """How many this process has."""
    targets = []
    for entry in os.scandir("/proc/self/fd"):
        try:
            targets.append(os.readlink(entry.path))
        except OSError:  # closed meanwhile
            continue
    return sum(target.startswith("socket:") for target in targets)
