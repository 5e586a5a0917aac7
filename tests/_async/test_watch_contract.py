"""What a watch promises: all that happens, once, in order, until it ends for a reason it tells."""

from __future__ import annotations

import contextlib

import pytest

from etcd_sdk import AsyncClient, AsyncWatcher, EventType, FilterType, Put, Watch, errors
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.conftest import serve_with_auth
from tests.twins._async import AsyncBeside, async_eventually


async def taken(watch: AsyncWatcher, number: int) -> list[tuple[bytes, bytes, int]]:
    """The next events, as key, value and revision."""
    events = [await anext(watch) for _ in range(number)]
    return [(event.kv.key, event.kv.value, event.kv.mod_revision) for event in events]


async def revisions(watch: AsyncWatcher, number: int) -> list[int]:
    return [revision for _, _, revision in await taken(watch, number)]


async def put_many(client: AsyncClient, prefix: str, number: int) -> list[int]:
    return [
        (await client.kv.put(f"{prefix}{index % 7}", str(index))).header.revision
        for index in range(number)
    ]


async def test_from_now_on(server: EtcdServer, prefix: str) -> None:
    async with AsyncClient(server.endpoint) as client:
        await client.kv.put(f"{prefix}old", "0")
        async with client.watch(prefix, prefix=True) as watch:
            assert watch.created is not None
            assert watch.created.created
            await client.kv.put(f"{prefix}a", "1")
            await client.kv.delete(f"{prefix}a")
            first, second = await anext(watch), await anext(watch)
    assert (first.type == EventType.PUT, first.kv.value) == (True, b"1")
    assert (second.type == EventType.DELETE, second.kv.key) == (True, f"{prefix}a".encode())


async def test_history_and_options(server: EtcdServer, prefix: str) -> None:
    async with AsyncClient(server.endpoint) as client:
        written = await put_many(client, prefix, 10)
        start = written[0]
        async with client.watch(prefix, prefix=True, start_revision=start) as watch:
            assert await revisions(watch, 10) == written
        async with client.watch(f"{prefix}0", start_revision=start, prev_kv=True) as watch:
            assert [(await anext(watch)).prev_kv.value for _ in range(2)] == [b"", b"0"]
        await client.kv.delete(f"{prefix}0")
        deletions = Watch(prefix).prefix().start_revision(start).filters(FilterType.NOPUT)
        async with client.watch(deletions) as watch:
            assert (await anext(watch)).kv.key == f"{prefix}0".encode()
        async with client.watch(f"{prefix}1", start_revision=start, watch_id=77) as watch:
            response = await anext(watch.responses())
            assert (response.watch_id, len(response.events)) == (77, 2)
        with pytest.raises(errors.ArgumentValueError, match="prefix"):
            client.watch(deletions, prefix=True)
        with pytest.raises(errors.ArgumentValueError, match="buffer"):
            client.watch("a", buffer=0)


async def test_nothing_is_lost_over_restarts(own_server: EtcdServer) -> None:
    async with (
        AsyncClient(own_server.endpoint) as client,
        client.watch("a/", prefix=True) as watch,
        client.watch("none") as other,
    ):
        written = await put_many(client, "a/", 20)
        for _ in range(3):
            own_server.kill()
            own_server.start()
            written += await put_many(client, "a/", 20)
        assert await revisions(watch, 80) == written
        await client.kv.put("none", "1")
        assert (await anext(other)).kv.value == b"1"


async def until(watch: AsyncWatcher, value: bytes) -> list[tuple[bytes, bytes, int]]:
    """All events up to the one with that value."""
    found = await taken(watch, 1)
    while found[-1][1] != value:
        found += await taken(watch, 1)
    return found


