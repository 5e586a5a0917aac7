"""What only async watches have: tasks that give up in all places, and responses read ahead."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator

import pytest

from etcd_sdk import AsyncClient, AsyncWatcher, Put
from etcd_sdk._grpc._async import _Begun
from etcd_sdk.errors import RequestTooLargeError, WatchOverflowError
from etcd_sdk.testing import EtcdServer
from tests.metrics import watch_streams, watchers
from tests.twins._async import async_eventually


@pytest.fixture
async def client(server: EtcdServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.endpoint) as opened:
        yield opened


async def put(client: AsyncClient, key: str, value: bytes) -> None:
    await client.kv.put(key, value)


async def value_of(watch: AsyncWatcher) -> bytes:
    """The value of the next event."""
    return (await anext(watch)).kv.value


async def is_cancelled(task: asyncio.Task[object]) -> bool:
    """Whether the task ended so."""
    try:
        await task
    except asyncio.CancelledError:
        return True
    return False


# --- reading ------------------------------------------------------------------------------------


async def test_a_read_that_is_given_up_loses_nothing(client: AsyncClient, prefix: str) -> None:
    async with client.watch(prefix) as watch:
        for value in (b"1", b"2", b"3"):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(watch), 0.01)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(watch.responses()), 0.01)
            await put(client, prefix, value)
            assert await value_of(watch) == value


async def test_a_cancellation_beside_an_event_loses_nothing(
    client: AsyncClient, prefix: str
) -> None:
    async with client.watch(prefix) as watch:
        for number in range(30):
            value = b"%d" % number
            reading = asyncio.create_task(value_of(watch))
            writing = asyncio.create_task(put(client, prefix, value))
            while not (watch._watch.waiting or reading.done()):  # noqa: ASYNC110 - at the very turn
                await asyncio.sleep(0)
            assert not reading.done()
            reading.cancel()
            assert await is_cancelled(reading)
            assert await value_of(watch) == value
            await writing


async def test_a_reader_that_gives_up_lets_the_next_one_read(
    client: AsyncClient, prefix: str
) -> None:
    async with client.watch(prefix) as watch:
        readers = [asyncio.create_task(value_of(watch)) for _ in range(4)]
        await watch.progress()
        for each in readers[0], readers[2]:
            each.cancel()
            assert await is_cancelled(each)
        await put(client, prefix, b"1")
        await put(client, prefix, b"2")
        assert [await readers[1], await readers[3]] == [b"1", b"2"]


async def test_a_question_for_progress_that_is_given_up(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.watch("a") as watch:
        own_server.pause()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(watch.progress(), 0.01)
        own_server.resume()
        assert await watch.progress() == 1
        await put(client, "a", b"1")
        assert await value_of(watch) == b"1"


async def test_nothing_is_left_of_a_stream_that_ends_while_a_response_is_seen_to(
    own_server: EtcdServer,
) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
    endings: set[type] = set()
    writer = AsyncClient(own_server.endpoint)
    too_much = writer.kv.txn().then(Put("a1", b"1"), Put("a2", b"2"))
    async with writer, AsyncClient(own_server.endpoint, max_response_bytes=10_000) as reader:
        for _ in range(60):
            # Of the two responses either may be the first. Where it is the one with two events,
            # that ends the stream, on which gRPC fails to read the other just then.
            async with reader.watch("a", prefix=True, buffer=1, overflow="error") as watch:
                await asyncio.gather(too_much.commit(), put(writer, "a", b"3" * 20_000))
                with pytest.raises((WatchOverflowError, RequestTooLargeError)) as caught:
                    assert [_ async for _ in watch] == []
            endings.add(type(caught.value))
    gc.collect()
    await asyncio.sleep(0)
    assert WatchOverflowError in endings
    assert complaints == []


async def test_an_interrupt_while_a_read_begins_is_not_kept_for_later() -> None:
    async def read() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _ = _Begun(read())  # not awaited


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("is_awaited", [False, True])
async def test_a_read_that_has_failed_needs_no_garbage_collector(is_awaited: bool) -> None:
    """Nor do its call and the connection, which would stay until then."""

    class Call:
        async def read(self) -> None:
            raise asyncio.CancelledError

    call = Call()
    is_there = weakref.ref(call)
    begun = _Begun(call.read())
    if is_awaited:
        with pytest.raises(asyncio.CancelledError):
            await begun
    else:
        begun.drop()
    del call, begun
    assert is_there() is None


# --- entering -----------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", [0, 1], ids=["from now on", "from the past"])
async def test_an_entry_that_is_given_up_leaves_no_watcher(
    own_server: EtcdServer, revision: int
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await put(client, "a", b"1")
        watch = client.watch("a", start_revision=revision)
        turns, given_up = 0, 0
        while watch.created is None:
            entering = asyncio.create_task(watch.__aenter__())
            for _ in range(turns):
                await asyncio.sleep(0)
            entering.cancel()
            given_up += await is_cancelled(entering)
            turns += 1 + turns // 8  # of the loop: later and later, until it is too late
        assert given_up > 3
        await watch.__aenter__()
        await async_eventually(lambda: watchers(own_server) == 1)
        await put(client, "a", b"2")
        while await value_of(watch) != b"2":
            continue
        watch.cancel()
        await async_eventually(lambda: watch_streams(own_server) == 0)


async def test_an_entry_that_is_given_up_while_no_server_answers(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.watch("b") as neighbour:
        own_server.pause()
        given_up = client.watch("a", start_revision=1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(given_up.__aenter__(), 0.05)
        own_server.resume()
        await put(client, "b", b"1")
        assert await value_of(neighbour) == b"1"
        await neighbour.progress()
        await async_eventually(lambda: watchers(own_server) == 1)
        await put(client, "a", b"2")
        assert await value_of(given_up) == b"2"
        given_up.cancel()


async def test_an_entry_that_is_given_up_leaves_it_to_the_next_one(
    own_server: EtcdServer,
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        watch = client.watch("a", start_revision=1)
        own_server.pause()
        entries = [asyncio.create_task(watch.__aenter__()) for _ in range(3)]
        await async_eventually(lambda: watch._hub is not None)
        entries[0].cancel()
        assert await is_cancelled(entries[0])
        own_server.resume()
        assert [await each for each in entries[1:]] == [watch, watch]
        await async_eventually(lambda: watchers(own_server) == 1)
        watch.cancel()


# --- the body -----------------------------------------------------------------------------------


async def test_a_task_that_is_cancelled_in_the_body_ends_the_watch(
    own_server: EtcdServer,
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        watch = client.watch("a")
        seen: list[bytes] = []

        async def work() -> None:
            async with watch:
                async for event in watch:
                    seen.append(event.kv.value)

        working = asyncio.create_task(work())
        await async_eventually(lambda: watch.created is not None)
        await put(client, "a", b"1")
        await async_eventually(lambda: seen == [b"1"])
        working.cancel()
        assert await is_cancelled(working)
        await async_eventually(lambda: watchers(own_server) == 0)
        assert [event async for event in watch] == []


async def test_a_body_within_a_timeout(client: AsyncClient, prefix: str) -> None:
    async def read() -> None:
        async with asyncio.timeout(0.05), client.watch(prefix) as watch:
            async for _ in watch:
                continue

    with pytest.raises(TimeoutError):
        await read()
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    async with client.watch(prefix) as watch:
        await put(client, prefix, b"1")
        assert await value_of(watch) == b"1"


async def test_a_client_that_is_closed_by_a_cancelled_task(own_server: EtcdServer) -> None:
    entered = asyncio.Event()

    async def work() -> None:
        client = AsyncClient(own_server.endpoint)
        async with client, client.watch("a"), client.watch("b") as watch:
            entered.set()
            await anext(watch)

    working = asyncio.create_task(work())
    await entered.wait()
    working.cancel()
    assert await is_cancelled(working)
    await async_eventually(lambda: watch_streams(own_server) == 0)
