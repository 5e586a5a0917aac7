"""Who may do what: logging in, being refused, and users and roles that come and go."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Unpack

import pytest

from etcd_sdk import (
    AsyncClient,
    AsyncStream,
    CallEvent,
    Client,
    ClientOptions,
    Compare,
    Delete,
    Get,
    PermissionType,
    Put,
    Watch,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdServer, ServerTLS
from tests.certificates import Certificates
from tests.conftest import NEWEST, RELEASES, enable_auth, serve_with_auth
from tests.faults.proxy import FaultProxy
from tests.twins._async import AsyncBeside

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))
guards_all = pytest.mark.skipif(list(RELEASES)[-1] < "3.6", reason="older servers guard less")
# etcd 3.4 dies of some calls without a login, which are left out here.
MAINTENANCE = ("defragment", "hash", "hash_kv")


@pytest.fixture(scope="module")
def guarded() -> Iterator[EtcdServer]:
    """Shared by tests that change none of its users."""
    with serve_with_auth() as server:
        yield server


def user(name: str, server: EtcdServer, **options: Unpack[ClientOptions]) -> AsyncClient:
    """A client that logs in as one of the users of `enable_auth`."""
    merged: ClientOptions = {**options, "username": name, "password": f"{name}-pw"}
    return AsyncClient(server.endpoint, **merged)


def calls(events: list[CallEvent]) -> list[str]:
    return [event.method for event in events]


# --- logging in ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "tls"])
async def test_a_login(certificates: Certificates, encrypted: bool) -> None:
    pair = certificates.server
    tls = ServerTLS(cert=pair.cert, key=pair.key) if encrypted else None
    trust: ClientOptions = {"ca_cert": certificates.authority.cert} if encrypted else {}
    events: list[CallEvent] = []
    with EtcdServer(etcd=NEWEST, extra_args=["--bcrypt-cost=4"], tls=tls) as server:
        with Client(server.endpoint, **trust) as setup:
            enable_auth(setup)
        watched: ClientOptions = {**trust, "observer": events.append}
        async with user("alice", server, **watched) as alice:
            await alice.kv.put("/alice/a", "1")
            assert (await alice.kv.get("/alice/a")).kvs[0].value == b"1"
        async with AsyncClient(server.endpoint, **trust) as anyone:
            with pytest.raises(errors.EmptyUserNameError):
                await anyone.kv.get("/alice/a")
    assert calls(events) == ["Auth.Authenticate", "KV.Put", "KV.Range"]


@each_release
async def test_a_wrong_password_fails_the_first_call(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        for name, password in ("alice", "wrong-pw"), ("nobody", "alice-pw"):
            events: list[CallEvent] = []
            async with AsyncClient(
                server.endpoint, username=name, password=password, observer=events.append
            ) as client:
                with pytest.raises(errors.AuthenticationFailedError) as caught:
                    await client.kv.put("/alice/a", "1")
                assert (caught.value.method, caught.value.endpoint) == (
                    "Auth.Authenticate",
                    server.endpoint,
                )
                assert not caught.value.in_doubt
                with pytest.raises(errors.AuthenticationFailedError):
                    await anext(client.rpc.maintenance.snapshot())
                with pytest.raises(errors.AuthenticationFailedError):
                    await anext(client.rpc.watch.watch())
            assert calls(events) == ["Auth.Authenticate"] * 3


async def test_many_calls_with_a_wrong_password_are_refused_once(auth_server: EtcdServer) -> None:
    with FaultProxy(auth_server.endpoint) as proxy:
        proxy.delay(0.1)  # so that all wait for the same login
        events: list[CallEvent] = []
        async with AsyncClient(
            proxy.endpoint, username="alice", password="wrong-pw", observer=events.append
        ) as client:
            gets = [AsyncBeside(lambda: client.kv.get("/alice/a")) for _ in range(20)]
            for get in gets:
                with pytest.raises(errors.AuthenticationFailedError):
                    await get.result()
            assert calls(events) == ["Auth.Authenticate"]
            with pytest.raises(errors.AuthenticationFailedError):
                await client.kv.get("/alice/a")
            assert calls(events) == ["Auth.Authenticate"] * 2


async def test_credentials_where_nobody_asks_for_them(server: EtcdServer, prefix: str) -> None:
    events: list[CallEvent] = []
    async with user("alice", server, observer=events.append) as alice:
        await alice.kv.put(prefix, "1")
        assert (await alice.kv.get(prefix)).kvs[0].value == b"1"
    assert calls(events) == ["Auth.Authenticate", "KV.Put", "KV.Range"]
    assert isinstance(events[0].error, errors.AuthNotEnabledError)


@each_release
async def test_access_control_comes_and_goes_while_clients_run(etcd: Path) -> None:
    with EtcdServer(etcd=etcd, extra_args=["--bcrypt-cost=4"]) as server:
        async with (
            AsyncClient(server.endpoint) as anyone,
            user("alice", server) as alice,
            user("root", server) as root,
        ):
            for client in (anyone, alice):
                await client.kv.put("/alice/a", "off")
            with Client(server.endpoint) as setup:
                enable_auth(setup)
            await alice.kv.put("/alice/a", "on")
            with pytest.raises(errors.EmptyUserNameError):
                await anyone.kv.put("/alice/a", "on")
            await root.auth.disable()
            for client in (anyone, alice, root):
                await client.kv.put("/alice/a", "off again")
            await anyone.auth.enable()
            await alice.kv.put("/alice/a", "on again")
            with pytest.raises(errors.EmptyUserNameError):
                await anyone.kv.get("/alice/a")
            (found,) = (await root.kv.get("/alice/a")).kvs
    assert found.version == 2 + 1 + 3 + 1


async def test_changes_of_users_and_roles_are_no_changes_of_keys(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        before = (await client.kv.get("a")).header.revision
        added = await client.auth.user_add("alice", password="alice-pw")
        assert added.header.revision == before
        assert (await client.kv.get("a")).header.revision == before


@pytest.fixture
def dead_endpoints() -> Iterator[list[str]]:
    """Where nobody listens."""
    with socket.socket() as one, socket.socket() as other:
        for held in (one, other):
            held.bind(("127.0.0.1", 0))
        yield [f"127.0.0.1:{held.getsockname()[1]}" for held in (one, other)]


async def test_a_login_without_a_server(dead_endpoints: list[str]) -> None:
    async with AsyncClient(
        dead_endpoints, username="alice", password="alice-pw", timeout=1
    ) as alice:
        started = time.monotonic()
        with pytest.raises(errors.ClusterUnavailableError) as caught:
            await alice.kv.put("/alice/a", "1")
        assert time.monotonic() - started < 5
        assert caught.value.method == "Auth.Authenticate"
        assert not caught.value.in_doubt
        assert all(endpoint in str(caught.value) for endpoint in dead_endpoints)
        with pytest.raises(errors.ClusterUnavailableError):
            await anext(alice.rpc.watch.watch(timeout=0.5))


async def test_who_waits_for_a_login_learns_why_it_does_not_come(
    dead_endpoints: list[str],
) -> None:
    async with AsyncClient(dead_endpoints, username="alice", password="alice-pw") as alice:
        first = AsyncBeside(lambda: alice.kv.get("/alice/a", timeout=0.5))
        waiting = AsyncBeside(lambda: alice.kv.put("/alice/a", "1", timeout=0.2))
        with pytest.raises(errors.EtcdError) as caught:
            await waiting.result()
        assert caught.value.method == "Auth.Authenticate"
        assert not caught.value.in_doubt
        assert all(endpoint in str(caught.value) for endpoint in dead_endpoints)
        with pytest.raises(errors.ClusterUnavailableError):
            await first.result()


# --- being refused ------------------------------------------------------------------------------


async def test_a_lack_of_permission_is_told_at_once(guarded: EtcdServer, prefix: str) -> None:
    events: list[CallEvent] = []
    async with user("alice", guarded, observer=events.append) as alice:
        await alice.kv.get("/alice/a")
        events.clear()
        with pytest.raises(errors.PermissionDeniedError) as caught:
            await alice.kv.put(prefix, "1")
        assert not caught.value.in_doubt
        with pytest.raises(errors.PermissionDeniedError):
            await alice.kv.get(prefix)
        with pytest.raises(errors.PermissionDeniedError):
            await anext(alice.rpc.maintenance.snapshot())
    async with user("root", guarded) as root:
        assert not (await root.kv.get(prefix)).count
    assert [(event.method, event.attempt) for event in events] == [
        ("KV.Put", 1),
        ("KV.Range", 1),
        ("Maintenance.Snapshot", 1),
    ]


@each_release
async def test_errors_of_access_control_are_typed_in_every_service(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        async with (
            AsyncClient(server.endpoint) as anyone,
            AsyncClient(server.endpoint, token="bad.1") as stranger,
            user("alice", server) as alice,
        ):
            refusals: list[tuple[AsyncClient, type[errors.EtcdError]]] = [
                (anyone, errors.EmptyUserNameError),
                (stranger, errors.InvalidAuthTokenError),
                (alice, errors.PermissionDeniedError),
            ]
            for client, kind in refusals:
                for name in MAINTENANCE:
                    with pytest.raises(kind) as caught:
                        await getattr(client.maintenance, name)()
                    assert caught.value.code is kind.code
                    assert not caught.value.in_doubt
                with pytest.raises(kind):
                    await anext(client.rpc.maintenance.snapshot())
                with pytest.raises(kind):
                    await client.kv.put("/bob/a", "1")
                with pytest.raises(kind):
                    await client.auth.user_list()
                with pytest.raises(kind):
                    await client.rpc.lock.lock("/bob/lock", timeout=5)


@guards_all
async def test_a_transaction_is_refused_as_a_whole(guarded: EtcdServer, prefix: str) -> None:
    async with user("alice", guarded) as alice, user("root", guarded) as root:
        mine, foreign = f"/alice{prefix}", prefix
        txn = alice.kv.txn
        for denied in (
            txn().then(Put(mine, "1"), Put(foreign, "1")),
            txn().when(Compare.version(foreign) == 0).then(Put(mine, "1")),
            txn().otherwise(Get(foreign)),
            txn().then(Put(mine, "1"), txn().then(Delete(foreign))),
        ):
            with pytest.raises(errors.PermissionDeniedError):
                await denied.commit()
        assert not (await root.kv.get(mine)).count


@guards_all
async def test_reading_a_previous_value_needs_the_right_to_read(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as setup:
        await setup.auth.role_add("writer")
        await setup.auth.role_grant_permission("writer", PermissionType.WRITE, "a")
        await setup.auth.user_add("writer", password="writer-pw")
        await setup.auth.user_grant_role("writer", "writer")
        await setup.auth.role_add("root")
        await setup.auth.user_add("root", password="root-pw")
        await setup.auth.user_grant_role("root", "root")
        await setup.auth.enable()
    async with user("writer", own_server) as writer:
        await writer.kv.put("a", "1")
        with pytest.raises(errors.PermissionDeniedError):
            await writer.kv.put("a", "2", prev_kv=True)
        with pytest.raises(errors.PermissionDeniedError):
            await writer.kv.txn().then(Put("a", "2").prev_kv()).commit()
        with pytest.raises(errors.PermissionDeniedError):
            await writer.kv.delete("a", prev_kv=True)
        assert (await writer.kv.delete("a")).deleted == 1


@guards_all
async def test_a_lease_is_as_well_guarded_as_its_keys(guarded: EtcdServer, prefix: str) -> None:
    async with user("alice", guarded) as alice, user("root", guarded) as root:
        lease = (await alice.lease.grant(60)).ID
        await root.kv.put(prefix, "1", lease=lease)
        with pytest.raises(errors.PermissionDeniedError):
            await alice.kv.put(f"/alice{prefix}", "1", lease=lease)
        with pytest.raises(errors.PermissionDeniedError):
            await alice.kv.txn().then(Put(f"/alice{prefix}", "1").lease(lease)).commit()
        with pytest.raises(errors.PermissionDeniedError):
            await alice.lease.revoke(lease)
        async with alice.rpc.lease.keep_alive_stream(timeout=5) as renewals:
            renewals.send(pb.LeaseKeepAliveRequest(ID=lease))
            with pytest.raises(errors.PermissionDeniedError):
                await anext(renewals)
        assert (await root.kv.get(prefix)).count == 1
        own = (await alice.lease.grant(60)).ID
        await alice.kv.put(f"/alice{prefix}", "1", lease=own)
        await alice.lease.revoke(own)
        assert not (await alice.kv.get(f"/alice{prefix}")).count


@guards_all
async def test_a_refused_watch_disturbs_no_other(guarded: EtcdServer, prefix: str) -> None:
    async with user("alice", guarded) as alice, user("root", guarded) as root:
        await alice.kv.get("/alice/")
        async with alice.rpc.watch.watch(timeout=5) as stream:
            first = await watched(stream, f"/alice{prefix}")
            assert (first.watch_id, first.canceled) == (0, False)
            second = await watched(stream, prefix)
            assert second.created
            assert second.canceled
            assert second.cancel_reason.endswith("etcdserver: permission denied")
            await root.kv.put(f"/alice{prefix}", "1")
            assert (await anext(stream)).events[0].kv.value == b"1"


async def watched(
    stream: AsyncStream[pb.WatchRequest, pb.WatchResponse], key: str
) -> pb.WatchResponse:
    """The answer to a watch of a key."""
    stream.send(pb.WatchRequest(create_request=Watch(key).build()))
    return await anext(stream)


# --- users come and go --------------------------------------------------------------------------


async def test_errors_of_managing_users(guarded: EtcdServer) -> None:
    async with user("root", guarded) as root:
        with pytest.raises(errors.UserAlreadyExistsError):
            await root.auth.user_add("alice", password="x")
        with pytest.raises(errors.UserNotFoundError):
            await root.auth.user_delete("nobody")
        with pytest.raises(errors.RoleNotFoundError):
            await root.auth.user_grant_role("alice", "no-such-role")
        with pytest.raises(errors.InvalidAuthManagementError):
            await root.auth.user_delete("root")


async def test_the_life_of_a_user(auth_server: EtcdServer) -> None:
    async with user("root", auth_server) as root, user("alice", auth_server) as alice:
        await alice.kv.put("/alice/a", "1")
        await root.auth.user_change_password("alice", "another")
        await refused(alice)
        async with AsyncClient(
            auth_server.endpoint, username="alice", password="another"
        ) as renewed:
            await renewed.kv.put("/alice/a", "2")
            await root.auth.user_delete("alice")
            await refused(renewed)
            await root.auth.user_add("alice", password="alice-pw")
            await refused(renewed)
        with pytest.raises(errors.PermissionDeniedError):
            await alice.kv.get("/alice/a")
        await root.auth.user_grant_role("alice", "alice")
        assert (await alice.kv.get("/alice/a")).kvs[0].value == b"2"


async def refused(client: AsyncClient) -> None:
    """Its password is no longer good, and each call says so."""
    for _ in range(2):
        with pytest.raises(errors.AuthenticationFailedError) as caught:
            await client.kv.get("/alice/a")
        assert caught.value.method == "Auth.Authenticate"


# --- secrets ------------------------------------------------------------------------------------


async def test_neither_password_nor_token_ever_shows(
    auth_server: EtcdServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[object] = []
    tokens: list[str] = []
    client = user("alice", auth_server, observer=shown.append)
    async with client, user("root", auth_server) as root:
        shown.append(client)
        await client.kv.put("/alice/a", "1")
        tokens.append(token_of(client))
        shown.append(client._connection.login.headers)
        shown.append(client._connection.settings)
        for call in (
            lambda: client.kv.get("/bob/a"),
            lambda: client.kv.get("/alice/a", revision=2**50),
            lambda: anext(client.rpc.maintenance.snapshot()),
            lambda: client.auth.authenticate("alice", "wrong-alice-pw"),
        ):
            with pytest.raises(errors.EtcdError) as caught:
                await call()
            shown.append(caught.value)
        await root.auth.disable()
        await root.auth.enable()
        await client.kv.put("/alice/a", "2")
        tokens.append(token_of(client))
        async with AsyncClient(auth_server.endpoint, token=tokens[-1]) as ready:
            await ready.kv.put("/alice/a", "3")
            shown += [ready, ready._connection.settings]
            await root.auth.user_change_password("alice", "another-alice-pw")
            for each in (client, ready):
                with pytest.raises(errors.EtcdError) as caught:
                    await each.kv.get("/alice/a")
                shown.append(caught.value)
        auth_server.kill()
        with pytest.raises(errors.EtcdError) as caught:
            await client.kv.get("/alice/a", timeout=0.2)
        shown += [caught.value, client]
    shown += [(record.getMessage(), record.__dict__) for record in caplog.records]
    assert len(set(tokens)) == 2
    assert any("logging in again" in record.getMessage() for record in caplog.records)
    for text in [text for each in shown for text in texts(each)]:
        assert "alice-pw" not in text
        assert not any(token in text for token in tokens)


def token_of(client: AsyncClient) -> str:
    headers = client._connection.login.headers
    assert headers is not None
    assert headers.token
    return headers.token


def texts(shown: object) -> Iterator[str]:
    """All that a user may see of it, and of what caused it."""
    yield f"{shown} {shown!r}"
    if isinstance(shown, BaseException):
        yield repr(shown.__dict__)
        for cause in (shown.__cause__, shown.__context__):
            if cause is not None:
                yield from texts(cause)
