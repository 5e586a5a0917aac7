"""Which endpoint a call goes to: all in turn, away from one that fails, back when it serves."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from etcd_sdk import AsyncClient, CallEvent, Get, Watch, errors, pb
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.conftest import NEWEST
from tests.faults.cluster import ProxiedCluster
from tests.faults.proxy import FaultProxy
from tests.twins._async import AsyncBeside, async_eventually


@pytest.fixture
def cluster(shared_cluster: EtcdCluster) -> EtcdCluster:
    return shared_cluster


@pytest.fixture
def own_cluster() -> Iterator[EtcdCluster]:
    """For tests that change who belongs to it; one that is alone agrees at once."""
    with EtcdCluster(1, etcd=NEWEST) as started:
        yield started


async def asked(client: AsyncClient) -> int:
    """The id of the member that the next call goes to."""
    return (await client.kv.get("a", serializable=True)).header.member_id


async def id_of(client: AsyncClient, endpoint: str) -> int:
    return (await client.maintenance.status(endpoint=endpoint)).header.member_id


async def get(client: AsyncClient) -> None:
    await client.kv.get("a")


async def put(client: AsyncClient) -> None:
    await client.kv.put("a", "1")


async def get_serializable(client: AsyncClient) -> None:
    await client.kv.get("a", serializable=True)


async def delete(client: AsyncClient) -> None:
    await client.kv.delete("a")


async def transact(client: AsyncClient) -> None:
    await client.kv.txn().then(Get("a")).commit()


async def grant(client: AsyncClient) -> None:
    await client.lease.grant(5)


def failed(events: list[CallEvent]) -> list[CallEvent]:
    return [event for event in events if event.error is not None]


def follower(cluster: EtcdCluster | ProxiedCluster) -> EtcdServer:
    leader = cluster.leader()
    return next(member for member in cluster.members if member is not leader)


# --- in turn, and away from what fails ----------------------------------------------------------


async def test_calls_go_to_all_members_in_turn(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        turns = Counter([await asked(client) for _ in range(12)])
        writes = Counter([(await client.kv.put("a", "1")).header.member_id for _ in range(12)])
        ids = {await id_of(client, endpoint) for endpoint in cluster.endpoints}
    assert turns == writes == dict.fromkeys(ids, 4)


@pytest.mark.parametrize("serializable", [False, True])
async def test_an_endpoint_that_refuses_is_left_at_once(
    proxied_cluster: ProxiedCluster, serializable: bool
) -> None:
    events: list[CallEvent] = []
    lost = proxied_cluster.proxies[0]
    async with AsyncClient(proxied_cluster.endpoints, observer=events.append) as client:
        lost_id = await id_of(client, lost.endpoint)
        assert {await asked(client) for _ in range(3)} > {lost_id}
        lost.refuse()
        events.clear()
        for _ in range(20):
            await client.kv.get("a", serializable=serializable, timeout=2)
        (failure,) = failed(events)
        assert (failure.endpoint, failure.code) == (lost.endpoint, errors.StatusCode.UNAVAILABLE)
        for _ in range(20):
            await client.kv.put("a", "1", timeout=2)
        assert len(failed(events)) == 1
        lost.heal()
        await async_eventually(lambda: answers(client, lost_id), seconds=2)


async def answers(client: AsyncClient, member_id: int) -> bool:
    """Whether the member is among those that calls go to."""
    return member_id in {await asked(client) for _ in client.endpoints}


async def test_a_write_that_cannot_leave_goes_elsewhere(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    events: list[CallEvent] = []
    lost = proxied_cluster.proxies[1]
    lost.refuse()
    async with AsyncClient(proxied_cluster.endpoints, observer=events.append) as client:
        for number in range(12):
            await client.kv.put(f"{prefix}{number}", "1", timeout=2)
        (failure,) = failed(events)
        assert failure.endpoint == lost.endpoint
        assert failure.error is not None
        assert not failure.error.in_doubt
        (again,) = [event for event in events if event.attempt == 2]
        assert again.endpoint != lost.endpoint
        found = await client.kv.get(prefix, prefix=True)
        assert [kv.version for kv in found.kvs] == [1] * 12


async def test_a_killed_member_is_left_and_used_again(cluster: EtcdCluster) -> None:
    lost = follower(cluster)
    async with AsyncClient(cluster.endpoints) as client:
        lost_id = await id_of(client, lost.endpoint)
        await async_eventually(lambda: answers(client, lost_id))
        lost.kill()
        for _ in range(20):
            await client.kv.get("a", timeout=2)
        assert not await answers(client, lost_id)
        for call in (put, delete, transact):
            for _ in range(6):
                await call(client)
        lost.start()
        await async_eventually(lambda: answers(client, lost_id), seconds=2)


async def test_a_member_that_swallows_the_first_connection_costs_the_time_to_connect(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxied_cluster.proxies[0].black_hole()
    endpoints = proxied_cluster.endpoints
    async with AsyncClient(endpoints, connect_timeout=0.3, timeout=5.0) as client:
        for _ in range(20):
            await client.kv.put("a", "1")
        proxied_cluster.proxies[0].heal()
        lost_id = await id_of(client, endpoints[0])
        await async_eventually(lambda: answers(client, lost_id), seconds=3)


async def test_while_a_member_is_silent_others_answer(proxied_cluster: ProxiedCluster) -> None:
    proxy = proxied_cluster.proxies[0]
    async with AsyncClient(proxied_cluster.endpoints, timeout=0.3) as client:
        for call in (put, delete, transact, get, get_serializable):
            for _ in range(3):
                await get(client.with_options(timeout=10))
            proxy.black_hole()
            answered = 0
            for _ in range(5):
                try:
                    await call(client)
                except errors.DeadlineExceededError:
                    continue
                answered += 1
            assert answered >= 3
            proxy.heal()


async def test_a_deadline_is_not_held_against_the_endpoint(cluster: EtcdCluster) -> None:
    events: list[CallEvent] = []
    slow = follower(cluster)
    async with AsyncClient(cluster.endpoints, observer=events.append) as client:
        ids = {await asked(client) for _ in range(3)}
        slow.pause()
        for _ in range(6):
            try:
                await client.kv.get("a", serializable=True, timeout=0.2)
            except errors.DeadlineExceededError:
                continue
        slow.resume()
        assert {event.endpoint for event in failed(events)} == {slow.endpoint}
        assert {await asked(client) for _ in range(3)} == ids


# --- nobody answers -----------------------------------------------------------------------------


@pytest.fixture
def dead_endpoints() -> Iterator[list[str]]:
    """Where connections are refused."""
    with ExitStack() as stack:
        proxies = [stack.enter_context(FaultProxy("127.0.0.1:1")) for _ in range(3)]
        for proxy in proxies:
            proxy.refuse()
        yield [proxy.endpoint for proxy in proxies]


@pytest.mark.parametrize(
    ("timeout", "max_attempts"), [(0.5, 100), (math.inf, 3), (math.inf, 7), (10.0, 4)]
)
async def test_all_endpoints_are_named_if_none_can_be_reached(
    dead_endpoints: list[str], timeout: float, max_attempts: int
) -> None:
    events: list[CallEvent] = []
    async with AsyncClient(
        dead_endpoints, timeout=timeout, max_attempts=max_attempts, observer=events.append
    ) as client:
        for call in (get, put, grant):
            started = time.monotonic()
            with pytest.raises(errors.ClusterUnavailableError) as caught:
                await call(client)
            assert time.monotonic() - started < min(timeout, 5) + 1
            assert [cause.endpoint for cause in caught.value.causes] == dead_endpoints
            assert not caught.value.in_doubt
            for cause in caught.value.causes:
                assert isinstance(cause, errors.UnavailableError)
                assert f"{cause.endpoint}: {cause.message}" in str(caught.value)
                assert "refused" in cause.message
    assert max(event.attempt for event in events) <= max_attempts
    assert timeout == 0.5 or len(events) == 3 * max_attempts


async def test_nothing_is_claimed_of_an_endpoint_that_was_not_tried(
    dead_endpoints: list[str], server: EtcdServer
) -> None:
    first, second, _ = dead_endpoints
    # The first turn is that of the second endpoint.
    async with AsyncClient([server.endpoint, first, second], max_attempts=2) as client:
        with pytest.raises(errors.UnavailableError) as caught:
            await client.kv.get("a")
        assert type(caught.value) is errors.UnavailableError
        assert caught.value.endpoint == second
        await client.kv.get("a")


async def test_the_only_endpoint_is_named_plainly(dead_endpoints: list[str]) -> None:
    async with AsyncClient(dead_endpoints[0], timeout=0.5) as client:
        for call in (get, put):
            with pytest.raises(errors.UnavailableError, match="refused") as caught:
                await call(client)
            assert type(caught.value) is errors.UnavailableError
            assert caught.value.endpoint == dead_endpoints[0]


async def test_whoever_waits_is_told_when_an_endpoint_serves(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    for proxy in proxied_cluster.proxies:
        proxy.refuse()
    events: list[CallEvent] = []
    async with AsyncClient(
        proxied_cluster.endpoints, timeout=math.inf, backoff=60.0, observer=events.append
    ) as client:
        written = AsyncBeside(lambda: client.kv.put(prefix, "1"))
        await async_eventually(lambda: len(events) == 3)
        proxied_cluster.proxies[2].heal()
        await written.result()
        assert (await client.kv.get(prefix)).kvs[0].version == 1


# --- other endpoints ----------------------------------------------------------------------------


async def test_other_endpoints_before_the_first_ones_fail(cluster: EtcdCluster) -> None:
    lost = follower(cluster)
    others = [member.endpoint for member in cluster.members if member is not lost]
    async with AsyncClient(lost.endpoint) as client:
        first_id = await asked(client)
        client.set_endpoints(others)
        assert client.endpoints == others
        lost.kill()
        assert first_id not in {await asked(client) for _ in range(6)}
        await client.kv.put("a", "1")


async def test_whoever_waits_is_told_of_other_endpoints(
    dead_endpoints: list[str], server: EtcdServer
) -> None:
    events: list[CallEvent] = []
    async with AsyncClient(
        dead_endpoints, timeout=math.inf, backoff=60.0, observer=events.append
    ) as client:
        waiting = AsyncBeside(lambda: client.kv.put("a", "1"))
        await async_eventually(lambda: len(events) == 3)
        client.set_endpoints(server.endpoint)
        await waiting.result()


async def test_other_endpoints_rescue_calls_that_are_waiting(
    dead_endpoints: list[str], server: EtcdServer, prefix: str
) -> None:
    events: list[CallEvent] = []
    async with AsyncClient(dead_endpoints, timeout=9, observer=events.append) as client:
        read = AsyncBeside(lambda: client.kv.get(prefix))
        written = AsyncBeside(lambda: client.kv.put(prefix, "1"))
        stream = client.rpc.watch.watch()
        stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
        created = AsyncBeside(stream.__anext__)
        await async_eventually(lambda: len(failed(events)) > 12)
        client.set_endpoints(server.endpoint)
        await read.result()
        await written.result()
        assert (await created.result()).created
        stream.cancel()


@pytest.mark.parametrize("fault", ["refuse", "black_hole"])
async def test_other_endpoints_after_the_first_one_failed(
    proxied_cluster: ProxiedCluster, fault: str
) -> None:
    proxy = proxied_cluster.proxies[0]
    async with AsyncClient(proxy.endpoint) as client:
        await client.kv.get("a")
        getattr(proxy, fault)()
        with pytest.raises((errors.DeadlineExceededError, errors.UnavailableError)):
            await client.kv.get("a", timeout=0.3)
        client.set_endpoints(proxied_cluster.endpoints[1:])
        await client.kv.get("a", timeout=2)
        await client.kv.put("a", "1", timeout=2)


async def test_calls_under_way_outlive_their_endpoint_in_the_list(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    first, *others = proxied_cluster.endpoints
    proxy = proxied_cluster.proxies[0]
    async with AsyncClient(first) as client:
        first_id = await asked(client)
        stream = client.rpc.watch.watch()
        stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
        assert (await anext(stream)).created
        proxy.black_hole()
        read = AsyncBeside(lambda: client.kv.get("a", timeout=9))
        written = AsyncBeside(lambda: client.kv.put(prefix, "1", timeout=9))
        await under_way(client)
        client.set_endpoints(others)
        assert first_id not in {await asked(client) for _ in range(4)}
        proxy.heal()
        assert (await read.result()).header.member_id == first_id
        assert (await written.result()).header.member_id == first_id
        assert [event.kv.value for event in (await anext(stream)).events] == [b"1"]
        stream.cancel()


async def under_way(client: AsyncClient) -> None:
    """Return once all calls made before are on their way to a member that does not answer."""
    with pytest.raises(errors.DeadlineExceededError):
        await client.kv.get("a", timeout=0.2)


async def test_closing_ends_calls_to_endpoints_that_left_the_list(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxy = proxied_cluster.proxies[0]
    client = AsyncClient(proxy.endpoint)
    await client.kv.get("a")
    proxy.black_hole()
    written = AsyncBeside(lambda: client.kv.put("a", "1", timeout=60))
    await under_way(client)
    client.set_endpoints(proxied_cluster.endpoints[1:])
    await client.close()
    with pytest.raises(errors.ClientClosedError) as caught:
        await written.result()
    assert caught.value.in_doubt


async def test_closing_ends_calls_that_are_still_connecting(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxies = proxied_cluster.proxies
    for proxy in proxies:
        proxy.black_hole()
    client = AsyncClient(proxied_cluster.endpoints, timeout=60, connect_timeout=60)
    calls: list[AsyncBeside[None]] = [
        AsyncBeside(partial(call, client)) for call in (get, put, grant)
    ]
    await async_eventually(lambda: all(proxy.open for proxy in proxies))
    await client.close()
    for call in calls:
        with pytest.raises(errors.ClientClosedError):
            await call.result()


async def test_a_closed_client_calls_nobody_wherever_it_is_sent(cluster: EtcdCluster) -> None:
    first, second, third = cluster.endpoints
    async with AsyncClient(first) as client:
        await client.kv.get("a")
    with pytest.raises(errors.ClientClosedError):
        await client.maintenance.status(endpoint=second)
    client.set_endpoints(third)
    with pytest.raises(errors.ClientClosedError):
        await client.kv.get("a")
    with pytest.raises(errors.ClientClosedError):
        client.rpc.watch.watch()


# --- the endpoints that the cluster has ---------------------------------------------------------


def urls(*members: EtcdServer) -> list[str]:
    return sorted(f"http://{member.endpoint}" for member in members)


async def test_endpoints_from_the_list_of_members(own_cluster: EtcdCluster) -> None:
    founders = own_cluster.members
    async with AsyncClient(own_cluster.endpoints[0]) as client:
        await client.sync_endpoints()
        assert client.endpoints == urls(*founders)

        learner = own_cluster.newcomer()
        added = await client.cluster.member_add([learner.peer_url], is_learner=True)
        await client.sync_endpoints()  # it has no name yet
        assert client.endpoints == urls(*founders)

        learner.start()
        await async_eventually(lambda: is_listed(client, learner))
        await client.sync_endpoints()
        assert client.endpoints == urls(*founders)

        await async_eventually(lambda: promoted(client, added.member.ID))
        await client.sync_endpoints()
        assert sorted(client.endpoints) == urls(*founders, learner)


async def is_listed(client: AsyncClient, member: EtcdServer) -> bool:
    listed = (await client.cluster.member_list()).members
    return f"http://{member.endpoint}" in {url for each in listed for url in each.clientURLs}


async def promoted(client: AsyncClient, member_id: int) -> bool:
    try:
        await client.cluster.member_promote(member_id)
    except errors.LearnerNotReadyError:
        return False
    return True


async def test_endpoints_are_synced_by_themselves_if_wanted(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints[0], sync_interval=0.05) as client:
        assert client.endpoints == cluster.endpoints[:1]
        await client.kv.get("a")
        await async_eventually(lambda: sorted(client.endpoints) == urls(*cluster.members))
        assert len({await asked(client) for _ in range(3)}) == 3
        client.set_endpoints(cluster.endpoints[0])
        await async_eventually(lambda: sorted(client.endpoints) == urls(*cluster.members))


async def test_a_list_that_cannot_be_read_changes_nothing(dead_endpoints: list[str]) -> None:
    async with AsyncClient(dead_endpoints, max_attempts=3) as client:
        with pytest.raises(errors.ClusterUnavailableError):
            await client.sync_endpoints()
        assert client.endpoints == dead_endpoints


# --- one member ---------------------------------------------------------------------------------


async def test_calls_reach_the_member_they_are_aimed_at(proxied_cluster: ProxiedCluster) -> None:
    inside, foreign, _ = proxied_cluster.endpoints
    async with AsyncClient(inside) as client:
        await client.kv.put("a", "1")
        ids = set()
        for endpoint in (inside, foreign):
            for _ in range(3):
                ids.add(await id_of(client, endpoint))
            hashed = await client.maintenance.hash_kv(endpoint=endpoint)
            assert hashed.header.member_id == await id_of(client, endpoint)
            await client.maintenance.defragment(endpoint=endpoint)
        assert len(ids) == 2
        before = proxied_cluster.proxies[1].bytes_to_client
        blob = [part.blob async for part in client.maintenance.snapshot(endpoint=foreign)]
        size = sum(map(len, blob))
        assert size > 10_000
        await async_eventually(lambda: proxied_cluster.proxies[1].bytes_to_client > before + size)
        assert client.endpoints == [inside]
        assert proxied_cluster.proxies[1].connections == 1


async def test_the_leader_is_moved_by_the_one_that_is_asked(cluster: EtcdCluster) -> None:
    leader, other = cluster.leader(), follower(cluster)
    async with AsyncClient(cluster.endpoints) as client:
        leader_id, other_id = (
            await id_of(client, leader.endpoint),
            await id_of(client, other.endpoint),
        )
        with pytest.raises(errors.NotLeaderError) as caught:
            await client.maintenance.move_leader(leader_id, endpoint=other.endpoint)
        assert caught.value.endpoint == other.endpoint
        await client.maintenance.move_leader(other_id, endpoint=leader.endpoint)
        assert cluster.leader() is other


async def status(client: AsyncClient, endpoint: str) -> None:
    await client.maintenance.status(endpoint=endpoint)


async def hash_kv(client: AsyncClient, endpoint: str) -> None:
    await client.maintenance.hash_kv(endpoint=endpoint)


async def defragment(client: AsyncClient, endpoint: str) -> None:
    await client.maintenance.defragment(endpoint=endpoint)


async def snapshot(client: AsyncClient, endpoint: str) -> None:
    async for _ in client.maintenance.snapshot(endpoint=endpoint):
        pass


async def test_calls_to_a_foreign_member_carry_the_token(auth_server: EtcdServer) -> None:
    with FaultProxy(auth_server.endpoint) as foreign:
        async with AsyncClient(auth_server.endpoint, username="root", password="root-pw") as root:
            for call in (status, hash_kv, defragment, snapshot):
                await call(root, foreign.endpoint)
        assert foreign.connections == 1


async def test_of_a_dead_member_one_hears_soon_and_when_it_is_back_at_once(
    server: EtcdServer,
) -> None:
    calls = (status, hash_kv, defragment, snapshot)
    async with AsyncClient(server.endpoint, timeout=10) as client:
        await client.kv.get("a")
        with ExitStack() as stack:
            proxies = [stack.enter_context(FaultProxy(server.endpoint)) for _ in calls]
            pairs = list(zip(calls, [proxy.endpoint for proxy in proxies], strict=True))
            for proxy in proxies:
                proxy.refuse()
            for _ in range(2):  # the second time, gRPC does not try to connect so often any more
                started = time.monotonic()
                for call in [AsyncBeside(partial(call, client, at)) for call, at in pairs]:
                    with pytest.raises(errors.UnavailableError, match="refused") as caught:
                        await call.result()
                    assert type(caught.value) is errors.UnavailableError
                assert time.monotonic() - started < 3
            for proxy in proxies:
                proxy.heal()
            for call in [AsyncBeside(partial(call, client, at)) for call, at in pairs]:
                await call.result()


async def test_a_member_that_is_asked_again_after_its_restart_answers(
    cluster: EtcdCluster,
) -> None:
    member = follower(cluster)
    async with AsyncClient(cluster.endpoints) as client:
        member_id = await id_of(client, member.endpoint)
        for _ in range(3):
            member.kill()
            member.start()
            assert await id_of(client, member.endpoint) == member_id


async def test_a_learner_is_passed_over_but_can_be_asked(own_cluster: EtcdCluster) -> None:
    learner = own_cluster.newcomer()
    events: list[CallEvent] = []
    async with AsyncClient(own_cluster.endpoints[0]) as voter:
        await voter.cluster.member_add([learner.peer_url], is_learner=True)
        learner.start()
        async with AsyncClient(
            [learner.endpoint, own_cluster.endpoints[0]], observer=events.append
        ) as client:
            learner_id = await id_of(client, learner.endpoint)
            for number in range(10):
                written = await client.kv.put("a", str(number))
                found = await client.kv.get("a")
                assert learner_id not in {written.header.member_id, found.header.member_id}
            (failure,) = failed(events)
            assert isinstance(failure.error, errors.NotSupportedForLearnerError)
            assert (await client.maintenance.status(endpoint=learner.endpoint)).isLearner
        async with AsyncClient(learner.endpoint, timeout=math.inf) as client:
            for call in (get, put, delete, transact):
                with pytest.raises(errors.NotSupportedForLearnerError):
                    await call(client)
            await async_eventually(lambda: has_caught_up(client))


async def has_caught_up(client: AsyncClient) -> bool:
    found = (await client.kv.get("a", serializable=True)).kvs
    return len(found) == 1 and found[0].version == 10


# --- views --------------------------------------------------------------------------------------


async def test_a_view_has_options_of_its_own_and_shares_the_connection(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxy = proxied_cluster.proxies[0]
    async with AsyncClient(proxy.endpoint, timeout=30) as client:
        await client.kv.get("a")
        hasty = client.with_options(timeout=0.2)
        patient = hasty.with_options(timeout=math.inf)
        for view in (hasty, patient, hasty.with_options()):
            await view.kv.put("a", "1")
        assert proxy.connections == 1
        proxy.black_hole()
        for view in (hasty, hasty.with_options(), hasty.with_options(require_leader=True)):
            started = time.monotonic()
            with pytest.raises(errors.DeadlineExceededError):
                await view.kv.get("a")
            assert 0.15 < time.monotonic() - started < 5
        waiting = AsyncBeside(lambda: patient.kv.get("a"))
        await under_way(client)
        proxy.heal()
        await waiting.result()


async def test_closing_a_view_leaves_the_client_alone(server: EtcdServer) -> None:
    client = AsyncClient(server.endpoint)
    async with client.with_options(timeout=5) as view:
        await view.kv.get("a")
    await view.kv.get("a")
    await client.kv.get("a")
    view.set_endpoints([f"http://{server.endpoint}"])
    assert client.endpoints == view.endpoints == [f"http://{server.endpoint}"]
    await client.close()
    for each in (client, view):
        with pytest.raises(errors.ClientClosedError):
            await each.kv.get("a")
