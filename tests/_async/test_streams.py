"""The plain streams: what they give, and every way in which they end."""

from __future__ import annotations

import gc
import traceback
import urllib.request

import pytest

from etcd_sdk import AsyncClient, AsyncStream, Watch, errors, pb
from etcd_sdk.testing import EtcdServer
from tests.twins._async import AsyncBeside, async_eventually

WatchStream = AsyncStream[pb.WatchRequest, pb.WatchResponse]


def create(watch: Watch) -> pb.WatchRequest:
    return pb.WatchRequest(create_request=watch.build())


def watchers(server: EtcdServer) -> float:
    """How many watchers the server has, by its own metrics."""
    with urllib.request.urlopen(f"http://{server.endpoint}/metrics", timeout=10) as response:
        for line in response.read().decode().splitlines():
            if line.startswith("etcd_debugging_mvcc_watcher_total "):
                return float(line.split()[1])
    raise AssertionError("the server has no such metric")


async def created(stream: WatchStream, watch: Watch) -> None:
    stream.send(create(watch))
    response = await anext(stream)
    assert response.created
    assert not response.canceled


async def test_events_come_in_order(client: AsyncClient, prefix: str) -> None:
    async with client.rpc.watch.watch() as stream:
        await created(stream, Watch(prefix).prefix().prev_kv())
        await client.kv.put(prefix, "1")
        await client.kv.put(prefix, "2")
        await client.kv.delete(prefix)
        events: list[pb.Event] = []
        while len(events) < 3:
            events += (await anext(stream)).events
    assert [event.kv.value for event in events] == [b"1", b"2", b""]
    assert [event.prev_kv.value for event in events] == [b"", b"1", b"2"]


async def test_many_watches_on_one_stream(client: AsyncClient, prefix: str) -> None:
    async with client.rpc.watch.watch() as stream:
        for number in range(20):
            await created(stream, Watch(f"{prefix}{number}").watch_id(number + 1))
        for number in range(20):
            await client.kv.put(f"{prefix}{number}", "")
        heard = {(await anext(stream)).watch_id for _ in range(20)}
    assert heard == set(range(1, 21))


async def test_iteration_over_a_replay(client: AsyncClient, prefix: str) -> None:
    first = (await client.kv.put(prefix, "0")).header.revision
    for number in range(1, 50):
        await client.kv.put(prefix, str(number))
    seen: list[bytes] = []
    async with client.rpc.watch.watch() as stream:
        stream.send(create(Watch(prefix).start_revision(first)))
        async for response in stream:
            seen += [event.kv.value for event in response.events]
            if len(seen) == 50:
                break
    assert seen == [str(number).encode() for number in range(50)]


async def test_cancel_ends_an_iteration_that_waits(client: AsyncClient, prefix: str) -> None:
    stream = client.rpc.watch.watch()
    await created(stream, Watch(prefix))
    waiting = AsyncBeside(lambda: end_of(stream))
    await client.kv.get(prefix)
    stream.cancel()
    assert await waiting.result() == "ended"
    assert await end_of(stream) == "ended"


async def test_closing_the_client_ends_an_iteration_that_waits(
    server: EtcdServer, prefix: str
) -> None:
    client = AsyncClient(server.endpoint)
    stream = client.rpc.watch.watch()
    await created(stream, Watch(prefix))
    waiting = AsyncBeside(lambda: end_of(stream))
    await client.kv.get(prefix)
    await client.close()
    assert await waiting.result() == "ClientClosedError"
    with pytest.raises(errors.ClientClosedError):
        stream.send(create(Watch(prefix)))


async def end_of(stream: WatchStream) -> str:
    try:
        async for _ in stream:
            continue
    except errors.EtcdError as error:
        return type(error).__name__
    return "ended"


async def test_the_timeout_limits_the_wait_for_the_first_response(
    client: AsyncClient, prefix: str
) -> None:
    silent = client.rpc.watch.watch(timeout=0.05)
    for _ in range(2):
        with pytest.raises(errors.DeadlineExceededError, match=r"0\.05 s.*Watch\.Watch") as caught:
            await anext(silent)
        assert not caught.value.in_doubt


async def test_an_error_that_is_raised_again_does_not_grow(client: AsyncClient) -> None:
    silent = client.rpc.watch.watch(timeout=0.01)
    raised: list[errors.EtcdError] = []
    for _ in range(20):
        with pytest.raises(errors.DeadlineExceededError) as caught:
            await anext(silent)
        raised.append(caught.value)
    lengths = [len(traceback.extract_tb(error.__traceback__)) for error in raised]
    assert len(set(map(id, raised))) == 20
    assert max(lengths[1:]) == min(lengths[1:])


