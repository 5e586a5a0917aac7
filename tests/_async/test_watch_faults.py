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
    AsyncClient,
    AsyncWatcher,
    CallEvent,
    Client,
    Delete,
    FilterType,
    PermissionType,
    Put,
    Watch,
    errors,
    pb,
)
from etcd_sdk._async import watch as watches
from etcd_sdk._async.pipeline import AsyncPipeline
from etcd_sdk._compat._async import AsyncWorker
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.certificates import jwt_tokens
from tests.conftest import NEWEST, RELEASES, end, serve_with_auth
from tests.faults.proxy import FaultProxy
from tests.histories import Recorded, Truth, problems
from tests.metrics import metric, open_streams, renewal_streams, watch_streams, watchers
from tests.twins._async import AsyncBeside, AsyncCrowd, async_eventually

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))


async def values(watch: AsyncWatcher, count: int) -> list[bytes]:
    return [(await anext(watch)).kv.value for _ in range(count)]


async def end_of(watch: AsyncWatcher) -> str:
    """How it ends, whatever comes before."""
    try:
        async for _ in watch:
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


class AsyncTraffic:
    """Writes, and watches that record what they bring of them.

    Args:
        client: Watches.
        writer: Writes, whatever becomes of single writes.
        prefix: Of all keys.
    """

    def __init__(self, client: AsyncClient, writer: AsyncClient, prefix: str) -> None:
        self._client = client
        self._writer = writer
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._first = 0
        self._watches: list[AsyncWatcher] = []
        self._asked: list[Watch] = []
        self._recording: list[AsyncBeside[list[pb.WatchResponse]]] = []

    async def begin(self) -> None:
        """Begin to watch."""
        self._first = (await self._writer.kv.get(self._prefix)).header.revision + 1
        for number, asked in enumerate(every_kind(self._prefix, self._first)):
            watch = self._client.watch(asked, buffer=5 if number % 2 else 1000)
            await watch.__aenter__()
            self._watches.append(watch)
            self._asked.append(asked)
            self._recording.append(AsyncBeside(partial(record, watch)))

    async def write(self, caller: int) -> None:
        """One write, for ``AsyncCrowd``."""
        number = next(self._numbers)
        keys = [f"{self._prefix}{key % 5 + 1}" for key in range(number, number + 3)]
        with suppress(errors.EtcdError):
            if number % 4 == 0:
                await self._writer.kv.txn().then(*[Put(key, f"{number}") for key in keys]).commit()
            elif number % 4 == 1:
                await self._writer.kv.delete(keys[0])
            else:
                await self._writer.kv.put(keys[0], f"{number}")

    async def check(self) -> None:
        """Have all watches come to the end, and find nothing wrong with them."""
        keys = [f"{self._prefix}{name}" for name in ("", "1", "3")]
        await self._writer.kv.txn().then(*[Put(key, "end") for key in keys]).commit()
        last = await self._writer.kv.txn().then(*[Delete(key) for key in keys]).commit()
        truth = await self._truth(last.header.revision)
        for asked, recording in zip(self._asked, self._recording, strict=True):
            recorded = Recorded(asked.build(), await recording.result())
            assert problems(recorded, truth) == []
            assert len(list(recorded.events)) > 20
        for watch in self._watches:
            watch.cancel()

    async def _truth(self, last: int) -> Truth:
        """All that has happened, from a stream that nothing happens to."""
        asked = Watch(self._prefix).prefix().start_revision(self._first)
        events: list[pb.Event] = []
        async with self._writer.rpc.watch.watch() as stream:
            stream.send(pb.WatchRequest(create_request=asked.build()))
            while not events or events[-1].kv.mod_revision < last:
                events += (await anext(stream)).events
        return Truth(events)


async def more(crowd: AsyncCrowd, count: int) -> None:
    """Wait until the crowd has done so much more."""
    before = crowd.calls
    await async_eventually(lambda: crowd.calls > before + count)


async def record(watch: AsyncWatcher) -> list[pb.WatchResponse]:
    """All responses, up to the one that ends the traffic."""
    responses: list[pb.WatchResponse] = []
    async for response in watch.responses():
        responses.append(response)
        for event in response.events:
            if event.kv.value == b"end" or event.kv.key.endswith(b"/"):
                return responses
    raise AssertionError("the watch has ended")


