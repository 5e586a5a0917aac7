"""Leases: granted, renewed, revoked, and kept alive for as long as somebody needs them."""

from __future__ import annotations

import logging
import math
import time
from contextlib import suppress
from functools import partial

import pytest

from etcd_sdk import AsyncClient, AsyncKeptLease, Compare, EventType, errors
from etcd_sdk._async import lease as keeping
from etcd_sdk._async.lease import AsyncLeaseLoss
from etcd_sdk._compat._async import AsyncGuard
from etcd_sdk._core.renewals import Kept
from etcd_sdk.errors import LossReason
from etcd_sdk.testing import EtcdServer
from tests.conftest import RELEASES
from tests.metrics import metric, open_streams, renewal_streams, renewals
from tests.twins._async import AsyncBeside, async_eventually

each_release = pytest.mark.parametrize("etcd", RELEASES.values(), ids=list(RELEASES))


async def is_there(client: AsyncClient, key: str) -> bool:
    return (await client.kv.get(key)).count == 1


async def answered(*kept: AsyncKeptLease) -> None:
    """Wait until the server has said how long they live."""
    await async_eventually(lambda: all(each.ttl > 0 for each in kept))


async def ends(client: AsyncClient, lease_id: int) -> bool:
    """Whether the server does not know it any more."""
    return (await client.lease.time_to_live(lease_id)).TTL == -1


# --- what the server offers -----------------------------------------------------------------------


async def test_a_key_goes_with_its_lease(client: AsyncClient, prefix: str) -> None:
    lease = (await client.lease.grant(60)).ID
    await client.kv.put(prefix, "1", lease=lease)
    assert (await client.kv.get(prefix)).kvs[0].lease == lease
    await client.lease.revoke(lease)
    assert not await is_there(client, prefix)
    with pytest.raises(errors.LeaseNotFoundError):
        await client.kv.put(prefix, "1", lease=lease)
    with pytest.raises(errors.LeaseNotFoundError):
        await client.lease.revoke(lease)


async def test_a_key_moves_from_lease_to_lease(client: AsyncClient, prefix: str) -> None:
    first, second = [(await client.lease.grant(60)).ID for _ in range(2)]
    await client.kv.put(prefix, "1", lease=first)
    await client.kv.put(prefix, "1", lease=second)
    await client.lease.revoke(first)
    assert await is_there(client, prefix)
    when = await client.kv.txn().when(Compare.lease(prefix) == second).commit()
    assert when.succeeded
    await client.lease.revoke(second)
    assert not await is_there(client, prefix)


@pytest.mark.parametrize("lease_id", [1, -1, -(2**63), 2**63 - 1])
async def test_an_id_can_be_chosen(own_server: EtcdServer, lease_id: int) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        granted = (await client.lease.grant(60, id=lease_id)).ID
        assert granted == lease_id
        with pytest.raises(errors.LeaseAlreadyExistsError):
            await client.lease.grant(60, id=lease_id)
        assert [each.ID for each in (await client.lease.leases()).leases] == [lease_id]
        await client.kv.put("a", "1", lease=lease_id)
        assert (await client.kv.get("a")).kvs[0].lease == lease_id
        async with client.lease.keep_alive(lease_id) as kept:
            await async_eventually(lambda: kept.ttl == 60)
        assert (await client.lease.keep_alive_once(lease_id)).TTL == 60
        await client.lease.revoke(lease_id)
        assert await ends(client, lease_id)
        assert not await is_there(client, "a")


async def test_a_server_chooses_an_id_where_none_is_given(client: AsyncClient) -> None:
    granted = [(await client.lease.grant(60)).ID for _ in range(2)]
    assert 0 not in granted
    assert granted[0] != granted[1]


async def test_a_ttl_can_be_too_large(client: AsyncClient) -> None:
    with pytest.raises(errors.LeaseTTLTooLargeError):
        await client.lease.grant(9_000_000_001)
    async with client.lease.hold(9_000_000_000) as lease:
        assert lease.ttl == 9_000_000_000
        assert not await lease.lost.wait(0.01)


