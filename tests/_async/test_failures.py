"""How calls fail: typed, soon, and saying where, what and why."""

from __future__ import annotations

import gc
import math
import weakref

import grpc
import pytest

from etcd_sdk import AsyncClient, Watch, errors, pb
from etcd_sdk.testing import EtcdServer
from tests.twins._async import AsyncBeside, async_eventually


@pytest.fixture
async def dead_endpoint() -> str:
    """Where nobody listens any more."""
    server = EtcdServer()
    server.start()
    endpoint = server.endpoint
    server.stop()
    return endpoint


async def test_the_servers_error_says_everything(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as client:
        with pytest.raises(errors.FutureRevisionError) as caught:
            await client.kv.get("a", revision=2**50)
    error = caught.value
    assert error.code is errors.StatusCode.OUT_OF_RANGE
    assert error.message == "etcdserver: mvcc: required revision is a future revision"
    assert (error.endpoint, error.method, error.in_doubt) == (server.endpoint, "KV.Range", False)
    assert isinstance(error.__cause__, grpc.RpcError)
    assert str(error) == f"{error.message} [KV.Range at {server.endpoint}; OUT_OF_RANGE]"


async def test_a_write_to_nobody_is_not_in_doubt(dead_endpoint: str) -> None:
    async with AsyncClient(dead_endpoint, timeout=1.0) as client:
        with pytest.raises(errors.UnavailableError, match=dead_endpoint) as caught:
            await client.kv.put("a", "1")
    assert isinstance(caught.value, ConnectionError)
    assert (caught.value.method, caught.value.in_doubt) == ("KV.Put", False)


async def test_a_name_that_does_not_resolve(prefix: str) -> None:
    async with AsyncClient("no-such-host.invalid:2379", timeout=2.0) as client:
        with pytest.raises(errors.UnavailableError) as caught:
            await client.kv.put(prefix, "1")
    assert not caught.value.in_doubt


async def test_a_write_that_was_under_way_is_in_doubt(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await client.kv.put("a", "1")
        own_server.pause()
        put = AsyncBeside(lambda: client.kv.put("a", "2", timeout=60))
        with pytest.raises(errors.DeadlineExceededError):
            await client.kv.get("a", timeout=0.5)  # sent behind the put, so the put is out
        own_server.kill()
        with pytest.raises(errors.UnavailableError) as caught:
            await put.result()
    assert caught.value.in_doubt


async def test_the_deadline(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint, timeout=0.2) as client:
        await client.kv.get("a", timeout=10)
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError) as read:
            await client.kv.get("a")
        with pytest.raises(TimeoutError) as written:
            await client.kv.put("a", "1", timeout=0.1)
        own_server.resume()
        assert not read.value.in_doubt
        assert isinstance(written.value, errors.DeadlineExceededError)
        assert written.value.in_doubt
        await client.kv.put("a", "1", timeout=math.inf)


async def test_the_same_client_goes_on_after_a_restart(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await client.kv.put("a", "1")
        own_server.kill()
        with pytest.raises(errors.UnavailableError):
            await client.kv.get("a", timeout=0.5)
        own_server.start()
        found = await client.kv.get("a")
        assert found.kvs[0].value == b"1"


async def test_a_closed_client_refuses_everything(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as client:
        await client.kv.get("a")
    for _ in range(2):
        with pytest.raises(errors.ClientClosedError, match=r"closed.*KV\.Range"):
            await client.kv.get("a")
    with pytest.raises(errors.ClientClosedError):
        await client.kv.put("a", "1")
    with pytest.raises(errors.ClientClosedError):
        client.rpc.watch.watch()
    with pytest.raises(errors.ClientClosedError):
        client.rpc.maintenance.snapshot()
    await client.close()


async def test_closing_before_the_first_call(server: EtcdServer) -> None:
    client = AsyncClient(server.endpoint)
    await client.close()
    with pytest.raises(errors.ClientClosedError):
        await client.kv.get("a")


async def test_closing_ends_a_call_that_waits(own_server: EtcdServer) -> None:
    client = AsyncClient(own_server.endpoint)
    await client.kv.get("a")
    own_server.pause()
    read = AsyncBeside(lambda: client.kv.get("a", timeout=60))
    write = AsyncBeside(lambda: client.kv.put("a", "1", timeout=60))
    with pytest.raises(errors.DeadlineExceededError):
        await client.kv.get("a", timeout=0.3)
    await client.close()
    with pytest.raises(errors.ClientClosedError) as caught:
        await read.result()
    assert not caught.value.in_doubt
    with pytest.raises(errors.ClientClosedError) as caught:
        await write.result()
    assert caught.value.in_doubt


async def read_the_future(client: AsyncClient) -> None:
    await client.kv.get("a", revision=2**50)


async def ask_nobody(client: AsyncClient) -> None:
    await client.maintenance.status(endpoint="127.0.0.1:1")


async def wait_in_vain(client: AsyncClient) -> None:
    await anext(client.rpc.watch.watch(timeout=0.1))


async def watch_the_past(client: AsyncClient) -> None:
    async with client.watch("a", start_revision=1) as watch:
        await anext(watch)


async def keep_what_is_not_there(client: AsyncClient) -> None:
    kept = client.lease.keep_alive(404)
    await kept.lost.wait(10)
    kept.check()


@pytest.mark.usefixtures("no_collector")
async def test_a_failure_is_gone_once_nobody_holds_it(own_server: EtcdServer) -> None:
    """It leaves nothing to the garbage collector, least of all a call, which holds a connection."""
    failing = (read_the_future, ask_nobody, wait_in_vain, watch_the_past, keep_what_is_not_there)
    async with AsyncClient(own_server.endpoint) as client:
        put = await client.kv.put("a", "1")
        await client.kv.compact(put.header.revision)
        for fail in failing:
            with pytest.raises(errors.EtcdError) as caught:
                await fail(client)
            is_there = weakref.ref(caught.value)
            del caught
            assert is_there() is None, fail


@pytest.mark.usefixtures("no_collector")
async def test_a_closed_client_is_gone_once_nobody_holds_it(
    server: EtcdServer, prefix: str
) -> None:
    left: weakref.WeakSet[object] = weakref.WeakSet()
    await use_and_close(AsyncClient(server.endpoint), prefix, left)
    await async_eventually(lambda: not left)


async def use_and_close(
    client: AsyncClient, prefix: str, connections: weakref.WeakSet[object]
) -> None:
    async with client, client.watch(prefix), client.lease.hold(30):
        await client.kv.put(prefix, "1")
    connections.add(client._connection)


async def test_nothing_is_left_of_a_stream_that_is_ended_while_it_is_read(
    server: EtcdServer, prefix: str
) -> None:
    left: weakref.WeakSet[object] = weakref.WeakSet()
    async with AsyncClient(server.endpoint) as client:
        await end_a_raw_stream(client, prefix, left)
        await end_the_stream_of_a_lease(client, left)
        await async_eventually(lambda: gc.collect() >= 0 and not left)


async def end_a_raw_stream(
    client: AsyncClient, prefix: str, streams: weakref.WeakSet[object]
) -> None:
    stream = client.rpc.watch.watch()
    streams.add(stream)
    stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
    seen: list[bool] = []

    async def read() -> None:
        async for response in stream:
            seen.append(response.created)

    reading = AsyncBeside(read)
    await async_eventually(lambda: seen == [True])
    stream.cancel()
    await reading.result()


async def end_the_stream_of_a_lease(client: AsyncClient, streams: weakref.WeakSet[object]) -> None:
    async with client.lease.hold(30) as lease:
        await async_eventually(lambda: lease._keeper._stream is not None)
        streams.add(lease._keeper._stream)


async def test_the_callers_own_errors_are_left_alone(server: EtcdServer) -> None:
    """They are the context of whatever fails while they are handled."""
    first, last = ValueError("first"), ValueError("last")
    first.__cause__, last.__context__ = last, first  # "raise first from last", later
    async with AsyncClient(server.endpoint) as client:
        try:
            raise first
        except ValueError:
            with pytest.raises(errors.FutureRevisionError):
                await read_the_future(client)
    assert first.__traceback__ is not None


async def test_repr_names_the_endpoint() -> None:
    assert repr(AsyncClient("localhost:2379")) == "AsyncClient('localhost:2379')"


async def test_a_builder_of_another_kind_is_refused(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as client:
        with pytest.raises(errors.ArgumentTypeError, match="op: must be Get, Put"):
            await client.kv.do(pb.RangeRequest(key=b"a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
