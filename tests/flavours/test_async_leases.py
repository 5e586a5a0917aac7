"""What only tasks can do to leases: be cancelled when one is lost, and hold up the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from etcd_sdk import AsyncClient, AsyncKeptLease, errors
from etcd_sdk._async.lease import AsyncLeaseKeeper
from etcd_sdk.errors import LossReason
from etcd_sdk.testing import EtcdServer
from tests.metrics import open_streams
from tests.twins._async import async_eventually


@pytest.fixture
async def client(server: EtcdServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.endpoint) as opened:
        yield opened


async def answered(kept: AsyncKeptLease) -> None:
    """Wait until the server has said how long it lives."""
    await async_eventually(lambda: kept.ttl > 0)


async def is_there(client: AsyncClient, lease_id: int) -> bool:
    return (await client.lease.time_to_live(lease_id)).TTL > 0


async def lose(client: AsyncClient, *leases: AsyncKeptLease) -> None:
    """Have leases be lost: the server does not know them any more, and is asked at once."""
    for lease in leases:
        await client.lease.revoke(lease.id)
        kept = lease._kept
        kept.due = 0.0
    for lease in leases:
        renewals = lease._keeper._renewals
        renewals._schedule(lease._kept)
        lease._keeper._wake()


def not_cancelled() -> bool:
    """Whether nothing is left of a cancellation in the running task."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() == 0


# --- held -----------------------------------------------------------------------------------------


async def test_a_body_is_cancelled_at_once_when_its_lease_is_lost(client: AsyncClient) -> None:
    ended: list[object] = []

    async def body() -> None:
        async with client.lease.hold(60) as lease:
            await lose(client, lease)
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                ended.append(lease.lost.reason)
                raise

    with pytest.raises(errors.LeaseLostError) as caught:
        await asyncio.wait_for(body(), 5)
    assert ended == [caught.value.reason] == [LossReason.REVOKED]
    assert not_cancelled()
    await asyncio.sleep(0.01)


