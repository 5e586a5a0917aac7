# Derived from tests/typing/usage_async.py by codegen; do not edit.

"""What type checkers make of `Client`, right uses and wrong ones.

Nothing here runs. Each wrong line carries the exact complaint of mypy and of pyright as a
suppression, and both refuse a suppression that suppresses nothing: an error that is lost shows.
`usage.py` and `usage_async.py` are the same, for either flavour.
"""

from __future__ import annotations

from typing import TypeVar, assert_type

from google.protobuf.message import Message

from etcd_sdk import (
    KV,
    AlarmAction,
    Client,
    Compact,
    Compare,
    Delete,
    Get,
    KVApi,
    KVOp,
    Lease,
    PermissionType,
    Put,
    Responses,
    SortOrder,
    SortTarget,
    Stream,
    Transaction,
    Txn,
    Watch,
    pb,
)

ResponseT = TypeVar("ResponseT", bound=Message)

# --- the client ---


def clients() -> None:
    Client()
    Client("127.0.0.1:2379")
    with Client(["127.0.0.1:2379"], timeout=5) as etcd:
        assert_type(etcd, Client)
        assert_type(etcd.kv, KV)
        assert_type(etcd.rpc.kv, KVApi)
        assert_type(etcd.lease, Lease)
    assert_type(etcd.close(), None)

    Client(2379)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Client("127.0.0.1:2379", 5.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Client(timeout="5 s")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Client(retries=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kvs  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018


def done(etcd: Client, op: KVOp[Message, ResponseT]) -> ResponseT:
    return etcd.kv.do(op)


# --- the facades ---


def reads(etcd: Client) -> None:
    page = etcd.kv.get(
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
    etcd.kv.get(b"\x00", from_key=True)
    etcd.kv.get("/a", range_end=b"/b")

    page.nosuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    page.kvs[0].nosuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    etcd.kv.get("/a", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kv.get(1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.get("/a", limit="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.get("/a", limit=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.get("/a", sort_order=SortTarget.KEY)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.get("/a", sort_order=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.get("/a", lease=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kv.get("/a", timeout="1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.get()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def writes(etcd: Client) -> None:
    put = etcd.kv.put("/a", b"1", lease=0, prev_kv=True)
    assert_type(put, pb.PutResponse)
    assert_type(put.prev_kv.value, bytes)
    assert_type(put.HasField("prev_kv"), bool)
    deleted = etcd.kv.delete("/app/", prefix=True, prev_kv=True)
    assert_type(deleted, pb.DeleteRangeResponse)
    assert_type(deleted.deleted, int)
    assert_type(deleted.prev_kvs[0], pb.KeyValue)
    assert_type(etcd.kv.compact(7, physical=True), pb.CompactionResponse)

    etcd.kv.put("/a", "1", limit=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kv.put("/a", 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.put("/a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kv.put("/a", "1", 7)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kv.delete("/a", keys_only=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.kv.compact("7")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    put.HasField("prev_kvs")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def other_services(etcd: Client) -> None:
    status = etcd.maintenance.status()
    assert_type(status, pb.StatusResponse)
    assert_type(status.version, str)
    assert_type(status.dbSize, int)
    members = etcd.cluster.member_list()
    assert_type(members, pb.MemberListResponse)
    assert_type(members.members[0], pb.Member)
    assert_type(list(members.members[0].peerURLs), list[str])
    granted = etcd.lease.grant(10)
    assert_type(granted, pb.LeaseGrantResponse)
    assert_type((granted.ID, granted.TTL), tuple[int, int])
    assert_type(etcd.lease.revoke(granted.ID), pb.LeaseRevokeResponse)
    assert_type(etcd.lease.time_to_live(granted.ID, keys=True), pb.LeaseTimeToLiveResponse)
    assert_type(etcd.maintenance.alarm(AlarmAction.GET), pb.AlarmResponse)
    assert_type(etcd.auth.user_add("ann", password="…"), pb.AuthUserAddResponse)
    etcd.auth.role_grant_permission("reader", PermissionType.READ, "/app/", prefix=True)
    assert_type(etcd.rpc.lock.lock("/locks/job", lease=granted.ID), pb.LockResponse)
    won = etcd.rpc.election.campaign("/leader", lease=granted.ID, value="me")
    assert_type(won.leader, pb.LeaderKey)
    assert_type(etcd.rpc.election.resign(won.leader), pb.ResignResponse)

    status.nosuch  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    members.members[0].peer_urls  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    etcd.lease.grant("10")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.lease.grant()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.maintenance.alarm(PermissionType.READ)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.auth.user_add("ann", "…")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    etcd.rpc.election.resign(granted)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# --- builders ---


def builders_done(etcd: Client) -> None:
    assert_type(etcd.kv.do(Get("/a").prefix().limit(1)), pb.RangeResponse)
    assert_type(etcd.kv.do(Put("/a", "1").prev_kv()), pb.PutResponse)
    assert_type(etcd.kv.do(Delete("/a")), pb.DeleteRangeResponse)
    assert_type(etcd.kv.do(Txn().then(Get("/a"))), pb.TxnResponse)
    assert_type(etcd.kv.do(Compact(7).physical()), pb.CompactionResponse)
    assert_type(etcd.rpc.kv.do(Get("/a"), timeout=1), pb.RangeResponse)
    either: Get | Put = Get("/a")
    response: Message = etcd.kv.do(either)
    assert_type(done(etcd, Put("/a", "1")), pb.PutResponse)
    response.ByteSize()

    etcd.kv.do(Watch("/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.do(Compare.version("/a") == 0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.do(pb.RangeRequest(key=b"/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.do("/a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    etcd.kv.do(Get("/a"), 1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def transactions(etcd: Client) -> None:
    assert_type(etcd.kv.txn(), Transaction)
    staged = etcd.kv.txn().when(Compare.version("/a") == 0).then(Put("/a", "1"))
    assert_type(staged, Transaction)
    assert_type(staged.otherwise(Get("/a"), Txn()), Transaction)
    outcome = staged.commit(timeout=1)
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
    staged.commit(1.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


# --- streams ---


def server_streams(etcd: Client) -> None:
    assert_type(etcd.kv.range_stream("/"), Responses[pb.RangeStreamResponse])
    for part in etcd.kv.range_stream("/app/", prefix=True, timeout=1):
        assert_type(part, pb.RangeStreamResponse)
        assert_type(part.range_response.kvs[0].value, bytes)
    with etcd.maintenance.snapshot() as pieces:
        assert_type(pieces, Responses[pb.SnapshotResponse])
        assert_type([piece.blob for piece in pieces], list[bytes])
        assert_type(pieces.cancel(), None)
    for leader in etcd.rpc.election.observe("/leader"):
        assert_type(leader, pb.LeaderResponse)

    etcd.kv.range_stream("/", True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    pieces.send(pb.SnapshotRequest())  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def bidi_streams(etcd: Client) -> None:
    stream = etcd.rpc.watch.watch(timeout=1)
    assert_type(stream, Stream[pb.WatchRequest, pb.WatchResponse])
    assert_type(stream.send(pb.WatchRequest(create_request=Watch("/a").build())), None)
    for response in stream:
        assert_type(response, pb.WatchResponse)
        assert_type(response.created, bool)
        for event in response.events:
            assert_type(event, pb.Event)
            assert_type(event.kv.key, bytes)
    with etcd.lease.keep_alive_stream() as keep_alive:
        keep_alive.send(pb.LeaseKeepAliveRequest(ID=1))
        assert_type(next(keep_alive), pb.LeaseKeepAliveResponse)
        keep_alive.half_close()

    stream.send(Watch("/a"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    stream.send(pb.WatchCreateRequest())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    keep_alive.send(pb.WatchRequest())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# --- annotations that users write ---


class Repository:
    """Anything that does reads and writes, be it the client's or a wrapper of it."""

    def __init__(self, kv: KVApi) -> None:
        self.kv = kv

    def load(self, key: str) -> pb.KeyValue | None:
        found = self.kv.get(key)
        return found.kvs[0] if found.kvs else None


def annotated(etcd: Client) -> None:
    kv: KV = etcd.kv
    assert_type(Repository(kv).load("/a"), pb.KeyValue | None)
    assert_type(Repository(etcd.rpc.kv).load("/a"), pb.KeyValue | None)

    own: KV = etcd.rpc.kv  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    Repository(etcd)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Repository(etcd.lease)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(own, KV)
