# Derived from tests/_async/test_tokens.py by codegen; do not edit.

"""Tokens that expire, are lost or become out of date: who can log in again never hears of it."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path
from typing import Unpack

import pytest

from etcd_sdk import (
    CallEvent,
    Client,
    ClientOptions,
    PermissionType,
    Put,
    Watch,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.certificates import jwt_tokens
from tests.conftest import NEWEST, RELEASES, enable_auth, end, minor, serve_with_auth
from tests.twins._sync import Beside, eventually

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))
TOKEN_ERRORS = (
    errors.AuthOldRevisionError,
    errors.EmptyUserNameError,
    errors.InvalidAuthTokenError,
)
each_kind = pytest.mark.parametrize("kind", ["simple", "jwt"])


def user(name: str, endpoints: str | list[str], **options: Unpack[ClientOptions]) -> Client:
    """A client that logs in as one of the users of `enable_auth`."""
    merged: ClientOptions = {**options, "username": name, "password": f"{name}-pw"}
    return Client(endpoints, **merged)


def tokens_of(kind: str, directory: Path) -> list[str]:
    """Flags of a server for tokens of that kind."""
    return [f"--auth-token={jwt_tokens(directory / 'jwt')}"] if kind == "jwt" else []


def void_tokens(root: Client) -> None:
    """Let the server forget all simple tokens, as it does with those that expire."""
    root.auth.disable()
    root.auth.enable()


def is_refused(client: Client) -> bool:
    try:
        client.kv.get("/alice/a")
    except errors.InvalidAuthTokenError:
        return True
    return False


def is_gone(client: Client, key: str) -> bool:
    return not (client.kv.get(key)).count


def attempts(events: list[CallEvent]) -> list[tuple[str, int]]:
    return [(event.method, event.attempt) for event in events]


# --- expiry -------------------------------------------------------------------------------------


@each_release
def test_a_call_of_any_kind_gets_a_new_token(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        with user("root", server.endpoint) as root, user("root", server.endpoint) as other:
            void_tokens(other)
            assert not (root.kv.get("a")).count
            void_tokens(other)
            root.kv.put("a", "1")
            void_tokens(other)
            root.kv.txn().then(Put("a", "2")).commit()
            void_tokens(other)
            lease = (root.lease.grant(60)).ID
            void_tokens(other)
            assert [part for part in root.rpc.maintenance.snapshot()]
            void_tokens(other)
            with root.rpc.lease.keep_alive_stream(timeout=5) as renewals:
                renewals.send(pb.LeaseKeepAliveRequest(ID=lease))
                assert (next(renewals)).TTL == 60
            if minor(server) >= (3, 7):
                void_tokens(other)
                assert [part for part in root.rpc.kv.range_stream("a")]
            assert (root.kv.get("a")).kvs[0].version == 2


@each_release
def test_a_watch_can_be_opened_once_another_call_has_a_new_token(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        with user("alice", server.endpoint) as alice, user("root", server.endpoint) as root:
            alice.kv.get("/alice/a")
            void_tokens(root)
            assert (watched(alice)).canceled  # etcd 3.5.1 even says: permission denied
            alice.kv.get("/alice/a")
            assert not (watched(alice)).canceled


def watched(client: Client) -> pb.WatchResponse:
    """The answer to a watch on a stream of its own."""
    with client.rpc.watch.watch(timeout=5) as stream:
        stream.send(pb.WatchRequest(create_request=Watch("/alice/a").build()))
        return next(stream)


def test_simple_tokens_expire(tmp_path: Path) -> None:
    with serve_with_auth(token_ttl=1, extra_args=["--log-level=debug"]) as server:
        events: list[CallEvent] = []
        with (
            user("alice", server.endpoint) as reader,
            user("alice", server.endpoint, observer=events.append) as writer,
        ):
            writer.kv.get("/alice/a")
            lease = (reader.lease.grant(1)).ID
            reader.kv.put("/alice/leased", "1", lease=lease)
            events.clear()
            # Whoever asks with a token makes it live on.
            eventually(lambda: server.log.count("deleted a simple token") == 2)
            assert not (reader.kv.get("/alice/a")).count
            writer.kv.put("/alice/a", "1")
            assert (reader.kv.get("/alice/a")).kvs[0].version == 1
            eventually(lambda: is_gone(reader, "/alice/leased"))
        assert attempts(events) == [("KV.Put", 1), ("Auth.Authenticate", 1), ("KV.Put", 2)]


def test_jwt_expire(tmp_path: Path) -> None:
    tokens = f"--auth-token={jwt_tokens(tmp_path / 'jwt', ttl='2s')}"
    with serve_with_auth(extra_args=[tokens]) as server:
        events: list[CallEvent] = []
        last: list[CallEvent] = []
        with user("alice", server.endpoint, observer=events.append) as alice:
            lease = (alice.lease.grant(1)).ID
            alice.kv.put("/alice/leased", "1", lease=lease)
            alice.kv.put("/alice/a", "1")
            ready = (alice.auth.authenticate("alice", "alice-pw")).token
            with Client(server.endpoint, token=ready, observer=last.append) as bearer:
                bearer.kv.put("/alice/a", "2")
                eventually(lambda: is_refused(bearer))
                last.clear()
                with pytest.raises(errors.InvalidAuthTokenError) as caught:
                    bearer.kv.put("/alice/a", "3")
                assert not caught.value.in_doubt
                assert attempts(last) == [("KV.Put", 1)]
            # Its token is older, so it has expired, too.
            events.clear()
            alice.kv.put("/alice/a", "3")
            assert (alice.kv.get("/alice/a")).kvs[0].version == 3
            eventually(lambda: is_gone(alice, "/alice/leased"))
        assert attempts(events)[:3] == [("KV.Put", 1), ("Auth.Authenticate", 1), ("KV.Put", 2)]


@each_kind
def test_many_calls_with_an_old_token_log_in_once(kind: str, tmp_path: Path) -> None:
    with serve_with_auth(extra_args=tokens_of(kind, tmp_path)) as server:
        events: list[CallEvent] = []
        with (
            user("alice", server.endpoint, observer=events.append) as alice,
            user("root", server.endpoint) as root,
        ):
            alice.kv.get("/alice/a")
            void_tokens(root)
            events.clear()
            calls = [Beside(lambda: alice.kv.put("/alice/a", "1")) for _ in range(20)]
            for call in calls:
                call.result()
            assert (alice.kv.get("/alice/a")).kvs[0].version == 20
    methods = [event.method for event in events]
    assert methods.count("Auth.Authenticate") == 1
    assert "KV.Put" in methods[: methods.index("Auth.Authenticate")]


# --- ready tokens -------------------------------------------------------------------------------


def test_a_ready_token_is_used_as_it_is(auth_server: EtcdServer) -> None:
    with user("root", auth_server.endpoint) as root:
        token = (root.auth.authenticate("alice", "alice-pw")).token
        events: list[CallEvent] = []
        with Client(auth_server.endpoint, token=token, observer=events.append) as bearer:
            bearer.kv.put("/alice/a", "1")
            with pytest.raises(errors.PermissionDeniedError):
                bearer.kv.put("/bob/a", "1")
            void_tokens(root)
            with pytest.raises(errors.InvalidAuthTokenError):
                bearer.kv.get("/alice/a")
            with pytest.raises(errors.InvalidAuthTokenError):
                next(bearer.rpc.maintenance.snapshot())
    assert attempts(events) == [
        ("KV.Put", 1),
        ("KV.Put", 1),
        ("KV.Range", 1),
        ("Maintenance.Snapshot", 1),
    ]


def test_a_ready_token_is_no_companion_of_a_user() -> None:
    with pytest.raises(errors.ArgumentError, match="token: excludes username"):
        Client(token="x", username="alice", password="alice-pw")


# --- the store of users moves on ----------------------------------------------------------------


def test_tokens_that_are_older_than_a_change_of_roles(tmp_path: Path) -> None:
    with serve_with_auth(extra_args=tokens_of("jwt", tmp_path)) as server:
        events: list[CallEvent] = []
        with (
            user("alice", server.endpoint, observer=events.append) as alice,
            user("root", server.endpoint) as root,
        ):
            ready = (alice.auth.authenticate("alice", "alice-pw")).token
            alice.kv.put("/alice/a", "1")
            events.clear()
            root.auth.role_grant_permission("alice", PermissionType.READ, "/bob/a")
            assert not (alice.kv.get("/bob/a")).count
            assert attempts(events) == [("KV.Range", 1), ("Auth.Authenticate", 1), ("KV.Range", 2)]
            assert isinstance(events[0].error, errors.AuthOldRevisionError)
            with Client(server.endpoint, token=ready) as bearer:
                with pytest.raises(errors.AuthOldRevisionError):
                    bearer.kv.put("/alice/a", "2")
            root.auth.role_add("another")
            alice.kv.put("/alice/a", "2")
            assert (alice.kv.get("/alice/a")).kvs[0].version == 2


@each_kind
def test_changes_of_users_and_roles_at_the_same_time(kind: str, tmp_path: Path) -> None:
    with serve_with_auth(extra_args=tokens_of(kind, tmp_path)) as server:
        with user("root", server.endpoint) as root:
            changes = [Beside(partial(change, root, name)) for name in "abcdefgh"]
            for each in changes:
                each.result()
            assert sorted((root.auth.user_list()).users) == sorted([*"abcdefgh", "alice", "root"])
            for name in "abcdefgh":
                assert (root.auth.user_get(name)).roles == [name]
                assert (root.kv.get(name)).kvs[0].version == 1


def change(root: Client, name: str) -> None:
    root.auth.role_add(name)
    root.auth.role_grant_permission(name, PermissionType.READWRITE, name)
    root.auth.user_add(name, password="x")
    root.auth.user_grant_role(name, name)
    root.kv.put(name, "1")


# --- under load ---------------------------------------------------------------------------------


class Load:
    """Calls without end, and what became of them."""

    def __init__(self, client: Client, number: int) -> None:
        self.put: list[str] = []
        self.in_doubt: list[errors.EtcdError] = []
        self._client = client
        self._over = threading.Event()
        self._workers = [Beside(partial(self._work, f"/alice/{name}/")) for name in range(number)]

    def grows(self, number: int = 20) -> None:
        """Wait for so many more writes."""
        enough = len(self.put) + number
        eventually(lambda: len(self.put) >= enough)

    def end(self) -> None:
        """Raises what no caller should have met."""
        self._over.set()
        for worker in self._workers:
            worker.result()
        for key in self.put:
            assert (self._client.kv.get(key)).kvs[0].version == 1

    def _work(self, prefix: str) -> None:
        number = 0
        while not self._over.is_set():
            number += 1
            key = f"{prefix}{number}"
            try:
                self._client.kv.put(key, "1")
                self.put.append(key)
            except errors.EtcdError as error:
                if not error.in_doubt:
                    raise
                self.in_doubt.append(error)
            self._client.kv.get(key)


@each_release
def test_a_server_that_forgets_its_tokens_under_load(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        events: list[CallEvent] = []
        with (
            user("alice", server.endpoint, observer=events.append) as alice,
            user("root", server.endpoint) as root,
        ):
            load = Load(alice, 4)
            load.grows()
            end(server)
            eventually(lambda: isinstance(events[-1].error, errors.UnavailableError))
            server.start()
            # A restart loses all tokens but those that it finds in the log and not in the database.
            void_tokens(root)
            load.grows()
            load.end()
    assert any(isinstance(event.error, TOKEN_ERRORS) for event in events)


@each_kind
def test_a_cluster_under_load(kind: str, tmp_path: Path) -> None:
    own_args = ["--bcrypt-cost=4", *tokens_of(kind, tmp_path)]
    with EtcdCluster(etcd=NEWEST, extra_args=own_args) as cluster:
        with Client(cluster.endpoints) as setup:
            enable_auth(setup)
        events: list[CallEvent] = []
        with (
            user("alice", cluster.endpoints, observer=events.append) as alice,
            user("root", cluster.endpoints) as root,
        ):
            load = Load(alice, 4)
            for number in range(10):
                load.grows(10)
                root.auth.role_grant_permission("alice", PermissionType.READ, f"/{number}")
            leader = cluster.leader()
            follower = next(each for each in cluster.members if each is not leader)
            follower.kill()
            load.grows()
            follower.start()
            seen = len(events)
            eventually(lambda: serves(follower, events[seen:]))
            load.end()
    assert any(isinstance(event.error, TOKEN_ERRORS) for event in events)


def serves(server: EtcdServer, events: list[CallEvent]) -> bool:
    ours = [event for event in events if event.endpoint == server.endpoint]
    return any(event.error is None for event in ours)