@each_release
async def test_nothing_is_lost_while_the_only_server_ends(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        async with AsyncClient(server.endpoint) as client, AsyncClient(server.endpoint) as writer:
            traffic = AsyncTraffic(client, writer, "/t/")
            await traffic.begin()
            async with AsyncCrowd(2, traffic.write) as crowd:
                for _ in range(3):
                    await more(crowd, 50)
                    end(server)
                    server.start()
            await traffic.check()


async def test_nothing_is_lost_while_members_come_and_go(
    shared_cluster: EtcdCluster, prefix: str
) -> None:
    endpoints = shared_cluster.endpoints
    writer = AsyncClient(endpoints, timeout=1)  # one that asks a dead leader waits for seconds
    async with AsyncClient(endpoints) as client, writer:
        traffic = AsyncTraffic(client, writer, prefix)
        await traffic.begin()
        async with AsyncCrowd(2, traffic.write) as crowd:
            for member in shared_cluster.members:
                member.kill()
                await more(crowd, 50)
                member.start()
        await traffic.check()


async def test_nothing_is_lost_over_a_network_that_resets_at_random(
    own_server: EtcdServer,
) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        proxy.reset_randomly(7, least=2_000, most=20_000)
        client, writer = AsyncClient(proxy.endpoint), AsyncClient(own_server.endpoint)
        async with client, writer:
            traffic = AsyncTraffic(client, writer, "/t/")
            await traffic.begin()
            async with AsyncCrowd(2, traffic.write):
                await async_eventually(lambda: proxy.resets > 10)
            proxy.heal()
            await traffic.check()


async def test_notifications_are_right_over_restarts() -> None:
    flags = ["--watch-progress-notify-interval=100ms"]
    with EtcdServer(etcd=NEWEST, extra_args=flags) as server:
        async with AsyncClient(server.endpoint) as client, AsyncClient(server.endpoint) as writer:
            traffic = AsyncTraffic(client, writer, "/t/")
            await traffic.begin()
            notified = client.watch("elsewhere", progress_notify=True)
            async with notified:
                for _ in range(2):
                    async with AsyncCrowd(1, traffic.write) as crowd:
                        await async_eventually(lambda: crowd.calls > 50)
                    newest = (await writer.kv.get("a")).header.revision
                    while (await anext(notified.responses())).header.revision < newest:
                        continue
                    server.kill()
                    server.start()
            await traffic.check()


async def test_nothing_is_lost_on_a_member_that_gets_a_snapshot() -> None:
    flags = ["--snapshot-count=10", "--snapshot-catchup-entries=5"]
    with EtcdCluster(etcd=NEWEST, extra_args=flags) as cluster:
        follower = next(each for each in cluster.members if each is not cluster.leader())
        others = [each.endpoint for each in cluster.members if each is not follower]
        async with AsyncClient(follower.endpoint) as client, AsyncClient(others) as writer:
            first = (await writer.kv.put("a", "")).header.revision
            async with client.watch("a", start_revision=first) as watch:
                await anext(watch)
                follower.pause()

                async def write(_: int) -> None:
                    await writer.kv.put("a", "")

                # As many are under way to the follower that are not in the leader's log any more.
                async with AsyncCrowd(8, write) as crowd:
                    await async_eventually(lambda: crowd.calls > 600)
                follower.resume()
                last = (await writer.kv.get("a")).header.revision
                revisions = [(await anext(watch)).kv.mod_revision for _ in range(first, last)]
                assert revisions == list(range(first + 1, last + 1))
                assert metric(follower, "etcd_network_snapshot_receive_success") > 0


# --- broken streams -----------------------------------------------------------------------------


async def test_a_stream_that_breaks_between_fragments(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as writer:
        value = b"x" * 60_000
        first = (await writer.kv.put("a", value)).header.revision
        for _ in range(99):
            await writer.kv.put("a", value)
    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client:
            # Of the six megabytes two and a half arrive, and then three and a half.
            for count, reset in (2_500_000, False), (3_500_000, True):
                proxy.cut_after(count, reset=reset)
                for fragment in True, False:
                    watch = client.watch("a", start_revision=first, fragment=fragment)
                    async with watch:
                        revisions = [(await anext(watch)).kv.mod_revision for _ in range(100)]
                        assert revisions == list(range(first, first + 100))
        assert proxy.cuts == 2


async def test_a_watch_moves_on_from_a_connection_that_went_silent() -> None:
    flags = ["--grpc-keepalive-min-time=500ms"]
    with (
        EtcdServer(etcd=NEWEST, extra_args=flags) as server,
        FaultProxy(server.endpoint) as silent,
        FaultProxy(server.endpoint) as other,
    ):
        client = AsyncClient(silent.endpoint, keepalive_time=1, keepalive_timeout=1)
        async with client, AsyncClient(server.endpoint) as writer, client.watch("a") as watch:
            await writer.kv.put("a", "1")
            assert await values(watch, 1) == [b"1"]
            client.set_endpoints([silent.endpoint, other.endpoint])
            silent.black_hole()
            await writer.kv.put("a", "2")
            assert await values(watch, 1) == [b"2"]
            assert other.bytes_to_client > 0


@pytest.mark.parametrize("revision", [0, 1], ids=["from now on", "from the past"])
async def test_a_connection_that_breaks_while_a_watch_is_asked_for(
    own_server: EtcdServer, revision: int
) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client:
            await client.kv.get("a")
            own_server.pause()
            sent = proxy.bytes_to_server
            watch = client.watch("a", start_revision=revision)
            entering = AsyncBeside(watch.__aenter__)
            await async_eventually(lambda: proxy.bytes_to_server > sent)
            proxy.reset()
            own_server.resume()
            await entering.result()
            await client.kv.put("a", "1")
            assert await values(watch, 1) == [b"1"]
            watch.cancel()


async def test_what_is_written_before_the_watch_is_back(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        client, writer = AsyncClient(proxy.endpoint), AsyncClient(own_server.endpoint)
        async with client, writer, client.watch("a") as watch:
            await writer.kv.put("a", "0")
            assert await values(watch, 1) == [b"0"]
            proxy.refuse()
            for number in range(1, 10):
                if number == 5:
                    own_server.kill()
                    own_server.start()
                await writer.kv.put("a", f"{number}", timeout=20)
            proxy.heal()
            assert await values(watch, 9) == [f"{number}".encode() for number in range(1, 10)]


async def test_a_revision_in_the_future_over_a_restart(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        watch = client.watch("a", start_revision=5)
        async with watch:
            own_server.kill()
            own_server.start()
            for number in range(2, 7):
                await client.kv.put("a", str(number))
            assert await values(watch, 2) == [b"5", b"6"]


async def test_the_acknowledgement_is_that_of_the_first_stream(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.watch("a") as watch:
        created = watch.created
        own_server.kill()
        own_server.start()
        await client.kv.put("a", "1")
        assert await values(watch, 1) == [b"1"]
        assert watch.created is created


async def test_progress_after_a_restart(own_server: EtcdServer) -> None:
    """Watches that have seen everything count as ones of the future on their next server."""
    async with AsyncClient(own_server.endpoint) as client:
        one, other = client.watch("a"), client.watch("b", start_revision=100)
        async with one, other:
            revision = (await client.kv.put("a", "1")).header.revision
            assert await values(one, 1) == [b"1"]
            own_server.kill()
            own_server.start()
            assert await one.progress() == revision
            assert await other.progress() == revision
            await client.kv.put("a", "2")
            assert await values(one, 1) == [b"2"]
            for _ in range(2, 110):
                revision = (await client.kv.put("b", "")).header.revision
            assert [(await anext(other)).kv.mod_revision for _ in range(5)] == list(range(100, 105))


async def test_progress_of_a_reader_that_falls_behind_meanwhile(own_server: EtcdServer) -> None:
    """The server was told to stop, but has answered for the watches of the stream by then."""
    async with AsyncClient(own_server.endpoint) as client, client.watch("b"):
        for _ in range(5):
            async with client.watch("a", buffer=1) as slow:
                with Client(own_server.endpoint) as writer:
                    written = [writer.kv.put("a", "").header.revision for _ in range(5)]
                assert await slow.progress() == slow._watch.state.next_revision - 1
                assert [(await anext(slow)).kv.mod_revision for _ in range(5)] == written
                assert await slow.progress() == written[-1]


async def test_an_endpoint_that_serves_again_before_anybody_waits_for_it(
    own_server: EtcdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    recover = AsyncPipeline.recover

    async def slowly(pipeline: AsyncPipeline, *args: Any) -> float:
        await recover(pipeline, *args)
        await async_eventually(lambda: not pipeline.connection.balancer._failed)
        return 60.0

    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client, AsyncClient(own_server.endpoint) as other:
            kept = client.lease.keep_alive((await client.lease.grant(60)).ID)
            async with client.watch("a") as watch:
                await async_eventually(lambda: kept.ttl > 0)
                with monkeypatch.context() as patched:
                    patched.setattr(AsyncPipeline, "recover", slowly)
                    proxy.reset()
                    await other.kv.put("a", "1")
                    reading = AsyncBeside(partial(values, watch, 1))
                    assert await reading.result() == [b"1"]
                    await async_eventually(lambda: open_streams(own_server) == 1)
                    await async_eventually(lambda: renewal_streams(own_server) == 2)


async def test_watches_that_are_begun_and_cancelled_while_the_network_breaks(
    own_server: EtcdServer,
) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client:

            async def come_and_go(caller: int) -> None:
                key = str(caller)
                async with client.watch(key, timeout=20) as watch:
                    revision = (await client.kv.put(key, "")).header.revision
                    while (await anext(watch)).kv.mod_revision < revision:
                        continue
                    if caller == 0:
                        proxy.reset()

            async def put_and_reset(caller: int) -> None:
                with suppress(errors.UnavailableError):  # a put that is in doubt
                    await come_and_go(caller)

            async with AsyncCrowd(10, put_and_reset) as crowd:
                await async_eventually(lambda: proxy.resets > 20 and crowd.calls > 200)
            await async_eventually(lambda: watchers(own_server) == 0)
            await async_eventually(lambda: watch_streams(own_server) == 0)


async def test_hundreds_of_watches_go_on_while_many_are_cancelled(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        watches = [client.watch(f"{number}", start_revision=2) for number in range(300)]
        for watch in watches:
            await watch.__aenter__()
        own_server.kill()
        for watch in watches[::3]:
            watch.cancel()
        own_server.start()
        for watch in watches[1::3]:
            watch.cancel()
        for number in range(300):
            await client.kv.put(f"{number}", f"{number}")
        for number in range(2, 300, 3):
            assert await values(watches[number], 1) == [f"{number}".encode()]
        await async_eventually(lambda: watchers(own_server) == 100)
        waiting = [AsyncBeside(partial(end_of, watch)) for watch in watches[2::30]]
    for each in waiting:
        assert await each.result() == "ClientClosedError"


async def test_many_watches_end_while_they_are_carried_on(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        client = AsyncClient(proxy.endpoint)
        watches = [client.watch(f"{number}", start_revision=1) for number in range(1000)]
        for watch in watches:
            await watch.__aenter__()
        waiting = [AsyncBeside(partial(end_of, watch)) for watch in watches[:40]]
        before = proxy.bytes_to_client
        proxy.reset()
        await async_eventually(lambda: proxy.bytes_to_client > before + 1000)
        for watch in watches[::2]:
            watch.cancel()
        await client.close()
        ends = [await each.result() for each in waiting]
    assert ends == ["ended", "ClientClosedError"] * 20
    await async_eventually(lambda: watchers(own_server) == 0)


# --- no server ----------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", [0, 1], ids=["from now on", "from the past"])
async def test_a_watch_that_no_server_acknowledges(own_server: EtcdServer, revision: int) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        hasty = client.with_options(timeout=0.8)
        watch = client.watch("a", start_revision=revision, timeout=0.8)
        own_server.kill()
        for each in hasty.watch("a", start_revision=revision), watch:
            with pytest.raises(errors.UnavailableError) as caught:
                await each.__aenter__()
            assert caught.value.endpoint == own_server.endpoint
        own_server.start()
        own_server.pause()
        with pytest.raises((errors.DeadlineExceededError, errors.UnavailableError)):
            await watch.__aenter__()
        own_server.resume()
        async with client.watch("b"):
            await async_eventually(lambda: watchers(own_server) == 1)
        # It was no fault of the watch, which may be tried again.
        async with watch:
            await client.kv.put("a", "1")
            assert await values(watch, 1) == [b"1"]


async def test_a_stream_that_is_there_again_is_no_trouble_any_more(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.watch("a") as watch:
        own_server.kill()
        own_server.start()
        await client.kv.put("a", "1")
        assert await values(watch, 1) == [b"1"]
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError, match=r"acknowledged.*0\.2 s"):
            await client.watch("b", start_revision=1, timeout=0.2).__aenter__()
        own_server.resume()
        await async_eventually(lambda: watchers(own_server) == 1)


async def test_the_end_comes_at_once_while_there_is_no_server(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        strict = client.with_options(require_leader=True)
        watches = [client.watch("a"), client.watch("a"), strict.watch("a")]
        for watch in watches:
            await watch.__aenter__()
        waiting = [AsyncBeside(partial(end_of, watch)) for watch in watches]
        own_server.kill()
        watches[0].cancel()
        assert await waiting[0].result() == "ended"
        with suppress(errors.UnavailableError):
            await client.kv.get("a", timeout=0.5)
    assert await waiting[1].result() == "ClientClosedError"
    assert await waiting[2].result() == "ClientClosedError"


async def test_a_watch_that_is_dropped_while_there_is_no_server(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client:
            kept = client.watch("a")
            async with kept:
                dropped = await client.watch("a").__aenter__()
                proxy.refuse()
                await async_eventually(lambda: watchers(own_server) == 0)
                del dropped
                gc.collect()
                cancelled = client.watch("a", start_revision=1)
                entering = AsyncBeside(cancelled.__aenter__)
                await async_eventually(lambda: cancelled._hub is not None)
                cancelled.cancel()
                await entering.result()
                proxy.heal()
                await client.kv.put("a", "1")
                assert await values(kept, 1) == [b"1"]
                assert watchers(own_server) == 1


async def test_attempts_to_reach_a_server_become_rare(own_server: EtcdServer) -> None:
    events: list[CallEvent] = []
    async with AsyncClient(own_server.endpoint, observer=events.append) as client:
        watch = client.watch("a")
        async with watch:
            own_server.kill()
            methods = ["Watch.Watch"] * 5
            await async_eventually(lambda: [event.method for event in events][-5:] == methods)
            seen = [event for event in events if event.method == "Watch.Watch"]
            # 25, 50, 100, 200 … ms lie between them.
            assert len(seen) < 8
            own_server.start()
            await client.kv.put("a", "1")
            assert await values(watch, 1) == [b"1"]


async def test_attempts_are_rare_where_they_are_of_no_use() -> None:
    events: list[CallEvent] = []
    with EtcdCluster(1, etcd=NEWEST) as cluster:
        learner = cluster.newcomer()
        async with AsyncClient(cluster.endpoints) as voter:
            await voter.cluster.member_add([learner.peer_url], is_learner=True)
        learner.start()
        async with AsyncClient(learner.endpoint, observer=events.append) as client:
            with pytest.raises(errors.NotSupportedForLearnerError):
                await client.watch("a", start_revision=1, timeout=0.5).__aenter__()
    assert len(events) < 5


# --- leaders ------------------------------------------------------------------------------------


@pytest.fixture
def pair() -> Iterator[EtcdCluster]:
    """Two members, of which neither leads without the other, and knows it soon."""
    flags = ["--heartbeat-interval=20", "--election-timeout=200"]
    with EtcdCluster(2, etcd=NEWEST, extra_args=flags) as started:
        yield started


@pytest.mark.parametrize("who", ["leader", "follower"])
async def test_watches_that_require_a_leader_end_where_nobody_has_one(
    pair: EtcdCluster, who: str
) -> None:
    leader = pair.leader()
    lonely, other = sorted(pair.members, key=lambda each: (each is leader) != (who == "leader"))
    async with AsyncClient(lonely.endpoint) as client, AsyncClient(pair.endpoints) as anywhere:
        strict = client.with_options(require_leader=True)
        patient = client.watch("a")
        impatient = [
            strict.watch("a"),
            anywhere.with_options(require_leader=True).watch("a"),
        ]
        for watch in patient, *impatient:
            await watch.__aenter__()
        other.kill()
        for watch in impatient:
            with pytest.raises(errors.NoLeaderError):
                await anext(watch)
        other.start()
        revision = (await client.kv.put("a", "1")).header.revision
        assert await values(patient, 1) == [b"1"]
        patient.cancel()
        async with strict.watch("a", start_revision=revision) as again:
            assert await values(again, 1) == [b"1"]


async def test_a_watch_that_requires_a_leader_goes_where_one_is(
    pair: EtcdCluster, own_server: EtcdServer
) -> None:
    lonely, other = pair.members
    async with AsyncClient(lonely.endpoint, require_leader=True) as client:
        watch = client.watch("a", start_revision=5)
        async with watch:
            # It belongs to another cluster, to be sure; a client can't tell.
            client.set_endpoints([lonely.endpoint, own_server.endpoint])
            other.pause()
            await async_eventually(lambda: watchers(own_server) == 1)
            other.resume()
            async with AsyncClient(own_server.endpoint) as writer:
                for number in range(2, 6):
                    await writer.kv.put("a", str(number))
            assert await values(watch, 1) == [b"5"]


# --- compaction ---------------------------------------------------------------------------------


@each_release
async def test_what_is_compacted_while_the_stream_is_broken(etcd: Path) -> None:
    gaps: list[tuple[int, int]] = []
    with EtcdServer(etcd=etcd) as server, FaultProxy(server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client, AsyncClient(server.endpoint) as writer:
            careful, bold, later = (
                client.watch("a", prefix=True),
                client.watch("a", on_compaction=lambda first, last: gaps.append((first, last))),
                client.watch("b", start_revision=12),
            )
            async with careful, bold, later:
                await writer.kv.put("a", "2")
                assert (await values(careful, 1), await values(bold, 1)) == ([b"2"], [b"2"])
                proxy.refuse()
                for number in range(3, 12):
                    await writer.kv.put("a", str(number))
                await writer.kv.compact(9)
                proxy.heal()
                for _ in range(2):
                    with pytest.raises(errors.WatchCompactedError) as caught:
                        await anext(careful)
                    assert caught.value.compact_revision == 9
                    assert caught.value.endpoint == proxy.endpoint
                assert await values(bold, 2) == [b"10", b"11"]
                assert gaps == [(3, 9)]
                await writer.kv.put("b", "12")
                assert await values(later, 1) == [b"12"]
                assert watchers(server) == 2


# --- access -------------------------------------------------------------------------------------


def alice(server: EtcdServer, *, attempts: int = 100) -> AsyncClient:
    return AsyncClient(
        server.endpoint, username="alice", password="alice-pw", max_attempts=attempts
    )


@each_release
async def test_a_denied_watch_disturbs_nobody(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        async with alice(server) as client:
            good = [client.watch(f"/alice/{number}") for number in range(5)]
            bad = [
                client.watch("/bob/a", start_revision=1),
                client.watch("/", prefix=True),
                client.watch("/alice/a", range_end="/alicf"),
            ]
            await good[0].__aenter__()
            stream = client._connection.hubs[False]._stream
            entering = [AsyncBeside(watch.__aenter__) for watch in (*bad, *good[1:])]
            for each in entering[: len(bad)]:
                with pytest.raises(errors.PermissionDeniedError) as caught:
                    await each.result()
                assert caught.value.endpoint == server.endpoint
            for each in entering[len(bad) :]:
                await each.result()
            await client.kv.put("/alice/3", "1")
            assert await values(good[3], 1) == [b"1"]
            assert client._connection.hubs[False]._stream is stream
            assert watchers(server) == 5
            for watch in good:
                watch.cancel()


@pytest.mark.parametrize("kind", ["simple", "jwt"])
async def test_what_may_be_watched_is_what_may_be_read(kind: str, tmp_path: Path) -> None:
    flags = [f"--auth-token={jwt_tokens(tmp_path / 'jwt')}"] if kind == "jwt" else []
    with serve_with_auth(extra_args=flags) as server:
        with Client(server.endpoint, username="root", password="root-pw") as root:
            root.auth.role_grant_permission("alice", PermissionType.READ, "k", range_end="k4")
            root.auth.role_grant_permission("alice", PermissionType.WRITE, "w")
            written = [root.kv.put(key, key).header.revision for key in ("k", "k1", "k3", "k2")]
        async with alice(server) as client:
            for allowed, keys in (
                (Watch("k"), [b"k"]),
                (Watch("k1").range_end("k3"), [b"k1", b"k2"]),
                (Watch("k").range_end("k4"), [b"k", b"k1", b"k3", b"k2"]),
            ):
                async with client.watch(allowed.start_revision(written[0])) as watch:
                    assert await values(watch, len(keys)) == keys
            denied = [
                Watch("k5"),
                Watch("w"),
                Watch("k").range_end("k6"),
                Watch("j").range_end("k1"),
            ]
            for each in denied:
                with pytest.raises(errors.PermissionDeniedError):
                    await client.watch(each.start_revision(1)).__aenter__()


async def test_who_may_read_some_keys_cannot_watch_all_that_follow(
    auth_server: EtcdServer,
) -> None:
    """Before 3.5.27 and 3.6.8 etcd let it."""
    async with alice(auth_server) as client:
        for revision in 0, 1:
            watch = client.watch("/alice/", from_key=True, start_revision=revision)
            with pytest.raises(errors.PermissionDeniedError):
                await watch.__aenter__()


async def test_tokens_that_run_out_while_watches_are_created(tmp_path: Path) -> None:
    # Unlike etcd's simple tokens these end even if they are used.
    flag = f"--auth-token={jwt_tokens(tmp_path / 'jwt', ttl='1s')}"
    with serve_with_auth(extra_args=[flag]) as server:
        logins: list[CallEvent] = []

        def note(event: CallEvent) -> None:
            if event.method == "Auth.Authenticate":
                logins.append(event)

        client = AsyncClient(server.endpoint, username="alice", password="alice-pw", observer=note)
        async with client:
            watches: list[AsyncWatcher] = []
            while len(logins) < 3:
                # Nothing but watches: a call would renew the token first.
                key = f"/alice/{len(watches)}"
                watches.append(await client.watch(key, start_revision=1).__aenter__())
            for number in range(0, len(watches), 50):
                await client.kv.put(f"/alice/{number}", f"{number}")
                assert await values(watches[number], 1) == [f"{number}".encode()]


async def test_nothing_is_lost_while_tokens_run_out(tmp_path: Path) -> None:
    flag = f"--auth-token={jwt_tokens(tmp_path / 'jwt', ttl='1s')}"
    with serve_with_auth(extra_args=[flag]) as server, FaultProxy(server.endpoint) as proxy:
        logins: dict[str, int] = {proxy.endpoint: 0, server.endpoint: 0}

        def note(event: CallEvent) -> None:
            if event.method == "Auth.Authenticate":
                logins[event.endpoint] += 1

        client, writer = [
            AsyncClient(endpoint, username="alice", password="alice-pw", observer=note)
            for endpoint in logins
        ]
        async with client, writer:
            traffic = AsyncTraffic(client, writer, "/alice/")
            await traffic.begin()
            async with AsyncCrowd(2, traffic.write):
                while logins[proxy.endpoint] < 3:
                    before = logins[server.endpoint]
                    await async_eventually(lambda: logins[server.endpoint] > before)  # noqa: B023
                    proxy.reset()  # the next stream begins with a token as old as that one
                    await async_eventually(lambda: proxy.open > 0)
            await traffic.check()


@each_release
async def test_tokens_that_are_forgotten(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        async with alice(server) as client, client.watch("/alice/a") as first:
            # Simple tokens do not survive this.
            with Client(server.endpoint, username="root", password="root-pw") as root:
                root.auth.disable()
            with Client(server.endpoint) as anyone:
                anyone.auth.enable()
            async with client.watch("/alice/b", start_revision=1) as second:
                with pytest.raises(errors.PermissionDeniedError):
                    await client.watch("/bob/a", start_revision=1).__aenter__()
                end(server)
                server.start()
                await client.kv.put("/alice/a", "1")
                await client.kv.put("/alice/b", "2")
                assert await values(first, 1) == [b"1"]
                assert await values(second, 1) == [b"2"]


@each_release
async def test_roles_that_change_while_watches_are_created(etcd: Path, tmp_path: Path) -> None:
    """Each change makes all tokens out of date that carry a revision."""
    flag = f"--auth-token={jwt_tokens(tmp_path / 'jwt')}"
    with serve_with_auth(etcd=etcd, extra_args=[flag]) as server:
        root = AsyncClient(server.endpoint, username="root", password="root-pw")
        async with root, alice(server) as client:
            watch = client.watch("/alice/a", start_revision=1)
            async with watch:
                for number in range(30):
                    await root.auth.role_grant_permission("alice", PermissionType.READ, "/more/")
                    async with client.watch("/alice/b", start_revision=number + 1):
                        continue
                await client.kv.put("/alice/a", "1")
                assert await values(watch, 1) == [b"1"]


async def test_a_login_that_fails_for_the_moment_ends_nothing(auth_server: EtcdServer) -> None:
    async with alice(auth_server, attempts=1) as client, client.watch("/alice/a") as watch:
        client._connection.login.headers = None  # so that a login comes first
        auth_server.kill()
        with pytest.raises(errors.UnavailableError):
            await client.kv.get("/alice/a")
        hub = client._connection.hubs[False]
        await async_eventually(lambda: hub.trouble is not None)
        auth_server.start()
        async with alice(auth_server) as writer:
            await writer.kv.put("/alice/a", "1")
        assert await values(watch, 1) == [b"1"]


async def test_a_login_that_is_refused_ends_all_watches(auth_server: EtcdServer) -> None:
    async with alice(auth_server) as client:
        one, other = client.watch("/alice/a"), client.watch("/alice/b")
        async with one, other:
            with Client(auth_server.endpoint, username="root", password="root-pw") as root:
                root.auth.user_change_password("alice", password="another")
            auth_server.kill()
            auth_server.start()
            for watch in one, other:
                with pytest.raises(errors.AuthenticationFailedError):
                    await anext(watch)


async def test_a_watch_without_a_login_is_denied(auth_server: EtcdServer) -> None:
    async with AsyncClient(auth_server.endpoint) as anyone:
        for revision in 0, 1:
            with pytest.raises(errors.EmptyUserNameError):
                await anyone.watch("/alice/a", start_revision=revision).__aenter__()
    async with AsyncClient(auth_server.endpoint, token="worn") as stranger:
        with pytest.raises(errors.InvalidAuthTokenError):
            await stranger.watch("/alice/a", start_revision=1).__aenter__()


# --- what must not happen -----------------------------------------------------------------------


async def test_a_worker_that_breaks_down_leaves_nobody_waiting(
    client: AsyncClient,
    prefix: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    watches = [client.watch(prefix), client.watch(prefix)]
    for watch in watches:
        await watch.__aenter__()
    waiting = [AsyncBeside(partial(end_of, watch)) for watch in watches]

    def fail(response: pb.WatchResponse, events: object) -> None:
        raise LookupError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(client._connection.hubs[False]._session, "take_whole", fail)
        await client.kv.put(prefix, "1")
        for each in waiting:
            assert await each.result() == "StreamEndedError"
        with pytest.raises(errors.StreamEndedError, match="a bug"):
            await anext(watches[0])
    async with client.watch(prefix) as watch:
        await client.kv.put(prefix, "2")
        assert await values(watch, 1) == [b"2"]
    await async_eventually(lambda: "LookupError: a bug" in caplog.text)


async def test_a_worker_that_does_not_begin(
    client: AsyncClient, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are too many threads, or Ctrl-C comes in the midst."""

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    watch = client.watch(prefix)
    with monkeypatch.context() as patched:
        patched.setattr(watches, AsyncWorker.__name__, fail)
        with pytest.raises(KeyboardInterrupt):
            await watch.__aenter__()
    async with watch:
        await client.kv.put(prefix, "1")
        assert await values(watch, 1) == [b"1"]


async def test_a_cancel_that_comes_with_a_response(
    client: AsyncClient, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from another thread: between that the reader has got it and that it looks inside."""
    watch = client.watch(prefix, prefix=True)
    taken = watch._take

    def take_and_cancel(hub: watches.AsyncWatchHub) -> object:
        if (news := taken(hub)) is not None:
            watch.cancel()
        return news

    monkeypatch.setattr(watch, "_take", take_and_cancel)
    async with watch:
        await client.kv.txn().then(*[Put(f"{prefix}{number}", "") for number in range(3)]).commit()
        assert [event async for event in watch] == []


async def test_a_cancel_while_a_creation_fails(
    client: AsyncClient, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from another thread, just before the beginner is told."""
    watch = client.watch(prefix)

    async def fail(*_: object) -> None:
        watch.cancel()
        raise errors.UnavailableError("no connection")

    monkeypatch.setattr(watch, "_created", fail)
    with pytest.raises(errors.UnavailableError):
        await watch.__aenter__()
    with pytest.raises(StopAsyncIteration):
        await anext(watch)
    with pytest.raises(errors.StreamEndedError):
        await watch.progress(timeout=math.inf)
