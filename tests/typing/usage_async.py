"""What type checkers make of `AsyncClient`, right uses and wrong ones.

Nothing here runs. Each wrong line carries the exact complaint of mypy and of pyright as a
suppression, and both refuse a suppression that suppresses nothing: an error that is lost shows.
`usage.py` and `usage_async.py` are the same, for either flavour.
"""

from __future__ import annotations

from typing import TypeVar, assert_type

from google.protobuf.message import Message

from etcd_sdk import (
    AlarmAction,
    AsyncClient,
    AsyncKV,
    AsyncKVApi,
    AsyncLease,
    AsyncResponses,
    AsyncStream,
    AsyncTransaction,
    Compact,
    Compare,
    Delete,
    Get,
    KVOp,
    PermissionType,
    Put,
    SortOrder,
    SortTarget,
    Txn,
    Watch,
    pb,
)

ResponseT = TypeVar("ResponseT", bound=Message)

# --- the client ---


async def clients() -> None:
    AsyncClient()
    AsyncClient("127.0.0.1:2379")
    async with AsyncClient(["127.0.0.1:2379"], timeout=5) as etcd:
        assert_type(etcd, AsyncClient)
        assert_type(etcd.kv, AsyncKV)
        assert_type(etcd.rpc.kv, AsyncKVApi)
        assert_type(etcd.lease, AsyncLease)
    assert_type(await etcd.close(), None)

    AsyncClient(2379)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncClient("127.0.0.1:2379", 5.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    AsyncClient(timeout="5 s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    AsyncClient(retries=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kvs  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018


async def done(etcd: AsyncClient, op: KVOp[Message, ResponseT]) -> ResponseT:
    return await etcd.kv.do(op)


# --- the facades ---


async def reads(etcd: AsyncClient) -> None:
    page = await etcd.kv.get(
        "/app/",
        prefix=True,
        limit=10,
        sort_target=SortTarget.MOD,
        sort_order=SortOrder.DESCEND,
        timeout=None,
    )
    assert_type(page, pb.RangeResponse)
    assert_type(page.count, int)
    assert_type(page.more, bool)
    assert_type(page.header, pb.ResponseHeader)
    assert_type(page.header.revision, int)
    assert_type(page.kvs[0], pb.KeyValue)
    assert_type([(kv.key, kv.mod_revision) for kv in page.kvs], list[tuple[bytes, int]])
    await etcd.kv.get(b"\x00", from_key=True)
    await etcd.kv.get("/a", range_end=b"/b")

    page.nosuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    page.kvs[0].nosuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    await etcd.kv.get("/a", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.kv.get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.get("/a", limit="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.get("/a", limit=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.get("/a", sort_order=SortTarget.KEY)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.get("/a", sort_order=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.get("/a", lease=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.kv.get("/a", timeout="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def writes(etcd: AsyncClient) -> None:
    put = await etcd.kv.put("/a", b"1", lease=0, prev_kv=True)
    assert_type(put, pb.PutResponse)
    assert_type(put.prev_kv.value, bytes)
    assert_type(put.HasField("prev_kv"), bool)
    deleted = await etcd.kv.delete("/app/", prefix=True, prev_kv=True)
    assert_type(deleted, pb.DeleteRangeResponse)
    assert_type(deleted.deleted, int)
    assert_type(deleted.prev_kvs[0], pb.KeyValue)
    assert_type(await etcd.kv.compact(7, physical=True), pb.CompactionResponse)

    await etcd.kv.put("/a", "1", limit=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.kv.put("/a", 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.put("/a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.kv.put("/a", "1", 7)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.kv.delete("/a", keys_only=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.kv.compact("7")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    put.HasField("prev_kvs")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def other_services(etcd: AsyncClient) -> None:
    status = await etcd.maintenance.status()
    assert_type(status, pb.StatusResponse)
    assert_type(status.version, str)
    assert_type(status.dbSize, int)
    members = await etcd.cluster.member_list()
    assert_type(members, pb.MemberListResponse)
    assert_type(members.members[0], pb.Member)
    assert_type(list(members.members[0].peerURLs), list[str])
    granted = await etcd.lease.grant(10)
    assert_type(granted, pb.LeaseGrantResponse)
    assert_type((granted.ID, granted.TTL), tuple[int, int])
    assert_type(await etcd.lease.revoke(granted.ID), pb.LeaseRevokeResponse)
    assert_type(await etcd.lease.time_to_live(granted.ID, keys=True), pb.LeaseTimeToLiveResponse)
    assert_type(await etcd.maintenance.alarm(AlarmAction.GET), pb.AlarmResponse)
    assert_type(await etcd.auth.user_add("ann", password="…"), pb.AuthUserAddResponse)
    await etcd.auth.role_grant_permission("reader", PermissionType.READ, "/app/", prefix=True)
    assert_type(await etcd.rpc.lock.lock("/locks/job", lease=granted.ID), pb.LockResponse)
    won = await etcd.rpc.election.campaign("/leader", lease=granted.ID, value="me")
    assert_type(won.leader, pb.LeaderKey)
    assert_type(await etcd.rpc.election.resign(won.leader), pb.ResignResponse)

    status.nosuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    members.members[0].peer_urls  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    await etcd.lease.grant("10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.lease.grant()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.maintenance.alarm(PermissionType.READ)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.auth.user_add("ann", "…")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await etcd.rpc.election.resign(granted)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# --- builders ---


async def builders_done(etcd: AsyncClient) -> None:
    assert_type(await etcd.kv.do(Get("/a").prefix().limit(1)), pb.RangeResponse)
    assert_type(await etcd.kv.do(Put("/a", "1").prev_kv()), pb.PutResponse)
    assert_type(await etcd.kv.do(Delete("/a")), pb.DeleteRangeResponse)
    assert_type(await etcd.kv.do(Txn().then(Get("/a"))), pb.TxnResponse)
    assert_type(await etcd.kv.do(Compact(7).physical()), pb.CompactionResponse)
    assert_type(await etcd.rpc.kv.do(Get("/a"), timeout=1), pb.RangeResponse)
    either: Get | Put = Get("/a")
    response: Message = await etcd.kv.do(either)
    assert_type(await done(etcd, Put("/a", "1")), pb.PutResponse)
    response.ByteSize()

    await etcd.kv.do(Watch("/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.do(Compare.version("/a") == 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.do(pb.RangeRequest(key=b"/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.do("/a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await etcd.kv.do(Get("/a"), 1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def transactions(etcd: AsyncClient) -> None:
    assert_type(etcd.kv.txn(), AsyncTransaction)
    staged = etcd.kv.txn().when(Compare.version("/a") == 0).then(Put("/a", "1"))
    assert_type(staged, AsyncTransaction)
    assert_type(staged.otherwise(Get("/a"), Txn()), AsyncTransaction)
    outcome = await staged.commit(timeout=1)
    assert_type(outcome, pb.TxnResponse)
    assert_type(outcome.succeeded, bool)
    assert_type(outcome.responses[0], pb.ResponseOp)
    assert_type(outcome.responses[0].response_range, pb.RangeResponse)

    staged.when("/a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    staged.when([Compare.version("/a") == 0])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    staged.then(Compact(7))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    staged.then(Watch("/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    staged.limit(1)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    Txn().commit()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    await staged.commit(1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


# --- streams ---


async def server_streams(etcd: AsyncClient) -> None:
    assert_type(etcd.kv.range_stream("/"), AsyncResponses[pb.RangeStreamResponse])
    async for part in etcd.kv.range_stream("/app/", prefix=True, timeout=1):
        assert_type(part, pb.RangeStreamResponse)
        assert_type(part.range_response.kvs[0].value, bytes)
    async with etcd.maintenance.snapshot() as pieces:
        assert_type(pieces, AsyncResponses[pb.SnapshotResponse])
        assert_type([piece.blob async for piece in pieces], list[bytes])
        assert_type(pieces.cancel(), None)
    async for leader in etcd.rpc.election.observe("/leader"):
        assert_type(leader, pb.LeaderResponse)

    etcd.kv.range_stream("/", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    pieces.send(pb.SnapshotRequest())  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


async def bidi_streams(etcd: AsyncClient) -> None:
    stream = etcd.rpc.watch.watch(timeout=1)
    assert_type(stream, AsyncStream[pb.WatchRequest, pb.WatchResponse])
    assert_type(stream.send(pb.WatchRequest(create_request=Watch("/a").build())), None)
    async for response in stream:
        assert_type(response, pb.WatchResponse)
        assert_type(response.created, bool)
        for event in response.events:
            assert_type(event, pb.Event)
            assert_type(event.kv.key, bytes)
    async with etcd.lease.keep_alive_stream() as keep_alive:
        keep_alive.send(pb.LeaseKeepAliveRequest(ID=1))
        assert_type(await anext(keep_alive), pb.LeaseKeepAliveResponse)
        keep_alive.half_close()

    stream.send(Watch("/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    stream.send(pb.WatchCreateRequest())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    keep_alive.send(pb.WatchRequest())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# --- annotations that users write ---


class Repository:
    """Anything that does reads and writes, be it the client's or a wrapper of it."""

    def __init__(self, kv: AsyncKVApi) -> None:
        self.kv = kv

    async def load(self, key: str) -> pb.KeyValue | None:
        found = await self.kv.get(key)
        return found.kvs[0] if found.kvs else None


async def annotated(etcd: AsyncClient) -> None:
    kv: AsyncKV = etcd.kv
    assert_type(await Repository(kv).load("/a"), pb.KeyValue | None)
    assert_type(await Repository(etcd.rpc.kv).load("/a"), pb.KeyValue | None)

    own: AsyncKV = etcd.rpc.kv  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    Repository(etcd)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Repository(etcd.lease)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(own, AsyncKV)