async def test_time_to_live(client: AsyncClient, prefix: str) -> None:
    lease = (await client.lease.grant(60)).ID
    for name in ("b", "a"):
        await client.kv.put(prefix + name, "", lease=lease)
    found = await client.lease.time_to_live(lease, keys=True)
    assert sorted(found.keys) == [f"{prefix}a".encode(), f"{prefix}b".encode()]
    assert found.grantedTTL == 60
    assert 58 <= found.TTL <= 60
    assert not (await client.lease.time_to_live(lease)).keys
    await client.lease.revoke(lease)
    assert (await client.lease.time_to_live(lease, keys=True)).TTL == -1


async def test_leases_are_listed_by_the_time_that_is_left(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        for lease_id, ttl in (1, 200), (2, 100), (3, 300):
            await client.lease.grant(ttl, id=lease_id)
        assert [each.ID for each in (await client.lease.leases()).leases] == [2, 1, 3]


@each_release
async def test_a_new_lease_can_be_renewed_and_asked_for_at_once(etcd: str) -> None:
    with EtcdServer(etcd=etcd) as server:
        async with AsyncClient(server.endpoint) as client:
            for _ in range(50):
                lease = (await client.lease.grant(60)).ID
                assert (await client.lease.keep_alive_once(lease)).TTL == 60
                assert (await client.lease.time_to_live(lease)).TTL in (59, 60)


async def test_a_closed_client_refuses_everything(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as client:
        await client.lease.grant(60)
    with pytest.raises(errors.ClientClosedError):
        await client.lease.grant(60)
    with pytest.raises(errors.ClientClosedError):
        await client.lease.revoke(7)
    with pytest.raises(errors.ClientClosedError):
        await client.lease.keep_alive_once(7)
    with pytest.raises(errors.ClientClosedError):
        client.lease.keep_alive(7)
    with pytest.raises(errors.ClientClosedError):
        async with client.lease.hold(7):
            pass


@pytest.mark.parametrize("wrong", ["7", 7.0, 2**63, None])
async def test_bad_ids_are_refused_by_name(client: AsyncClient, wrong: int) -> None:
    with pytest.raises(errors.ArgumentError, match=r"^id: "):
        client.lease.keep_alive(wrong)
    with pytest.raises(errors.ArgumentError, match=r"^id: "):
        await client.lease.keep_alive_once(wrong)


# --- renewed once ---------------------------------------------------------------------------------


async def test_keep_alive_once(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        lease = (await client.lease.grant(60)).ID
        response = await client.lease.keep_alive_once(lease)
        renewed, ttl = response.ID, response.TTL
        assert (renewed, ttl) == (lease, 60)
        assert renewals(own_server) == 1
        for unknown in (404, 0, -1):
            with pytest.raises(errors.LeaseNotFoundError, match="LeaseKeepAlive"):
                await client.lease.keep_alive_once(unknown)
        await client.lease.revoke(lease)
        with pytest.raises(errors.LeaseNotFoundError):
            await client.lease.keep_alive_once(lease)


async def test_no_renewal_succeeds_after_a_revocation(client: AsyncClient) -> None:
    for _ in range(20):
        lease = (await client.lease.grant(60)).ID
        renewing = AsyncBeside(partial(client.lease.keep_alive_once, lease))
        await client.lease.revoke(lease)
        with suppress(errors.LeaseNotFoundError):
            await renewing.result()
        assert await ends(client, lease)


async def test_keep_alive_once_ends_in_time(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint, timeout=0.3) as client:
        lease = (await client.lease.grant(60)).ID
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError):
            await client.lease.keep_alive_once(lease)
        with pytest.raises(errors.DeadlineExceededError, match=r"0\.1 s"):
            await client.lease.keep_alive_once(lease, timeout=0.1)
        own_server.resume()
        assert (await client.lease.keep_alive_once(lease, timeout=math.inf)).TTL == 60


# --- kept alive -----------------------------------------------------------------------------------


async def test_leases_are_renewed_at_a_third_of_their_ttl(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.lease.hold(1) as held:
        began = time.monotonic()
        async with client.lease.keep_alive((await client.lease.grant(1)).ID) as kept:
            await async_eventually(lambda: renewals(own_server) >= 9)  # nobody reads anything
            kept.check()
            held.check()
        took = time.monotonic() - began
        assert took > 2 / 3
        assert renewals(own_server) <= 6 * took + 4
        assert held.ttl == kept.ttl == 1
        assert [await ends(client, each.id) for each in (held, kept)] == [False, False]


async def test_what_is_not_kept_alive_any_more_ends_by_itself(
    own_server: EtcdServer, prefix: str
) -> None:
    async with AsyncClient(own_server.endpoint) as client, client.watch(prefix) as events:
        lease = (await client.lease.grant(1)).ID
        await client.kv.put(prefix, "1", lease=lease)
        kept = client.lease.keep_alive(lease)
        await answered(kept)
        await kept.close()
        assert kept.lost.reason is LossReason.HALTED
        assert not await ends(client, lease)
        assert (await anext(events)).type == EventType.PUT
        assert (await anext(events)).type == EventType.DELETE
        assert await ends(client, lease)
        with pytest.raises(errors.LeaseNotFoundError):
            await client.lease.keep_alive_once(lease)


async def test_closing_may_revoke(client: AsyncClient, prefix: str) -> None:
    lease = (await client.lease.grant(60)).ID
    await client.kv.put(prefix, "1", lease=lease)
    kept = client.lease.keep_alive(lease)
    await kept.close()
    assert await is_there(client, prefix)
    await kept.close(revoke=True)
    assert not await is_there(client, prefix)
    with pytest.raises(errors.LeaseNotFoundError):
        await kept.close(revoke=True)


async def test_a_lease_that_does_not_exist_is_lost_at_once(client: AsyncClient) -> None:
    kept = client.lease.keep_alive(404)
    assert await kept.lost.wait(5)
    assert kept.lost.reason is LossReason.REVOKED
    assert kept.ttl == 0
    with pytest.raises(errors.LeaseLostError, match=r"lease 194 is lost: revoked") as caught:
        kept.check()
    assert (caught.value.lease_id, caught.value.reason) == (404, LossReason.REVOKED)
    await kept.close(revoke=True)  # there is nothing to revoke


async def test_a_lease_that_somebody_revokes_is_lost_alone(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        kept = [client.lease.keep_alive((await client.lease.grant(1)).ID) for _ in range(3)]
        await answered(*kept)
        async with AsyncClient(own_server.endpoint) as other:
            await other.lease.revoke(kept[1].id)
        began = time.monotonic()
        assert await kept[1].lost.wait(5)
        assert time.monotonic() - began < 1 / 3 + 0.5
        assert kept[1].lost.reason is LossReason.REVOKED
        before = renewals(own_server)
        await async_eventually(lambda: renewals(own_server) >= before + 4)
        assert not kept[0].lost.is_set()
        assert not kept[2].lost.is_set()


async def test_two_handles_of_one_lease(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        lease = (await client.lease.grant(1)).ID
        one, other = client.lease.keep_alive(lease), client.lease.keep_alive(lease)
        await answered(one, other)
        await one.close()
        assert one.lost.reason is LossReason.HALTED
        before = renewals(own_server)
        await async_eventually(lambda: renewals(own_server) >= before + 2)
        other.check()
        await client.lease.revoke(lease)
        assert await other.lost.wait(5)
        assert other.lost.reason is LossReason.REVOKED
        assert one.lost.reason is LossReason.HALTED


async def test_all_leases_of_a_client_share_a_stream(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        granted = [(await client.lease.grant(1)).ID for _ in range(100)]
        views = [client, client.with_options(timeout=1.0)]
        began = time.monotonic()
        kept = [views[n % 2].lease.keep_alive(granted[n % 100]) for n in range(500)]
        await answered(*kept)
        await async_eventually(lambda: renewals(own_server) > 300)
        took = time.monotonic() - began
        assert not any(each.lost.is_set() for each in kept)
        assert renewal_streams(own_server) == 1
        asked = metric(own_server, "grpc_server_msg_received_total", grpc_method="LeaseKeepAlive")
        assert asked <= 300 * took + 200
        for each in kept:
            await each.close()
        await async_eventually(lambda: open_streams(own_server) == 0)
        again = client.lease.keep_alive((await client.lease.grant(60)).ID)
        await answered(again)
        assert renewal_streams(own_server) == 2


async def test_leases_that_come_and_go_are_always_served(
    own_server: EtcdServer, caplog: pytest.LogCaptureFixture
) -> None:
    """The last one's end and the next one's beginning meet at every point of their workers."""
    async with AsyncClient(own_server.endpoint) as client:
        lease = (await client.lease.grant(600)).ID
        for _ in range(10):
            for _ in range(5):
                await client.lease.keep_alive(lease).close()
            async with client.lease.keep_alive(lease) as kept:
                await answered(kept)
        await async_eventually(lambda: open_streams(own_server) == 0)
        await async_eventually(lambda: not client._connection.keepers[True]._at_work)
    assert not caplog.records  # nobody takes the end of a stream for a failure


async def test_closing_the_client_halts_all_renewals(own_server: EtcdServer) -> None:
    client = AsyncClient(own_server.endpoint)
    kept = [client.lease.keep_alive((await client.lease.grant(60)).ID) for _ in range(3)]
    waiting = AsyncBeside(lambda: kept[0].lost.wait())
    told: list[LossReason] = []
    kept[1].on_lost(told.append)
    await answered(*kept)
    await client.close()
    assert [each.lost.reason for each in kept] == [LossReason.HALTED] * 3
    assert await waiting.result()
    await async_eventually(lambda: told == [LossReason.HALTED])
    async with AsyncClient(own_server.endpoint) as other:
        assert [await ends(other, each.id) for each in kept] == [False] * 3


# --- who is told ----------------------------------------------------------------------------------


async def test_the_clock_alone_says_that_a_lease_is_lost() -> None:
    """As when nothing else has run since its time was up."""
    kept = Kept(7, keeping._now() - 4.9, 0.5)
    lost = AsyncLeaseLoss(kept, AsyncGuard())
    assert not lost.is_set()
    assert await lost.wait(0.11)
    assert lost.is_set()
    assert lost.reason is LossReason.EXPIRED
    kept.lives(60, keeping._now())
    assert lost.reason is LossReason.EXPIRED


async def test_a_lease_runs_out_while_the_machine_sleeps(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client.lease.keep_alive((await client.lease.grant(60)).ID) as kept:
        await answered(kept)
        awake = keeping._now
        monkeypatch.setattr(keeping, "_now", lambda: awake() + 3600)
        with pytest.raises(errors.LeaseLostError):
            kept.check()


async def test_everybody_who_waits_is_told(client: AsyncClient) -> None:
    kept = client.lease.keep_alive((await client.lease.grant(2)).ID)
    assert not await kept.lost.wait(0.01)
    assert not await kept.lost.wait(0)
    waiting = [AsyncBeside(lambda: kept.lost.wait(30)) for _ in range(3)]
    waiting.append(AsyncBeside(lambda: kept.lost.wait(math.inf)))
    await client.lease.revoke(kept.id)
    assert [await each.result() for each in waiting] == [True] * 4
    assert await kept.lost.wait()


async def test_callbacks(client: AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    kept = client.lease.keep_alive((await client.lease.grant(2)).ID)
    told: list[object] = []

    def fail(reason: LossReason) -> None:
        told.append("failed")
        raise ValueError("nobody should be hurt by this")

    kept.on_lost(told.append)
    kept.on_lost(fail)
    kept.on_lost(lambda reason: told.append(kept.lost.is_set()))
    with caplog.at_level(logging.ERROR, "etcd_sdk"):
        await client.lease.revoke(kept.id)
        await async_eventually(lambda: len(told) == 3)
    assert told == [LossReason.REVOKED, "failed", True]
    assert "nobody should be hurt" in caplog.text
    kept.on_lost(told.append)  # late, so at once
    kept.on_lost(fail)
    assert told[3:] == [LossReason.REVOKED, "failed"]
    await kept.close()
    assert len(told) == 5


async def test_a_callback_is_told_of_the_own_close(client: AsyncClient) -> None:
    kept = client.lease.keep_alive((await client.lease.grant(60)).ID)
    told: list[LossReason] = []
    kept.on_lost(told.append)
    await kept.close(revoke=True)
    await kept.close()
    assert told == [LossReason.HALTED]


async def test_a_callback_may_keep_another_lease_alive(client: AsyncClient) -> None:
    kept = client.lease.keep_alive((await client.lease.grant(60)).ID)
    spare = (await client.lease.grant(60)).ID
    successors: list[AsyncKeptLease] = []
    doomed = client.lease.keep_alive(404)
    doomed.on_lost(lambda _: successors.append(client.lease.keep_alive(spare)))
    assert await doomed.lost.wait(5)
    await async_eventually(lambda: len(successors) == 1 and successors[0].ttl == 60)
    assert not kept.lost.is_set()


# --- held -----------------------------------------------------------------------------------------


async def test_hold(client: AsyncClient, prefix: str) -> None:
    async with client.lease.hold(60) as lease:
        assert lease.ttl == 60
        await client.kv.put(prefix, "1", lease=lease.id)
    assert not await is_there(client, prefix)
    assert lease.lost.reason is LossReason.HALTED
    async with client.lease.hold(60, id=lease.id, timeout=5) as again:
        assert again.id == lease.id
        with pytest.raises(errors.LeaseAlreadyExistsError):
            async with client.lease.hold(60, id=lease.id):
                pytest.fail("nobody may hold it twice")


async def test_what_the_body_raises_wins(client: AsyncClient) -> None:
    for lost in (False, True):
        held: list[AsyncKeptLease] = []
        with pytest.raises(ZeroDivisionError):
            await fail(client, held, lost)
        assert await ends(client, held[0].id)


async def fail(client: AsyncClient, held: list[AsyncKeptLease], lost: bool) -> None:
    async with client.lease.hold(60) as lease:
        held.append(lease)
        if lost:
            await client.lease.revoke(lease.id)
        raise ZeroDivisionError


async def test_a_body_may_end_its_lease_itself(client: AsyncClient) -> None:
    async with client.lease.hold(60) as lease:
        await lease.close(revoke=True)
        assert await ends(client, lease.id)
    async with client.lease.hold(60) as lease:
        await lease.close()
    assert not await ends(client, lease.id)
    await client.lease.revoke(lease.id)


async def test_a_body_whose_lease_was_revoked_is_told_at_its_end_at_the_latest(
    client: AsyncClient,
) -> None:
    with pytest.raises(errors.LeaseLostError) as caught:
        async with client.lease.hold(60, id=4711) as lease:
            await client.lease.revoke(lease.id)
    assert (caught.value.lease_id, caught.value.reason) == (4711, LossReason.REVOKED)


async def test_a_body_that_asks_is_told(client: AsyncClient) -> None:
    with pytest.raises(errors.LeaseLostError) as caught:
        await ask(client)
    assert caught.value.reason is LossReason.REVOKED
    await client.kv.get("nobody is cancelled any more")


async def ask(client: AsyncClient) -> None:
    async with client.lease.hold(1) as lease:
        lease.check()
        await client.lease.revoke(lease.id)
        try:
            await async_eventually(lambda: lease.lost.is_set())
        finally:
            lease.check()


async def test_a_client_that_is_closed_under_a_body(server: EtcdServer) -> None:
    client = AsyncClient(server.endpoint)
    with pytest.raises(errors.LeaseLostError) as caught:
        async with client.lease.hold(60):
            await client.close()
    assert caught.value.reason is LossReason.HALTED


async def test_nested(client: AsyncClient) -> None:
    async with client.lease.hold(60) as outer:
        with pytest.raises(errors.LeaseLostError) as caught:
            async with client.lease.hold(60, id=4712) as inner:
                await client.lease.revoke(inner.id)
        assert caught.value.lease_id == 4712
        outer.check()
    assert await ends(client, outer.id)


async def test_entering_fails_while_no_server_is_there(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await client.kv.get("a")
        own_server.kill()
        began = time.monotonic()
        with pytest.raises(errors.UnavailableError):
            async with client.lease.hold(60, timeout=0.3):
                pytest.fail("there is no lease to be held")
        assert time.monotonic() - began < 2
        assert not client._connection.keepers
        own_server.start()
        assert not (await client.lease.leases()).leases


async def test_leaving_takes_no_longer_than_the_timeout(
    own_server: EtcdServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        with caplog.at_level(logging.WARNING, "etcd_sdk"):
            async with client.lease.hold(60, timeout=0.3) as lease:
                own_server.pause()
                began = time.monotonic()
        assert 0.2 < time.monotonic() - began < 2
        assert f"lease {lease.id:x} could not be revoked" in caplog.text
        assert lease.lost.reason is LossReason.HALTED
        own_server.resume()
        with pytest.raises(ZeroDivisionError):
            await fail_while_no_server_is_there(client.with_options(timeout=0.2), own_server)


async def fail_while_no_server_is_there(client: AsyncClient, server: EtcdServer) -> None:
    async with client.lease.hold(60):
        server.kill()
        raise ZeroDivisionError