async def test_nothing_is_lost_when_a_member_dies(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        start = (await client.kv.get("a/")).header.revision + 1
        async with client.watch("a/", prefix=True) as watch:
            for member in cluster.members:
                member.kill()
                with contextlib.suppress(errors.EtcdError):  # the write that meets the loss
                    await put_many(client, "a/", 10)
                await client.kv.get("a/")
                await put_many(client, "a/", 10)
                member.start()
            await client.kv.put("a/", "last")
            seen = await until(watch, b"last")
        async with client.watch("a/", prefix=True, start_revision=start) as replay:
            assert seen == await until(replay, b"last")
        assert len(seen) > 30


async def test_a_revision_is_never_split(server: EtcdServer, prefix: str) -> None:
    many = [Put(f"{prefix}{number}", "x" * 9) for number in range(50)]
    async with (
        AsyncClient(server.endpoint) as client,
        client.watch(prefix, prefix=True, fragment=True) as watch,
    ):
        for _ in range(3):
            await client.kv.txn().then(*many).commit()
        responses = watch.responses()
        count = 0
        while count < 150:
            response = await anext(responses)
            count += len(response.events)
            assert len(response.events) % 50 == 0
            assert not response.fragment


async def test_many_watches_share_a_stream(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        watches = [client.watch(f"k/{number}") for number in range(200)]
        for watch in watches:
            await watch.__aenter__()
        assert len(client._connection.hubs) == 1
        for watch in watches[::2]:
            watch.cancel()
        for number in range(200):
            await client.kv.put(f"k/{number}", "1")
        for watch in watches[1::2]:
            assert (await anext(watch)).kv.value == b"1"
        for watch in watches[::2]:
            assert [event async for event in watch] == []


async def test_compaction_ends_it_or_is_told(server: EtcdServer, prefix: str) -> None:
    async with AsyncClient(server.endpoint) as client:
        written = await put_many(client, prefix, 10)
        await client.kv.compact(written[5])
        async with client.watch(prefix, prefix=True) as neighbour:
            with pytest.raises(errors.WatchCompactedError) as caught:
                async with client.watch(prefix, prefix=True, start_revision=written[0]) as watch:
                    await anext(watch)
            assert caught.value.compact_revision == written[5]
            gaps: list[tuple[int, int]] = []
            watch = client.watch(
                prefix,
                prefix=True,
                start_revision=written[0],
                on_compaction=lambda first, last: gaps.append((first, last)),
            )
            async with watch:
                assert await revisions(watch, 4) == written[6:]
            assert gaps == [(written[0], written[5])]
            await client.kv.put(prefix, "1")
            assert (await anext(neighbour)).kv.value == b"1"


async def test_a_denied_watch_leaves_its_neighbours_alone() -> None:
    with serve_with_auth() as server:
        async with (
            AsyncClient(server.endpoint, username="alice", password="alice-pw") as client,
            client.watch("/alice/", prefix=True) as watch,
        ):
            with pytest.raises(errors.PermissionDeniedError):
                async with client.watch("/bob/", prefix=True, start_revision=1):
                    pass
            await client.kv.put("/alice/a", "1")
            assert (await anext(watch)).kv.value == b"1"


async def test_a_token_that_expires_is_renewed() -> None:
    with serve_with_auth(token_ttl=1) as server:
        async with (
            AsyncClient(server.endpoint, username="alice", password="alice-pw") as client,
            client.watch("/alice/", prefix=True) as first,
        ):
            server.kill()  # simple tokens do not survive
            server.start()
            async with client.watch("/alice/", prefix=True, start_revision=1) as second:
                revision = (await client.kv.put("/alice/a", "1")).header.revision
                assert await revisions(first, 1) == [revision]
                assert (await revisions(second, 1))[0] <= revision


async def test_progress_on_request(server: EtcdServer, prefix: str) -> None:
    async with AsyncClient(server.endpoint) as client, client.watch(prefix, prefix=True) as watch:
        written = await put_many(client, prefix, 5)
        assert await watch.progress() >= written[-1]
        assert await revisions(watch, 5) == written


async def test_a_slow_reader_loses_nothing(server: EtcdServer, prefix: str) -> None:
    async with (
        AsyncClient(server.endpoint) as client,
        client.watch(prefix, prefix=True, buffer=10) as slow,
    ):
        async with client.watch(prefix, prefix=True) as fast:
            written = await put_many(client, prefix, 200)
            assert await revisions(fast, 200) == written
        assert await revisions(slow, 200) == written


async def collect(watch: AsyncWatcher, seen: list[int]) -> None:
    async for event in watch:
        seen.append(event.kv.mod_revision)


async def test_a_slow_reader_may_want_an_error(server: EtcdServer, prefix: str) -> None:
    async with AsyncClient(server.endpoint) as client:
        async with client.watch(prefix, prefix=True, buffer=10, overflow="error") as watch:
            written = await put_many(client, prefix, 50)
            seen: list[int] = []
            with pytest.raises(errors.WatchOverflowError) as caught:
                await collect(watch, seen)
            assert seen == written[: len(seen)]
            following = caught.value.next_revision
        async with client.watch(prefix, prefix=True, start_revision=following) as watch:
            assert await revisions(watch, 50 - len(seen)) == written[len(seen) :]


async def test_closing_ends_a_reader_that_waits(own_server: EtcdServer) -> None:
    client = AsyncClient(own_server.endpoint)
    watch = client.watch("a")
    await watch.__aenter__()
    reading = AsyncBeside(lambda: watch.__anext__())
    await client.kv.put("b", "1")
    await client.close()
    with pytest.raises(errors.ClientClosedError):
        await reading.result()


async def test_it_is_not_entered_while_nobody_answers(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint, timeout=0.5) as client:
        own_server.kill()
        with pytest.raises((errors.UnavailableError, errors.DeadlineExceededError)):
            await client.watch("a").__aenter__()
        with pytest.raises((errors.UnavailableError, errors.DeadlineExceededError)):
            await client.watch("a", start_revision=1).__aenter__()
        own_server.start()
        async with client.watch("a", timeout=10) as watch:
            await client.kv.put("a", "1", timeout=10)
            assert (await anext(watch)).kv.value == b"1"


async def test_a_leader_is_required_by_those_who_want_one(cluster: EtcdCluster) -> None:
    leader = cluster.leader()
    async with AsyncClient([leader.endpoint]) as client:
        demanding = client.with_options(require_leader=True)
        async with (
            demanding.watch("a", start_revision=1) as strict,
            client.watch("a", start_revision=1) as patient,
        ):
            others = [member for member in cluster.members if member is not leader]
            for member in others:
                member.kill()
            with pytest.raises(errors.NoLeaderError):
                await anext(strict)
            for member in others:
                member.start()
            await client.kv.put("a", "1")
            assert (await anext(patient)).kv.value == b"1"


async def test_dropping_it_frees_the_server(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.watch("other"):
        watch = client.watch("a")
        await watch.__aenter__()
        hub = client._connection.hubs[False]
        assert len(hub._subscriptions) == 2
        del watch
        await client.kv.get("a")
        await async_eventually(lambda: len(hub._subscriptions) == 1)
