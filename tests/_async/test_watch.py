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
    AsyncClient,
    AsyncWatcher,
    Delete,
    EventType,
    FilterType,
    Put,
    Watch,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdServer
from tests.conftest import RELEASES
from tests.metrics import watch_streams, watchers
from tests.twins._async import AsyncBeside, AsyncCrowd, async_eventually

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))

NAMES = {pb.Event.PUT: "put", pb.Event.DELETE: "delete"}


async def take(watch: AsyncWatcher, count: int) -> list[pb.Event]:
    return [await anext(watch) for _ in range(count)]


def told(events: Iterable[pb.Event]) -> list[tuple[str, str, str]]:
    """What happened to which key, and its value."""
    return [(NAMES[e.type], e.kv.key.decode(), e.kv.value.decode()) for e in events]


async def rest(watch: AsyncWatcher) -> tuple[list[bytes], str]:
    """The values of all events, up to the end, and what that was."""
    values: list[bytes] = []
    try:
        async for event in watch:
            values.append(event.kv.value)
    except errors.EtcdError as error:
        return values, type(error).__name__
    return values, "ended"


def numbers(*bounds: int) -> list[bytes]:
    return [str(number).encode() for number in range(*bounds)]


async def put_numbers(client: AsyncClient, key: str, *bounds: int) -> int:
    """Puts numbers, one after the other; returns the first one's revision."""
    revisions = [(await client.kv.put(key, number)).header.revision for number in numbers(*bounds)]
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
async def test_what_was_asked_for_comes(
    client: AsyncClient, prefix: str, past: bool, key: str, options: dict[str, Any], expected: str
) -> None:
    if isinstance(end := options.get("range_end"), str):
        options = {"range_end": prefix + end}
    start = (await client.kv.get(prefix)).header.revision + 1
    keys = ["a", "b", "c", "ca", "d"]

    async def change() -> None:
        for name in keys:
            await client.kv.put(prefix + name, name)
        await client.kv.txn().then(*[Delete(prefix + name) for name in keys]).commit()
        await client.kv.put(prefix + key + "end", "end")

    if past:
        await change()
    watch = client.watch(prefix + key, **options, start_revision=start if past else 0)
    async with watch:
        if not past:
            await change()
        names = expected.split()
        events = await take(watch, 2 * len(names))
        revisions = [event.kv.mod_revision for event in events]
    assert told(events) == [
        *[("put", prefix + name, name) for name in names],
        *[("delete", prefix + name, "") for name in names],
    ]
    assert revisions == sorted(revisions)
    assert len(set(revisions)) == len(names) + bool(names)