async def test_a_first_response_that_waits_to_be_read_is_in_time(
    client: AsyncClient, prefix: str
) -> None:
    async with client.rpc.watch.watch(timeout=0.05) as stream:
        stream.send(create(Watch(prefix)))
        assert await end_of(client.rpc.watch.watch(timeout=0.1)) == "DeadlineExceededError"
        assert (await anext(stream)).created
        later = AsyncBeside(lambda: read(stream))
        assert await end_of(client.rpc.watch.watch(timeout=0.1)) == "DeadlineExceededError"
        await client.kv.put(prefix, "after more silence than the timeout")
        assert (await later.result()).events


async def test_a_timeout_beside_the_first_response_is_a_deadline_or_nothing(
    client: AsyncClient, prefix: str
) -> None:
    outcomes = set()
    for number in range(200):
        stream = client.rpc.watch.watch(timeout=0.0004 + number % 10 * 0.0001)
        stream.send(create(Watch(prefix)))
        try:
            outcomes.add((await anext(stream)).created)
        except errors.DeadlineExceededError:
            outcomes.add(False)
        stream.cancel()
    assert outcomes <= {True, False}


@pytest.mark.parametrize(
    "wrong", [None, "x", 5, pb.WatchCreateRequest(), pb.LeaseKeepAliveRequest()]
)
async def test_what_is_no_request_is_not_sent(
    client: AsyncClient, prefix: str, wrong: pb.WatchRequest
) -> None:
    async with client.rpc.watch.watch() as stream:
        with pytest.raises(errors.ArgumentTypeError, match=r"request: must be pb\.WatchRequest"):
            stream.send(wrong)
        await created(stream, Watch(prefix))


async def test_nothing_is_sent_on_a_stream_that_is_over(client: AsyncClient, prefix: str) -> None:
    cancelled, closed = client.rpc.watch.watch(), client.rpc.lease.keep_alive_stream()
    cancelled.cancel()
    with pytest.raises(errors.StreamEndedError, match=r"Watch\.Watch"):
        cancelled.send(create(Watch(prefix)))
    closed.half_close()
    with pytest.raises(errors.StreamEndedError):
        closed.send(pb.LeaseKeepAliveRequest(ID=1))


async def test_readers_take_turns(client: AsyncClient, prefix: str) -> None:
    async with client.rpc.watch.watch() as stream:
        await created(stream, Watch(prefix).prefix())
        readers = [AsyncBeside(lambda: read(stream)) for _ in range(3)]
        for number in range(3):
            await client.kv.put(f"{prefix}{number}", "")
        heard = [event.kv.key for reader in readers for event in (await reader.result()).events]
    assert sorted(heard) == [f"{prefix}{number}".encode() for number in range(3)]


async def read(stream: WatchStream) -> pb.WatchResponse:
    return await anext(stream)


async def test_half_close_ends_the_servers_side(client: AsyncClient, prefix: str) -> None:
    stream = client.rpc.lease.keep_alive_stream()
    stream.send(pb.LeaseKeepAliveRequest(ID=404))
    stream.half_close()
    assert [response.TTL async for response in stream] == [0]


async def test_a_dead_server_ends_the_stream_with_an_error(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint, max_attempts=1) as client:
        async with client.rpc.watch.watch() as stream:
            await created(stream, Watch("a"))
            own_server.kill()
            for _ in range(2):
                with pytest.raises(errors.UnavailableError) as caught:
                    await anext(stream)
                error = caught.value
                assert error.__cause__ is not None
                assert (error.endpoint, error.method) == (own_server.endpoint, "Watch.Watch")
        with pytest.raises(errors.UnavailableError):
            async for _ in client.rpc.maintenance.snapshot(timeout=10):
                pass


async def test_a_stream_that_nobody_holds_frees_the_server(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        stream = client.rpc.watch.watch()
        await created(stream, Watch("a"))
        assert watchers(own_server) == 1
        del stream
        gc.collect()
        await async_eventually(lambda: watchers(own_server) == 0)


async def test_leaving_the_block_frees_the_server(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        async with client.rpc.watch.watch() as stream:
            await created(stream, Watch("a"))
            assert watchers(own_server) == 1
        await async_eventually(lambda: watchers(own_server) == 0)


async def test_a_denied_watch_is_answered(client: AsyncClient, prefix: str) -> None:
    async with client.rpc.watch.watch() as stream:
        stream.send(create(Watch("b").range_end("a")))
        assert (await anext(stream)).canceled


async def test_bad_arguments_of_streams_are_refused_at_once(client: AsyncClient) -> None:
    with pytest.raises(errors.ArgumentValueError, match="timeout"):
        client.rpc.watch.watch(timeout=-1)
    with pytest.raises(errors.ArgumentValueError, match="key"):
        client.rpc.kv.range_stream("")
