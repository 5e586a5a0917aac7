# Derived from tests/_async/test_watch_contract.py by codegen; do not edit.

"""What a watch promises: all that happens, once, in order, until it ends for a reason it tells."""

from __future__ import annotations

import contextlib

import pytest

from etcd_sdk import Client, EventType, FilterType, Put, Watch, Watcher, errors
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.conftest import serve_with_auth
from tests.twins._sync import Beside, eventually


def taken(watch: Watcher, number: int) -> list[tuple[bytes, bytes, int]]:
    """The next events, as key, value and revision."""
    events = [next(watch) for _ in range(number)]
    return [(event.kv.key, event.kv.value, event.kv.mod_revision) for event in events]


def revisions(watch: Watcher, number: int) -> list[int]:
    return [revision for _, _, revision in taken(watch, number)]


def put_many(client: Client, prefix: str, number: int) -> list[int]:
    return [
        (client.kv.put(f"{prefix}{index % 7}", str(index))).header.revision
        for index in range(number)
    ]


def test_from_now_on(server: EtcdServer, prefix: str) -> None:
    with Client(server.endpoint) as client:
        client.kv.put(f"{prefix}old", "0")
        with client.watch(prefix, prefix=True) as watch:
            assert watch.created is not None
            assert watch.created.created
            client.kv.put(f"{prefix}a", "1")
            client.kv.delete(f"{prefix}a")
            first, second = next(watch), next(watch)
    assert (first.type == EventType.PUT, first.kv.value) == (True, b"1")
    assert (second.type == EventType.DELETE, second.kv.key) == (True, f"{prefix}a".encode())


def test_history_and_options(server: EtcdServer, prefix: str) -> None:
    with Client(server.endpoint) as client:
        written = put_many(client, prefix, 10)
        start = written[0]
        with client.watch(prefix, prefix=True, start_revision=start) as watch:
            assert revisions(watch, 10) == written
        with client.watch(f"{prefix}0", start_revision=start, prev_kv=True) as watch:
            assert [(next(watch)).prev_kv.value for _ in range(2)] == [b"", b"0"]
        client.kv.delete(f"{prefix}0")
        deletions = Watch(prefix).prefix().start_revision(start).filters(FilterType.NOPUT)
        with client.watch(deletions) as watch:
            assert (next(watch)).kv.key == f"{prefix}0".encode()
        with client.watch(f"{prefix}1", start_revision=start, watch_id=77) as watch:
            response = next(watch.responses())
            assert (response.watch_id, len(response.events)) == (77, 2)
        with pytest.raises(errors.ArgumentValueError, match="prefix"):
            client.watch(deletions, prefix=True)
        with pytest.raises(errors.ArgumentValueError, match="buffer"):
            client.watch("a", buffer=0)


def test_nothing_is_lost_over_restarts(own_server: EtcdServer) -> None:
    with (
        Client(own_server.endpoint) as client,
        client.watch("a/", prefix=True) as watch,
        client.watch("none") as other,
    ):
        written = put_many(client, "a/", 20)
        for _ in range(3):
            own_server.kill()
            own_server.start()
            written += put_many(client, "a/", 20)
        assert revisions(watch, 80) == written
        client.kv.put("none", "1")
        assert (next(other)).kv.value == b"1"


def until(watch: Watcher, value: bytes) -> list[tuple[bytes, bytes, int]]:
    """All events up to the one with that value."""
    found = taken(watch, 1)
    while found[-1][1] != value:
        found += taken(watch, 1)
    return found


