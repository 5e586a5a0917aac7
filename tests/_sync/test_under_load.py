# Derived from tests/_async/test_under_load.py by codegen; do not edit.

"""What callers, one or many, are owed while connections break and members die or fall silent."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from etcd_sdk import CallEvent, Client, ClientOptions, EtcdError, Watch, errors, pb
from etcd_sdk.errors import LossReason
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.conftest import NEWEST, RELEASES
from tests.faults.cluster import ProxiedCluster
from tests.faults.proxy import FaultProxy
from tests.metrics import open_streams, watch_streams, watchers
from tests.twins._sync import Beside, Crowd, eventually


@pytest.fixture
def cluster(shared_cluster: EtcdCluster) -> EtcdCluster:
    return shared_cluster


# --- connections that are reset -----------------------------------------------------------------


def test_no_put_is_applied_twice(proxied_cluster: ProxiedCluster, prefix: str) -> None:
    """Thousands of puts, each called once, while a hundred connections are reset at random."""
    numbers = itertools.count()
    acknowledged: set[bytes] = set()
    failures: dict[bytes, EtcdError] = {}
    repeated: list[CallEvent] = []
    fragile, *others = proxied_cluster.proxies

    def observe(event: CallEvent) -> None:
        if event.attempt > 1 and event.error is None:
            repeated.append(event)

    with Client(proxied_cluster.endpoints, timeout=30, observer=observe) as client:

        def put(caller: int) -> None:
            key = f"{prefix}{next(numbers):06}".encode()
            try:
                client.kv.put(key, "1")
            except EtcdError as error:
                failures[key] = error
            else:
                acknowledged.add(key)

        # One member can hardly ever be connected to: much that is meant for it never leaves. The
        # others break in the midst of their work.
        fragile.reset_randomly(0, most=400)
        for seed, proxy in enumerate(others, 1):
            proxy.reset_randomly(seed, most=48 * 1024)

        def is_enough() -> bool:
            resets = [proxy.resets for proxy in proxied_cluster.proxies]
            thousands = len(acknowledged) >= 2000 and len(repeated) >= 5
            return thousands and sum(resets) >= 100 and sum(resets[1:]) >= 50

        with Crowd(20, put):
            eventually(is_enough, seconds=120)  # some two where disks are fast
        for proxy in proxied_cluster.proxies:
            proxy.heal()
        found = client.kv.get(prefix, prefix=True)

    in_doubt = {key for key, error in failures.items() if error.in_doubt}
    versions = {kv.key: kv.version for kv in found.kvs}
    assert set(versions.values()) == {1}
    assert acknowledged <= versions.keys() <= acknowledged | in_doubt
    assert len(acknowledged) >= 0.8 * (len(acknowledged) + len(failures))
    assert errors.UnavailableError in {type(failures[key]) for key in in_doubt}


# --- a member that dies -------------------------------------------------------------------------


class Load:
    """Fifty callers that read and write, and what their writes failed with."""

    def __init__(self, client: Client, prefix: str) -> None:
        self.failures: list[EtcdError] = []
        self._client = client
        self._prefix = prefix
        self._numbers = itertools.count()
        self.written: set[bytes] = set()

    def work(self, caller: int) -> None:
        """A write, which may fail, and reads, which may not."""
        key = f"{self._prefix}{next(self._numbers):06}".encode()
        try:
            self._client.kv.put(key, "1", timeout=3)
        except EtcdError as error:
            self.failures.append(error)
        else:
            self.written.add(key)
        self._client.kv.get(key)
        self._client.kv.get(key, serializable=True)


@pytest.mark.parametrize("who", ["follower", "leader"])
def test_a_member_that_dies_takes_only_its_own_writes_along(
    cluster: EtcdCluster, prefix: str, who: str
) -> None:
    leader = cluster.leader()
    lost = next(member for member in cluster.members if (member is leader) == (who == "leader"))
    with Client(cluster.endpoints) as client:
        status = client.maintenance.status(endpoint=lost.endpoint)
        load = Load(client, prefix)
        with ThreadPoolExecutor() as beside:
            with Crowd(50, load.work) as crowd:
                eventually(lambda: crowd.calls > 200)
                lost.kill()
                before = crowd.calls
                eventually(lambda: crowd.calls > before + 500)
                start = beside.submit(lost.start)
                eventually(start.done)
                eventually(lambda: answers(client, status.header.member_id), seconds=2)
        found = client.kv.get(prefix, prefix=True)
    versions = {kv.key: kv.version for kv in found.kvs}
    assert set(versions.values()) == {1}
    assert load.written <= versions.keys()
    assert all(error.in_doubt for error in load.failures)
    if who == "follower":
        assert {type(error) for error in load.failures} <= {errors.UnavailableError}
        assert {error.endpoint for error in load.failures} <= {lost.endpoint}


def answers(client: Client, member_id: int) -> bool:
    """Whether the member is among those that calls go to."""
    found = [client.kv.get("a", serializable=True) for _ in client.endpoints]
    return member_id in {each.header.member_id for each in found}


# --- heavy reads ---------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["events", "progress on request", "notifications"])
def test_heavy_reads_starve_no_watch(what: str) -> None:
    with EtcdServer(etcd=NEWEST, extra_args=[notify_flag()]) as server:
        with Client(server.endpoint) as client:
            for number in range(10):
                client.kv.put(f"much/{number}", b"x" * 500_000)

            def read(_: int) -> None:
                client.kv.get("much/", prefix=True)

            watch = client.watch("a", progress_notify=what == "notifications")
            with watch, Crowd(4, read) as crowd:
                for number in range(10):
                    before = crowd.calls
                    eventually(lambda: crowd.calls > before)  # noqa: B023
                    if what == "events":
                        client.kv.put("a", str(number))
                        event = Beside(watch.__next__).result()
                        assert event.kv.value == str(number).encode()
                    elif what == "notifications":
                        responses = watch.responses()
                        assert not (Beside(responses.__next__).result()).events
                    else:
                        assert watch.progress(timeout=10) == 11


def notify_flag() -> str:
    """Has the server tell progress often."""
    name = "watch-progress-notify-interval=100ms"
    return f"--{name}" if [*RELEASES][-1] >= "3.6" else f"--experimental-{name}"


# --- the end with everything under way ----------------------------------------------------------


def test_a_client_is_closed_with_everything_open(own_server: EtcdServer) -> None:
    client = Client(own_server.endpoint, timeout=60)
    strict = client.with_options(require_leader=True)
    slow = client.watch("a", buffer=5).__enter__()
    for number in range(50):
        client.kv.put("a", str(number))
    eventually(lambda: watchers(own_server) == 0)
    watches = [each.watch("b").__enter__() for each in (client, client, strict)]
    kept = [client.lease.keep_alive((client.lease.grant(60)).ID) for _ in range(3)]
    stream = client.rpc.watch.watch()
    stream.send(pb.WatchRequest(create_request=Watch("b").build()))
    assert (next(stream)).created
    eventually(lambda: all(each.ttl == 60 for each in kept))
    own_server.pause()
    waiting: list[Beside[object]] = [
        *[Beside[object](watch.__next__) for watch in watches],
        Beside(watches[0].progress),
        Beside(client.watch("c").__enter__),
        Beside(client.watch("c", start_revision=1).__enter__),
        Beside(stream.__next__),
        Beside(lambda: client.kv.get("a")),
        Beside(lambda: client.lease.keep_alive_once(kept[0].id)),
    ]
    told = Beside(kept[0].lost.wait)
    client.close()
    for each in waiting:
        with pytest.raises(errors.ClientClosedError):
            each.result()
    assert told.result()
    assert [lease.lost.reason for lease in kept] == [LossReason.HALTED] * 3
    assert [(next(slow)).kv.value for _ in range(6)] == [b"%d" % n for n in range(6)]
    with pytest.raises(errors.ClientClosedError):
        next(slow)
    own_server.resume()
    eventually(lambda: watch_streams(own_server) == 0)
    eventually(lambda: open_streams(own_server) == 0)


# --- a member that falls silent -----------------------------------------------------------------


OFTEN: ClientOptions = {"keepalive_time": 1.0, "keepalive_timeout": 0.5, "timeout": math.inf}
NOTICED = 1.0 + 0.5 + 1.0  # within a second


@pytest.fixture
def member() -> Iterator[EtcdServer]:
    """A member that may be asked so often whether it is there."""
    with EtcdServer(etcd=NEWEST, extra_args=["--grpc-keepalive-min-time=500ms"]) as started:
        yield started


def stop(member: EtcdServer, proxy: FaultProxy) -> None:
    member.pause()


def swallow(member: EtcdServer, proxy: FaultProxy) -> None:
    proxy.black_hole()


@pytest.mark.parametrize("silence", [stop, swallow])
def test_silence_is_noticed(
    member: EtcdServer, silence: Callable[[EtcdServer, FaultProxy], None]
) -> None:
    with FaultProxy(member.endpoint) as proxy:
        with (
            Client(proxy.endpoint, **OFTEN) as caller,
            Client(proxy.endpoint, **OFTEN) as watcher,
        ):
            caller.kv.put("a", "1")
            stream = watcher.rpc.watch.watch()
            stream.send(pb.WatchRequest(create_request=Watch("a").build()))
            assert (next(stream)).created
            silence(member, proxy)
            began = time.monotonic()
            calls: list[Beside[object]] = [
                Beside(lambda: caller.kv.put("a", "2")),
                Beside(stream.__next__),
            ]
            for call in calls:
                with pytest.raises(errors.UnavailableError, match="ping timeout") as caught:
                    call.result()
                assert time.monotonic() - began < NOTICED
                assert caught.value.endpoint == proxy.endpoint


def test_reads_and_watches_go_on_elsewhere_when_silence_is_noticed(
    member: EtcdServer, prefix: str
) -> None:
    with FaultProxy(member.endpoint) as lost, FaultProxy(member.endpoint) as other:
        client = Client(lost.endpoint, **OFTEN)
        with client, client.watch(prefix) as events:
            client.kv.put(prefix, "first")
            assert (next(events)).kv.value == b"first"
            lost.black_hole()
            began = time.monotonic()
            read = Beside(lambda: client.kv.get(prefix))
            with pytest.raises(errors.DeadlineExceededError):
                client.kv.get(prefix, timeout=0.2)  # then the other one is under way, too
            client.set_endpoints([lost.endpoint, other.endpoint])
            read.result()
            assert time.monotonic() - began < NOTICED
            values = [str(number).encode() for number in range(10)]
            for value in values:
                client.kv.put(prefix, value)
            assert [(next(events)).kv.value for _ in values] == values
            assert time.monotonic() - began < NOTICED + 1
