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
    AsyncApi,
    AsyncClient,
    AsyncResponses,
    AsyncStream,
    AsyncTransport,
    DowngradeAction,
    Method,
    PermissionType,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdServer
from etcd_sdk_api import methods
from tests.conftest import RELEASES, minor

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class AsyncRecorder:
    """A transport around a transport that remembers which methods were called."""

    def __init__(self, inner: AsyncTransport) -> None:
        self._inner = inner
        self.called: set[str] = set()

    def at(self, endpoint: str | None) -> AsyncTransport:
        assert endpoint is None
        return self

    async def unary(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> ResponseT:
        self.called.add(method.name)
        return await self._inner.unary(method, request, timeout)

    def server_stream(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> AsyncResponses[ResponseT]:
        self.called.add(method.name)
        return self._inner.server_stream(method, request, timeout)

    def bidi_stream(
        self, method: Method[RequestT, ResponseT], timeout: float | None
    ) -> AsyncStream[RequestT, ResponseT]:
        self.called.add(method.name)
        return self._inner.bidi_stream(method, timeout)


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_every_rpc(release: str) -> None:
    with EtcdServer(etcd=RELEASES[release]) as server:
        async with AsyncClient(server.endpoint) as client:
            recorder = AsyncRecorder(client._pipeline)
            rpc = AsyncApi(recorder)
            await kv(rpc, minor(server))
            await watch(rpc)
            await lease(rpc)
            await lock(rpc)
            await election(rpc)
            await cluster(rpc)
            await maintenance(rpc, minor(server))
            await auth(rpc, minor(server))
    assert recorder.called == {method.name for method in methods.ALL}


async def kv(rpc: AsyncApi, release: tuple[int, int]) -> None:
    await rpc.kv.put("a", "1")
    assert (await rpc.kv.get("a")).kvs[0].value == b"1"
    assert (await rpc.kv.transact()).succeeded
    assert (await rpc.kv.delete("a")).deleted == 1
    revision = (await rpc.kv.put("b", "2")).header.revision
    await rpc.kv.compact(revision)
    await stream(rpc, release)


async def stream(rpc: AsyncApi, release: tuple[int, int]) -> None:
    chunks = rpc.kv.range_stream("", prefix=True)
    if release < (3, 7):
        with pytest.raises(errors.UnimplementedError) as caught:
            await anext(chunks)
        assert (caught.value.method, caught.value.in_doubt) == ("KV.RangeStream", False)
        return
    async with chunks:
        found = [kv.key async for chunk in chunks for kv in chunk.range_response.kvs]
    assert found == [b"b"]


async def watch(rpc: AsyncApi) -> None:
    async with rpc.watch.watch(timeout=10) as events:
        create = pb.WatchCreateRequest(key=b"w")
        events.send(pb.WatchRequest(create_request=create))
        assert (await anext(events)).created
        await rpc.kv.put("w", "1")
        assert (await anext(events)).events[0].kv.value == b"1"


async def lease(rpc: AsyncApi) -> None:
    granted = await rpc.lease.grant(60, id=-7)
    assert (granted.ID, granted.TTL) == (-7, 60)
    await rpc.kv.put("leased", "", lease=-7)
    assert (await rpc.lease.time_to_live(-7, keys=True)).keys == [b"leased"]
    assert [status.ID for status in (await rpc.lease.leases()).leases] == [-7]
    async with rpc.lease.keep_alive_stream(timeout=10) as renewals:
        for _ in range(2):
            renewals.send(pb.LeaseKeepAliveRequest(ID=-7))
            assert (await anext(renewals)).TTL == 60
        renewals.half_close()
        assert [renewal async for renewal in renewals] == []
    await rpc.lease.revoke(-7)
    assert (await rpc.lease.time_to_live(-7)).TTL == -1
    with pytest.raises(errors.LeaseNotFoundError):
        await rpc.lease.revoke(-7)


async def lock(rpc: AsyncApi) -> None:
    granted = await rpc.lease.grant(60)
    locked = await rpc.lock.lock("job", lease=granted.ID, timeout=10)
    assert locked.key == b"job/%x" % granted.ID
    with pytest.raises(errors.DeadlineExceededError):
        await rpc.lock.lock("job", timeout=0.1)
    await rpc.lock.unlock(locked.key)
    await rpc.lease.revoke(granted.ID)


async def election(rpc: AsyncApi) -> None:
    with pytest.raises(errors.ElectionNoLeaderError):
        await rpc.election.leader("boss")
    granted = await rpc.lease.grant(60)
    won = await rpc.election.campaign("boss", lease=granted.ID, value="me", timeout=10)
    assert (await rpc.election.leader("boss")).kv.value == b"me"
    async with rpc.election.observe("boss", timeout=10) as leaders:
        assert (await anext(leaders)).kv.value == b"me"
        await rpc.election.proclaim(won.leader, value="still me")
        assert (await anext(leaders)).kv.value == b"still me"
    await rpc.election.resign(won.leader)
    await rpc.lease.revoke(granted.ID)


async def cluster(rpc: AsyncApi) -> None:
    (me,) = (await rpc.cluster.member_list()).members
    await rpc.cluster.member_update(me.ID, list(me.peerURLs))
    learner = await added(rpc, "http://127.0.0.1:1")
    assert learner.member.isLearner
    with pytest.raises(errors.LearnerNotReadyError):
        await rpc.cluster.member_promote(learner.member.ID)
    assert len((await rpc.cluster.member_remove(learner.member.ID)).members) == 1
    with pytest.raises(errors.MemberNotFoundError):
        await rpc.cluster.member_remove(12345)


async def added(rpc: AsyncApi, peer_url: str) -> pb.MemberAddResponse:
    """Raft drops a change of members, without a word, that comes upon the heels of another one."""
    for _ in range(4):
        with suppress(errors.DeadlineExceededError):
            return await rpc.cluster.member_add([peer_url], is_learner=True, timeout=1)
    return await rpc.cluster.member_add([peer_url], is_learner=True)


async def maintenance(rpc: AsyncApi, release: tuple[int, int]) -> None:
    status = await rpc.maintenance.status()
    assert status.leader == status.header.member_id
    raised = await rpc.maintenance.alarm(AlarmAction.ACTIVATE, alarm=AlarmType.NOSPACE)
    assert [member.alarm == AlarmType.NOSPACE for member in raised.alarms] == [True]
    with pytest.raises(errors.NoSpaceError):
        await rpc.kv.put("a", "1")
    await rpc.maintenance.alarm(AlarmAction.DEACTIVATE, alarm=AlarmType.NOSPACE)
    assert not (await rpc.maintenance.alarm(AlarmAction.GET)).alarms
    await rpc.maintenance.defragment()
    assert (await rpc.maintenance.hash()).hash
    assert (await rpc.maintenance.hash_kv()).hash
    with pytest.raises(errors.BadLeaderTransfereeError):
        await rpc.maintenance.move_leader(12345)
    snapshot = b"".join([part.blob async for part in rpc.maintenance.snapshot()])
    assert hashlib.sha256(snapshot[:-32]).digest() == snapshot[-32:]
    known = errors.WrongDowngradeVersionFormatError
    with pytest.raises(known if release >= (3, 5) else errors.UnimplementedError):
        await rpc.maintenance.downgrade(DowngradeAction.VALIDATE, "not a version")


async def auth(rpc: AsyncApi, release: tuple[int, int]) -> None:
    await rpc.auth.role_add("root")
    await rpc.auth.role_add("reader")
    await rpc.auth.role_grant_permission("reader", PermissionType.READ, "/app/", prefix=True)
    (granted,) = (await rpc.auth.role_get("reader")).perm
    assert granted.permType == PermissionType.READ
    assert (granted.key, granted.range_end) == (b"/app/", b"/app0")
    assert (await rpc.auth.role_list()).roles == ["reader", "root"]
    await rpc.auth.role_revoke_permission("reader", "/app/", prefix=True)
    await rpc.auth.user_add("root", password="secret")
    await rpc.auth.user_add("cert", no_password=True)
    with pytest.raises(errors.UserAlreadyExistsError):
        await rpc.auth.user_add("root", password="secret")
    await rpc.auth.user_change_password("root", "changed")
    await rpc.auth.user_grant_role("root", "root")
    await rpc.auth.user_grant_role("cert", "reader")
    assert (await rpc.auth.user_get("cert")).roles == ["reader"]
    await rpc.auth.user_revoke_role("cert", "reader")
    await rpc.auth.role_delete("reader")
    await rpc.auth.user_delete("cert")
    assert (await rpc.auth.user_list()).users == ["root"]
    if release >= (3, 5):
        assert not (await rpc.auth.status()).enabled
    else:
        with pytest.raises(errors.UnimplementedError):
            await rpc.auth.status()
    await rpc.auth.disable()
    with pytest.raises(errors.AuthNotEnabledError):
        await rpc.auth.authenticate("root", "changed")
    await rpc.auth.enable()
    with pytest.raises(errors.AuthenticationFailedError):
        await rpc.auth.authenticate("root", "secret")
    assert (await rpc.auth.authenticate("root", "changed")).token
    with pytest.raises(errors.EmptyUserNameError):
        await rpc.kv.get("a")
