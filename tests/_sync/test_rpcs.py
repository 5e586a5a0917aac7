# Derived from tests/_async/test_rpcs.py by codegen; do not edit.

"""Every RPC of etcd is called on every release at hand, and does what its name says."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TypeVar

import pytest
from google.protobuf.message import Message

from etcd_sdk import (
    AlarmAction,
    AlarmType,
    Api,
    Client,
    DowngradeAction,
    Method,
    PermissionType,
    Responses,
    Stream,
    Transport,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdServer
from etcd_sdk_api import methods
from tests.conftest import RELEASES, minor

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class Recorder:
    """A transport around a transport that remembers which methods were called."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.called: set[str] = set()

    def at(self, endpoint: str | None) -> Transport:
        assert endpoint is None
        return self

    def unary(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> ResponseT:
        self.called.add(method.name)
        return self._inner.unary(method, request, timeout)

    def server_stream(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> Responses[ResponseT]:
        self.called.add(method.name)
        return self._inner.server_stream(method, request, timeout)

    def bidi_stream(
        self, method: Method[RequestT, ResponseT], timeout: float | None
    ) -> Stream[RequestT, ResponseT]:
        self.called.add(method.name)
        return self._inner.bidi_stream(method, timeout)


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_rpc(release: str) -> None:
    with EtcdServer(etcd=RELEASES[release]) as server:
        with Client(server.endpoint) as client:
            recorder = Recorder(client._pipeline)
            rpc = Api(recorder)
            kv(rpc, minor(server))
            watch(rpc)
            lease(rpc)
            lock(rpc)
            election(rpc)
            cluster(rpc)
            maintenance(rpc, minor(server))
            auth(rpc, minor(server))
    assert recorder.called == {method.name for method in methods.ALL}


def kv(rpc: Api, release: tuple[int, int]) -> None:
    rpc.kv.put("a", "1")
    assert (rpc.kv.get("a")).kvs[0].value == b"1"
    assert (rpc.kv.transact()).succeeded
    assert (rpc.kv.delete("a")).deleted == 1
    revision = (rpc.kv.put("b", "2")).header.revision
    rpc.kv.compact(revision)
    stream(rpc, release)


def stream(rpc: Api, release: tuple[int, int]) -> None:
    chunks = rpc.kv.range_stream("", prefix=True)
    if release < (3, 7):
        with pytest.raises(errors.UnimplementedError) as caught:
            next(chunks)
        assert (caught.value.method, caught.value.in_doubt) == ("KV.RangeStream", False)
        return
    with chunks:
        found = [kv.key for chunk in chunks for kv in chunk.range_response.kvs]
    assert found == [b"b"]


def watch(rpc: Api) -> None:
    with rpc.watch.watch(timeout=10) as events:
        create = pb.WatchCreateRequest(key=b"w")
        events.send(pb.WatchRequest(create_request=create))
        assert (next(events)).created
        rpc.kv.put("w", "1")
        assert (next(events)).events[0].kv.value == b"1"


def lease(rpc: Api) -> None:
    granted = rpc.lease.grant(60, id=-7)
    assert (granted.ID, granted.TTL) == (-7, 60)
    rpc.kv.put("leased", "", lease=-7)
    assert (rpc.lease.time_to_live(-7, keys=True)).keys == [b"leased"]
    assert [status.ID for status in (rpc.lease.leases()).leases] == [-7]
    with rpc.lease.keep_alive_stream(timeout=10) as renewals:
        for _ in range(2):
            renewals.send(pb.LeaseKeepAliveRequest(ID=-7))
            assert (next(renewals)).TTL == 60
        renewals.half_close()
        assert [renewal for renewal in renewals] == []
    rpc.lease.revoke(-7)
    assert (rpc.lease.time_to_live(-7)).TTL == -1
    with pytest.raises(errors.LeaseNotFoundError):
        rpc.lease.revoke(-7)


def lock(rpc: Api) -> None:
    granted = rpc.lease.grant(60)
    locked = rpc.lock.lock("job", lease=granted.ID, timeout=10)
    assert locked.key == b"job/%x" % granted.ID
    with pytest.raises(errors.DeadlineExceededError):
        rpc.lock.lock("job", timeout=0.1)
    rpc.lock.unlock(locked.key)
    rpc.lease.revoke(granted.ID)


def election(rpc: Api) -> None:
    with pytest.raises(errors.ElectionNoLeaderError):
        rpc.election.leader("boss")
    granted = rpc.lease.grant(60)
    won = rpc.election.campaign("boss", lease=granted.ID, value="me", timeout=10)
    assert (rpc.election.leader("boss")).kv.value == b"me"
    with rpc.election.observe("boss", timeout=10) as leaders:
        assert (next(leaders)).kv.value == b"me"
        rpc.election.proclaim(won.leader, value="still me")
        assert (next(leaders)).kv.value == b"still me"
    rpc.election.resign(won.leader)
    rpc.lease.revoke(granted.ID)


def cluster(rpc: Api) -> None:
    (me,) = (rpc.cluster.member_list()).members
    rpc.cluster.member_update(me.ID, list(me.peerURLs))
    learner = added(rpc, "http://127.0.0.1:1")
    assert learner.member.isLearner
    with pytest.raises(errors.LearnerNotReadyError):
        rpc.cluster.member_promote(learner.member.ID)
    assert len((rpc.cluster.member_remove(learner.member.ID)).members) == 1
    with pytest.raises(errors.MemberNotFoundError):
        rpc.cluster.member_remove(12345)


def added(rpc: Api, peer_url: str) -> pb.MemberAddResponse:
    """Raft drops a change of members, without a word, that comes upon the heels of another one."""
    for _ in range(4):
        with suppress(errors.DeadlineExceededError):
            return rpc.cluster.member_add([peer_url], is_learner=True, timeout=1)
    return rpc.cluster.member_add([peer_url], is_learner=True)


def maintenance(rpc: Api, release: tuple[int, int]) -> None:
    status = rpc.maintenance.status()
    assert status.leader == status.header.member_id
    raised = rpc.maintenance.alarm(AlarmAction.ACTIVATE, alarm=AlarmType.NOSPACE)
    assert [member.alarm == AlarmType.NOSPACE for member in raised.alarms] == [True]
    with pytest.raises(errors.NoSpaceError):
        rpc.kv.put("a", "1")
    rpc.maintenance.alarm(AlarmAction.DEACTIVATE, alarm=AlarmType.NOSPACE)
    assert not (rpc.maintenance.alarm(AlarmAction.GET)).alarms
    rpc.maintenance.defragment()
    assert (rpc.maintenance.hash()).hash
    assert (rpc.maintenance.hash_kv()).hash
    with pytest.raises(errors.BadLeaderTransfereeError):
        rpc.maintenance.move_leader(12345)
    snapshot = b"".join([part.blob for part in rpc.maintenance.snapshot()])
    assert hashlib.sha256(snapshot[:-32]).digest() == snapshot[-32:]
    known = errors.WrongDowngradeVersionFormatError
    with pytest.raises(known if release >= (3, 5) else errors.UnimplementedError):
        rpc.maintenance.downgrade(DowngradeAction.VALIDATE, "not a version")


def auth(rpc: Api, release: tuple[int, int]) -> None:
    rpc.auth.role_add("root")
    rpc.auth.role_add("reader")
    rpc.auth.role_grant_permission("reader", PermissionType.READ, "/app/", prefix=True)
    (granted,) = (rpc.auth.role_get("reader")).perm
    assert granted.permType == PermissionType.READ
    assert (granted.key, granted.range_end) == (b"/app/", b"/app0")
    assert (rpc.auth.role_list()).roles == ["reader", "root"]
    rpc.auth.role_revoke_permission("reader", "/app/", prefix=True)
    rpc.auth.user_add("root", password="secret")
    rpc.auth.user_add("cert", no_password=True)
    with pytest.raises(errors.UserAlreadyExistsError):
        rpc.auth.user_add("root", password="secret")
    rpc.auth.user_change_password("root", "changed")
    rpc.auth.user_grant_role("root", "root")
    rpc.auth.user_grant_role("cert", "reader")
    assert (rpc.auth.user_get("cert")).roles == ["reader"]
    rpc.auth.user_revoke_role("cert", "reader")
    rpc.auth.role_delete("reader")
    rpc.auth.user_delete("cert")
    assert (rpc.auth.user_list()).users == ["root"]
    if release >= (3, 5):
        assert not (rpc.auth.status()).enabled
    else:
        with pytest.raises(errors.UnimplementedError):
            rpc.auth.status()
    rpc.auth.disable()
    with pytest.raises(errors.AuthNotEnabledError):
        rpc.auth.authenticate("root", "changed")
    rpc.auth.enable()
    with pytest.raises(errors.AuthenticationFailedError):
        rpc.auth.authenticate("root", "secret")
    assert (rpc.auth.authenticate("root", "changed")).token
    with pytest.raises(errors.EmptyUserNameError):
        rpc.kv.get("a")
