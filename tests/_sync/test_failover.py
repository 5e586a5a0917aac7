# Derived from tests/_async/test_failover.py by codegen; do not edit.

"""Which endpoint a call goes to: all in turn, away from one that fails, back when it serves."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from etcd_sdk import CallEvent, Client, Get, Watch, errors, pb
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.conftest import NEWEST
from tests.faults.cluster import ProxiedCluster
from tests.faults.proxy import FaultProxy
from tests.twins._sync import Beside, eventually


@pytest.fixture
def cluster(shared_cluster: EtcdCluster) -> EtcdCluster:
    return shared_cluster


@pytest.fixture
def own_cluster() -> Iterator[EtcdCluster]:
    """For tests that change who belongs to it; one that is alone agrees at once."""
    with EtcdCluster(1, etcd=NEWEST) as started:
        yield started


def asked(client: Client) -> int:
    """The id of the member that the next call goes to."""
    return (client.kv.get("a", serializable=True)).header.member_id


def id_of(client: Client, endpoint: str) -> int:
    return (client.maintenance.status(endpoint=endpoint)).header.member_id


def get(client: Client) -> None:
    client.kv.get("a")


def put(client: Client) -> None:
    client.kv.put("a", "1")


def get_serializable(client: Client) -> None:
    client.kv.get("a", serializable=True)


def delete(client: Client) -> None:
    client.kv.delete("a")


def transact(client: Client) -> None:
    client.kv.txn().then(Get("a")).commit()


def grant(client: Client) -> None:
    client.lease.grant(5)


def failed(events: list[CallEvent]) -> list[CallEvent]:
    return [event for event in events if event.error is not None]


def follower(cluster: EtcdCluster | ProxiedCluster) -> EtcdServer:
    leader = cluster.leader()
    return next(member for member in cluster.members if member is not leader)


# --- in turn, and away from what fails ----------------------------------------------------------


def test_calls_go_to_all_members_in_turn(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        turns = Counter([asked(client) for _ in range(12)])
        writes = Counter([(client.kv.put("a", "1")).header.member_id for _ in range(12)])
        ids = {id_of(client, endpoint) for endpoint in cluster.endpoints}
    assert turns == writes == dict.fromkeys(ids, 4)


@pytest.mark.parametrize("serializable", [False, True])
def test_an_endpoint_that_refuses_is_left_at_once(
    proxied_cluster: ProxiedCluster, serializable: bool
) -> None:
    events: list[CallEvent] = []
    lost = proxied_cluster.proxies[0]
    with Client(proxied_cluster.endpoints, observer=events.append) as client:
        lost_id = id_of(client, lost.endpoint)
        assert {asked(client) for _ in range(3)} > {lost_id}
        lost.refuse()
        events.clear()
        for _ in range(20):
            client.kv.get("a", serializable=serializable, timeout=2)
        (failure,) = failed(events)
        assert (failure.endpoint, failure.code) == (lost.endpoint, errors.StatusCode.UNAVAILABLE)
        for _ in range(20):
            client.kv.put("a", "1", timeout=2)
        assert len(failed(events)) == 1
        lost.heal()
        eventually(lambda: answers(client, lost_id), seconds=2)


def answers(client: Client, member_id: int) -> bool:
    """Whether the member is among those that calls go to."""
    return member_id in {asked(client) for _ in client.endpoints}


def test_a_write_that_cannot_leave_goes_elsewhere(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    events: list[CallEvent] = []
    lost = proxied_cluster.proxies[1]
    lost.refuse()
    with Client(proxied_cluster.endpoints, observer=events.append) as client:
        for number in range(12):
            client.kv.put(f"{prefix}{number}", "1", timeout=2)
        (failure,) = failed(events)
        assert failure.endpoint == lost.endpoint
        assert failure.error is not None
        assert not failure.error.in_doubt
        (again,) = [event for event in events if event.attempt == 2]
        assert again.endpoint != lost.endpoint
        found = client.kv.get(prefix, prefix=True)
        assert [kv.version for kv in found.kvs] == [1] * 12


def test_a_killed_member_is_left_and_used_again(cluster: EtcdCluster) -> None:
    lost = follower(cluster)
    with Client(cluster.endpoints) as client:
        lost_id = id_of(client, lost.endpoint)
        eventually(lambda: answers(client, lost_id))
        lost.kill()
        for _ in range(20):
            client.kv.get("a", timeout=2)
        assert not answers(client, lost_id)
        for call in (put, delete, transact):
            for _ in range(6):
                call(client)
        lost.start()
        eventually(lambda: answers(client, lost_id), seconds=2)


def test_a_member_that_swallows_the_first_connection_costs_the_time_to_connect(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxied_cluster.proxies[0].black_hole()
    endpoints = proxied_cluster.endpoints
    with Client(endpoints, connect_timeout=0.3, timeout=5.0) as client:
        for _ in range(20):
            client.kv.put("a", "1")
        proxied_cluster.proxies[0].heal()
        lost_id = id_of(client, endpoints[0])
        eventually(lambda: answers(client, lost_id), seconds=3)


def test_while_a_member_is_silent_others_answer(proxied_cluster: ProxiedCluster) -> None:
    proxy = proxied_cluster.proxies[0]
    with Client(proxied_cluster.endpoints, timeout=0.3) as client:
        for call in (put, delete, transact, get, get_serializable):
            for _ in range(3):
                get(client.with_options(timeout=10))
            proxy.black_hole()
            answered = 0
            for _ in range(5):
                try:
                    call(client)
                except errors.DeadlineExceededError:
                    continue
                answered += 1
            assert answered >= 3
            proxy.heal()


def test_a_deadline_is_not_held_against_the_endpoint(cluster: EtcdCluster) -> None:
    events: list[CallEvent] = []
    slow = follower(cluster)
    with Client(cluster.endpoints, observer=events.append) as client:
        ids = {asked(client) for _ in range(3)}
        slow.pause()
        for _ in range(6):
            try:
                client.kv.get("a", serializable=True, timeout=0.2)
            except errors.DeadlineExceededError:
                continue
        slow.resume()
        assert {event.endpoint for event in failed(events)} == {slow.endpoint}
        assert {asked(client) for _ in range(3)} == ids


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
def test_all_endpoints_are_named_if_none_can_be_reached(
    dead_endpoints: list[str], timeout: float, max_attempts: int
) -> None:
    events: list[CallEvent] = []
    with Client(
        dead_endpoints, timeout=timeout, max_attempts=max_attempts, observer=events.append
    ) as client:
        for call in (get, put, grant):
            started = time.monotonic()
            with pytest.raises(errors.ClusterUnavailableError) as caught:
                call(client)
            assert time.monotonic() - started < min(timeout, 5) + 1
            assert [cause.endpoint for cause in caught.value.causes] == dead_endpoints
            assert not caught.value.in_doubt
            for cause in caught.value.causes:
                assert isinstance(cause, errors.UnavailableError)
                assert f"{cause.endpoint}: {cause.message}" in str(caught.value)
                assert "refused" in cause.message
    assert max(event.attempt for event in events) <= max_attempts
    assert timeout == 0.5 or len(events) == 3 * max_attempts


def test_nothing_is_claimed_of_an_endpoint_that_was_not_tried(
    dead_endpoints: list[str], server: EtcdServer
) -> None:
    first, second, _ = dead_endpoints
    # The first turn is that of the second endpoint.
    with Client([server.endpoint, first, second], max_attempts=2) as client:
        with pytest.raises(errors.UnavailableError) as caught:
            client.kv.get("a")
        assert type(caught.value) is errors.UnavailableError
        assert caught.value.endpoint == second
        client.kv.get("a")


def test_the_only_endpoint_is_named_plainly(dead_endpoints: list[str]) -> None:
    with Client(dead_endpoints[0], timeout=0.5) as client:
        for call in (get, put):
            with pytest.raises(errors.UnavailableError, match="refused") as caught:
                call(client)
            assert type(caught.value) is errors.UnavailableError
            assert caught.value.endpoint == dead_endpoints[0]


def test_whoever_waits_is_told_when_an_endpoint_serves(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    for proxy in proxied_cluster.proxies:
        proxy.refuse()
    events: list[CallEvent] = []
    with Client(
        proxied_cluster.endpoints, timeout=math.inf, backoff=60.0, observer=events.append
    ) as client:
        written = Beside(lambda: client.kv.put(prefix, "1"))
        eventually(lambda: len(events) == 3)
        proxied_cluster.proxies[2].heal()
        written.result()
        assert (client.kv.get(prefix)).kvs[0].version == 1


# --- other endpoints ----------------------------------------------------------------------------


def test_other_endpoints_before_the_first_ones_fail(cluster: EtcdCluster) -> None:
    lost = follower(cluster)
    others = [member.endpoint for member in cluster.members if member is not lost]
    with Client(lost.endpoint) as client:
        first_id = asked(client)
        client.set_endpoints(others)
        assert client.endpoints == others
        lost.kill()
        assert first_id not in {asked(client) for _ in range(6)}
        client.kv.put("a", "1")


def test_whoever_waits_is_told_of_other_endpoints(
    dead_endpoints: list[str], server: EtcdServer
) -> None:
    events: list[CallEvent] = []
    with Client(dead_endpoints, timeout=math.inf, backoff=60.0, observer=events.append) as client:
        waiting = Beside(lambda: client.kv.put("a", "1"))
        eventually(lambda: len(events) == 3)
        client.set_endpoints(server.endpoint)
        waiting.result()


def test_other_endpoints_rescue_calls_that_are_waiting(
    dead_endpoints: list[str], server: EtcdServer, prefix: str
) -> None:
    events: list[CallEvent] = []
    with Client(dead_endpoints, timeout=9, observer=events.append) as client:
        read = Beside(lambda: client.kv.get(prefix))
        written = Beside(lambda: client.kv.put(prefix, "1"))
        stream = client.rpc.watch.watch()
        stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
        created = Beside(stream.__next__)
        eventually(lambda: len(failed(events)) > 12)
        client.set_endpoints(server.endpoint)
        read.result()
        written.result()
        assert (created.result()).created
        stream.cancel()


@pytest.mark.parametrize("fault", ["refuse", "black_hole"])
def test_other_endpoints_after_the_first_one_failed(
    proxied_cluster: ProxiedCluster, fault: str
) -> None:
    proxy = proxied_cluster.proxies[0]
    with Client(proxy.endpoint) as client:
        client.kv.get("a")
        getattr(proxy, fault)()
        with pytest.raises((errors.DeadlineExceededError, errors.UnavailableError)):
            client.kv.get("a", timeout=0.3)
        client.set_endpoints(proxied_cluster.endpoints[1:])
        client.kv.get("a", timeout=2)
        client.kv.put("a", "1", timeout=2)


def test_calls_under_way_outlive_their_endpoint_in_the_list(
    proxied_cluster: ProxiedCluster, prefix: str
) -> None:
    first, *others = proxied_cluster.endpoints
    proxy = proxied_cluster.proxies[0]
    with Client(first) as client:
        first_id = asked(client)
        stream = client.rpc.watch.watch()
        stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
        assert (next(stream)).created
        proxy.black_hole()
        read = Beside(lambda: client.kv.get("a", timeout=9))
        written = Beside(lambda: client.kv.put(prefix, "1", timeout=9))
        under_way(client)
        client.set_endpoints(others)
        assert first_id not in {asked(client) for _ in range(4)}
        proxy.heal()
        assert (read.result()).header.member_id == first_id
        assert (written.result()).header.member_id == first_id
        assert [event.kv.value for event in (next(stream)).events] == [b"1"]
        stream.cancel()


def under_way(client: Client) -> None:
    """Return once all calls made before are on their way to a member that does not answer."""
    with pytest.raises(errors.DeadlineExceededError):
        client.kv.get("a", timeout=0.2)


def test_closing_ends_calls_to_endpoints_that_left_the_list(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxy = proxied_cluster.proxies[0]
    client = Client(proxy.endpoint)
    client.kv.get("a")
    proxy.black_hole()
    written = Beside(lambda: client.kv.put("a", "1", timeout=60))
    under_way(client)
    client.set_endpoints(proxied_cluster.endpoints[1:])
    client.close()
    with pytest.raises(errors.ClientClosedError) as caught:
        written.result()
    assert caught.value.in_doubt


def test_closing_ends_calls_that_are_still_connecting(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxies = proxied_cluster.proxies
    for proxy in proxies:
        proxy.black_hole()
    client = Client(proxied_cluster.endpoints, timeout=60, connect_timeout=60)
    calls: list[Beside[None]] = [Beside(partial(call, client)) for call in (get, put, grant)]
    eventually(lambda: all(proxy.open for proxy in proxies))
    client.close()
    for call in calls:
        with pytest.raises(errors.ClientClosedError):
            call.result()


def test_a_closed_client_calls_nobody_wherever_it_is_sent(cluster: EtcdCluster) -> None:
    first, second, third = cluster.endpoints
    with Client(first) as client:
        client.kv.get("a")
    with pytest.raises(errors.ClientClosedError):
        client.maintenance.status(endpoint=second)
    client.set_endpoints(third)
    with pytest.raises(errors.ClientClosedError):
        client.kv.get("a")
    with pytest.raises(errors.ClientClosedError):
        client.rpc.watch.watch()


# --- the endpoints that the cluster has ---------------------------------------------------------


def urls(*members: EtcdServer) -> list[str]:
    return sorted(f"http://{member.endpoint}" for member in members)


def test_endpoints_from_the_list_of_members(own_cluster: EtcdCluster) -> None:
    founders = own_cluster.members
    with Client(own_cluster.endpoints[0]) as client:
        client.sync_endpoints()
        assert client.endpoints == urls(*founders)

        learner = own_cluster.newcomer()
        added = client.cluster.member_add([learner.peer_url], is_learner=True)
        client.sync_endpoints()  # it has no name yet
        assert client.endpoints == urls(*founders)

        learner.start()
        eventually(lambda: is_listed(client, learner))
        client.sync_endpoints()
        assert client.endpoints == urls(*founders)

        eventually(lambda: promoted(client, added.member.ID))
        client.sync_endpoints()
        assert sorted(client.endpoints) == urls(*founders, learner)


def is_listed(client: Client, member: EtcdServer) -> bool:
    listed = (client.cluster.member_list()).members
    return f"http://{member.endpoint}" in {url for each in listed for url in each.clientURLs}


def promoted(client: Client, member_id: int) -> bool:
    try:
        client.cluster.member_promote(member_id)
    except errors.LearnerNotReadyError:
        return False
    return True


def test_endpoints_are_synced_by_themselves_if_wanted(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints[0], sync_interval=0.05) as client:
        assert client.endpoints == cluster.endpoints[:1]
        client.kv.get("a")
        eventually(lambda: sorted(client.endpoints) == urls(*cluster.members))
        assert len({asked(client) for _ in range(3)}) == 3
        client.set_endpoints(cluster.endpoints[0])
        eventually(lambda: sorted(client.endpoints) == urls(*cluster.members))


def test_a_list_that_cannot_be_read_changes_nothing(dead_endpoints: list[str]) -> None:
    with Client(dead_endpoints, max_attempts=3) as client:
        with pytest.raises(errors.ClusterUnavailableError):
            client.sync_endpoints()
        assert client.endpoints == dead_endpoints


# --- one member ---------------------------------------------------------------------------------


def test_calls_reach_the_member_they_are_aimed_at(proxied_cluster: ProxiedCluster) -> None:
    inside, foreign, _ = proxied_cluster.endpoints
    with Client(inside) as client:
        client.kv.put("a", "1")
        ids = set()
        for endpoint in (inside, foreign):
            for _ in range(3):
                ids.add(id_of(client, endpoint))
            hashed = client.maintenance.hash_kv(endpoint=endpoint)
            assert hashed.header.member_id == id_of(client, endpoint)
            client.maintenance.defragment(endpoint=endpoint)
        assert len(ids) == 2
        before = proxied_cluster.proxies[1].bytes_to_client
        blob = [part.blob for part in client.maintenance.snapshot(endpoint=foreign)]
        size = sum(map(len, blob))
        assert size > 10_000
        eventually(lambda: proxied_cluster.proxies[1].bytes_to_client > before + size)
        assert client.endpoints == [inside]
        assert proxied_cluster.proxies[1].connections == 1


def test_the_leader_is_moved_by_the_one_that_is_asked(cluster: EtcdCluster) -> None:
    leader, other = cluster.leader(), follower(cluster)
    with Client(cluster.endpoints) as client:
        leader_id, other_id = (
            id_of(client, leader.endpoint),
            id_of(client, other.endpoint),
        )
        with pytest.raises(errors.NotLeaderError) as caught:
            client.maintenance.move_leader(leader_id, endpoint=other.endpoint)
        assert caught.value.endpoint == other.endpoint
        client.maintenance.move_leader(other_id, endpoint=leader.endpoint)
        assert cluster.leader() is other


def status(client: Client, endpoint: str) -> None:
    client.maintenance.status(endpoint=endpoint)


def hash_kv(client: Client, endpoint: str) -> None:
    client.maintenance.hash_kv(endpoint=endpoint)


def defragment(client: Client, endpoint: str) -> None:
    client.maintenance.defragment(endpoint=endpoint)


def snapshot(client: Client, endpoint: str) -> None:
    for _ in client.maintenance.snapshot(endpoint=endpoint):
        pass


def test_calls_to_a_foreign_member_carry_the_token(auth_server: EtcdServer) -> None:
    with FaultProxy(auth_server.endpoint) as foreign:
        with Client(auth_server.endpoint, username="root", password="root-pw") as root:
            for call in (status, hash_kv, defragment, snapshot):
                call(root, foreign.endpoint)
        assert foreign.connections == 1


def test_of_a_dead_member_one_hears_soon_and_when_it_is_back_at_once(
    server: EtcdServer,
) -> None:
    calls = (status, hash_kv, defragment, snapshot)
    with Client(server.endpoint, timeout=10) as client:
        client.kv.get("a")
        with ExitStack() as stack:
            proxies = [stack.enter_context(FaultProxy(server.endpoint)) for _ in calls]
            pairs = list(zip(calls, [proxy.endpoint for proxy in proxies], strict=True))
            for proxy in proxies:
                proxy.refuse()
            for _ in range(2):  # the second time, gRPC does not try to connect so often any more
                started = time.monotonic()
                for call in [Beside(partial(call, client, at)) for call, at in pairs]:
                    with pytest.raises(errors.UnavailableError, match="refused") as caught:
                        call.result()
                    assert type(caught.value) is errors.UnavailableError
                assert time.monotonic() - started < 3
            for proxy in proxies:
                proxy.heal()
            for call in [Beside(partial(call, client, at)) for call, at in pairs]:
                call.result()


def test_a_member_that_is_asked_again_after_its_restart_answers(
    cluster: EtcdCluster,
) -> None:
    member = follower(cluster)
    with Client(cluster.endpoints) as client:
        member_id = id_of(client, member.endpoint)
        for _ in range(3):
            member.kill()
            member.start()
            assert id_of(client, member.endpoint) == member_id


def test_a_learner_is_passed_over_but_can_be_asked(own_cluster: EtcdCluster) -> None:
    learner = own_cluster.newcomer()
    events: list[CallEvent] = []
    with Client(own_cluster.endpoints[0]) as voter:
        voter.cluster.member_add([learner.peer_url], is_learner=True)
        learner.start()
        with Client([learner.endpoint, own_cluster.endpoints[0]], observer=events.append) as client:
            learner_id = id_of(client, learner.endpoint)
            for number in range(10):
                written = client.kv.put("a", str(number))
                found = client.kv.get("a")
                assert learner_id not in {written.header.member_id, found.header.member_id}
            (failure,) = failed(events)
            assert isinstance(failure.error, errors.NotSupportedForLearnerError)
            assert (client.maintenance.status(endpoint=learner.endpoint)).isLearner
        with Client(learner.endpoint, timeout=math.inf) as client:
            for call in (get, put, delete, transact):
                with pytest.raises(errors.NotSupportedForLearnerError):
                    call(client)
            eventually(lambda: has_caught_up(client))


def has_caught_up(client: Client) -> bool:
    found = (client.kv.get("a", serializable=True)).kvs
    return len(found) == 1 and found[0].version == 10


# --- views --------------------------------------------------------------------------------------


def test_a_view_has_options_of_its_own_and_shares_the_connection(
    proxied_cluster: ProxiedCluster,
) -> None:
    proxy = proxied_cluster.proxies[0]
    with Client(proxy.endpoint, timeout=30) as client:
        client.kv.get("a")
        hasty = client.with_options(timeout=0.2)
        patient = hasty.with_options(timeout=math.inf)
        for view in (hasty, patient, hasty.with_options()):
            view.kv.put("a", "1")
        assert proxy.connections == 1
        proxy.black_hole()
        for view in (hasty, hasty.with_options(), hasty.with_options(require_leader=True)):
            started = time.monotonic()
            with pytest.raises(errors.DeadlineExceededError):
                view.kv.get("a")
            assert 0.15 < time.monotonic() - started < 5
        waiting = Beside(lambda: patient.kv.get("a"))
        under_way(client)
        proxy.heal()
        waiting.result()


def test_closing_a_view_leaves_the_client_alone(server: EtcdServer) -> None:
    client = Client(server.endpoint)
    with client.with_options(timeout=5) as view:
        view.kv.get("a")
    view.kv.get("a")
    client.kv.get("a")
    view.set_endpoints([f"http://{server.endpoint}"])
    assert client.endpoints == view.endpoints == [f"http://{server.endpoint}"]
    client.close()
    for each in (client, view):
        with pytest.raises(errors.ClientClosedError):
            each.kv.get("a")
