"""Ordinary work with `AsyncClient` against a real server."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from etcd_sdk import (
    AsyncClient,
    Compare,
    Delete,
    EventType,
    Get,
    Put,
    SortOrder,
    SortTarget,
    Watch,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdServer

ErrorT = TypeVar("ErrorT", bound=errors.EtcdError)


async def check_put_get_delete(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as etcd:
        first = await etcd.kv.put("/smoke/a", "1")
        second = await etcd.kv.put(b"/smoke/b", b"2")
        assert second.header.revision == first.header.revision + 1
        replaced = await etcd.kv.put("/smoke/a", "ä", prev_kv=True)
        assert replaced.prev_kv.value == b"1"
        page = await etcd.kv.get(
            "/smoke/", prefix=True, sort_target=SortTarget.MOD, sort_order=SortOrder.DESCEND
        )
        found = [(kv.key, kv.value, kv.version) for kv in page.kvs]
        assert found == [(b"/smoke/a", "ä".encode(), 2), (b"/smoke/b", b"2", 1)]
        assert page.count == 2
        deleted = await etcd.kv.do(Delete("/smoke/").prefix().prev_kv())
        assert deleted.deleted == len(deleted.prev_kvs) == 2
        assert not (await etcd.kv.get("/smoke/a")).kvs


async def check_txn(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as etcd:
        await etcd.kv.delete("/txn/owner")
        for succeeds in True, False:
            outcome = await (
                etcd.kv.txn()
                .when(Compare.version("/txn/owner") == 0)
                .then(Put("/txn/owner", "me"))
                .otherwise(Get("/txn/owner"))
                .commit()
            )
            assert outcome.succeeded is succeeds
        assert outcome.responses[0].response_range.kvs[0].value == b"me"


async def check_watch(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as etcd, etcd.rpc.watch.watch(timeout=10) as stream:
        stream.send(pb.WatchRequest(create_request=Watch("/watch/").prefix().prev_kv().build()))
        assert (await anext(stream)).created
        await etcd.kv.put("/watch/a", "1")
        await etcd.kv.delete("/watch/a")
        events: list[pb.Event] = []
        while len(events) < 2:
            events.extend((await anext(stream)).events)
        put, delete = events
        assert put.type == EventType.PUT
        assert put.kv.value == b"1"
        assert EventType(delete.type) is EventType.DELETE
        assert delete.prev_kv.value == b"1"


async def check_range_above_4_mib(server: EtcdServer) -> str:
    value = b"x" * 2**20
    async with AsyncClient(server.endpoint) as etcd:
        for number in range(5):
            await etcd.kv.put(f"/large/{number}", value)
        page = await etcd.kv.get("/large/", prefix=True)
        assert [kv.value == value for kv in page.kvs] == [True] * 5
        size = page.ByteSize()
        assert size > 4 * 2**20
        await etcd.kv.delete("/large/", prefix=True)
        return f"{size / 2**20:.1f} MiB"


async def check_range_stream(server: EtcdServer) -> str:
    async with AsyncClient(server.endpoint) as etcd:
        for number in range(30):
            await etcd.kv.put(f"/stream/{number:02}", "x")
        keys: list[bytes] = []
        try:
            async for part in etcd.kv.range_stream("/stream/", prefix=True, timeout=10):
                keys.extend(kv.key for kv in part.range_response.kvs)
        except errors.UnimplementedError:
            major, minor, *_ = server.version.split(".")
            assert (int(major), int(minor)) < (3, 7)
            return f"etcd {server.version} has no such RPC, and says so"
        assert keys == [b"/stream/%02d" % number for number in range(30)]
        return ""


async def check_lease(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as etcd:
        lease = await etcd.lease.grant(60)
        await etcd.kv.put("/lease/a", "1", lease=lease.ID)
        left = await etcd.lease.time_to_live(lease.ID, keys=True)
        assert list(left.keys) == [b"/lease/a"]
        async with etcd.lease.keep_alive_stream(timeout=10) as stream:
            stream.send(pb.LeaseKeepAliveRequest(ID=lease.ID))
            assert (await anext(stream)).TTL == 60
        await etcd.lease.revoke(lease.ID)
        assert (await etcd.kv.get("/lease/a")).count == 0


async def check_snapshot(server: EtcdServer) -> str:
    async with AsyncClient(server.endpoint) as etcd:
        left: list[int] = []
        size = 0
        async for piece in etcd.maintenance.snapshot(timeout=10):
            left.append(piece.remaining_bytes)
            size += len(piece.blob)
        assert left == sorted(left, reverse=True)
        assert left[-1] == 0
        assert size > left[0]
        return f"{len(left)} pieces"


async def check_status(server: EtcdServer) -> None:
    async with AsyncClient([server.endpoint], timeout=5) as etcd:
        status = await etcd.maintenance.status()
        assert status.version == server.version
        members = await etcd.cluster.member_list()
        assert [member.name for member in members.members] == [server.name]


async def check_errors(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as etcd:
        with raises(errors.FutureRevisionError) as future:
            await etcd.kv.get("/a", revision=10**9)
        with raises(errors.LeaseNotFoundError) as missing:
            await etcd.kv.put("/a", "1", lease=123456789)
        with raises(errors.ArgumentError) as bad:
            await etcd.kv.get("")
    with raises(errors.ClientClosedError) as closed:
        await etcd.kv.get("/a")
    assert future[0].code is errors.StatusCode.OUT_OF_RANGE
    assert (future[0].endpoint, future[0].method) == (server.endpoint, "KV.Range")
    assert missing[0].in_doubt is False
    assert bad[0].argument == "key"
    for error in future[0], missing[0], bad[0], closed[0]:
        for again in pickle.loads(pickle.dumps(error)), copy.copy(error):
            assert type(again) is type(error)
            assert str(again) == str(error)
            assert vars(again) == vars(error)


async def check_deadline(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as etcd:
        await etcd.kv.get("/a")
        server.pause()
        with raises(errors.DeadlineExceededError) as late:
            await etcd.kv.get("/a", timeout=0.2)
        server.resume()
    assert isinstance(late[0], TimeoutError)


@contextmanager
def raises(kind: type[ErrorT]) -> Iterator[list[ErrorT]]:
    """Catches what the body has to raise, and keeps it in the list."""
    caught: list[ErrorT] = []
    try:
        yield caught
    except kind as error:
        caught.append(error)
    assert caught, f"{kind.__name__} was not raised"