def test_nothing_is_lost_when_a_member_dies(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        start = (client.kv.get("a/")).header.revision + 1
        with client.watch("a/", prefix=True) as watch:
            for member in cluster.members:
                member.kill()
                with contextlib.suppress(errors.EtcdError):  # the write that meets the loss
                    put_many(client, "a/", 10)
                client.kv.get("a/")
                put_many(client, "a/", 10)
                member.start()
            client.kv.put("a/", "last")
            seen = until(watch, b"last")
        with client.watch("a/", prefix=True, start_revision=start) as replay:
            assert seen == until(replay, b"last")
        assert len(seen) > 30


def test_a_revision_is_never_split(server: EtcdServer, prefix: str) -> None:
    many = [Put(f"{prefix}{number}", "x" * 9) for number in range(50)]
    with (
        Client(server.endpoint) as client,
        client.watch(prefix, prefix=True, fragment=True) as watch,
    ):
        for _ in range(3):
            client.kv.txn().then(*many).commit()
        responses = watch.responses()
        count = 0
        while count < 150:
            response = next(responses)
            count += len(response.events)
            assert len(response.events) % 50 == 0
            assert not response.fragment


def test_many_watches_share_a_stream(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        watches = [client.watch(f"k/{number}") for number in range(200)]
        for watch in watches:
            watch.__enter__()
        assert len(client._connection.hubs) == 1
        for watch in watches[::2]:
            watch.cancel()
        for number in range(200):
            client.kv.put(f"k/{number}", "1")
        for watch in watches[1::2]:
            assert (next(watch)).kv.value == b"1"
        for watch in watches[::2]:
            assert [event for event in watch] == []


def test_compaction_ends_it_or_is_told(server: EtcdServer, prefix: str) -> None:
    with Client(server.endpoint) as client:
        written = put_many(client, prefix, 10)
        client.kv.compact(written[5])
        with client.watch(prefix, prefix=True) as neighbour:
            with pytest.raises(errors.WatchCompactedError) as caught:
                with client.watch(prefix, prefix=True, start_revision=written[0]) as watch:
                    next(watch)
            assert caught.value.compact_revision == written[5]
            gaps: list[tuple[int, int]] = []
            watch = client.watch(
                prefix,
                prefix=True,
                start_revision=written[0],
                on_compaction=lambda first, last: gaps.append((first, last)),
            )
            with watch:
                assert revisions(watch, 4) == written[6:]
            assert gaps == [(written[0], written[5])]
            client.kv.put(prefix, "1")
            assert (next(neighbour)).kv.value == b"1"


def test_a_denied_watch_leaves_its_neighbours_alone() -> None:
    with serve_with_auth() as server:
        with (
            Client(server.endpoint, username="alice", password="alice-pw") as client,
            client.watch("/alice/", prefix=True) as watch,
        ):
            with pytest.raises(errors.PermissionDeniedError):
                with client.watch("/bob/", prefix=True, start_revision=1):
                    pass
            client.kv.put("/alice/a", "1")
            assert (next(watch)).kv.value == b"1"


def test_a_token_that_expires_is_renewed() -> None:
    with serve_with_auth(token_ttl=1) as server:
        with (
            Client(server.endpoint, username="alice", password="alice-pw") as client,
            client.watch("/alice/", prefix=True) as first,
        ):
            server.kill()  # simple tokens do not survive
            server.start()
            with client.watch("/alice/", prefix=True, start_revision=1) as second:
                revision = (client.kv.put("/alice/a", "1")).header.revision
                assert revisions(first, 1) == [revision]
                assert (revisions(second, 1))[0] <= revision


def test_progress_on_request(server: EtcdServer, prefix: str) -> None:
    with Client(server.endpoint) as client, client.watch(prefix, prefix=True) as watch:
        written = put_many(client, prefix, 5)
        assert watch.progress() >= written[-1]
        assert revisions(watch, 5) == written


def test_a_slow_reader_loses_nothing(server: EtcdServer, prefix: str) -> None:
    with (
        Client(server.endpoint) as client,
        client.watch(prefix, prefix=True, buffer=10) as slow,
    ):
        with client.watch(prefix, prefix=True) as fast:
            written = put_many(client, prefix, 200)
            assert revisions(fast, 200) == written
        assert revisions(slow, 200) == written


def collect(watch: Watcher, seen: list[int]) -> None:
    for event in watch:
        seen.append(event.kv.mod_revision)


def test_a_slow_reader_may_want_an_error(server: EtcdServer, prefix: str) -> None:
    with Client(server.endpoint) as client:
        with client.watch(prefix, prefix=True, buffer=10, overflow="error") as watch:
            written = put_many(client, prefix, 50)
            seen: list[int] = []
            with pytest.raises(errors.WatchOverflowError) as caught:
                collect(watch, seen)
            assert seen == written[: len(seen)]
            following = caught.value.next_revision
        with client.watch(prefix, prefix=True, start_revision=following) as watch:
            assert revisions(watch, 50 - len(seen)) == written[len(seen) :]


def test_closing_ends_a_reader_that_waits(own_server: EtcdServer) -> None:
    client = Client(own_server.endpoint)
    watch = client.watch("a")
    watch.__enter__()
    reading = Beside(lambda: watch.__next__())
    client.kv.put("b", "1")
    client.close()
    with pytest.raises(errors.ClientClosedError):
        reading.result()


def test_it_is_not_entered_while_nobody_answers(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint, timeout=0.5) as client:
        own_server.kill()
        with pytest.raises((errors.UnavailableError, errors.DeadlineExceededError)):
            client.watch("a").__enter__()
        with pytest.raises((errors.UnavailableError, errors.DeadlineExceededError)):
            client.watch("a", start_revision=1).__enter__()
        own_server.start()
        with client.watch("a", timeout=10) as watch:
            client.kv.put("a", "1", timeout=10)
            assert (next(watch)).kv.value == b"1"


def test_a_leader_is_required_by_those_who_want_one(cluster: EtcdCluster) -> None:
    leader = cluster.leader()
    with Client([leader.endpoint]) as client:
        demanding = client.with_options(require_leader=True)
        with (
            demanding.watch("a", start_revision=1) as strict,
            client.watch("a", start_revision=1) as patient,
        ):
            others = [member for member in cluster.members if member is not leader]
            for member in others:
                member.kill()
            with pytest.raises(errors.NoLeaderError):
                next(strict)
            for member in others:
                member.start()
            client.kv.put("a", "1")
            assert (next(patient)).kv.value == b"1"


def test_dropping_it_frees_the_server(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client, client.watch("other"):
        watch = client.watch("a")
        watch.__enter__()
        hub = client._connection.hubs[False]
        assert len(hub._subscriptions) == 2
        del watch
        client.kv.get("a")
        eventually(lambda: len(hub._subscriptions) == 1)
