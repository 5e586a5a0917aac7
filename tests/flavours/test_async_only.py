"""What only tasks can do: be cancelled while they wait, and outlive a cancellation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from etcd_sdk import AsyncClient, Watch, errors, pb
from etcd_sdk.testing import EtcdServer


@pytest.fixture
async def client(server: EtcdServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.endpoint) as opened:
        yield opened


def create(key: str) -> pb.WatchRequest:
    return pb.WatchRequest(create_request=Watch(key).build())


async def test_a_read_that_is_given_up_loses_nothing(client: AsyncClient, prefix: str) -> None:
    async with client.rpc.watch.watch() as stream:
        stream.send(create(prefix))
        assert (await anext(stream)).created
        for value in (b"1", b"2"):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(stream), 0.02)
            await client.kv.put(prefix, value)
            assert [event.kv.value for event in (await anext(stream)).events] == [value]


async def test_a_tasks_own_cancellation_stays_what_it_is(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await client.kv.get("a")
        own_server.pause()
        unary = asyncio.create_task(client.kv.get("a"))
        stream = client.rpc.watch.watch()
        reading = asyncio.create_task(stream.__anext__())
        with pytest.raises(errors.DeadlineExceededError):
            await client.kv.get("a", timeout=0.05)
        for task in (unary, reading):
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task


async def test_a_call_that_is_cancelled_leaves_the_connection_usable(
    client: AsyncClient, prefix: str
) -> None:
    for _ in range(20):
        call = asyncio.create_task(client.kv.get(prefix))
        await asyncio.sleep(0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await client.kv.put(prefix, "1")
    assert (await client.kv.get(prefix)).kvs[0].version == 20


async def test_streams_in_a_cancelled_tasks_clean_up_end_as_anywhere(client: AsyncClient) -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            silent = client.rpc.watch.watch(timeout=0.05)
            for _ in range(2):
                try:
                    await anext(silent)
                except errors.EtcdError as error:
                    seen.append(type(error).__name__)
            stream = client.rpc.watch.watch()
            asyncio.get_running_loop().call_later(0.02, stream.cancel)
            seen.extend([str(response) async for response in stream])
            seen.append("ended")

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["DeadlineExceededError"] * 2 + ["ended"]


def arrived(stream: object) -> bool:
    """Whether a response is here that the reader has not yet taken."""
    reading = getattr(getattr(stream, "_inner"), "_reading")  # noqa: B009
    return reading is not None and reading.done()


async def test_a_cancellation_beside_a_response_is_not_lost(
    client: AsyncClient, prefix: str
) -> None:
    for number in range(30):
        stream = client.rpc.watch.watch(timeout=10)
        stream.send(create(prefix))
        reading = asyncio.create_task(stream.__anext__())
        while not arrived(stream):  # noqa: ASYNC110 - at the very turn of the loop it arrives in
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert (await anext(stream)).created, number
        stream.cancel()


async def test_a_task_that_cancelled_itself_is_cancelled(client: AsyncClient) -> None:
    async def work() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await anext(client.rpc.watch.watch(timeout=10))

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(work())


async def test_reads_that_are_given_up_do_not_prolong_the_wait(client: AsyncClient) -> None:
    silent = client.rpc.watch.watch(timeout=0.1)

    async def poll() -> None:
        """Give up after 30 ms, again and again; the stream's own deadline is no giving up."""
        for _ in range(100):
            try:
                await asyncio.wait_for(anext(silent), 0.03)
            except errors.DeadlineExceededError:
                raise
            except TimeoutError:
                continue

    with pytest.raises(errors.DeadlineExceededError):
        await poll()


async def test_dropped_streams_leave_no_timers(client: AsyncClient) -> None:
    for _ in range(50):
        client.rpc.watch.watch(timeout=1000)
    scheduled = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    assert len(scheduled) < 10


def test_a_call_aimed_at_a_member_moves_to_the_next_loop_like_any_other(
    server: EtcdServer, own_server: EtcdServer
) -> None:
    client = AsyncClient(server.endpoint)

    async def ask() -> None:
        for endpoint in server.endpoint, own_server.endpoint:
            await client.maintenance.status(endpoint=endpoint)
        await client.kv.get("a")

    for _ in range(2):
        asyncio.run(ask())
    asyncio.run(client.close())
