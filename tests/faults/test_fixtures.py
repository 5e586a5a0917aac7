"""The servers that `tests/conftest.py` gives to tests are what it says they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from etcd_sdk import Client, errors
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.certificates import jwt_tokens
from tests.conftest import RELEASES, enable_auth, serve_with_auth
from tests.faults.cluster import ProxiedCluster
from tests.twins._sync import eventually

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))


def test_a_cluster_behind_proxies(proxied_cluster: ProxiedCluster) -> None:
    direct = [member.endpoint for member in proxied_cluster.members]
    assert [proxy.target for proxy in proxied_cluster.proxies] == direct
    assert not set(direct) & set(proxied_cluster.endpoints)
    leader = proxied_cluster.leader()
    proxy = proxied_cluster.proxy_of(leader)
    with Client(proxy.endpoint, max_attempts=1) as client:
        client.kv.put("a", "1")
        assert proxy.bytes_to_server > 0
        proxy.refuse()
        with pytest.raises(errors.UnavailableError):
            client.kv.put("a", "2")
    with Client(direct) as client:
        assert client.kv.get("a").kvs[0].value == b"1"


@each_release
def test_who_may_do_what_where_a_login_is_wanted(etcd: Path) -> None:
    with serve_with_auth(etcd=etcd) as server:
        expect_access_control(server)
        server.restart()
        expect_access_control(server)


@each_release
def test_jwt(etcd: Path, tmp_path: Path) -> None:
    tokens = f"--auth-token={jwt_tokens(tmp_path / 'jwt')}"
    with serve_with_auth(etcd=etcd, extra_args=[tokens]) as server:
        with Client(server.endpoint, username="root", password="root-pw") as root:
            assert root.auth.authenticate("alice", "alice-pw").token.count(".") == 2
        expect_access_control(server)


def test_tokens_that_do_not_live_long() -> None:
    with serve_with_auth(token_ttl=1) as server:
        with Client(server.endpoint, username="root", password="root-pw") as root:
            # Each use gives a token its whole life again, so none is tried twice.
            tokens = [root.auth.authenticate("alice", "alice-pw").token for _ in range(1000)]
        assert takes(server, tokens.pop())
        eventually(lambda: not takes(server, tokens.pop()))


def test_tokens_live_on_where_nothing_else_is_said(auth_server: EtcdServer) -> None:
    with Client(auth_server.endpoint, username="root", password="root-pw") as root:
        token = root.auth.authenticate("alice", "alice-pw").token
    assert takes(auth_server, token)


def test_a_cluster_that_wants_a_login_says_who_leads(cluster: EtcdCluster) -> None:
    leader = cluster.leader()
    with Client(cluster.endpoints) as client:
        enable_auth(client)
    assert cluster.leader() is leader


def takes(server: EtcdServer, token: str) -> bool:
    with Client(server.endpoint, token=token) as client:
        try:
            client.kv.get("/alice/key")
        except errors.InvalidAuthTokenError:
            return False
    return True


def expect_access_control(server: EtcdServer) -> None:
    with Client(server.endpoint) as anyone, pytest.raises(errors.EmptyUserNameError):
        anyone.kv.get("/alice/key")
    with Client(server.endpoint, username="alice", password="alice-pw") as alice:
        alice.kv.put("/alice/key", "1")
        assert alice.kv.get("/alice/", prefix=True).count == 1
        with pytest.raises(errors.PermissionDeniedError):
            alice.kv.put("/bob/key", "1")
        with pytest.raises(errors.PermissionDeniedError):
            alice.auth.user_list()
    with Client(server.endpoint, username="root", password="root-pw") as root:
        root.kv.put("/bob/key", "1")
        assert sorted(root.auth.user_list().users) == ["alice", "root"]