async def test_all_keys(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        everything = client.watch("", prefix=True)
        onwards = client.watch("b", from_key=True)
        async with everything, onwards:
            await client.kv.put("a", "1")
            await client.kv.put("\xff", "2")
            assert told(await take(everything, 2)) == [("put", "a", "1"), ("put", "\xff", "2")]
            assert told(await take(onwards, 1)) == [("put", "\xff", "2")]


async def test_entering_waits_for_the_acknowledgement(client: AsyncClient, prefix: str) -> None:
    assert client.watch(prefix).created is None
    watch = client.watch(prefix, watch_id=7)
    async with watch as entered:
        assert entered is watch
        assert watch.created is not None
        assert watch.created.created
        assert watch.created.watch_id == 7
        revision = (await client.kv.put(prefix, "1")).header.revision
        assert [event.kv.mod_revision for event in await take(watch, 1)] == [revision]


async def test_a_watch_that_is_not_entered_begins_with_the_first_read(
    client: AsyncClient, prefix: str
) -> None:
    first = await put_numbers(client, prefix, 3)
    watch = client.watch(prefix, start_revision=first)
    values = [event.kv.value for event in await take(watch, 3)]
    assert values == numbers(3)
    watch.cancel()


async def test_a_revision_in_the_future(client: AsyncClient, prefix: str) -> None:
    revision = (await client.kv.put(prefix, "now")).header.revision
    async with client.watch(prefix, start_revision=revision + 3) as watch:
        await put_numbers(client, prefix, 4)
        assert [event.kv.value for event in await take(watch, 2)] == numbers(2, 4)


async def test_a_transaction_comes_in_one_response(client: AsyncClient, prefix: str) -> None:
    keys = [f"{prefix}{number}" for number in range(5)]
    start = (await client.kv.get(prefix)).header.revision + 1

    async def change() -> None:
        for _ in range(3):
            await client.kv.txn().then(*[Put(key, "") for key in keys]).commit()

    async with client.watch(prefix, prefix=True) as synced:
        await change()
        async with client.watch(prefix, prefix=True, start_revision=start) as unsynced:
            for watch in synced, unsynced:
                seen: list[int] = []
                async for response in watch.responses():
                    revisions = {event.kv.mod_revision for event in response.events}
                    assert len(response.events) == 5 * len(revisions)
                    assert not revisions & set(seen)
                    seen += sorted(revisions)
                    if len(seen) == 3:
                        break
                assert seen == [start, start + 1, start + 2]


async def test_old_changes_and_new_ones(client: AsyncClient, prefix: str) -> None:
    first = await put_numbers(client, prefix, 100)
    async with client.watch(prefix, start_revision=first) as watch:
        await put_numbers(client, prefix, 100, 200)
        assert [event.kv.value for event in await take(watch, 200)] == numbers(200)


async def test_watches_that_begin_while_keys_change_miss_nothing(
    client: AsyncClient, prefix: str
) -> None:
    async def write(_: int) -> None:
        await client.kv.put(prefix, "")

    async def watch_a_while() -> list[int]:
        async with client.watch(prefix) as watch:
            newest = (await client.kv.put(prefix, "")).header.revision
            seen = [event.kv.mod_revision for event in await take(watch, 1)]
            while seen[-1] < newest:
                seen += [event.kv.mod_revision for event in await take(watch, 1)]
        return seen

    async with AsyncCrowd(2, write):
        watching = [AsyncBeside(watch_a_while) for _ in range(20)]
        histories = [await each.result() for each in watching]
    last = max(history[-1] for history in histories)
    for history in histories:
        known = [revision for each in histories for revision in each]
        assert history == sorted({each for each in known if history[0] <= each <= history[-1]})
    assert last > min(history[0] for history in histories)


async def test_kinds_of_events(client: AsyncClient, prefix: str) -> None:
    async with client.watch(prefix, prefix=True, prev_kv=True) as watch:
        await client.kv.put(prefix, "1")
        await client.kv.put(prefix, "2")
        await client.kv.delete(prefix)
        lease = (await client.lease.grant(1)).ID
        await client.kv.put(prefix + "leased", "3", lease=lease)
        await client.lease.revoke(lease)
        events = await take(watch, 5)
    put, delete = EventType.PUT, EventType.DELETE
    assert [event.type for event in events] == [put, put, delete, put, delete]
    is_new = [event.kv.create_revision == event.kv.mod_revision for event in events]
    assert is_new == [True, False, False, True, False]
    assert [event.prev_kv.value for event in events] == [b"", b"1", b"2", b"", b"3"]
    assert events[3].kv.lease == lease


async def test_filters(client: AsyncClient, prefix: str) -> None:
    puts = client.watch(prefix, filters=[FilterType.NODELETE])
    deletes = client.watch(prefix, filters=[FilterType.NOPUT])
    nothing = client.watch(prefix, filters=[FilterType.NOPUT, FilterType.NODELETE])
    async with puts, deletes, nothing:
        for value in "1", "2":
            await client.kv.put(prefix, value)
            await client.kv.delete(prefix)
        assert told(await take(puts, 2)) == [("put", prefix, "1"), ("put", prefix, "2")]
        assert told(await take(deletes, 2)) == [("delete", prefix, "")] * 2
        assert await nothing.progress() >= (await client.kv.get(prefix)).header.revision
        nothing.cancel()
        assert await rest(nothing) == ([], "ended")


async def test_the_pair_before_comes_only_where_it_was_asked_for(
    client: AsyncClient, prefix: str
) -> None:
    await client.kv.put(prefix, "1")
    elsewhere = client.with_options(require_leader=True).watch(prefix)  # on a stream of its own
    async with client.watch(prefix, prev_kv=True) as one, client.watch(prefix) as other, elsewhere:
        await client.kv.put(prefix, "2")
        (event,) = await take(one, 1)
        assert (event.prev_kv.value, event.prev_kv.mod_revision) == (
            b"1",
            event.kv.mod_revision - 1,
        )
        for watch in other, elsewhere:
            (event,) = await take(watch, 1)
            assert not event.HasField("prev_kv")


async def test_watches_are_called_as_their_users_like(client: AsyncClient, prefix: str) -> None:
    watches = [client.watch(prefix, watch_id=number) for number in (7, 7, 8, 0)]
    for watch in watches:
        await watch.progress()
    await client.kv.put(prefix, "")
    ids = [(await anext(watch.responses())).watch_id for watch in watches]
    assert ids[:3] == [7, 7, 8]
    assert [watch.created and watch.created.watch_id for watch in watches] == ids
    for watch in watches:
        watch.cancel()


async def test_a_builder_is_the_same_as_its_options(client: AsyncClient, prefix: str) -> None:
    first = await put_numbers(client, prefix, 2)
    await client.kv.delete(prefix)
    await put_numbers(client, prefix + "more", 1)
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
    async with client.watch(builder) as one, options as other:
        events = await take(one, 2)
        assert events == await take(other, 2)
        assert [event.prev_kv.value for event in events] == [b"0", b""]
        assert (one.created, other.created) != (None, None)


# --- many on one stream -------------------------------------------------------------------------


async def test_all_watches_of_a_client_share_a_stream(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        strict = client.with_options(require_leader=True)
        quick = client.with_options(timeout=5)
        watches = [each.watch("a") for each in (client, quick, strict, client, strict)]
        entering = [AsyncBeside(watch.__aenter__) for watch in watches]
        for each in entering:
            await each.result()
        await async_eventually(lambda: watchers(own_server) == 5)
        assert watch_streams(own_server) == 2
        await client.kv.put("a", "1")
        for watch in watches:
            assert told(await take(watch, 1)) == [("put", "a", "1")]
        for watch in watches:
            watch.cancel()
        await async_eventually(lambda: watch_streams(own_server) == 0)
        async with client.watch("a") as watch:
            await client.kv.put("a", "2")
            assert told(await take(watch, 1)) == [("put", "a", "2")]


async def test_a_thousand_watches_of_which_many_are_cancelled(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        watches = [client.watch(f"{number % 10}", start_revision=2) for number in range(1000)]

        async def enter(first: int) -> None:
            for watch in watches[first::8]:
                await watch.__aenter__()

        entering = [AsyncBeside(partial(enter, first)) for first in range(8)]
        for each in entering:
            await each.result()
        assert (watchers(own_server), watch_streams(own_server)) == (1000, 1)
        doomed = Random(4).sample(watches, 400)
        for number in range(20):
            await client.kv.put(f"{number % 10}", f"{number // 10}")
            for watch in doomed[20 * number : 20 * number + 20]:
                watch.cancel()
        for number, watch in enumerate(watches):
            if watch in doomed:
                assert await rest(watch) == ([], "ended")
            else:
                key = f"{number % 10}"
                assert told(await take(watch, 2)) == [("put", key, "0"), ("put", key, "1")]
        await async_eventually(lambda: watchers(own_server) == 600)


async def test_a_wrong_range_is_refused_and_disturbs_nobody(
    client: AsyncClient, prefix: str
) -> None:
    async with client.watch(prefix) as neighbour:
        for watch in client.watch("b", range_end="a"), client.watch("b", range_end="b"):
            for _ in range(2):
                with pytest.raises(errors.WatchCanceledError, match="range is empty") as caught:
                    await watch.__aenter__()
                assert caught.value.endpoint == client.endpoints[0]
                assert caught.value.method == "Watch.Watch"
        await client.kv.put(prefix, "1")
        assert told(await take(neighbour, 1)) == [("put", prefix, "1")]


async def test_bad_arguments_are_refused_before_anything_is_sent(client: AsyncClient) -> None:
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


async def test_cancel_ends_readers_that_wait(client: AsyncClient, prefix: str) -> None:
    watch = client.watch(prefix)
    seen: list[bytes] = []

    async def read() -> None:
        async for event in watch:
            seen.append(event.kv.value)

    async with watch:
        readers = [AsyncBeside(read) for _ in range(3)]
        await client.kv.put(prefix, "1")
        await async_eventually(lambda: seen == [b"1"])
        watch.cancel()
        for reader in readers:
            await reader.result()
    assert seen == [b"1"]
    assert await rest(watch) == ([], "ended")
    with pytest.raises(errors.StreamEndedError, match="over"):
        await watch.progress()


async def test_nothing_comes_after_the_end(client: AsyncClient, prefix: str) -> None:
    async with client.watch(prefix, prefix=True) as watch:
        await client.kv.txn().then(*[Put(f"{prefix}{number}", "") for number in range(3)]).commit()
        await client.kv.put(prefix, "")
        await watch.progress()
        await take(watch, 1)
    assert await rest(watch) == ([], "ended")
    assert watch._watch.mailbox is not None
    watch.cancel()


async def test_a_watch_that_is_cancelled_before_it_has_caught_up(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        first = await put_numbers(client, "a", 100)
        async with client.watch("a", start_revision=first + 99) as neighbour:
            watches = [client.watch("a", start_revision=first) for _ in range(10)]
            for watch in watches:
                await watch.__aenter__()
                watch.cancel()
            await client.kv.put("a", "1")
            for watch in watches:
                assert await rest(watch) == ([], "ended")
            assert (await take(neighbour, 2))[1].kv.value == b"1"
            await async_eventually(lambda: watchers(own_server) == 1)


async def test_a_watch_that_was_cancelled_before_is_not_begun(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        watch = client.watch("a")
        watch.cancel()
        own_server.pause()  # it is not even asked
        async with watch:
            assert await rest(watch) == ([], "ended")
        own_server.resume()


async def test_closing_the_client_ends_all_watches(own_server: EtcdServer) -> None:
    client = AsyncClient(own_server.endpoint)
    strict = client.with_options(require_leader=True)
    watches = [client.watch("a"), client.watch("a"), strict.watch("a")]
    for watch in watches:
        await watch.progress()
    readers = [AsyncBeside(partial(rest, watch)) for watch in watches]
    await client.kv.put("a", "1")
    await watches[0].progress()
    await client.close()
    for reader in readers:
        values, end = await reader.result()
        assert (values in ([], [b"1"]), end) == (True, "ClientClosedError")
    for watch in watches:
        assert await rest(watch) == ([], "ClientClosedError")
        with pytest.raises(errors.ClientClosedError):
            await watch.progress()
    for late in client.watch("a"), client.watch("a", start_revision=1):
        with pytest.raises(errors.ClientClosedError):
            await anext(late)
    await client.close()


async def test_cancelling_and_closing_is_no_error(server: EtcdServer, prefix: str) -> None:
    async with AsyncClient(server.endpoint) as client, client.watch(prefix) as watch:
        reader = AsyncBeside(lambda: rest(watch))
        watch.cancel()
    assert await reader.result() == ([], "ended")


async def test_a_watch_that_nobody_holds_frees_the_server(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        kept = await client.watch("a").__aenter__()
        dropped = [await client.watch("a").__aenter__() for _ in range(3)]
        responses = dropped[0].responses()
        assert watchers(own_server) == 4
        dropped.clear()
        gc.collect()
        await async_eventually(lambda: watchers(own_server) == 2)
        del responses
        gc.collect()
        await async_eventually(lambda: watchers(own_server) == 1)
        del kept
        gc.collect()
        await async_eventually(lambda: watch_streams(own_server) == 0)


async def test_a_callback_that_knows_the_watch_does_not_keep_it(own_server: EtcdServer) -> None:
    class Follower:
        def __init__(self, client: AsyncClient) -> None:
            self.gaps: list[tuple[int, int]] = []
            self.watch = client.watch("a", on_compaction=lambda *gap: self.gaps.append(gap))

    async with AsyncClient(own_server.endpoint) as client:
        follower = Follower(client)
        await follower.watch.progress()
        assert watchers(own_server) == 1
        del follower
        gc.collect()
        await async_eventually(lambda: watchers(own_server) == 0)


# --- compaction ---------------------------------------------------------------------------------


@each_release
async def test_what_is_compacted_cannot_be_watched(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        async with AsyncClient(server.endpoint) as client:
            await put_numbers(client, "a", 10)
            await client.kv.compact(8)
            async with client.watch("a", start_revision=9) as neighbour:
                async with client.watch("a", start_revision=7) as watch:
                    assert watch.created is not None
                    for _ in range(2):
                        with pytest.raises(errors.WatchCompactedError) as caught:
                            await anext(watch)
                        assert caught.value.compact_revision == 8
                        assert isinstance(caught.value, errors.CompactedError)
                    with pytest.raises(errors.WatchCompactedError):
                        await watch.progress()
                assert [event.kv.value for event in await take(neighbour, 3)] == numbers(7, 10)
                # A watch that was cancelled so would hold up the answer.
                assert await neighbour.progress() == 11


@each_release
async def test_a_watch_may_go_on_after_a_compaction(etcd: Path) -> None:
    gaps: list[tuple[int, int]] = []
    with EtcdServer(etcd=etcd) as server:
        async with AsyncClient(server.endpoint) as client:
            await put_numbers(client, "a", 10)
            await client.kv.compact(8)
            watch = client.watch(
                "a", start_revision=3, on_compaction=lambda first, last: gaps.append((first, last))
            )
            async with watch:
                assert [event.kv.mod_revision for event in await take(watch, 3)] == [9, 10, 11]
                assert gaps == [(3, 8)]
                await client.kv.put("a", "end")
                assert [event.kv.value for event in await take(watch, 1)] == [b"end"]
                assert watchers(server) == 1


async def test_a_callback_that_fails_is_heard(own_server: EtcdServer) -> None:
    def refuse(first: int, last: int) -> None:
        raise LookupError(f"{first} to {last}")

    async with AsyncClient(own_server.endpoint) as client:
        await put_numbers(client, "a", 10)
        await client.kv.compact(8)
        async with client.watch("a", start_revision=3, on_compaction=refuse) as watch:
            with pytest.raises(LookupError, match="3 to 8"):
                await anext(watch)
            assert [event.kv.mod_revision for event in await take(watch, 3)] == [9, 10, 11]


async def test_a_change_at_the_revision_of_the_compaction(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        for change in ("put", "a", "1"), ("delete", "a", ""):
            await put_numbers(client, "a", 3)
            changing = Put("a", "1") if change[0] == "put" else Delete("a")
            revision = (await client.kv.txn().then(changing).commit()).header.revision
            await client.kv.put("a", "2")
            await client.kv.compact(revision, physical=True)
            async with client.watch("a", start_revision=revision) as watch:
                assert told(await take(watch, 2)) == [change, ("put", "a", "2")]


# --- slow readers -------------------------------------------------------------------------------


def buffered(watch: AsyncWatcher) -> int:
    """How many events wait for their reader."""
    return watch._watch.waiting


@each_release
async def test_a_slow_reader_holds_up_nobody_and_loses_nothing(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        async with AsyncClient(server.endpoint) as client:
            slow = client.watch("a", buffer=10)
            async with slow, client.watch("a") as quick:
                most = 0
                for number in range(200):
                    await client.kv.put("a", str(number))
                    assert [e.kv.value for e in await take(quick, 1)] == numbers(number, number + 1)
                    most = max(most, buffered(slow))
                assert most == 11
                assert watchers(server) == 1
                for number in range(200):
                    values = [event.kv.value for event in await take(slow, 1)]
                    assert values == numbers(number, number + 1)
                    # What is replayed comes in one response, which may be larger.
                    most = max(most, buffered(slow))
                assert most <= 10 + 200
                await client.kv.put("a", "end")
                assert [event.kv.value for event in await take(slow, 1)] == [b"end"]
                assert watchers(server) == 2


@pytest.mark.parametrize("buffer", [1, 2, 3, 7])
async def test_readers_at_the_limit_go_on(client: AsyncClient, prefix: str, buffer: int) -> None:
    """The reader is now ahead and now behind, so that it stops and goes on all the time."""
    count = 300
    async with client.watch(prefix, buffer=buffer) as watch:
        reading = AsyncBeside(lambda: take(watch, count))
        await put_numbers(client, prefix, count)
        assert [event.kv.value for event in await reading.result()] == numbers(count)


async def test_a_watch_goes_on_though_a_read_was_interrupted(
    client: AsyncClient, prefix: str
) -> None:
    """As by Ctrl-C: between that events were taken and that they were counted."""
    async with client.watch(prefix, buffer=1) as watch:
        await put_numbers(client, prefix, 5)
        await async_eventually(lambda: watch._watch.paused)
        while watch._watch.mailbox.take() is not None:
            pass
        assert [event.kv.value for event in await take(watch, 3)] == numbers(2, 5)


async def test_what_comes_just_after_a_look_is_not_counted_as_taken(
    client: AsyncClient, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As from the worker's thread: the watch is paused between a look in vain and the next line."""
    async with client.watch(prefix, buffer=1) as watch:
        await put_numbers(client, prefix, 5)
        await async_eventually(lambda: watch._watch.paused)
        mailboxes = type(watch._watch.mailbox)
        looks, really_take = itertools.count(), mailboxes.take
        monkeypatch.setattr(
            mailboxes, "take", lambda mailbox: really_take(mailbox) if next(looks) else None
        )
        assert [event.kv.value for event in await take(watch, 5)] == numbers(5)
        assert buffered(watch) == 0


async def test_a_reader_that_is_too_slow_may_want_to_know(client: AsyncClient, prefix: str) -> None:
    async with client.watch(prefix, buffer=10, overflow="error") as watch:
        async with client.watch(prefix) as quick:
            await put_numbers(client, prefix, 50)
            await take(quick, 50)
        assert [event.kv.value for event in await take(watch, 11)] == numbers(11)
        with pytest.raises(errors.WatchOverflowError, match="10 events behind") as caught:
            await anext(watch)
        assert await rest(watch) == ([], "WatchOverflowError")
    async with client.watch(prefix, start_revision=caught.value.next_revision) as watch:
        assert [event.kv.value for event in await take(watch, 39)] == numbers(11, 50)


async def test_a_slow_reader_may_meet_a_compaction(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        slow, quick = client.watch("a", buffer=5), client.watch("a")
        async with slow, quick:
            await put_numbers(client, "a", 50)
            await take(quick, 50)
            await client.kv.compact(40)
            assert await rest(slow) == (numbers(6), "WatchCompactedError")


async def test_a_slow_reader_may_be_dropped(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        slow = client.watch("a", buffer=5)
        async with slow, client.watch("a") as quick:
            await put_numbers(client, "a", 50)
            await take(quick, 50)
            assert watchers(own_server) == 1
        assert await rest(slow) == ([], "ended")
        another = await client.watch("a", buffer=5).__aenter__()
        await put_numbers(client, "a", 10)
        await async_eventually(lambda: watchers(own_server) == 0)
        del another
        gc.collect()
        async with client.watch("a") as watch:
            await client.kv.put("a", "")
            await take(watch, 1)
            assert watchers(own_server) == 1


async def test_closing_the_client_reaches_a_slow_reader(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        slow = await client.watch("a", buffer=5).__aenter__()
        await put_numbers(client, "a", 50)
        await async_eventually(lambda: watchers(own_server) == 0)
    assert await rest(slow) == (numbers(6), "ClientClosedError")


async def test_readers_take_turns(client: AsyncClient, prefix: str) -> None:
    async with client.watch(prefix, prefix=True) as watch:
        for _ in range(50):
            operations = [Put(f"{prefix}{number}", "") for number in range(4)]
            await client.kv.txn().then(*operations).commit()
        readers = [AsyncBeside(lambda: take(watch, 50)) for _ in range(4)]
        seen = [[(e.kv.mod_revision, e.kv.key) for e in await each.result()] for each in readers]
    assert all(history == sorted(history) for history in seen)
    assert len({event for history in seen for event in history}) == 200


async def test_whoever_watches_may_call_the_client(client: AsyncClient, prefix: str) -> None:
    async with client.watch(prefix) as watch:
        await client.kv.put(prefix, "0")
        async for event in watch:
            number = int(event.kv.value)
            if number == 5:
                break
            await client.kv.put(prefix, str(number + 1))
            assert await watch.progress() > event.kv.mod_revision
            async with client.watch(prefix, start_revision=event.kv.mod_revision) as another:
                assert (await take(another, 1))[0].kv == event.kv


# --- large responses ----------------------------------------------------------------------------


async def put_much(client: AsyncClient, key: str) -> int:
    """Put six megabytes in a thousand revisions, which etcd replays in one response."""
    value = b"x" * 6000

    async def put_some() -> list[int]:
        return [(await client.kv.put(key, value)).header.revision for _ in range(125)]

    writers = [AsyncBeside(put_some) for _ in range(8)]
    revisions = [await writer.result() for writer in writers]
    return min(map(min, revisions))


async def test_a_response_of_megabytes(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        first = await put_much(client, "a")
        for fragment in False, True:
            watch = client.watch("a", start_revision=first, fragment=fragment)
            async with watch:
                response = await anext(watch.responses())
                assert (len(response.events), response.fragment) == (1000, False)
                assert response.ByteSize() > 6_000_000
                revisions = [event.kv.mod_revision for event in response.events]
                assert revisions == list(range(first, first + 1000))


async def test_fragments_get_through_where_a_whole_response_does_not(
    own_server: EtcdServer,
) -> None:
    async with AsyncClient(own_server.endpoint, max_response_bytes=4_000_000) as client:
        first = await put_much(client, "a")
        async with client.watch("a", start_revision=first, fragment=True) as watch:
            assert len(await take(watch, 1000)) == 1000
        async with client.watch("a", start_revision=first) as watch:
            with pytest.raises(errors.RequestTooLargeError):
                await anext(watch)


# --- progress -----------------------------------------------------------------------------------


@each_release
async def test_progress_is_answered(etcd: Path) -> None:
    with EtcdServer(etcd=etcd) as server:
        async with AsyncClient(server.endpoint) as client, client.watch("a") as one:
            assert await one.progress() == 1
            async with client.watch("b") as other:
                await client.kv.put("a", "1")
                await client.kv.put("c", "1")
                assert await one.progress() == 3
                asking = [AsyncBeside(one.progress), AsyncBeside(other.progress)]
                assert [await each.result() for each in asking] == [3, 3]
                assert told(await take(one, 1)) == [("put", "a", "1")]
            assert await one.progress() == 3


async def test_progress_waits_for_neighbours_that_catch_up(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        first = await put_much(client, "b")
        newest = first + 999
        async with client.watch("a", start_revision=first) as watch:
            neighbours = [client.watch("b", start_revision=first) for _ in range(20)]
            for neighbour in neighbours:
                await neighbour.__aenter__()
            assert await watch.progress() == newest
            for neighbour in neighbours:
                # The answer came after everything else.
                assert buffered(neighbour) == 1000
                neighbour.cancel()


async def test_progress_of_a_reader_that_is_behind(client: AsyncClient, prefix: str) -> None:
    async with client.watch(prefix, buffer=5) as slow, client.watch(prefix) as quick:
        first = await put_numbers(client, prefix, 20)
        await take(quick, 20)
        assert await slow.progress() == first + 5
        assert len(await take(slow, 20)) == 20
        assert await slow.progress() >= first + 19


async def test_progress_that_is_not_told_in_time(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.watch("a") as watch:
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError, match=r"progress.*Watch\.Watch"):
            await watch.progress(timeout=0.2)
        own_server.resume()
        assert await watch.progress() == 1


def notify_flag(etcd: Path, version: str) -> str:
    name = "watch-progress-notify-interval=100ms"
    return f"--{name}" if version >= "3.6" else f"--experimental-{name}"


@pytest.mark.parametrize("version", RELEASES)
async def test_periodic_progress(version: str) -> None:
    etcd = RELEASES[version]
    flags = [notify_flag(etcd, version)]
    with EtcdServer(etcd=etcd, extra_args=flags) as server:
        async with AsyncClient(server.endpoint) as client:
            async with client.watch("a", progress_notify=True, watch_id=7) as watch:
                responses = watch.responses()
                told = [await anext(responses) for _ in range(2)]
                assert [(each.watch_id, len(each.events)) for each in told] == [(7, 0)] * 2
                assert [each.header.revision for each in told] == [1, 1]
                await client.kv.put("b", "1")
                while (await anext(responses)).header.revision < 2:
                    continue
                await client.kv.put("a", "2")
                while not (got := await anext(responses)).events:
                    assert got.header.revision == 2
                assert (await anext(responses)).header.revision == 3
            # Those who read events alone do not see it.
            async with client.watch("a", progress_notify=True) as watch:
                reading = AsyncBeside(lambda: take(watch, 1))
                await async_eventually(lambda: watch._watch.state.next_revision > 3)
                await client.kv.put("a", "3")
                assert [event.kv.value for event in await reading.result()] == [b"3"]


async def test_notifications_that_nobody_reads_do_not_pile_up() -> None:
    newest = list(RELEASES)[-1]
    flags = [notify_flag(RELEASES[newest], newest)]
    with EtcdServer(etcd=RELEASES[newest], extra_args=flags) as server:
        async with AsyncClient(server.endpoint) as client:
            watch = client.watch("a", progress_notify=True, buffer=2)
            async with watch:
                await async_eventually(lambda: watchers(server) == 0)
                assert buffered(watch) == 3
                await client.kv.put("a", "1")
                assert told(await take(watch, 1)) == [("put", "a", "1")]
