# Derived from tests/_async/test_lease_faults.py by codegen; do not edit.

"""Leases are kept alive whatever happens to servers and networks, or their holders are told."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack

import pytest

from etcd_sdk import Client, KeptLease, errors
from etcd_sdk._core import renewals as core
from etcd_sdk._sync import lease as keeping
from etcd_sdk.errors import LossReason
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.conftest import serve_with_auth
from tests.faults.cluster import ProxiedCluster
from tests.faults.proxy import FaultProxy
from tests.metrics import open_streams, renewal_streams, renewals
from tests.twins._sync import Beside, eventually


@pytest.fixture
def cluster(shared_cluster: EtcdCluster) -> EtcdCluster:
    return shared_cluster


def kept_alive(client: Client, ttl: int) -> KeptLease:
    """A lease of which the server has just said how long it lives."""
    kept = client.lease.keep_alive((client.lease.grant(ttl)).ID)
    eventually(lambda: kept.ttl == ttl)
    return kept


def is_there(client: Client, kept: KeptLease) -> bool:
    """Whether the servers know it: they tell whole seconds, so 0 is less than one, and -1 none."""
    return (client.lease.time_to_live(kept.id)).TTL >= 0


def renewed_by(cluster: EtcdCluster | ProxiedCluster) -> EtcdServer:
    """The member that the stream leads to."""

    def found() -> list[EtcdServer]:
        return [each for each in cluster.members if each.running and open_streams(each) > 0]

    eventually(lambda: len(found()) == 1)
    return found()[0]


def outlive(kept: KeptLease, seconds: float) -> None:
    """Let the lease live on for a while; it may not be lost."""
    if kept.lost.wait(seconds):
        kept.check()


# --- one server -----------------------------------------------------------------------------------


def test_a_lease_is_lost_by_its_deadline_while_the_server_is_silent(
    own_server: EtcdServer,
) -> None:
    with Client(own_server.endpoint) as client:
        kept = kept_alive(client, 1)
        with pytest.raises(errors.LeaseLostError) as caught:
            hold_in_vain(client, own_server)
        assert caught.value.reason is LossReason.EXPIRED
        assert kept.lost.wait(0.5)
        assert kept.lost.reason is LossReason.EXPIRED
        own_server.resume()
        # What the server answers now comes too late: the holder has been told.
        again = client.lease.keep_alive(kept.id)
        eventually(lambda: again.ttl == 1 or again.lost.is_set())
        assert kept.lost.reason is LossReason.EXPIRED
        client.kv.get("nobody is cancelled any more")


def hold_in_vain(client: Client, server: EtcdServer) -> None:
    with client.lease.hold(1) as lease:
        server.pause()
        began = time.monotonic()
        try:
            lease.lost.wait(10)
        finally:
            assert 2 / 3 - 0.2 < time.monotonic() - began < 1 + 0.2


def test_a_lease_is_lost_by_its_deadline_while_no_server_is_there(
    own_server: EtcdServer, caplog: pytest.LogCaptureFixture
) -> None:
    with Client(own_server.endpoint) as client:
        kept = kept_alive(client, 1)
        told: list[LossReason] = []
        kept.on_lost(told.append)
        client.lease.keep_alive(kept.id).on_lost(told.append)
        own_server.kill()
        began = time.monotonic()
        assert kept.lost.wait(10)
        assert time.monotonic() - began < 1 + 0.2
        with pytest.raises(errors.LeaseLostError) as caught:
            kept.check()
        assert isinstance(caught.value.__cause__, errors.UnavailableError)
        eventually(lambda: told == 2 * [LossReason.EXPIRED])
        assert "leases that have expired: 1: " in caplog.text


def test_a_lease_whose_first_renewal_is_not_answered_is_lost(
    own_server: EtcdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert core._UNKNOWN_TTL == 5
    monkeypatch.setattr(core, "_UNKNOWN_TTL", 0.5)
    with Client(own_server.endpoint) as client:
        lease = (client.lease.grant(60)).ID
        own_server.pause()
        kept = client.lease.keep_alive(lease)
        began = time.monotonic()
        assert kept.lost.wait(10)
        assert 0.4 < time.monotonic() - began < 0.8
        assert (kept.lost.reason, kept.ttl) == (LossReason.EXPIRED, 0)


def test_a_restart_is_survived(own_server: EtcdServer) -> None:
    # Not even a client that repeats no call gives a lease up.
    with Client(own_server.endpoint, max_attempts=1) as client:
        kept = kept_alive(client, 3)
        own_server.kill()
        outlive(kept, 0.5)
        own_server.start()
        eventually(lambda: renewals(own_server) > 0)
        assert is_there(client, kept)


def test_a_silent_server_is_left_only_for_another_one(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        kept = kept_alive(client, 3)
        own_server.pause()
        asked = client._connection.keepers[True]._renewals.suspect
        eventually(lambda: asked() is not None)
        outlive(kept, 1.05)  # a third of the time to live and more
        own_server.resume()
        eventually(lambda: asked() is None)
        kept.check()
        assert renewal_streams(own_server) == 1


def test_connections_that_break_again_and_again(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client:
            kept = [kept_alive(client, 3) for _ in range(10)]
            proxy.reset_randomly(1, least=400, most=1500)
            before = renewals(own_server)
            eventually(lambda: proxy.resets >= 3)
            eventually(lambda: renewals(own_server) - before > 30)
            for each in kept:
                each.check()
            # Each stream was of use, so nobody waits ever longer for the next one.
            assert client._connection.keepers[True]._attempts.number < proxy.resets


def test_a_lease_that_was_revoked_behind_a_broken_connection(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client:
            kept = kept_alive(client, 4)
            proxy.refuse()
            with Client(own_server.endpoint) as other:
                other.lease.revoke(kept.id)
            assert not kept.lost.wait(0.2)
            proxy.heal()
            assert kept.lost.wait(5)
            assert kept.lost.reason is LossReason.REVOKED


def test_keep_alive_once_outlives_a_restart(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        lease = (client.lease.grant(60)).ID
        own_server.kill()
        renewing = Beside(lambda: client.lease.keep_alive_once(lease))
        with pytest.raises(errors.UnavailableError):
            client.lease.keep_alive_once(lease, timeout=0.3)
        own_server.start()
        assert (renewing.result()).TTL == 60


# --- who may renew --------------------------------------------------------------------------------


def test_tokens_that_expire_between_renewals() -> None:
    with serve_with_auth(token_ttl=1) as server:
        with Client(server.endpoint, username="root", password="root-pw") as client:
            kept = kept_alive(client, 6)
            eventually(lambda: renewal_streams(server) >= 2)  # one for each token
            before = renewals(server)
            eventually(lambda: renewals(server) > before)
            kept.check()


def test_a_lease_that_the_user_may_not_renew_is_lost_alone(auth_server: EtcdServer) -> None:
    with (
        Client(auth_server.endpoint, username="root", password="root-pw") as root,
        Client(auth_server.endpoint, username="alice", password="alice-pw") as alice,
    ):
        kept = [kept_alive(alice, 1) for _ in range(3)]
        alice.kv.put("/alice/a", "", lease=kept[0].id)
        root.kv.put("/bob/a", "", lease=kept[1].id)
        assert kept[1].lost.wait(5)
        assert kept[1].lost.reason is LossReason.HALTED
        with pytest.raises(errors.LeaseLostError) as caught:
            kept[1].check()
        assert isinstance(caught.value.__cause__, errors.PermissionDeniedError)
        before = renewals(auth_server)
        eventually(lambda: renewals(auth_server) >= before + 5)
        kept[0].check()
        kept[2].check()


def test_trouble_with_a_login_may_pass_in_time(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "TROUBLE_SECONDS", 0.05)
    with serve_with_auth(token_ttl=1) as server:
        with (
            Client(server.endpoint, username="root", password="root-pw") as root,
            Client(server.endpoint, username="alice", password="alice-pw") as alice,
        ):
            kept = kept_alive(alice, 4)
            root.auth.user_change_password("alice", password="another")
            with caplog.at_level(logging.WARNING, "etcd_sdk"):
                # More often than a call would log in again.
                eventually(lambda: caplog.text.count("no lease can be renewed") > 6)
            root.auth.user_change_password("alice", password="alice-pw")
            before = renewals(server)
            eventually(lambda: renewals(server) > before)
            assert not kept.lost.is_set()


def test_a_stream_that_is_ready_when_nobody_needs_it_any_more(
    auth_server: EtcdServer,
) -> None:
    with Client(auth_server.endpoint, username="root", password="root-pw") as client:
        auth_server.pause()
        kept = client.lease.keep_alive(404)
        assert not kept.lost.wait(0.1)  # the login has begun
        kept.close()
        auth_server.resume()
        eventually(lambda: not client._connection.keepers[True]._at_work)
        eventually(lambda: open_streams(auth_server) == 0)


# --- a cluster ------------------------------------------------------------------------------------


def test_every_member_knows_a_new_lease_at_once(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        for _ in range(30):  # each call goes to another member
            lease = (client.lease.grant(60)).ID
            assert (client.lease.keep_alive_once(lease)).TTL == 60
            assert (client.lease.time_to_live(lease)).TTL in (59, 60)
            client.lease.revoke(lease)


def test_every_member_says_that_it_does_not_know_a_lease(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        lease = (client.lease.grant(60)).ID
        client.lease.revoke(lease)
    for endpoint in cluster.endpoints:
        with Client(endpoint) as client:
            client.kv.get("what it did not know")
            assert (client.lease.time_to_live(lease, keys=True)).TTL == -1
            with pytest.raises(errors.LeaseNotFoundError):
                client.lease.keep_alive_once(lease)


def test_the_member_that_renews_dies(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        kept = kept_alive(client, 3)
        for _ in range(2):
            member = renewed_by(cluster)
            member.kill()
            other = renewed_by(cluster)
            assert other is not member
            member.start()
        kept.check()
        assert is_there(client, kept)


def test_the_member_that_renews_falls_silent(proxied_cluster: ProxiedCluster) -> None:
    with Client(proxied_cluster.endpoints) as client:
        kept = kept_alive(client, 2)
        member = renewed_by(proxied_cluster)
        others = [each for each in proxied_cluster.members if each is not member]
        proxied_cluster.proxy_of(member).black_hole()
        eventually(lambda: sum(open_streams(each) for each in others) == 1)
        outlive(kept, 1)  # an answer had to come
        proxied_cluster.proxy_of(member).heal()
        eventually(lambda: open_streams(member) == 0)


def test_a_lost_quorum_comes_back_in_time(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        before = kept_alive(client, 5)
        with ExitStack() as stack:
            for member in cluster.members[:2]:
                member.kill()
                stack.callback(member.start)
            during = Beside(lambda: held(client))
            assert not before.lost.wait(1.0)
        assert during.result() in ("held", "in doubt")
        assert held(client) == "held"
        before.check()
        assert is_there(client, before)


def held(client: Client) -> str:
    """What becomes of one who wants to hold a lease."""
    try:
        with client.lease.hold(5, timeout=1) as lease:
            assert not lease.lost.is_set()
            return "held"
    except errors.EtcdError as error:
        return "in doubt" if error.in_doubt else repr(error)


def test_a_member_without_a_leader_says_so(
    cluster: EtcdCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "_UNKNOWN_TTL", 0.5)
    *others, survivor = cluster.members
    with Client(survivor.endpoint, max_attempts=1) as client:
        with ExitStack() as stack:
            for member in others:
                member.kill()
                stack.callback(member.start)
            eventually(lambda: has_no_leader(client))
            kept = client.lease.keep_alive(404)
            assert kept.lost.wait(5)
    with pytest.raises(errors.LeaseLostError, match="expired") as caught:
        kept.check()
    assert isinstance(caught.value.__cause__, errors.NoLeaderError)


def has_no_leader(client: Client) -> bool:
    try:
        client.with_options(require_leader=True).kv.get("a", serializable=True)
    except errors.NoLeaderError:
        return True
    return False


# --- what should not happen -----------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["due", "received", "opened"])
def test_nobody_is_left_in_the_dark_by_a_defect(
    own_server: EtcdServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    with Client(own_server.endpoint) as client:
        lease = (client.lease.grant(60)).ID
        with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "etcd_sdk"):
            patch.setattr(core.Renewals, broken, fail)
            kept = client.lease.keep_alive(lease)
            assert kept.lost.wait(5)
            assert kept.lost.reason is LossReason.HALTED
            eventually(lambda: "a defect" in caplog.text)
        again = client.lease.keep_alive(lease)
        eventually(lambda: again.ttl == 60)
