"""Which failed calls are made again: reads until they succeed, writes only if nothing was done."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from etcd_sdk import AsyncClient, CallEvent, ClientOptions, Put, Watch, errors, pb
from etcd_sdk._compat._async import AsyncEvent
from etcd_sdk.errors import StatusCode
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.faults.answers import Answers
from tests.faults.cluster import ProxiedCluster
from tests.twins._async import AsyncBeside, AsyncCrowd, async_eventually

# What an endpoint that failed is asked until it serves.
PROBE = "/etcdserverpb.KV/Range"


@pytest.fixture
def cluster(shared_cluster: EtcdCluster) -> EtcdCluster:
    return shared_cluster


async def under_way(client: AsyncClient) -> None:
    """Return once all calls made before are on their way to a member that does not answer."""
    with pytest.raises(errors.DeadlineExceededError):
        await client.kv.get("a", timeout=0.3)


# --- reads --------------------------------------------------------------------------------------


@pytest.mark.parametrize("serializable", [False, True])
async def test_a_read_outlives_a_restart_of_the_only_member(
    own_server: EtcdServer, serializable: bool
) -> None:
    events: list[CallEvent] = []
    async with AsyncClient(own_server.endpoint, observer=events.append) as client:
        await client.kv.put("a", "1")
        own_server.pause()
        in_flight = AsyncBeside(lambda: client.kv.get("a", serializable=serializable))
        await under_way(client)
        own_server.kill()
        late = AsyncBeside(lambda: client.kv.get("a", serializable=serializable))
        await async_eventually(lambda: len([e for e in events if e.error]) > 4)
        own_server.start()
        for read in (in_flight, late):
            assert (await read.result()).kvs[0].value == b"1"


async def test_a_read_outlives_an_orderly_restart(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await client.kv.put("a", "1")

        async def read(caller: int) -> None:
            found = await client.kv.get("a", serializable=caller % 2 == 0)
            assert found.kvs[0].value == b"1"

        with ThreadPoolExecutor() as beside:
            async with AsyncCrowd(8, read) as crowd:
                for _ in range(3):
                    restart = beside.submit(own_server.restart)
                    await async_eventually(restart.done)
                    before = crowd.calls
                    await async_eventually(lambda: crowd.calls > before + 50)  # noqa: B023


async def move_leader(client: AsyncClient, cluster: EtcdCluster) -> None:
    leader = cluster.leader()
    other = next(member for member in cluster.members if member is not leader)
    status = await client.maintenance.status(endpoint=other.endpoint)
    await client.maintenance.move_leader(status.header.member_id, endpoint=leader.endpoint)


async def test_reads_outlive_every_change_of_the_leader(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:

        async def read(caller: int) -> None:
            await client.kv.get("a", serializable=caller % 4 == 0)

        async with AsyncCrowd(16, read) as crowd:
            for _ in range(6):
                await move_leader(client, cluster)
                before = crowd.calls
                await async_eventually(lambda: crowd.calls > before + 50)  # noqa: B023


# --- writes -------------------------------------------------------------------------------------


async def test_a_write_that_cannot_leave_waits_for_the_server(own_server: EtcdServer) -> None:
    events: list[CallEvent] = []
    async with AsyncClient(own_server.endpoint, observer=events.append) as client:
        own_server.kill()
        written = AsyncBeside(lambda: client.kv.put("a", "1"))
        await async_eventually(lambda: len(events) > 3)
        own_server.start()
        await written.result()
        found = await client.kv.get("a")
    assert found.kvs[0].version == 1
    failures = [event.error for event in events if event.error is not None]
    assert len(failures) > 3
    assert not any(error.in_doubt for error in failures)


async def test_a_write_in_flight_is_in_doubt_and_not_made_again(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    """Nor is it where the connection broke behind a request that had arrived."""
    events: list[CallEvent] = []
    first, *others = proxied_cluster.proxies
    async with AsyncClient(first.endpoint, observer=events.append) as client:
        await client.kv.get(prefix)
        first.black_hole()
        writes: list[AsyncBeside[object]] = [
            AsyncBeside(lambda: client.kv.put(prefix, "1", timeout=9)),
            AsyncBeside(lambda: client.kv.txn().then(Put(prefix, "2")).commit(timeout=9)),
            AsyncBeside(lambda: client.kv.delete(prefix, timeout=9)),
            AsyncBeside(lambda: client.lease.grant(60, timeout=9)),
        ]
        await under_way(client)
        client.set_endpoints([proxy.endpoint for proxy in others])
        events.clear()
        first.refuse()
        for write in writes:
            with pytest.raises(errors.UnavailableError) as caught:
                await write.result()
            assert caught.value.in_doubt
            assert caught.value.endpoint == first.endpoint
            assert "in doubt" in str(caught.value)
        assert [event.attempt for event in events] == [1] * len(writes)
        assert (await client.kv.get(prefix)).count == 0


async def test_a_put_to_a_dead_member_fails_and_reads_go_on_when_it_is_back(
    own_server: EtcdServer,
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        own_server.kill()
        with pytest.raises(errors.UnavailableError) as caught:
            await client.kv.put("a", "1", timeout=0.3)
        assert not caught.value.in_doubt
        read = AsyncBeside(lambda: client.kv.get("a"))
        own_server.start()
        assert (await read.result()).count == 0


async def test_a_client_closes_at_once_after_calls_to_a_stopped_server(
    own_server: EtcdServer,
) -> None:
    client = AsyncClient(own_server.endpoint)
    await client.kv.get("a")
    own_server.kill()
    with pytest.raises(errors.UnavailableError):
        await client.kv.put("a", "1", timeout=0.2)
    with pytest.raises(errors.UnavailableError):
        await client.kv.get("a", timeout=0.2)
    began = time.monotonic()
    await client.close()
    assert time.monotonic() - began < 1


async def test_one_attempt_is_one_attempt(own_server: EtcdServer) -> None:
    events: list[CallEvent] = []
    async with AsyncClient(own_server.endpoint, max_attempts=1, observer=events.append) as client:
        await client.kv.put("a", "1")
        own_server.kill()
        for _ in range(3):
            with pytest.raises(errors.UnavailableError):
                await client.kv.get("a")
            with pytest.raises(errors.UnavailableError):
                await client.kv.put("a", "1")
    assert [event.attempt for event in events] == [1] * 7


async def test_writes_that_a_leader_drops_while_it_hands_over_are_made_again(
    cluster: EtcdCluster, prefix: str
) -> None:
    events: list[CallEvent] = []
    numbers = itertools.count()

    def dropped() -> int:
        return sum(isinstance(event.error, errors.ProposalDroppedError) for event in events)

    async with AsyncClient(cluster.endpoints, observer=events.append) as client:

        async def write(caller: int) -> None:
            key = f"{prefix}{next(numbers)}"
            try:
                await client.kv.put(key, "1", timeout=0.5)
            except (errors.DeadlineExceededError, errors.ServerError) as error:
                # What another member had passed on to the leader is lost without a word.
                assert error.in_doubt, error  # noqa: PT017

        async with AsyncCrowd(16, write) as crowd:
            for _ in range(50):
                before = crowd.calls
                await async_eventually(lambda: crowd.calls > before + 50)  # noqa: B023
                await move_leader(client, cluster)
                if dropped():
                    break
        found = await client.kv.get(prefix, prefix=True)
    assert dropped()
    assert {kv.version for kv in found.kvs} == {1}


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (grpc.StatusCode.CANCELLED, "context canceled"),
        (grpc.StatusCode.CANCELLED, "etcdserver: request canceled"),
        (grpc.StatusCode.CANCELLED, "anything"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "context deadline exceeded"),
        (grpc.StatusCode.DEADLINE_EXCEEDED, "etcdserver: context deadline exceeded"),
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: request timed out"),
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: leader changed"),
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: server stopped"),
        (grpc.StatusCode.UNAVAILABLE, "anything"),
        (grpc.StatusCode.UNKNOWN, "anything"),
        (grpc.StatusCode.INTERNAL, "anything"),
    ],
)
async def test_no_answer_of_a_server_makes_a_write_go_out_twice(
    code: grpc.StatusCode, text: str
) -> None:
    """A server gives up requests of its own accord; etcd does when it stops."""
    with Answers(code, text) as one, Answers(code, text) as other:
        async with AsyncClient([one.endpoint, other.endpoint], timeout=5) as client:
            with pytest.raises(errors.EtcdError) as caught:
                await client.kv.put("a", "1")
            assert caught.value.in_doubt
            with pytest.raises(errors.EtcdError) as caught:
                await client.lease.grant(60)
            assert caught.value.in_doubt
        writes = [path for path in one.calls + other.calls if path != PROBE]
        assert sorted(writes) == ["/etcdserverpb.KV/Put", "/etcdserverpb.Lease/LeaseGrant"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (grpc.StatusCode.CANCELLED, "context canceled"),
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: server stopped"),
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: leader changed"),
        # So answers a member that cannot reach the others.
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: request timed out"),
        (grpc.StatusCode.UNAVAILABLE, "etcdserver: no leader"),
    ],
)
async def test_what_one_server_gives_up_another_one_does(
    server: EtcdServer, prefix: str, code: grpc.StatusCode, text: str
) -> None:
    with Answers(code, text) as unfit:
        async with AsyncClient([unfit.endpoint, server.endpoint]) as client:
            for _ in range(6):
                await client.kv.get(prefix)
            failures = 0
            for _ in range(6):
                try:
                    await client.kv.put(prefix, "1")
                except errors.EtcdError as error:
                    assert error.in_doubt, error  # noqa: PT017
                    failures += 1
        # Only a server that gives up requests of its own accord is not known to be unfit.
        assert failures <= (3 if code is grpc.StatusCode.CANCELLED else 1)
        assert unfit.calls


async def test_an_answer_that_proves_a_write_undone_has_it_made_elsewhere(
    server: EtcdServer, prefix: str
) -> None:
    with Answers(grpc.StatusCode.UNKNOWN, "etcdserver: too many requests") as busy:
        async with AsyncClient([busy.endpoint, server.endpoint]) as client:
            for _ in range(4):
                await client.kv.put(prefix, "1")
            assert (await client.kv.get(prefix)).kvs[0].version == 4
        assert "/etcdserverpb.KV/Put" in busy.calls


# --- without a quorum ---------------------------------------------------------------------------


async def test_without_a_quorum_only_serializable_reads_are_answered(
    cluster: EtcdCluster, prefix: str
) -> None:
    left, *stopped = cluster.members
    async with AsyncClient(left.endpoint) as client:
        await client.kv.put(prefix, "1")
        for member in stopped:
            member.pause()
        started = time.monotonic()
        with pytest.raises((errors.DeadlineExceededError, errors.ServerError)):
            await client.kv.get(prefix, timeout=0.5)
        with pytest.raises((errors.DeadlineExceededError, errors.ServerError)) as caught:
            await client.kv.put(prefix, "2", timeout=0.5)
        assert time.monotonic() - started < 3
        assert caught.value.in_doubt
        found = await client.kv.get(prefix, serializable=True, timeout=2)
        assert found.kvs[0].version == 1
        waiting = AsyncBeside(lambda: client.kv.get(prefix))
        for member in stopped:
            member.resume()
        await waiting.result()


async def test_a_member_without_a_leader_refuses_who_requires_one(
    cluster: EtcdCluster, prefix: str
) -> None:
    left, *stopped = cluster.members
    events: list[CallEvent] = []
    async with AsyncClient(left.endpoint, require_leader=True, observer=events.append) as client:
        await client.kv.put(prefix, "1")
        for member in stopped:
            member.pause()
        relaxed = client.with_options(require_leader=False)

        async def has_no_leader() -> bool:
            status = await relaxed.maintenance.status(endpoint=left.endpoint)
            return status.leader == 0

        await async_eventually(has_no_leader)
        events.clear()
        with pytest.raises(errors.NoLeaderError) as caught:
            await client.kv.put(prefix, "2", timeout=1)
        assert not caught.value.in_doubt
        assert len(events) > 2
        with pytest.raises(errors.NoLeaderError):
            await client.kv.get(prefix, serializable=True, timeout=0.5)
        await relaxed.kv.get(prefix, serializable=True)
        stream = client.rpc.watch.watch(timeout=0.5)
        with pytest.raises(errors.NoLeaderError):
            await anext(stream)
        written = AsyncBeside(lambda: client.kv.put(prefix, "3"))
        await async_eventually(lambda: any(event.method == "KV.Put" for event in events))
        for member in stopped:
            member.resume()
        await written.result()
        assert (await client.kv.get(prefix)).kvs[0].version == 2


# --- one call, whatever it takes ----------------------------------------------------------------


async def test_what_has_to_be_asked_first_is_part_of_the_time(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        own_server.pause()
        started = time.monotonic()
        with pytest.raises(errors.DeadlineExceededError):
            await client.auth.status(timeout=0.8)  # not every server has it
        assert 0.7 < time.monotonic() - started < 1.4


async def test_a_single_attempt_is_not_made_again_with_a_new_token(
    auth_server: EtcdServer,
) -> None:
    endpoint = auth_server.endpoint
    who: ClientOptions = {"username": "alice", "password": "alice-pw"}
    once: ClientOptions = {**who, "max_attempts": 1}
    twice: ClientOptions = {**who, "max_attempts": 2}
    async with (
        AsyncClient(endpoint, username="root", password="root-pw") as root,
        AsyncClient(endpoint, **once) as alice,
        AsyncClient(endpoint, **twice) as patient,
    ):
        for client in (alice, patient):
            await client.kv.put("/alice/a", "1")
        await root.auth.user_change_password("alice", "alice-pw")  # tokens end by it
        with pytest.raises(errors.InvalidAuthTokenError):
            await alice.kv.put("/alice/a", "1")
        for client in (alice, patient):
            await client.kv.put("/alice/a", "1")
        assert (await alice.kv.get("/alice/a")).kvs[0].version == 4


# --- the observer -------------------------------------------------------------------------------


async def test_the_observer_hears_of_every_attempt(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    events: list[CallEvent] = []
    proxies = proxied_cluster.proxies[:2]
    endpoints = [proxy.endpoint for proxy in proxies]
    async with AsyncClient(endpoints, observer=events.append) as client:
        await client.kv.put(prefix, "1")
        with pytest.raises(errors.FutureRevisionError):
            await client.kv.get(prefix, revision=2**40)
        for proxy in proxies:
            proxy.refuse()
        read = AsyncBeside(lambda: client.kv.get(prefix))
        await async_eventually(lambda: len(events) > 6)
        proxies[1].heal()
        await read.result()
    written, refused, *tries = events
    assert (written.method, written.attempt, written.code) == ("KV.Put", 1, StatusCode.OK)
    assert written.error is None
    assert refused.code is StatusCode.OUT_OF_RANGE
    assert isinstance(refused.error, errors.FutureRevisionError)
    assert [event.attempt for event in tries] == list(range(1, len(tries) + 1))
    *failures, last = tries
    assert (last.endpoint, last.code, last.error) == (endpoints[1], StatusCode.OK, None)
    assert {event.endpoint for event in failures} == set(endpoints)
    for event in failures:
        assert event.code is StatusCode.UNAVAILABLE
        assert event.error is not None
        assert event.error.endpoint == event.endpoint
    assert all(0 <= event.seconds < 5 for event in events)


async def test_of_a_stream_the_observer_hears_how_it_was_opened(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    events: list[CallEvent] = []
    proxy = proxied_cluster.proxies[0]
    proxy.refuse()
    async with AsyncClient(proxy.endpoint, observer=events.append) as client:
        stream = client.rpc.watch.watch()
        stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
        created = AsyncBeside(stream.__anext__)
        await async_eventually(lambda: len(events) > 2)
        proxy.heal()
        assert (await created.result()).created
        *failures, opened = events
        assert [event.attempt for event in events] == list(range(1, len(events) + 1))
        assert {event.method for event in events} == {"Watch.Watch"}
        assert {event.code for event in failures} == {StatusCode.UNAVAILABLE}
        assert (opened.endpoint, opened.code) == (proxy.endpoint, StatusCode.OK)
        proxy.reset()
        with pytest.raises(errors.UnavailableError):
            await anext(stream)
        assert events[-1] is opened


async def test_an_observer_that_fails_harms_no_call(
    server: EtcdServer, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(event: CallEvent) -> None:
        raise RuntimeError("the observer's own trouble")

    async with AsyncClient(server.endpoint, observer=fail) as client:
        await client.kv.put(prefix, "1")
        with pytest.raises(errors.FutureRevisionError):
            await client.kv.get(prefix, revision=2**40)
    assert len([record for record in caplog.records if record.exc_info]) == 2


async def test_nothing_is_tried_once_a_wait_has_taken_all_the_time(
    own_server: EtcdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a busy machine: it could only end with the deadline, and in doubt."""
    events: list[CallEvent] = []
    async with AsyncClient(own_server.endpoint, observer=events.append) as client:
        own_server.kill()
        happenings = type(client._connection.news)
        really_wait = happenings.wait

        async def oversleep(event: AsyncEvent, timeout: float | None) -> bool:
            return await really_wait(event, None if timeout is None else timeout + 1)

        monkeypatch.setattr(happenings, "wait", oversleep)
        with pytest.raises(errors.UnavailableError) as caught:
            await client.kv.put("a", "1", timeout=0.9)
        assert not caught.value.in_doubt
        with pytest.raises(errors.UnavailableError):
            async for _ in client.rpc.maintenance.snapshot(timeout=0.9):
                pass
        assert [event.method for event in events] == ["KV.Put", "Maintenance.Snapshot"]
