# Derived from tests/_async/test_watch.py by codegen; do not edit.

"""Managed watches where all goes well: what they bring, how they end, and what they hold back."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from etcd_sdk import (
    Client,
    Delete,
    EventType,
    FilterType,
    Put,
    Watch,
    Watcher,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdServer
from tests.conftest import RELEASES
from tests.metrics import watch_streams, watchers
from tests.twins._sync import Beside, Crowd, eventually

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))

NAMES = {pb.Event.PUT: "put", pb.Event.DELETE: "delete"}


def take(watch: Watcher, count: int) -> list[pb.Event]:
    return [next(watch) for _ in range(count)]


def told(events: Iterable[pb.Event]) -> list[tuple[str, str, str]]:
    """What happened to which key, and its value."""
    return [(NAMES[e.type], e.kv.key.decode(), e.kv.value.decode()) for e in events]


def rest(watch: Watcher) -> tuple[list[bytes], str]:
    """The values of all events, up to the end, and what that was."""
    values: list[bytes] = []
    try:
        for event in watch:
            values.append(event.kv.value)
    except errors.EtcdError as error:
        return values, type(error).__name__
    return values, "ended"


def numbers(*bounds: int) -> list[bytes]:
    return [str(number).encode() for number in range(*bounds)]


def put_numbers(client: Client, key: str, *bounds: int) -> int:
    """Puts numbers, one after the other; returns the first one's revision."""
    revisions = [(client.kv.put(key, number)).header.revision for number in numbers(*bounds)]
    return revisions[0]


# --- what comes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("past", [False, True], ids=["from now on", "from the past"])
@pytest.mark.parametrize(
    ("key", "options", "expected"),
    [
        ("b", {}, "b"),
        ("x", {}, ""),
        ("", {"prefix": True}, "a b c ca d"),
        ("c", {"prefix": True}, "c ca"),
        ("b", {"range_end": "d"}, "b c ca"),
        ("c", {"range_end": b"\0"}, "c ca d"),
    ],
)
def test_what_was_asked_for_comes(
    client: Client, prefix: str, past: bool, key: str, options: dict[str, Any], expected: str
) -> None:
    if isinstance(end := options.get("range_end"), str):
        options = {"range_end": prefix + end}
    start = (client.kv.get(prefix)).header.revision + 1
    keys = ["a", "b", "c", "ca", "d"]

    def change() -> None:
        for name in keys:
            client.kv.put(prefix + name, name)
        client.kv.txn().then(*[Delete(prefix + name) for name in keys]).commit()
        client.kv.put(prefix + key + "end", "end")

    if past:
        change()
    watch = client.watch(prefix + key, **options, start_revision=start if past else 0)
    with watch:
        if not past:
            change()
        names = expected.split()
        events = take(watch, 2 * len(names))
        revisions = [event.kv.mod_revision for event in events]
    assert told(events) == [
        *[("put", prefix + name, name) for name in names],
        *[("delete", prefix + name, "") for name in names],
    ]
    assert revisions == sorted(revisions)
    assert len(set(revisions)) == len(names) + bool(names)


