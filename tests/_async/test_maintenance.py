"""Care of single members: their state, their checksums, their leadership, their backups."""

from __future__ import annotations

import hashlib

import pytest

from etcd_sdk import AsyncClient, AsyncMaintenanceApi, AsyncResponses, errors, pb
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.faults.proxy import FaultProxy


async def fill(client: AsyncClient, count: int, size: int) -> None:
    for number in range(count):
        await client.kv.put(f"/fill/{number}", b"x" * size)


async def snapshot(maintenance: AsyncMaintenanceApi) -> bytes:
    return b"".join([piece.blob async for piece in maintenance.snapshot(timeout=10)])


async def drained(pieces: AsyncResponses[pb.SnapshotResponse]) -> None:
    async for piece in pieces:
        assert piece.blob


async def test_one_member_leads_and_all_tell_their_state(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        states = [
            await client.maintenance.status(endpoint=endpoint) for endpoint in cluster.endpoints
        ]
    members = {state.header.member_id for state in states}
    assert len(members) == 3
    assert {state.leader for state in states} <= members
    assert len({state.leader for state in states}) == 1
    assert all(state.dbSizeQuota == 2 * 1024**3 for state in states)
    assert {state.version for state in states} == {cluster.members[0].version}


async def test_members_agree_on_their_data(cluster: EtcdCluster) -> None:
    async with AsyncClient(cluster.endpoints) as client:
        await fill(client, 20, 10)
        newest = (await client.kv.get("/fill/0")).header.revision
        before = [
            await client.maintenance.hash_kv(revision=newest, endpoint=endpoint)
            for endpoint in cluster.endpoints
        ]
        assert len({(each.hash, each.compact_revision) for each in before}) == 1
        assert len({each.header.member_id for each in before}) == 3
        await client.kv.compact(newest - 5, physical=True)
        after = [
            await client.maintenance.hash_kv(revision=newest, endpoint=endpoint)
            for endpoint in cluster.endpoints
        ]
        assert {each.compact_revision for each in after} == {newest - 5}
        assert len({each.hash for each in after}) == 1
        with pytest.raises(errors.FutureRevisionError):
            await client.maintenance.hash_kv(revision=newest + 100)


async def test_leadership_moves_from_the_leader_alone(cluster: EtcdCluster) -> None:
    leader = cluster.leader()
    follower, other = (member for member in cluster.members if member is not leader)
    async with AsyncClient(cluster.endpoints) as client:
        target = (await client.maintenance.status(endpoint=other.endpoint)).header.member_id
        with pytest.raises(errors.NotLeaderError) as caught:
            await client.maintenance.move_leader(target, endpoint=follower.endpoint)
        assert caught.value.endpoint == follower.endpoint
        await client.maintenance.move_leader(target, endpoint=leader.endpoint)
        assert (await client.maintenance.status(endpoint=other.endpoint)).leader == target
        with pytest.raises(errors.BadLeaderTransfereeError):
            await client.maintenance.move_leader(12345, endpoint=other.endpoint)


async def test_a_hash_survives_a_restart(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await fill(client, 10, 10)
        before = await client.maintenance.hash_kv()
        assert (await client.maintenance.hash()).hash
        own_server.kill()
        own_server.start()
        after = await client.maintenance.hash_kv()
    assert (before.hash, before.compact_revision) == (after.hash, after.compact_revision)


async def test_a_snapshot_ends_with_its_digest(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await fill(client, 20, 100_000)
        taken = await snapshot(client.maintenance)
    database, digest = taken[:-32], taken[-32:]
    assert len(database) % 512 == 0
    assert hashlib.sha256(database).digest() == digest


async def test_a_snapshot_that_is_cut_is_an_error(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        async with AsyncClient(proxy.endpoint) as client:
            await fill(client, 30, 1_000_000)  # far more than is under way at a time
            pieces = client.maintenance.snapshot(timeout=10)
            assert (await anext(pieces)).blob
            proxy.reset()
            with pytest.raises(errors.UnavailableError) as caught:
                await drained(pieces)
            assert (caught.value.endpoint, caught.value.in_doubt) == (proxy.endpoint, False)
            assert len(await snapshot(client.maintenance)) > 30_000_000


async def test_a_snapshot_that_is_cancelled_ends(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await fill(client, 20, 100_000)
        async with client.maintenance.snapshot(timeout=10) as pieces:
            assert (await anext(pieces)).blob
            pieces.cancel()
            assert [piece async for piece in pieces] == []


async def test_a_snapshot_that_does_not_begin_in_time(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await client.kv.get("a")
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError):
            await anext(client.maintenance.snapshot(timeout=0.2))
        own_server.resume()
        assert await snapshot(client.maintenance)


async def test_a_defragmented_member_serves_on(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await fill(client, 20, 100_000)
        newest = (await client.kv.delete("/fill/", prefix=True)).header.revision
        await client.kv.compact(newest, physical=True)
        before = (await client.maintenance.status()).dbSize
        await client.maintenance.defragment(endpoint=own_server.endpoint, timeout=10)
        assert (await client.maintenance.status()).dbSize < before
        assert (await client.kv.get("/fill/", prefix=True)).count == 0
