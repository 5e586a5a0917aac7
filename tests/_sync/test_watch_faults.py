# Derived from tests/_async/test_watch_faults.py by codegen; do not edit.

"""Watches while servers die, networks break, tokens run out and history is compacted."""

from __future__ import annotations

import gc
import itertools
import math
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from etcd_sdk import (
    CallEvent,
    Client,
    Delete,
    FilterType,
    PermissionType,
    Put,
    Watch,
    Watcher,
    errors,
    pb,
)
from etcd_sdk._compat._sync import Worker
from etcd_sdk._sync import watch as watches
from etcd_sdk._sync.pipeline import Pipeline
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.certificates import jwt_tokens
from tests.conftest import NEWEST, RELEASES, end, serve_with_auth
from tests.faults.proxy import FaultProxy
from tests.histories import Recorded, Truth, problems
from tests.metrics import metric, open_streams, renewal_streams, watch_streams, watchers
from tests.twins._sync import Beside, Crowd, eventually

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))


def values(watch: Watcher, count: int) -> list[bytes]:
    return [(next(watch)).kv.value for _ in range(count)]


def end_of(watch: Watcher) -> str:
    """How it ends, whatever comes before."""
    try:
        for _ in watch:
            continue
    except errors.EtcdError as error:
        return type(error).__name__
    return "ended"


# --- histories ----------------------------------------------------------------------------------


def every_kind(prefix: str, first: int) -> list[Watch]:
    """Watches with all options that there are, of the same keys."""
    all_keys = Watch(prefix).prefix().start_revision(first)
    return [
        all_keys,
        all_keys.prev_kv(),
        all_keys.fragment().progress_notify(),
        all_keys.filters(FilterType.NOPUT).prev_kv(),
        all_keys.filters(FilterType.NODELETE),
        Watch(f"{prefix}1").start_revision(first).prev_kv(),
        Watch(f"{prefix}2").range_end(f"{prefix}4").start_revision(first + 20),
    ]


class Traffic:
    """Writes, and watches that record what they bring of them.

    Args:
        client: Watches.
        writer: Writes, whatever becomes of single writes.
        prefix: Of all keys.
    """

    def __init__(self, client: Client, writer: Client, prefix: str) -> None:
        self._client = client
        self._writer = writer
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._first = 0
        self._watches: list[Watcher] = []
        self._asked: list[Watch] = []
        self._recording: list[Beside[list[pb.WatchResponse]]] = []

    def begin(self) -> None:
        """Begin to watch."""
        self._first = (self._writer.kv.get(self._prefix)).header.revision + 1
        for number, asked in enumerate(every_kind(self._prefix, self._first)):
            watch = self._client.watch(asked, buffer=5 if number % 2 else 1000)
            watch.__enter__()
            self._watches.append(watch)
            self._asked.append(asked)
            self._recording.append(Beside(partial(record, watch)))

    def write(self, caller: int) -> None:
        """One write, for ``Crowd``."""
        number = next(self._numbers)
        keys = [f"{self._prefix}{key % 5 + 1}" for key in range(number, number + 3)]
        with suppress(errors.EtcdError):
            if number % 4 == 0:
                self._writer.kv.txn().then(*[Put(key, f"{number}") for key in keys]).commit()
            elif number % 4 == 1:
                self._writer.kv.delete(keys[0])
            else:
                self._writer.kv.put(keys[0], f"{number}")

    def check(self) -> None:
        """Have all watches come to the end, and find nothing wrong with them."""
        keys = [f"{self._prefix}{name}" for name in ("", "1", "3")]
        self._writer.kv.txn().then(*[Put(key, "end") for key in keys]).commit()
        last = self._writer.kv.txn().then(*[Delete(key) for key in keys]).commit()
        truth = self._truth(last.header.revision)
        for asked, recording in zip(self._asked, self._recording, strict=True):
            recorded = Recorded(asked.build(), recording.result())
            assert problems(recorded, truth) == []
            assert len(list(recorded.events)) > 20
        for watch in self._watches:
            watch.cancel()

    def _truth(self, last: int) -> Truth:
        """All that has happened, from a stream that nothing happens to."""
        asked = Watch(self._prefix).prefix().start_revision(self._first)
        events: list[pb.Event] = []
        with self._writer.rpc.watch.watch() as stream:
            stream.send(pb.WatchRequest(create_request=asked.build()))
            while not events or events[-1].kv.mod_revision < last:
                events += (next(stream)).events
        return Truth(events)