async def test_a_body_may_be_cancelled_as_ever(client: AsyncClient) -> None:
    held: list[AsyncKeptLease] = []

    async def body() -> None:
        async with client.lease.hold(60) as lease:
            held.append(lease)
            await asyncio.sleep(60)

    task = asyncio.create_task(body())
    await async_eventually(lambda: len(held) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not await is_there(client, held[0].id)


async def test_a_cancellation_is_not_taken_for_a_loss(client: AsyncClient) -> None:
    """Both come at the same time."""
    held: list[AsyncKeptLease] = []

    async def body() -> None:
        async with client.lease.hold(60) as lease:
            held.append(lease)
            await asyncio.sleep(60)

    for first in (True, False):
        held.clear()
        task = asyncio.create_task(body())
        await async_eventually(lambda: len(held) == 1)
        if first:
            task.cancel()
        held[0]._lose(LossReason.REVOKED)
        if not first:
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()


async def test_a_body_that_swallows_its_cancellation_is_told_at_its_end(
    client: AsyncClient,
) -> None:
    with pytest.raises(errors.LeaseLostError):
        await swallow(client)
    assert not_cancelled()


async def swallow(client: AsyncClient) -> None:
    async with client.lease.hold(60) as lease:
        await lose(client, lease)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await client.kv.get("it goes on as if nothing had happened")


async def test_another_task_may_end_the_holding(client: AsyncClient) -> None:
    async with client.lease.hold(60) as lease:
        await asyncio.create_task(lease.close(revoke=True))
        await asyncio.sleep(0.01)
    assert not_cancelled()


async def test_a_loss_while_the_body_ends_cancels_nobody(client: AsyncClient) -> None:
    async with client.lease.hold(60) as lease:
        pass
    lease._lose(LossReason.REVOKED)
    await asyncio.sleep(0.01)
    assert not_cancelled()


async def test_a_body_within_a_timeout(client: AsyncClient) -> None:
    async def too_long(seconds: float, *, lost: bool) -> None:
        async with asyncio.timeout(seconds), client.lease.hold(60) as lease:
            held.append(lease)
            if lost:
                await lose(client, lease)
            await asyncio.sleep(60)

    held: list[AsyncKeptLease] = []
    with pytest.raises(TimeoutError):
        await too_long(0.1, lost=False)
    assert not await is_there(client, held[0].id)
    with pytest.raises(errors.LeaseLostError):
        await too_long(10, lost=True)
    with pytest.raises(TimeoutError):
        async with client.lease.hold(60), asyncio.timeout(0.1):
            await asyncio.sleep(60)
    assert not_cancelled()


async def test_a_body_that_is_the_clean_up_of_a_cancelled_task(client: AsyncClient) -> None:
    seen: list[object] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            try:
                async with client.lease.hold(60) as lease:
                    await lose(client, lease)
                    await asyncio.sleep(60)
            except errors.LeaseLostError as error:
                seen.append(error.reason)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == [LossReason.REVOKED]


@pytest.mark.parametrize("lost", ["outer", "inner", "both"])
async def test_nested(client: AsyncClient, lost: str) -> None:
    ids: dict[str, int] = {}

    async def body() -> None:
        async with client.lease.hold(60) as outer, client.lease.hold(60) as inner:
            ids.update(outer=outer.id, inner=inner.id)
            doomed = {"outer": [outer], "inner": [inner], "both": [outer, inner]}[lost]
            await lose(client, *doomed)
            await asyncio.sleep(60)

    with pytest.raises(errors.LeaseLostError) as caught:
        await asyncio.wait_for(body(), 5)
    assert caught.value.lease_id == ids["inner" if lost == "inner" else "outer"]
    assert not await is_there(client, ids["outer"])
    assert not await is_there(client, ids["inner"])
    assert not_cancelled()


async def test_the_tasks_of_a_body_end_with_it(client: AsyncClient) -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("worker")
            raise

    async def body() -> None:
        async with client.lease.hold(60) as lease, asyncio.TaskGroup() as tasks:
            tasks.create_task(work())
            await lose(client, lease)

    with pytest.raises(errors.LeaseLostError):
        await body()
    assert ended == ["worker"]


# --- the loop -------------------------------------------------------------------------------------


async def test_a_loop_that_stood_still(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        kept = client.lease.keep_alive((await client.lease.grant(1)).ID)
        await answered(kept)
        with pytest.raises(errors.LeaseLostError, match="expired"):
            await stand_still(client, kept)
        assert not_cancelled()
        with pytest.raises(errors.LeaseLostError, match="expired"):
            kept.check()


async def stand_still(client: AsyncClient, kept: AsyncKeptLease) -> None:
    async with client.lease.hold(1) as lease:
        time.sleep(1.1)  # noqa: ASYNC251 - that is the point
        assert kept.lost.is_set()
        assert kept.lost.reason is LossReason.EXPIRED
        await kept.close(revoke=True)  # there is nothing to revoke
        assert not kept._closed
        assert kept.lost.reason is LossReason.EXPIRED
        assert await kept.lost.wait(0.1)
        await asyncio.sleep(0.2)
        pytest.fail(f"nobody has ended the body of {lease.id}")


@pytest.mark.parametrize("job", ["answers", "renewals"])
async def test_a_worker_that_somebody_cancels(
    own_server: EtcdServer, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    workers: dict[str, asyncio.Task[None]] = {}
    start = AsyncLeaseKeeper._work

    async def work(keeper: AsyncLeaseKeeper, name: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        workers[name] = task
        await start(keeper, name)

    monkeypatch.setattr(AsyncLeaseKeeper, "_work", work)
    async with AsyncClient(own_server.endpoint) as client:
        lease = (await client.lease.grant(60)).ID
        for _ in range(2):
            kept = client.lease.keep_alive(lease)
            await answered(kept)
            workers[f"etcd-sdk-lease-{job}"].cancel()
            assert await kept.lost.wait(5)
            assert kept.lost.reason is LossReason.HALTED
            await async_eventually(lambda: open_streams(own_server) == 0)


def test_a_loop_that_ends_tells_who_holds_leases(server: EtcdServer) -> None:
    told: list[LossReason] = []

    async def first() -> AsyncKeptLease:
        kept = own.lease.keep_alive((await own.lease.grant(60)).ID)
        kept.on_lost(told.append)
        await answered(kept)
        return kept

    async def second(lease_id: int) -> None:
        again = own.lease.keep_alive(lease_id)
        await answered(again)
        await again.close(revoke=True)
        await own.close()

    own = AsyncClient(server.endpoint)
    kept = asyncio.run(first())
    assert kept.lost.reason is LossReason.HALTED
    assert told == [LossReason.HALTED]
    asyncio.run(second(kept.id))