def test_all_keys(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        everything = client.watch("", prefix=True)
        onwards = client.watch("b", from_key=True)
        with everything, onwards:
            client.kv.put("a", "1")
            client.kv.put("\xff", "2")
            assert told(take(everything, 2)) == [("put", "a", "1"), ("put", "\xff", "2")]
            assert told(take(onwards, 1)) == [("put", "\xff", "2")]


def test_entering_waits_for_the_acknowledgement(client: Client, prefix: str) -> None:
    assert client.watch(prefix).created is None
    watch = client.watch(prefix, watch_id=7)
    with watch as entered:
        assert entered is watch
        assert watch.created is not None
        assert watch.created.created
        assert watch.created.watch_id == 7
        revision = (client.kv.put(prefix, "1")).header.revision
        assert [event.kv.mod_revision for event in take(watch, 1)] == [revision]


def test_a_watch_that_is_not_entered_begins_with_the_first_read(
    client: Client, prefix: str
) -> None:
    first = put_numbers(client, prefix, 3)
    watch = client.watch(prefix, start_revision=first)
    values = [event.kv.value for event in take(watch, 3)]
    assert values == numbers(3)
    watch.cancel()


def test_a_revision_in_the_future(client: Client, prefix: str) -> None:
    revision = (client.kv.put(prefix, "now")).header.revision
    with client.watch(prefix, start_revision=revision + 3) as watch:
        put_numbers(client, prefix, 4)
        assert [event.kv.value for event in take(watch, 2)] == numbers(2, 4)


def test_a_transaction_comes_in_one_response(client: Client, prefix: str) -> None:
    keys = [f"{prefix}{number}" for number in range(5)]
    start = (client.kv.get(prefix)).header.revision + 1

    def change() -> None:
        for _ in range(3):
            client.kv.txn().then(*[Put(key, "") for key in keys]).commit()

    with client.watch(prefix, prefix=True) as synced:
        change()
        with client.watch(prefix, prefix=True, start_revision=start) as unsynced:
            for watch in synced, unsynced:
                seen: list[int] = []
                for response in watch.responses():
                    revisions = {event.kv.mod_revision for event in response.events}
                    assert len(response.events) == 5 * len(revisions)
                    assert not revisions & set(seen)
                    seen += sorted(revisions)
                    if len(seen) == 3:
                        break
                assert seen == [start, start + 1, start + 2]


def test_old_changes_and_new_ones(client: Client, prefix: str) -> None:
    first = put_numbers(client, prefix, 100)
    with client.watch(prefix, start_revision=first) as watch:
        put_numbers(client, prefix, 100, 200)
        assert [event.kv.value for event in take(watch, 200)] == numbers(200)


def test_watches_that_begin_while_keys_change_miss_nothing(client: Client, prefix: str) -> None:
    def write(_: int) -> None:
        client.kv.put(prefix, "")

    def watch_a_while() -> list[int]:
        with client.watch(prefix) as watch:
            newest = (client.kv.put(prefix, "")).header.revision
            seen = [event.kv.mod_revision for event in take(watch, 1)]
            while seen[-1] < newest:
                seen += [event.kv.mod_revision for event in take(watch, 1)]
        return seen

    with Crowd(2, write):
        watching = [Beside(watch_a_while) for _ in range(20)]
        histories = [each.result() for each in watching]
    last = max(history[-1] for history in histories)
    for history in histories:
        known = [revision for each in histories for revision in each]
        assert history == sorted({each for each in known if history[0] <= each <= history[-1]})
    assert last > min(history[0] for history in histories)


def test_kinds_of_events(client: Client, prefix: str) -> None:
    with client.watch(prefix, prefix=True, prev_kv=True) as watch:
        client.kv.put(prefix, "1")
        client.kv.put(prefix, "2")
        client.kv.delete(prefix)
        lease = (client.lease.grant(1)).ID
        client.kv.put(prefix + "leased", "3", lease=lease)
        client.lease.revoke(lease)
        events = take(watch, 5)
    put, delete = EventType.PUT, EventType.DELETE
    assert [event.type for event in events] == [put, put, delete, put, delete]
    is_new = [event.kv.create_revision == event.kv.mod_revision for event in events]
    assert is_new == [True, False, False, True, False]
    assert [event.prev_kv.value for event in events] == [b"", b"1", b"2", b"", b"3"]
    assert events[3].kv.lease == lease


def test_filters(client: Client, prefix: str) -> None:
    puts = client.watch(prefix, filters=[FilterType.NODELETE])
    deletes = client.watch(prefix, filters=[FilterType.NOPUT])
    nothing = client.watch(prefix, filters=[FilterType.NOPUT, FilterType.NODELETE])
    with puts, deletes, nothing:
        for value in "1", "2":
            client.kv.put(prefix, value)
            client.kv.delete(prefix)
        assert told(take(puts, 2)) == [("put", prefix, "1"), ("put", prefix, "2")]
        assert told(take(deletes, 2)) == [("delete", prefix, "")] * 2
        assert nothing.progress() >= (client.kv.get(prefix)).header.revision
        nothing.cancel()
        assert rest(nothing) == ([], "ended")


def test_the_pair_before_comes_only_where_it_was_asked_for(client: Client, prefix: str) -> None:
    client.kv.put(prefix, "1")
    elsewhere = client.with_options(require_leader=True).watch(prefix)  # on a stream of its own
    with client.watch(prefix, prev_kv=True) as one, client.watch(prefix) as other, elsewhere:
        client.kv.put(prefix, "2")
        (event,) = take(one, 1)
        assert (event.prev_kv.value, event.prev_kv.mod_revision) == (
            b"1",
            event.kv.mod_revision - 1,
        )
        for watch in other, elsewhere:
            (event,) = take(watch, 1)
            assert not event.HasField("prev_kv")


def test_watches_are_called_as_their_users_like(client: Client, prefix: str) -> None:
    watches = [client.watch(prefix, watch_id=number) for number in (7, 7, 8, 0)]
    for watch in watches:
        watch.progress()
    client.kv.put(prefix, "")
    ids = [(next(watch.responses())).watch_id for watch in watches]
    assert ids[:3] == [7, 7, 8]
    assert [watch.created and watch.created.watch_id for watch in watches] == ids
    for watch in watches:
        watch.cancel()


def test_a_builder_is_the_same_as_its_options(client: Client, prefix: str) -> None:
    first = put_numbers(client, prefix, 2)
    client.kv.delete(prefix)
    put_numbers(client, prefix + "more", 1)
    builder = (
        Watch(prefix)
        .prefix()
        .start_revision(first + 1)
        .filters(FilterType.NODELETE)
        .prev_kv()
        .watch_id(7)
        .fragment()
        .progress_notify()
    )
    options = client.watch(
        prefix,
        prefix=True,
        start_revision=first + 1,
        filters=[FilterType.NODELETE],
        prev_kv=True,
        watch_id=7,
        fragment=True,
        progress_notify=True,
    )
    with client.watch(builder) as one, options as other:
        events = take(one, 2)
        assert events == take(other, 2)
        assert [event.prev_kv.value for event in events] == [b"0", b""]
        assert (one.created, other.created) != (None, None)


# --- many on one stream -------------------------------------------------------------------------


def test_all_watches_of_a_client_share_a_stream(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        strict = client.with_options(require_leader=True)
        quick = client.with_options(timeout=5)
        watches = [each.watch("a") for each in (client, quick, strict, client, strict)]
        entering = [Beside(watch.__enter__) for watch in watches]
        for each in entering:
            each.result()
        eventually(lambda: watchers(own_server) == 5)
        assert watch_streams(own_server) == 2
        client.kv.put("a", "1")
        for watch in watches:
            assert told(take(watch, 1)) == [("put", "a", "1")]
        for watch in watches:
            watch.cancel()
        eventually(lambda: watch_streams(own_server) == 0)
        with client.watch("a") as watch:
            client.kv.put("a", "2")
            assert told(take(watch, 1)) == [("put", "a", "2")]


def test_a_thousand_watches_of_which_many_are_cancelled(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        watches = [client.watch(f"{number % 10}", start_revision=2) for number in range(1000)]

        def enter(first: int) -> None:
            for watch in watches[first::8]:
                watch.__enter__()

        entering = [Beside(partial(enter, first)) for first in range(8)]
        for each in entering:
            each.result()
        assert (watchers(own_server), watch_streams(own_server)) == (1000, 1)
        doomed = Random(4).sample(watches, 400)
        for number in range(20):
            client.kv.put(f"{number % 10}", f"{number // 10}")
            for watch in doomed[20 * number : 20 * number + 20]:
                watch.cancel()
        for number, watch in enumerate(watches):
            if watch in doomed:
                assert rest(watch) == ([], "ended")
            else:
                key = f"{number % 10}"
                assert told(take(watch, 2)) == [("put", key, "0"), ("put", key, "1")]
        eventually(lambda: watchers(own_server) == 600)


def test_a_wrong_range_is_refused_and_disturbs_nobody(client: Client, prefix: str) -> None:
    with client.watch(prefix) as neighbour:
        for watch in client.watch("b", range_end="a"), client.watch("b", range_end="b"):
            for _ in range(2):
                with pytest.raises(errors.WatchCanceledError, match="range is empty") as caught:
                    watch.__enter__()
                assert caught.value.endpoint == client.endpoints[0]
                assert caught.value.method == "Watch.Watch"
        client.kv.put(prefix, "1")
        assert told(take(neighbour, 1)) == [("put", prefix, "1")]


def test_bad_arguments_are_refused_before_anything_is_sent(client: Client) -> None:
    bad: list[tuple[str, dict[str, Any]]] = [
        ("key", {"key": 5}),
        ("key", {"key": ""}),
        ("prefix, from_key, range_end", {"prefix": True, "from_key": True}),
        ("start_revision", {"start_revision": -1}),
        ("watch_id", {"watch_id": -1}),
        ("filters", {"filters": [7]}),
        ("buffer", {"buffer": 0}),
        ("buffer", {"buffer": True}),
        ("buffer", {"buffer": "1"}),
        ("overflow", {"overflow": "drop"}),
        ("on_compaction", {"on_compaction": "skip"}),
        ("timeout", {"timeout": -1}),
        ("prefix", {"key": Watch("a"), "prefix": True}),
    ]
    for name, arguments in bad:
        with pytest.raises(errors.ArgumentError, match=f"^{name}: ") as caught:
            client.watch(**{"key": "a", **arguments})
        assert caught.value.argument == name


# --- the end ------------------------------------------------------------------------------------


def test_cancel_ends_readers_that_wait(client: Client, prefix: str) -> None:
    watch = client.watch(prefix)
    seen: list[bytes] = []

    def read() -> None:
        for event in watch:
            seen.append(event.kv.value)

    with watch:
        readers = [Beside(read) for _ in range(3)]
        client.kv.put(prefix, "1")
        eventually(lambda: seen == [b"1"])
        watch.cancel()
        for reader in readers:
            reader.result()
    assert seen == [b"1"]
    assert rest(watch) == ([], "ended")
    with pytest.raises(errors.StreamEndedError, match="over"):
        watch.progress()


def test_nothing_comes_after_the_end(client: Client, prefix: str) -> None:
    with client.watch(prefix, prefix=True) as watch:
        client.kv.txn().then(*[Put(f"{prefix}{number}", "") for number in range(3)]).commit()
        client.kv.put(prefix, "")
        watch.progress()
        take(watch, 1)
    assert rest(watch) == ([], "ended")
    assert watch._watch.mailbox is not None
    watch.cancel()


def test_a_watch_that_is_cancelled_before_it_has_caught_up(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        first = put_numbers(client, "a", 100)
        with client.watch("a", start_revision=first + 99) as neighbour:
            watches = [client.watch("a", start_revision=first) for _ in range(10)]
            for watch in watches:
                watch.__enter__()
                watch.cancel()
            client.kv.put("a", "1")
            for watch in watches:
                assert rest(watch) == ([], "ended")
            assert (take(neighbour, 2))[1].kv.value == b"1"
            eventually(lambda: watchers(own_server) == 1)


def test_a_watch_that_was_cancelled_before_is_not_begun(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        watch = client.watch("a")
        watch.cancel()
        own_server.pause()  # it is not even asked
        with watch:
            assert rest(watch) == ([], "ended")
        own_server.resume()


def test_closing_the_client_ends_all_watches(own_server: EtcdServer) -> None:
    client = Client(own_server.endpoint)
    strict = client.with_options(require_leader=True)
    watches = [client.watch("a"), client.watch("a"), strict.watch("a")]
    for watch in watches:
        watch.progress()
    readers = [Beside(partial(rest, watch)) for watch in watches]
    client.kv.put("a", "1")
    watches[0].progress()
    client.close()
    for reader in readers:
        values, end = reader.result()
        assert (values in ([], [b"1"]), end) == (True, "ClientClosedError")
    for watch in watches:
        assert rest(watch) == ([], "ClientClosedError")
        with pytest.raises(errors.ClientClosedError):
            watch.progress()
    for late in client.watch("a"), client.watch("a", start_revision=1):
        with pytest.raises(errors.ClientClosedError):
            next(late)
    client.close()


def test_cancelling_and_closing_is_no_error(server: EtcdServer, prefix: str) -> None:
    with Client(server.endpoint) as client, client.watch(prefix) as watch:
        reader = Beside(lambda: rest(watch))
        watch.cancel()
    assert reader.result() == ([], "ended")


def test_a_watch_that_nobody_holds_frees_the_server(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        kept = client.watch("a").__enter__()
        dropped = [client.watch("a").__enter__() for _ in range(3)]
        responses = dropped[0].responses()
        assert watchers(own_server) == 4
        dropped.clear()
        gc.collect()
        eventually(lambda: watchers(own_server) == 2)
        del responses
        gc.collect()
        eventually(lambda: watchers(own_server) == 1)
        del kept
        gc.collect()
        eventually(lambda: watch_streams(own_server) == 0)


def test_a_callback_that_knows_the_watch_does_not_keep_it(own_server: EtcdServer) -> None:
    class Follower:
        def __init__(self, client: Client) -> None:
            self.gaps: list[tuple[int, int]] = []
            self.watch = client.watch("a", on_compaction=lambda *gap: self.gaps.append(gap))

    with Client(own_server.endpoint) as client:
        follower = Follower(client)
        follower.watch.progress()
        assert watchers(own_server) == 1
        del follower
        gc.collect()
        eventually(lambda: watchers(own_server) == 0)


# --- compaction ---------------------------------------------------------------------------------


@each_release
def test_what_is_compacted_cannot_be_watched(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        with Client(server.endpoint) as client:
            put_numbers(client, "a", 10)
            client.kv.compact(8)
            with client.watch("a", start_revision=9) as neighbour:
                with client.watch("a", start_revision=7) as watch:
                    assert watch.created is not None
                    for _ in range(2):
                        with pytest.raises(errors.WatchCompactedError) as caught:
                            next(watch)
                        assert caught.value.compact_revision == 8
                        assert isinstance(caught.value, errors.CompactedError)
                    with pytest.raises(errors.WatchCompactedError):
                        watch.progress()
                assert [event.kv.value for event in take(neighbour, 3)] == numbers(7, 10)
                # A watch that was cancelled so would hold up the answer.
                assert neighbour.progress() == 11


@each_release
def test_a_watch_may_go_on_after_a_compaction(etcd: Path) -> None:
    gaps: list[tuple[int, int]] = []
    with EtcdServer(etcd=etcd) as server:
        with Client(server.endpoint) as client:
            put_numbers(client, "a", 10)
            client.kv.compact(8)
            watch = client.watch(
                "a", start_revision=3, on_compaction=lambda first, last: gaps.append((first, last))
            )
            with watch:
                assert [event.kv.mod_revision for event in take(watch, 3)] == [9, 10, 11]
                assert gaps == [(3, 8)]
                client.kv.put("a", "end")
                assert [event.kv.value for event in take(watch, 1)] == [b"end"]
                assert watchers(server) == 1


def test_a_callback_that_fails_is_heard(own_server: EtcdServer) -> None:
    def refuse(first: int, last: int) -> None:
        raise LookupError(f"{first} to {last}")

    with Client(own_server.endpoint) as client:
        put_numbers(client, "a", 10)
        client.kv.compact(8)
        with client.watch("a", start_revision=3, on_compaction=refuse) as watch:
            with pytest.raises(LookupError, match="3 to 8"):
                next(watch)
            assert [event.kv.mod_revision for event in take(watch, 3)] == [9, 10, 11]


def test_a_change_at_the_revision_of_the_compaction(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        for change in ("put", "a", "1"), ("delete", "a", ""):
            put_numbers(client, "a", 3)
            changing = Put("a", "1") if change[0] == "put" else Delete("a")
            revision = (client.kv.txn().then(changing).commit()).header.revision
            client.kv.put("a", "2")
            client.kv.compact(revision, physical=True)
            with client.watch("a", start_revision=revision) as watch:
                assert told(take(watch, 2)) == [change, ("put", "a", "2")]


# --- slow readers -------------------------------------------------------------------------------


def buffered(watch: Watcher) -> int:
    """How many events wait for their reader."""
    return watch._watch.waiting


@each_release
def test_a_slow_reader_holds_up_nobody_and_loses_nothing(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        with Client(server.endpoint) as client:
            slow = client.watch("a", buffer=10)
            with slow, client.watch("a") as quick:
                most = 0
                for number in range(200):
                    client.kv.put("a", str(number))
                    assert [e.kv.value for e in take(quick, 1)] == numbers(number, number + 1)
                    most = max(most, buffered(slow))
                assert most == 11
                assert watchers(server) == 1
                for number in range(200):
                    values = [event.kv.value for event in take(slow, 1)]
                    assert values == numbers(number, number + 1)
                    # What is replayed comes in one response, which may be larger.
                    most = max(most, buffered(slow))
                assert most <= 10 + 200
                client.kv.put("a", "end")
                assert [event.kv.value for event in take(slow, 1)] == [b"end"]
                assert watchers(server) == 2


@pytest.mark.parametrize("buffer", [1, 2, 3, 7])
def test_readers_at_the_limit_go_on(client: Client, prefix: str, buffer: int) -> None:
    """The reader is now ahead and now behind, so that it stops and goes on all the time."""
    count = 300
    with client.watch(prefix, buffer=buffer) as watch:
        reading = Beside(lambda: take(watch, count))
        put_numbers(client, prefix, count)
        assert [event.kv.value for event in reading.result()] == numbers(count)


def test_a_watch_goes_on_though_a_read_was_interrupted(client: Client, prefix: str) -> None:
    """As by Ctrl-C: between that events were taken and that they were counted."""
    with client.watch(prefix, buffer=1) as watch:
        put_numbers(client, prefix, 5)
        eventually(lambda: watch._watch.paused)
        while watch._watch.mailbox.take() is not None:
            pass
        assert [event.kv.value for event in take(watch, 3)] == numbers(2, 5)


def test_what_comes_just_after_a_look_is_not_counted_as_taken(
    client: Client, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from the worker's thread: the watch is paused between a look in vain and the next line."""
    with client.watch(prefix, buffer=1) as watch:
        put_numbers(client, prefix, 5)
        eventually(lambda: watch._watch.paused)
        mailboxes = type(watch._watch.mailbox)
        looks, really_take = itertools.count(), mailboxes.take
        monkeypatch.setattr(
            mailboxes, "take", lambda mailbox: really_take(mailbox) if next(looks) else None
        )
        assert [event.kv.value for event in take(watch, 5)] == numbers(5)
        assert buffered(watch) == 0


def test_a_reader_that_is_too_slow_may_want_to_know(client: Client, prefix: str) -> None:
    with client.watch(prefix, buffer=10, overflow="error") as watch:
        with client.watch(prefix) as quick:
            put_numbers(client, prefix, 50)
            take(quick, 50)
        assert [event.kv.value for event in take(watch, 11)] == numbers(11)
        with pytest.raises(errors.WatchOverflowError, match="10 events behind") as caught:
            next(watch)
        assert rest(watch) == ([], "WatchOverflowError")
    with client.watch(prefix, start_revision=caught.value.next_revision) as watch:
        assert [event.kv.value for event in take(watch, 39)] == numbers(11, 50)


def test_a_slow_reader_may_meet_a_compaction(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        slow, quick = client.watch("a", buffer=5), client.watch("a")
        with slow, quick:
            put_numbers(client, "a", 50)
            take(quick, 50)
            client.kv.compact(40)
            assert rest(slow) == (numbers(6), "WatchCompactedError")


def test_a_slow_reader_may_be_dropped(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        slow = client.watch("a", buffer=5)
        with slow, client.watch("a") as quick:
            put_numbers(client, "a", 50)
            take(quick, 50)
            assert watchers(own_server) == 1
        assert rest(slow) == ([], "ended")
        another = client.watch("a", buffer=5).__enter__()
        put_numbers(client, "a", 10)
        eventually(lambda: watchers(own_server) == 0)
        del another
        gc.collect()
        with client.watch("a") as watch:
            client.kv.put("a", "")
            take(watch, 1)
            assert watchers(own_server) == 1


def test_closing_the_client_reaches_a_slow_reader(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        slow = client.watch("a", buffer=5).__enter__()
        put_numbers(client, "a", 50)
        eventually(lambda: watchers(own_server) == 0)
    assert rest(slow) == (numbers(6), "ClientClosedError")


def test_readers_take_turns(client: Client, prefix: str) -> None:
    with client.watch(prefix, prefix=True) as watch:
        for _ in range(50):
            operations = [Put(f"{prefix}{number}", "") for number in range(4)]
            client.kv.txn().then(*operations).commit()
        readers = [Beside(lambda: take(watch, 50)) for _ in range(4)]
        seen = [[(e.kv.mod_revision, e.kv.key) for e in each.result()] for each in readers]
    assert all(history == sorted(history) for history in seen)
    assert len({event for history in seen for event in history}) == 200


def test_whoever_watches_may_call_the_client(client: Client, prefix: str) -> None:
    with client.watch(prefix) as watch:
        client.kv.put(prefix, "0")
        for event in watch:
            number = int(event.kv.value)
            if number == 5:
                break
            client.kv.put(prefix, str(number + 1))
            assert watch.progress() > event.kv.mod_revision
            with client.watch(prefix, start_revision=event.kv.mod_revision) as another:
                assert (take(another, 1))[0].kv == event.kv


# --- large responses ----------------------------------------------------------------------------


def put_much(client: Client, key: str) -> int:
    """Put six megabytes in a thousand revisions, which etcd replays in one response."""
    value = b"x" * 6000

    def put_some() -> list[int]:
        return [(client.kv.put(key, value)).header.revision for _ in range(125)]

    writers = [Beside(put_some) for _ in range(8)]
    revisions = [writer.result() for writer in writers]
    return min(map(min, revisions))


def test_a_response_of_megabytes(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        first = put_much(client, "a")
        for fragment in False, True:
            watch = client.watch("a", start_revision=first, fragment=fragment)
            with watch:
                response = next(watch.responses())
                assert (len(response.events), response.fragment) == (1000, False)
                assert response.ByteSize() > 6_000_000
                revisions = [event.kv.mod_revision for event in response.events]
                assert revisions == list(range(first, first + 1000))


def test_fragments_get_through_where_a_whole_response_does_not(
    own_server: EtcdServer,
) -> None:
    with Client(own_server.endpoint, max_response_bytes=4_000_000) as client:
        first = put_much(client, "a")
        with client.watch("a", start_revision=first, fragment=True) as watch:
            assert len(take(watch, 1000)) == 1000
        with client.watch("a", start_revision=first) as watch:
            with pytest.raises(errors.RequestTooLargeError):
                next(watch)


# --- progress -----------------------------------------------------------------------------------


@each_release
def test_progress_is_answered(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        with Client(server.endpoint) as client, client.watch("a") as one:
            assert one.progress() == 1
            with client.watch("b") as other:
                client.kv.put("a", "1")
                client.kv.put("c", "1")
                assert one.progress() == 3
                asking = [Beside(one.progress), Beside(other.progress)]
                assert [each.result() for each in asking] == [3, 3]
                assert told(take(one, 1)) == [("put", "a", "1")]
            assert one.progress() == 3


def test_progress_waits_for_neighbours_that_catch_up(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        first = put_much(client, "b")
        newest = first + 999
        with client.watch("a", start_revision=first) as watch:
            neighbours = [client.watch("b", start_revision=first) for _ in range(20)]
            for neighbour in neighbours:
                neighbour.__enter__()
            assert watch.progress() == newest
            for neighbour in neighbours:
                # The answer came after everything else.
                assert buffered(neighbour) == 1000
                neighbour.cancel()


def test_progress_of_a_reader_that_is_behind(client: Client, prefix: str) -> None:
    with client.watch(prefix, buffer=5) as slow, client.watch(prefix) as quick:
        first = put_numbers(client, prefix, 20)
        take(quick, 20)
        assert slow.progress() == first + 5
        assert len(take(slow, 20)) == 20
        assert slow.progress() >= first + 19


def test_progress_that_is_not_told_in_time(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client, client.watch("a") as watch:
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError, match=r"progress.*Watch\.Watch"):
            watch.progress(timeout=0.2)
        own_server.resume()
        assert watch.progress() == 1


def notify_flag(etcd: Path, version: str) -> str:
    name = "watch-progress-notify-interval=100ms"
    return f"--{name}" if version >= "3.6" else f"--experimental-{name}"


@pytest.mark.parametrize("version", RELEASES)
def test_periodic_progress(version: str) -> None:
    etcd = RELEASES[version]
    flags = [notify_flag(etcd, version)]
    with EtcdServer(etcd=etcd, extra_args=flags) as server:
        with Client(server.endpoint) as client:
            with client.watch("a", progress_notify=True, watch_id=7) as watch:
                responses = watch.responses()
                told = [next(responses) for _ in range(2)]
                assert [(each.watch_id, len(each.events)) for each in told] == [(7, 0)] * 2
                assert [each.header.revision for each in told] == [1, 1]
                client.kv.put("b", "1")
                while (next(responses)).header.revision < 2:
                    continue
                client.kv.put("a", "2")
                while not (got := next(responses)).events:
                    assert got.header.revision == 2
                assert (next(responses)).header.revision == 3
            # Those who read events alone do not see it.
            with client.watch("a", progress_notify=True) as watch:
                reading = Beside(lambda: take(watch, 1))
                eventually(lambda: watch._watch.state.next_revision > 3)
                client.kv.put("a", "3")
                assert [event.kv.value for event in reading.result()] == [b"3"]


def test_notifications_that_nobody_reads_do_not_pile_up() -> None:
    newest = list(RELEASES)[-1]
    flags = [notify_flag(RELEASES[newest], newest)]
    with EtcdServer(etcd=RELEASES[newest], extra_args=flags) as server:
        with Client(server.endpoint) as client:
            watch = client.watch("a", progress_notify=True, buffer=2)
            with watch:
                eventually(lambda: watchers(server) == 0)
                assert buffered(watch) == 3
                client.kv.put("a", "1")
                assert told(take(watch, 1)) == [("put", "a", "1")]