def more(crowd: Crowd, count: int) -> None:
    """Wait until the crowd has done so much more."""
    before = crowd.calls
    eventually(lambda: crowd.calls > before + count)


def record(watch: Watcher) -> list[pb.WatchResponse]:
    """All responses, up to the one that ends the traffic."""
    responses: list[pb.WatchResponse] = []
    for response in watch.responses():
        responses.append(response)
        for event in response.events:
            if event.kv.value == b"end" or event.kv.key.endswith(b"/"):
                return responses
    raise AssertionError("the watch has ended")


@each_release
def test_nothing_is_lost_while_the_only_server_ends(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        with Client(server.endpoint) as client, Client(server.endpoint) as writer:
            traffic = Traffic(client, writer, "/t/")
            traffic.begin()
            with Crowd(2, traffic.write) as crowd:
                for _ in range(3):
                    more(crowd, 50)
                    end(server)
                    server.start()
            traffic.check()


def test_nothing_is_lost_while_members_come_and_go(
    shared_cluster: EtcdCluster, prefix: str
) -> None:
    endpoints = shared_cluster.endpoints
    writer = Client(endpoints, timeout=1)  # one that asks a dead leader waits for seconds
    with Client(endpoints) as client, writer:
        traffic = Traffic(client, writer, prefix)
        traffic.begin()
        with Crowd(2, traffic.write) as crowd:
            for member in shared_cluster.members:
                member.kill()
                more(crowd, 50)
                member.start()
        traffic.check()


def test_nothing_is_lost_over_a_network_that_resets_at_random(
    own_server: EtcdServer,
) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        proxy.reset_randomly(7, least=2_000, most=20_000)
        client, writer = Client(proxy.endpoint), Client(own_server.endpoint)
        with client, writer:
            traffic = Traffic(client, writer, "/t/")
            traffic.begin()
            with Crowd(2, traffic.write):
                eventually(lambda: proxy.resets > 10)
            proxy.heal()
            traffic.check()


def test_notifications_are_right_over_restarts() -> None:
    flags = ["--watch-progress-notify-interval=100ms"]
    with EtcdServer(etcd=NEWEST, extra_args=flags) as server:
        with Client(server.endpoint) as client, Client(server.endpoint) as writer:
            traffic = Traffic(client, writer, "/t/")
            traffic.begin()
            notified = client.watch("elsewhere", progress_notify=True)
            with notified:
                for _ in range(2):
                    with Crowd(1, traffic.write) as crowd:
                        eventually(lambda: crowd.calls > 50)
                    newest = (writer.kv.get("a")).header.revision
                    while (next(notified.responses())).header.revision < newest:
                        continue
                    server.kill()
                    server.start()
            traffic.check()


def test_nothing_is_lost_on_a_member_that_gets_a_snapshot() -> None:
    flags = ["--snapshot-count=10", "--snapshot-catchup-entries=5"]
    with EtcdCluster(etcd=NEWEST, extra_args=flags) as cluster:
        follower = next(each for each in cluster.members if each is not cluster.leader())
        others = [each.endpoint for each in cluster.members if each is not follower]
        with Client(follower.endpoint) as client, Client(others) as writer:
            first = (writer.kv.put("a", "")).header.revision
            with client.watch("a", start_revision=first) as watch:
                next(watch)
                follower.pause()

                def write(_: int) -> None:
                    writer.kv.put("a", "")

                # As many are under way to the follower that are not in the leader's log any more.
                with Crowd(8, write) as crowd:
                    eventually(lambda: crowd.calls > 600)
                follower.resume()
                last = (writer.kv.get("a")).header.revision
                revisions = [(next(watch)).kv.mod_revision for _ in range(first, last)]
                assert revisions == list(range(first + 1, last + 1))
                assert metric(follower, "etcd_network_snapshot_receive_success") > 0


# --- broken streams -----------------------------------------------------------------------------


def test_a_stream_that_breaks_between_fragments(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as writer:
        value = b"x" * 60_000
        first = (writer.kv.put("a", value)).header.revision
        for _ in range(99):
            writer.kv.put("a", value)
    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client:
            # Of the six megabytes two and a half arrive, and then three and a half.
            for count, reset in (2_500_000, False), (3_500_000, True):
                proxy.cut_after(count, reset=reset)
                for fragment in True, False:
                    watch = client.watch("a", start_revision=first, fragment=fragment)
                    with watch:
                        revisions = [(next(watch)).kv.mod_revision for _ in range(100)]
                        assert revisions == list(range(first, first + 100))
        assert proxy.cuts == 2


def test_a_watch_moves_on_from_a_connection_that_went_silent() -> None:
    flags = ["--grpc-keepalive-min-time=500ms"]
    with (
        EtcdServer(etcd=NEWEST, extra_args=flags) as server,
        FaultProxy(server.endpoint) as silent,
        FaultProxy(server.endpoint) as other,
    ):
        client = Client(silent.endpoint, keepalive_time=1, keepalive_timeout=1)
        with client, Client(server.endpoint) as writer, client.watch("a") as watch:
            writer.kv.put("a", "1")
            assert values(watch, 1) == [b"1"]
            client.set_endpoints([silent.endpoint, other.endpoint])
            silent.black_hole()
            writer.kv.put("a", "2")
            assert values(watch, 1) == [b"2"]
            assert other.bytes_to_client > 0


@pytest.mark.parametrize("revision", [0, 1], ids=["from now on", "from the past"])
def test_a_connection_that_breaks_while_a_watch_is_asked_for(
    own_server: EtcdServer, revision: int
) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client:
            client.kv.get("a")
            own_server.pause()
            sent = proxy.bytes_to_server
            watch = client.watch("a", start_revision=revision)
            entering = Beside(watch.__enter__)
            eventually(lambda: proxy.bytes_to_server > sent)
            proxy.reset()
            own_server.resume()
            entering.result()
            client.kv.put("a", "1")
            assert values(watch, 1) == [b"1"]
            watch.cancel()


def test_what_is_written_before_the_watch_is_back(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        client, writer = Client(proxy.endpoint), Client(own_server.endpoint)
        with client, writer, client.watch("a") as watch:
            writer.kv.put("a", "0")
            assert values(watch, 1) == [b"0"]
            proxy.refuse()
            for number in range(1, 10):
                if number == 5:
                    own_server.kill()
                    own_server.start()
                writer.kv.put("a", f"{number}", timeout=20)
            proxy.heal()
            assert values(watch, 9) == [f"{number}".encode() for number in range(1, 10)]


def test_a_revision_in_the_future_over_a_restart(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        watch = client.watch("a", start_revision=5)
        with watch:
            own_server.kill()
            own_server.start()
            for number in range(2, 7):
                client.kv.put("a", str(number))
            assert values(watch, 2) == [b"5", b"6"]


def test_the_acknowledgement_is_that_of_the_first_stream(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client, client.watch("a") as watch:
        created = watch.created
        own_server.kill()
        own_server.start()
        client.kv.put("a", "1")
        assert values(watch, 1) == [b"1"]
        assert watch.created is created


def test_progress_after_a_restart(own_server: EtcdServer) -> None:
    """Watches that have seen everything count as ones of the future on their next server."""
    with Client(own_server.endpoint) as client:
        one, other = client.watch("a"), client.watch("b", start_revision=100)
        with one, other:
            revision = (client.kv.put("a", "1")).header.revision
            assert values(one, 1) == [b"1"]
            own_server.kill()
            own_server.start()
            assert one.progress() == revision
            assert other.progress() == revision
            client.kv.put("a", "2")
            assert values(one, 1) == [b"2"]
            for _ in range(2, 110):
                revision = (client.kv.put("b", "")).header.revision
            assert [(next(other)).kv.mod_revision for _ in range(5)] == list(range(100, 105))


def test_progress_of_a_reader_that_falls_behind_meanwhile(own_server: EtcdServer) -> None:
    """The server was told to stop, but has answered for the watches of the stream by then."""
    with Client(own_server.endpoint) as client, client.watch("b"):
        for _ in range(5):
            with client.watch("a", buffer=1) as slow:
                with Client(own_server.endpoint) as writer:
                    written = [writer.kv.put("a", "").header.revision for _ in range(5)]
                assert slow.progress() == slow._watch.state.next_revision - 1
                assert [(next(slow)).kv.mod_revision for _ in range(5)] == written
                assert slow.progress() == written[-1]


def test_an_endpoint_that_serves_again_before_anybody_waits_for_it(
    own_server: EtcdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover = Pipeline.recover

    def slowly(pipeline: Pipeline, *args: Any) -> float:
        recover(pipeline, *args)
        eventually(lambda: not pipeline.connection.balancer._failed)
        return 60.0

    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client, Client(own_server.endpoint) as other:
            kept = client.lease.keep_alive((client.lease.grant(60)).ID)
            with client.watch("a") as watch:
                eventually(lambda: kept.ttl > 0)
                with monkeypatch.context() as patched:
                    patched.setattr(Pipeline, "recover", slowly)
                    proxy.reset()
                    other.kv.put("a", "1")
                    reading = Beside(partial(values, watch, 1))
                    assert reading.result() == [b"1"]
                    eventually(lambda: open_streams(own_server) == 1)
                    eventually(lambda: renewal_streams(own_server) == 2)


def test_watches_that_are_begun_and_cancelled_while_the_network_breaks(
    own_server: EtcdServer,
) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client:

            def come_and_go(caller: int) -> None:
                key = str(caller)
                with client.watch(key, timeout=20) as watch:
                    revision = (client.kv.put(key, "")).header.revision
                    while (next(watch)).kv.mod_revision < revision:
                        continue
                    if caller == 0:
                        proxy.reset()

            def put_and_reset(caller: int) -> None:
                with suppress(errors.UnavailableError):  # a put that is in doubt
                    come_and_go(caller)

            with Crowd(10, put_and_reset) as crowd:
                eventually(lambda: proxy.resets > 20 and crowd.calls > 200)
            eventually(lambda: watchers(own_server) == 0)
            eventually(lambda: watch_streams(own_server) == 0)


def test_hundreds_of_watches_go_on_while_many_are_cancelled(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        watches = [client.watch(f"{number}", start_revision=2) for number in range(300)]
        for watch in watches:
            watch.__enter__()
        own_server.kill()
        for watch in watches[::3]:
            watch.cancel()
        own_server.start()
        for watch in watches[1::3]:
            watch.cancel()
        for number in range(300):
            client.kv.put(f"{number}", f"{number}")
        for number in range(2, 300, 3):
            assert values(watches[number], 1) == [f"{number}".encode()]
        eventually(lambda: watchers(own_server) == 100)
        waiting = [Beside(partial(end_of, watch)) for watch in watches[2::30]]
    for each in waiting:
        assert each.result() == "ClientClosedError"


def test_many_watches_end_while_they_are_carried_on(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        client = Client(proxy.endpoint)
        watches = [client.watch(f"{number}", start_revision=1) for number in range(1000)]
        for watch in watches:
            watch.__enter__()
        waiting = [Beside(partial(end_of, watch)) for watch in watches[:40]]
        before = proxy.bytes_to_client
        proxy.reset()
        eventually(lambda: proxy.bytes_to_client > before + 1000)
        for watch in watches[::2]:
            watch.cancel()
        client.close()
        ends = [each.result() for each in waiting]
    assert ends == ["ended", "ClientClosedError"] * 20
    eventually(lambda: watchers(own_server) == 0)


# --- no server ----------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", [0, 1], ids=["from now on", "from the past"])
def test_a_watch_that_no_server_acknowledges(own_server: EtcdServer, revision: int) -> None:
    with Client(own_server.endpoint) as client:
        hasty = client.with_options(timeout=0.8)
        watch = client.watch("a", start_revision=revision, timeout=0.8)
        own_server.kill()
        for each in hasty.watch("a", start_revision=revision), watch:
            with pytest.raises(errors.UnavailableError) as caught:
                each.__enter__()
            assert caught.value.endpoint == own_server.endpoint
        own_server.start()
        own_server.pause()
        with pytest.raises((errors.DeadlineExceededError, errors.UnavailableError)):
            watch.__enter__()
        own_server.resume()
        with client.watch("b"):
            eventually(lambda: watchers(own_server) == 1)
        # It was no fault of the watch, which may be tried again.
        with watch:
            client.kv.put("a", "1")
            assert values(watch, 1) == [b"1"]


def test_a_stream_that_is_there_again_is_no_trouble_any_more(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client, client.watch("a") as watch:
        own_server.kill()
        own_server.start()
        client.kv.put("a", "1")
        assert values(watch, 1) == [b"1"]
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError, match=r"acknowledged.*0\.2 s"):
            client.watch("b", start_revision=1, timeout=0.2).__enter__()
        own_server.resume()
        eventually(lambda: watchers(own_server) == 1)


def test_the_end_comes_at_once_while_there_is_no_server(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        strict = client.with_options(require_leader=True)
        watches = [client.watch("a"), client.watch("a"), strict.watch("a")]
        for watch in watches:
            watch.__enter__()
        waiting = [Beside(partial(end_of, watch)) for watch in watches]
        own_server.kill()
        watches[0].cancel()
        assert waiting[0].result() == "ended"
        with suppress(errors.UnavailableError):
            client.kv.get("a", timeout=0.5)
    assert waiting[1].result() == "ClientClosedError"
    assert waiting[2].result() == "ClientClosedError"


def test_a_watch_that_is_dropped_while_there_is_no_server(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client:
            kept = client.watch("a")
            with kept:
                dropped = client.watch("a").__enter__()
                proxy.refuse()
                eventually(lambda: watchers(own_server) == 0)
                del dropped
                gc.collect()
                cancelled = client.watch("a", start_revision=1)
                entering = Beside(cancelled.__enter__)
                eventually(lambda: cancelled._hub is not None)
                cancelled.cancel()
                entering.result()
                proxy.heal()
                client.kv.put("a", "1")
                assert values(kept, 1) == [b"1"]
                assert watchers(own_server) == 1


def test_attempts_to_reach_a_server_become_rare(own_server: EtcdServer) -> None:
    events: list[CallEvent] = []
    with Client(own_server.endpoint, observer=events.append) as client:
        watch = client.watch("a")
        with watch:
            own_server.kill()
            methods = ["Watch.Watch"] * 5
            eventually(lambda: [event.method for event in events][-5:] == methods)
            seen = [event for event in events if event.method == "Watch.Watch"]
            # 25, 50, 100, 200 … ms lie between them.
            assert len(seen) < 8
            own_server.start()
            client.kv.put("a", "1")
            assert values(watch, 1) == [b"1"]


def test_attempts_are_rare_where_they_are_of_no_use() -> None:
    events: list[CallEvent] = []
    with EtcdCluster(1, etcd=NEWEST) as cluster:
        learner = cluster.newcomer()
        with Client(cluster.endpoints) as voter:
            voter.cluster.member_add([learner.peer_url], is_learner=True)
        learner.start()
        with Client(learner.endpoint, observer=events.append) as client:
            with pytest.raises(errors.NotSupportedForLearnerError):
                client.watch("a", start_revision=1, timeout=0.5).__enter__()
    assert len(events) < 5


# --- leaders ------------------------------------------------------------------------------------


@pytest.fixture
def pair() -> Iterator[EtcdCluster]:
    """Two members, of which neither leads without the other, and knows it soon."""
    flags = ["--heartbeat-interval=20", "--election-timeout=200"]
    with EtcdCluster(2, etcd=NEWEST, extra_args=flags) as started:
        yield started


@pytest.mark.parametrize("who", ["leader", "follower"])
def test_watches_that_require_a_leader_end_where_nobody_has_one(
    pair: EtcdCluster, who: str
) -> None:
    leader = pair.leader()
    lonely, other = sorted(pair.members, key=lambda each: (each is leader) != (who == "leader"))
    with Client(lonely.endpoint) as client, Client(pair.endpoints) as anywhere:
        strict = client.with_options(require_leader=True)
        patient = client.watch("a")
        impatient = [
            strict.watch("a"),
            anywhere.with_options(require_leader=True).watch("a"),
        ]
        for watch in patient, *impatient:
            watch.__enter__()
        other.kill()
        for watch in impatient:
            with pytest.raises(errors.NoLeaderError):
                next(watch)
        other.start()
        revision = (client.kv.put("a", "1")).header.revision
        assert values(patient, 1) == [b"1"]
        patient.cancel()
        with strict.watch("a", start_revision=revision) as again:
            assert values(again, 1) == [b"1"]


def test_a_watch_that_requires_a_leader_goes_where_one_is(
    pair: EtcdCluster, own_server: EtcdServer
) -> None:
    lonely, other = pair.members
    with Client(lonely.endpoint, require_leader=True) as client:
        watch = client.watch("a", start_revision=5)
        with watch:
            # It belongs to another cluster, to be sure; a client can't tell.
            client.set_endpoints([lonely.endpoint, own_server.endpoint])
            other.pause()
            eventually(lambda: watchers(own_server) == 1)
            other.resume()
            with Client(own_server.endpoint) as writer:
                for number in range(2, 6):
                    writer.kv.put("a", str(number))
            assert values(watch, 1) == [b"5"]


# --- compaction ---------------------------------------------------------------------------------


@each_release
def test_what_is_compacted_while_the_stream_is_broken(etcd: Path) -> None:
    gaps: list[tuple[int, int]] = []
    with EtcdServer(etcd=etcd) as server, FaultProxy(server.endpoint) as proxy:
        with Client(proxy.endpoint) as client, Client(server.endpoint) as writer:
            careful, bold, later = (
                client.watch("a", prefix=True),
                client.watch("a", on_compaction=lambda first, last: gaps.append((first, last))),
                client.watch("b", start_revision=12),
            )
            with careful, bold, later:
                writer.kv.put("a", "2")
                assert (values(careful, 1), values(bold, 1)) == ([b"2"], [b"2"])
                proxy.refuse()
                for number in range(3, 12):
                    writer.kv.put("a", str(number))
                writer.kv.compact(9)
                proxy.heal()
                for _ in range(2):
                    with pytest.raises(errors.WatchCompactedError) as caught:
                        next(careful)
                    assert caught.value.compact_revision == 9
                    assert caught.value.endpoint == proxy.endpoint
                assert values(bold, 2) == [b"10", b"11"]
                assert gaps == [(3, 9)]
                writer.kv.put("b", "12")
                assert values(later, 1) == [b"12"]
                assert watchers(server) == 2


# --- access -------------------------------------------------------------------------------------


def alice(server: EtcdServer, *, attempts: int = 100) -> Client:
    return Client(server.endpoint, username="alice", password="alice-pw", max_attempts=attempts)


@each_release
def test_a_denied_watch_disturbs_nobody(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        with alice(server) as client:
            good = [client.watch(f"/alice/{number}") for number in range(5)]
            bad = [
                client.watch("/bob/a", start_revision=1),
                client.watch("/", prefix=True),
                client.watch("/alice/a", range_end="/alicf"),
            ]
            good[0].__enter__()
            stream = client._connection.hubs[False]._stream
            entering = [Beside(watch.__enter__) for watch in (*bad, *good[1:])]
            for each in entering[: len(bad)]:
                with pytest.raises(errors.PermissionDeniedError) as caught:
                    each.result()
                assert caught.value.endpoint == server.endpoint
            for each in entering[len(bad) :]:
                each.result()
            client.kv.put("/alice/3", "1")
            assert values(good[3], 1) == [b"1"]
            assert client._connection.hubs[False]._stream is stream
            assert watchers(server) == 5
            for watch in good:
                watch.cancel()


@pytest.mark.parametrize("kind", ["simple", "jwt"])
def test_what_may_be_watched_is_what_may_be_read(kind: str, tmp_path: Path) -> None:
    flags = [f"--auth-token={jwt_tokens(tmp_path / 'jwt')}"] if kind == "jwt" else []
    with serve_with_auth(extra_args=flags) as server:
        with Client(server.endpoint, username="root", password="root-pw") as root:
            root.auth.role_grant_permission("alice", PermissionType.READ, "k", range_end="k4")
            root.auth.role_grant_permission("alice", PermissionType.WRITE, "w")
            written = [root.kv.put(key, key).header.revision for key in ("k", "k1", "k3", "k2")]
        with alice(server) as client:
            for allowed, keys in (
                (Watch("k"), [b"k"]),
                (Watch("k1").range_end("k3"), [b"k1", b"k2"]),
                (Watch("k").range_end("k4"), [b"k", b"k1", b"k3", b"k2"]),
            ):
                with client.watch(allowed.start_revision(written[0])) as watch:
                    assert values(watch, len(keys)) == keys
            denied = [
                Watch("k5"),
                Watch("w"),
                Watch("k").range_end("k6"),
                Watch("j").range_end("k1"),
            ]
            for each in denied:
                with pytest.raises(errors.PermissionDeniedError):
                    client.watch(each.start_revision(1)).__enter__()


def test_who_may_read_some_keys_cannot_watch_all_that_follow(
    auth_server: EtcdServer,
) -> None:
    """Before 3.5.27 and 3.6.8 etcd let it."""
    with alice(auth_server) as client:
        for revision in 0, 1:
            watch = client.watch("/alice/", from_key=True, start_revision=revision)
            with pytest.raises(errors.PermissionDeniedError):
                watch.__enter__()


def test_tokens_that_run_out_while_watches_are_created(tmp_path: Path) -> None:
    # Unlike etcd's simple tokens these end even if they are used.
    flag = f"--auth-token={jwt_tokens(tmp_path / 'jwt', ttl='1s')}"
    with serve_with_auth(extra_args=[flag]) as server:
        logins: list[CallEvent] = []

        def note(event: CallEvent) -> None:
            if event.method == "Auth.Authenticate":
                logins.append(event)

        client = Client(server.endpoint, username="alice", password="alice-pw", observer=note)
        with client:
            watches: list[Watcher] = []
            while len(logins) < 3:
                # Nothing but watches: a call would renew the token first.
                key = f"/alice/{len(watches)}"
                watches.append(client.watch(key, start_revision=1).__enter__())
            for number in range(0, len(watches), 50):
                client.kv.put(f"/alice/{number}", f"{number}")
                assert values(watches[number], 1) == [f"{number}".encode()]


def test_nothing_is_lost_while_tokens_run_out(tmp_path: Path) -> None:
    flag = f"--auth-token={jwt_tokens(tmp_path / 'jwt', ttl='1s')}"
    with serve_with_auth(extra_args=[flag]) as server, FaultProxy(server.endpoint) as proxy:
        logins: dict[str, int] = {proxy.endpoint: 0, server.endpoint: 0}

        def note(event: CallEvent) -> None:
            if event.method == "Auth.Authenticate":
                logins[event.endpoint] += 1

        client, writer = [
            Client(endpoint, username="alice", password="alice-pw", observer=note)
            for endpoint in logins
        ]
        with client, writer:
            traffic = Traffic(client, writer, "/alice/")
            traffic.begin()
            with Crowd(2, traffic.write):
                while logins[proxy.endpoint] < 3:
                    before = logins[server.endpoint]
                    eventually(lambda: logins[server.endpoint] > before)  # noqa: B023
                    proxy.reset()  # the next stream begins with a token as old as that one
                    eventually(lambda: proxy.open > 0)
            traffic.check()


@each_release
def test_tokens_that_are_forgotten(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        with alice(server) as client, client.watch("/alice/a") as first:
            # Simple tokens do not survive this.
            with Client(server.endpoint, username="root", password="root-pw") as root:
                root.auth.disable()
            with Client(server.endpoint) as anyone:
                anyone.auth.enable()
            with client.watch("/alice/b", start_revision=1) as second:
                with pytest.raises(errors.PermissionDeniedError):
                    client.watch("/bob/a", start_revision=1).__enter__()
                end(server)
                server.start()
                client.kv.put("/alice/a", "1")
                client.kv.put("/alice/b", "2")
                assert values(first, 1) == [b"1"]
                assert values(second, 1) == [b"2"]


@each_release
def test_roles_that_change_while_watches_are_created(etcd: Path, tmp_path: Path) -> None:
    """Each change makes all tokens out of date that carry a revision."""
    flag = f"--auth-token={jwt_tokens(tmp_path / 'jwt')}"
    with serve_with_auth(etcd=etcd, extra_args=[flag]) as server:
        root = Client(server.endpoint, username="root", password="root-pw")
        with root, alice(server) as client:
            watch = client.watch("/alice/a", start_revision=1)
            with watch:
                for number in range(30):
                    root.auth.role_grant_permission("alice", PermissionType.READ, "/more/")
                    with client.watch("/alice/b", start_revision=number + 1):
                        continue
                client.kv.put("/alice/a", "1")
                assert values(watch, 1) == [b"1"]


def test_a_login_that_fails_for_the_moment_ends_nothing(auth_server: EtcdServer) -> None:
    with alice(auth_server, attempts=1) as client, client.watch("/alice/a") as watch:
        client._connection.login.headers = None  # so that a login comes first
        auth_server.kill()
        with pytest.raises(errors.UnavailableError):
            client.kv.get("/alice/a")
        hub = client._connection.hubs[False]
        eventually(lambda: hub.trouble is not None)
        auth_server.start()
        with alice(auth_server) as writer:
            writer.kv.put("/alice/a", "1")
        assert values(watch, 1) == [b"1"]


def test_a_login_that_is_refused_ends_all_watches(auth_server: EtcdServer) -> None:
    with alice(auth_server) as client:
        one, other = client.watch("/alice/a"), client.watch("/alice/b")
        with one, other:
            with Client(auth_server.endpoint, username="root", password="root-pw") as root:
                root.auth.user_change_password("alice", password="another")
            auth_server.kill()
            auth_server.start()
            for watch in one, other:
                with pytest.raises(errors.AuthenticationFailedError):
                    next(watch)


def test_a_watch_without_a_login_is_denied(auth_server: EtcdServer) -> None:
    with Client(auth_server.endpoint) as anyone:
        for revision in 0, 1:
            with pytest.raises(errors.EmptyUserNameError):
                anyone.watch("/alice/a", start_revision=revision).__enter__()
    with Client(auth_server.endpoint, token="worn") as stranger:
        with pytest.raises(errors.InvalidAuthTokenError):
            stranger.watch("/alice/a", start_revision=1).__enter__()


# --- what must not happen -----------------------------------------------------------------------


def test_a_worker_that_breaks_down_leaves_nobody_waiting(
    client: Client,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    watches = [client.watch(prefix), client.watch(prefix)]
    for watch in watches:
        watch.__enter__()
    waiting = [Beside(partial(end_of, watch)) for watch in watches]

    def fail(response: pb.WatchResponse, events: object) -> None:
        raise LookupError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(client._connection.hubs[False]._session, "take_whole", fail)
        client.kv.put(prefix, "1")
        for each in waiting:
            assert each.result() == "StreamEndedError"
        with pytest.raises(errors.StreamEndedError, match="a bug"):
            next(watches[0])
    with client.watch(prefix) as watch:
        client.kv.put(prefix, "2")
        assert values(watch, 1) == [b"2"]
    eventually(lambda: "LookupError: a bug" in caplog.text)


def test_a_worker_that_does_not_begin(
    client: Client, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are too many threads, or Ctrl-C comes in the midst."""

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    watch = client.watch(prefix)
    with monkeypatch.context() as patched:
        patched.setattr(watches, Worker.__name__, fail)
        with pytest.raises(KeyboardInterrupt):
            watch.__enter__()
    with watch:
        client.kv.put(prefix, "1")
        assert values(watch, 1) == [b"1"]


def test_a_cancel_that_comes_with_a_response(
    client: Client, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from another thread: between that the reader has got it and that it looks inside."""
    watch = client.watch(prefix, prefix=True)
    taken = watch._take

    def take_and_cancel(hub: watches.WatchHub) -> object:
        if (news := taken(hub)) is not None:
            watch.cancel()
        return news

    monkeypatch.setattr(watch, "_take", take_and_cancel)
    with watch:
        client.kv.txn().then(*[Put(f"{prefix}{number}", "") for number in range(3)]).commit()
        assert [event for event in watch] == []


def test_a_cancel_while_a_creation_fails(
    client: Client, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from another thread, just before the beginner is told."""
    watch = client.watch(prefix)

    def fail(*_: object) -> None:
        watch.cancel()
        raise errors.UnavailableError("no connection")

    monkeypatch.setattr(watch, "_created", fail)
    with pytest.raises(errors.UnavailableError):
        watch.__enter__()
    with pytest.raises(StopIteration):
        next(watch)
    with pytest.raises(errors.StreamEndedError):
        watch.progress(timeout=math.inf)
