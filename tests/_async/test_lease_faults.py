"""Leases are kept alive whatever happens to servers and networks, or their holders are told."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack

import pytest

from etcd_sdk import AsyncClient, AsyncKeptLease, errors
from etcd_sdk._async import lease as keeping
from etcd_sdk._core import renewals as core
from etcd_sdk.errors import LossReason
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.conftest import serve_with_auth
from tests.faults.cluster import ProxiedCluster
from tests.faults.proxy import FaultProxy
from tests.metrics import open_streams, renewal_streams, renewals
from tests.twins._async import AsyncBeside, async_eventually


@pytest.fixture
def cluster(shared_cluster: EtcdCluster) -> EtcdCluster:
    return shared_cluster


async def kept_alive(client: AsyncClient, ttl: int) -> AsyncKeptLease:
    """A lease of which the server has just said how long it lives."""
    kept = client.lease.keep_alive((await client.lease.grant(ttl)).ID)
    await async_eventually(lambda: kept.ttl == ttl)
    return kept


async def is_there(client: AsyncClient, kept: AsyncKeptLease) -> bool:
    """Whether the servers know it: they tell whole seconds, so 0 is less than one, and -1 none."""
    return (await client.lease.time_to_live(kept.id)).TTL >= 0


async def renewed_by(cluster: EtcdCluster | ProxiedCluster) -> EtcdServer:
    """The member that the stream leads to."""

    def found() -> list[EtcdServer]:
        return [each for each in cluster.members if each.running and open_streams(each) > 0]

    await async_eventually(lambda: len(found()) == 1)
    return found()[0]


async def outlive(kept: AsyncKeptLease, seconds: float) -> None:
    """Let the lease live on for a while; it may not be lost."""
    if await kept.lost.wait(seconds):
        kept.check()


# --- one server -----------------------------------------------------------------------------------


async def test_a_lease_is_lost_by_its_deadline_while_the_server_is_silent(
    own_server: EtcdServer,
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        kept = await kept_alive(client, 1)
        with pytest.raises(errors.LeaseLostError) as caught:
            await hold_in_vain(client, own_server)
        assert caught.value.reason is LossReason.EXPIRED
        assert await kept.lost.wait(0.5)
        assert kept.lost.reason is LossReason.EXPIRED
        own_server.resume()
        # What the server answers now comes too late: the holder has been told.
        again = client.lease.keep_alive(kept.id)
        await async_eventually(lambda: again.ttl == 1 or again.lost.is_set())
        assert kept.lost.reason is LossReason.EXPIRED
        await client.kv.get("nobody is cancelled any more")


async def hold_in_vain(client: AsyncClient, server: EtcdServer) -> None:
    async with client.lease.hold(1) as lease:
        server.pause()
        began = time.monotonic()
        try:
            await lease.lost.wait(10)
        finally:
            assert 2 / 3 - 0.2 < time.monotonic() - began < 1 + 0.2


async def test_a_lease_is_lost_by_its_deadline_while_no_server_is_there(
    own_server: EtcdServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        kept = await kept_alive(client, 1)
        told: list[LossReason] = []
        kept.on_lost(told.append)
        client.lease.keep_alive(kept.id).on_lost(told.append)
        own_server.kill()
        began = time.monotonic()
        assert await kept.lost.wait(10)
        assert time.monotonic() - began < 1 + 0.2
        with pytest.raises(errors.LeaseLostError) as caught:
            kept.check()
        assert isinstance(caught.value.__cause__, errors.UnavailableError)
        await async_eventually(lambda: told == 2 * [LossReason.EXPIRED])
        assert "leases that have expired: 1: " in caplog.text


async def test_a_lease_whose_first_renewal_is_not_answered_is_lost(
    own_server: EtcdServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert core._UNKNOWN_TTL == 5
    monkeypatch.setattr(core, "_UNKNOWN_TTL", 0.5)
    async with AsyncClient(own_server.endpoint) as client:
        lease = (await client.lease.grant(60)).ID
        own_server.pause()
        kept = client.lease.keep_alive(lease)
        began = time.monotonic()
        assert await kept.lost.wait(10)
        assert 0.4 < time.monotonic() - began < 0.8
        assert (kept.lost.reason, kept.ttl) == (LossReason.EXPIRED, 0)


async def test_a_restart_is_survived(own_server: EtcdServer) -> None:
    # Not even a client that repeats no call gives a lease up.
    async with AsyncClient(own_server.endpoint, max_attempts=1) as client:
        kept = await kept_alive(client, 3)
        own_server.kill()
        await outlive(kept, 0.5)
        own_server.start()
        await async_eventually(lambda: renewals(own_server) > 0)
        assert await is_there(client, kept)


async def test_a_silent_server_is_left_only_for_another_one(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        kept = await kept_alive(client, 3)
        own_server.pause()
        asked = client._connection.keepers[True]._renewals.suspect
        await async_eventually(lambda: asked() is not None)
        await outlive(kept, 1.05)  # a third of the time to live and more
        own_server.resume()
        await async_eventually(lambda: asked() is None)
        kept.check()
        assert renewal_streams(own_server) == 1


async def test_connections_that_break_again_and_again(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client:
            kept = [await kept_alive(client, 3) for _ in range(10)]
            proxy.reset_randomly(1, least=400, most=1500)
            before = renewals(own_server)
            await async_eventually(lambda: proxy.resets >= 3)
            await async_eventually(lambda: renewals(own_server) - before > 30)
            for each in kept:
                each.check()
            # Each stream was of use, so nobody waits ever longer for the next one.
            assert client._connection.keepers[True]._attempts.number < proxy.resets


async def test_a_lease_that_was_revoked_behind_a_broken_connection(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client:
            kept = await kept_alive(client, 4)
            proxy.refuse()
            async with AsyncClient(own_server.endpoint) as other:
                await other.lease.revoke(kept.id)
            assert not await kept.lost.wait(0.2)
            proxy.heal()
            assert await kept.lost.wait(5)
            assert kept.lost.reason is LossReason.REVOKED


async def test_keep_alive_once_outlives_a_restart(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        lease = (await client.lease.grant(60)).ID
        own_server.kill()
        renewing = AsyncBeside(lambda: client.lease.keep_alive_once(lease))
        with pytest.raises(errors.UnavailableError):
            await client.lease.keep_alive_once(lease, timeout=0.3)
        own_server.start()
        assert (await renewing.result()).TTL == 60


# --- who may renew --------------------------------------------------------------------------------


async def test_tokens_that_expire_between_renewals() -> None:
    with serve_with_auth(token_ttl=1) as server:
        async with AsyncClient(server.endpoint, username="root", password="root-pw") as client:
            kept = await kept_alive(client, 6)
            await async_eventually(lambda: renewal_streams(server) >= 2)  # one for each token
            before = renewals(server)
            await async_eventually(lambda: renewals(server) > before)
            kept.check()


async def test_a_lease_that_the_user_may_not_renew_is_lost_alone(auth_server: EtcdServer) -> None:
    async with (
        AsyncClient(auth_server.endpoint, username="root", password="root-pw") as root,
        AsyncClient(auth_server.endpoint, username="alice", password="alice-pw") as alice,
    ):
        kept = [await kept_alive(alice, 1) for _ in range(3)]
        await alice.kv.put("/alice/a", "", lease=kept[0].id)
        await root.kv.put("/bob/a", "", lease=kept[1].id)
        assert await kept[1].lost.wait(5)
        assert kept[1].lost.reason is LossReason.HALTED
        with pytest.raises(errors.LeaseLostError) as caught:
            kept[1].check()
        assert isinstance(caught.value.__cause__, errors.PermissionDeniedError)
        before = renewals(auth_server)
        await async_eventually(lambda: renewals(auth_server) >= before + 5)
        kept[0].check()
        kept[2].check()


async def test_trouble_with_a_login_may_pass_in_time(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "TROUBLE_SECONDS", 0.05)
    with serve_with_auth(token_ttl=1) as server:
        async with (
            AsyncClient(server.endpoint, username="root", password="root-pw") as root,
            AsyncClient(server.endpoint, username="alice", password="alice-pw") as alice,
        ):
            kept = await kept_alive(alice, 4)
            await root.auth.user_change_password("alice", password="another")
            with caplog.at_level(logging.WARNING, "etcd_sdk"):
                # More often than a call would log in again.
                await async_eventually(lambda: caplog.text.count("no lease can be renewed") > 6)
            await root.auth.user_change_password("alice", password="alice-pw")
            before = renewals(server)
            await async_eventually(lambda: renewals(server) > before)
            assert not kept.lost.is_set()


async def test_a_stream_that_is_ready_when_nobody_needs_it_any_more(
    auth_server: EtcdServer,
) -> None:
    async with AsyncClient(auth_server.endpoint, username="root", password="root-pw") as client:
        auth_server.pause()
        kept = client.lease.keep_alive(404)
        assert not await kept.lost.wait(0.1)  # the login has begun
        await kept.close()
        auth_server.resume()
        await async_eventually(lambda: not client._connection.keepers[True]._at_work)
        await async_eventually(lambda: open_streams(auth_server) == 0)


# --- a cluster ------------------------------------------------------------------------------------


async def test_every_member_knows_a_new_lease_at_once(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        for _ in range(30):  # each call goes to another member
            lease = (await client.lease.grant(60)).ID
            assert (await client.lease.keep_alive_once(lease)).TTL == 60
            assert (await client.lease.time_to_live(lease)).TTL in (59, 60)
            await client.lease.revoke(lease)


async def test_every_member_says_that_it_does_not_know_a_lease(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        lease = (await client.lease.grant(60)).ID
        await client.lease.revoke(lease)
    for endpoint in cluster.endpoints:
        async with AsyncClient(endpoint) as client:
            await client.kv.get("what it did not know")
            assert (await client.lease.time_to_live(lease, keys=True)).TTL == -1
            with pytest.raises(errors.LeaseNotFoundError):
                await client.lease.keep_alive_once(lease)


async def test_the_member_that_renews_dies(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        kept = await kept_alive(client, 3)
        for _ in range(2):
            member = await renewed_by(cluster)
            member.kill()
            other = await renewed_by(cluster)
            assert other is not member
            member.start()
        kept.check()
        assert await is_there(client, kept)


async def test_the_member_that_renews_falls_silent(proxied_cluster: ProxiedCluster) -> None:
    async with AsyncClient(proxied_cluster.endpoints) as client:
        kept = await kept_alive(client, 2)
        member = await renewed_by(proxied_cluster)
        others = [each for each in proxied_cluster.members if each is not member]
        proxied_cluster.proxy_of(member).black_hole()
        await async_eventually(lambda: sum(open_streams(each) for each in others) == 1)
        await outlive(kept, 1)  # an answer had to come
        proxied_cluster.proxy_of(member).heal()
        await async_eventually(lambda: open_streams(member) == 0)


async def test_a_lost_quorum_comes_back_in_time(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        before = await kept_alive(client, 5)
        with ExitStack() as stack:
            for member in cluster.members[:2]:
                member.kill()
                stack.callback(member.start)
            during = AsyncBeside(lambda: held(client))
            assert not await before.lost.wait(1.0)
        assert await during.result() in ("held", "in doubt")
        assert await held(client) == "held"
        before.check()
        assert await is_there(client, before)


async def held(client: AsyncClient) -> str:
    """What becomes of one who wants to hold a lease."""
    try:
        async with client.lease.hold(5, timeout=1) as lease:
            assert not lease.lost.is_set()
            return "held"
    except errors.EtcdError as error:
        return "in doubt" if error.in_doubt else repr(error)


async def test_a_member_without_a_leader_says_so(
    cluster: EtcdCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "_UNKNOWN_TTL", 0.5)
    *others, survivor = cluster.members
    async with AsyncClient(survivor.endpoint, max_attempts=1) as client:
        with ExitStack() as stack:
            for member in others:
                member.kill()
                stack.callback(member.start)
            await async_eventually(lambda: has_no_leader(client))
            kept = client.lease.keep_alive(404)
            assert await kept.lost.wait(5)
    with pytest.raises(errors.LeaseLostError, match="expired") as caught:
        kept.check()
    assert isinstance(caught.value.__cause__, errors.NoLeaderError)


async def has_no_leader(client: AsyncClient) -> bool:
    try:
        await client.with_options(require_leader=True).kv.get("a", serializable=True)
    except errors.NoLeaderError:
        return True
    return False


# --- what should not happen -----------------------------------------------------------------------


@pytest.mark.parametrize("broken", ["due", "received", "opened"])
async def test_nobody_is_left_in_the_dark_by_a_defect(
    own_server: EtcdServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    broken: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect")

    async with AsyncClient(own_server.endpoint) as client:
        lease = (await client.lease.grant(60)).ID
        with monkeypatch.context() as patch, caplog.at_level(logging.ERROR, "etcd_sdk"):
            patch.setattr(core.Renewals, broken, fail)
            kept = client.lease.keep_alive(lease)
            assert await kept.lost.wait(5)
            assert kept.lost.reason is LossReason.HALTED
            await async_eventually(lambda: "a defect" in caplog.text)
        again = client.lease.keep_alive(lease)
        await async_eventually(lambda: again.ttl == 60)
