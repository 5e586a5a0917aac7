# Derived from tests/_async/test_maintenance.py by codegen; do not edit.

"""Care of single members: their state, their checksums, their leadership, their backups."""

from __future__ import annotations

import hashlib

import pytest

from etcd_sdk import Client, MaintenanceApi, Responses, errors, pb
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.faults.proxy import FaultProxy


def fill(client: Client, count: int, size: int) -> None:
    for number in range(count):
        client.kv.put(f"/fill/{number}", b"x" * size)


def snapshot(maintenance: MaintenanceApi) -> bytes:
    return b"".join([piece.blob for piece in maintenance.snapshot(timeout=10)])


def drained(pieces: Responses[pb.SnapshotResponse]) -> None:
    for piece in pieces:
        assert piece.blob


def test_one_member_leads_and_all_tell_their_state(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        states = [client.maintenance.status(endpoint=endpoint) for endpoint in cluster.endpoints]
    members = {state.header.member_id for state in states}
    assert len(members) == 3
    assert {state.leader for state in states} <= members
    assert len({state.leader for state in states}) == 1
    assert all(state.dbSizeQuota == 2 * 1024**3 for state in states)
    assert {state.version for state in states} == {cluster.members[0].version}


def test_members_agree_on_their_data(cluster: EtcdCluster) -> None:
    with Client(cluster.endpoints) as client:
        fill(client, 20, 10)
        newest = (client.kv.get("/fill/0")).header.revision
        before = [
            client.maintenance.hash_kv(revision=newest, endpoint=endpoint)
            for endpoint in cluster.endpoints
        ]
        assert len({(each.hash, each.compact_revision) for each in before}) == 1
        assert len({each.header.member_id for each in before}) == 3
        client.kv.compact(newest - 5, physical=True)
        after = [
            client.maintenance.hash_kv(revision=newest, endpoint=endpoint)
            for endpoint in cluster.endpoints
        ]
        assert {each.compact_revision for each in after} == {newest - 5}
        assert len({each.hash for each in after}) == 1
        with pytest.raises(errors.FutureRevisionError):
            client.maintenance.hash_kv(revision=newest + 100)


def test_leadership_moves_from_the_leader_alone(cluster: EtcdCluster) -> None:
    leader = cluster.leader()
    follower, other = (member for member in cluster.members if member is not leader)
    with Client(cluster.endpoints) as client:
        target = (client.maintenance.status(endpoint=other.endpoint)).header.member_id
        with pytest.raises(errors.NotLeaderError) as caught:
            client.maintenance.move_leader(target, endpoint=follower.endpoint)
        assert caught.value.endpoint == follower.endpoint
        client.maintenance.move_leader(target, endpoint=leader.endpoint)
        assert (client.maintenance.status(endpoint=other.endpoint)).leader == target
        with pytest.raises(errors.BadLeaderTransfereeError):
            client.maintenance.move_leader(12345, endpoint=other.endpoint)


def test_a_hash_survives_a_restart(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        fill(client, 10, 10)
        before = client.maintenance.hash_kv()
        assert (client.maintenance.hash()).hash
        own_server.kill()
        own_server.start()
        after = client.maintenance.hash_kv()
    assert (before.hash, before.compact_revision) == (after.hash, after.compact_revision)


def test_a_snapshot_ends_with_its_digest(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        fill(client, 20, 100_000)
        taken = snapshot(client.maintenance)
    database, digest = taken[:-32], taken[-32:]
    assert len(database) % 512 == 0
    assert hashlib.sha256(database).digest() == digest


def test_a_snapshot_that_is_cut_is_an_error(own_server: EtcdServer) -> None:
    with FaultProxy(own_server.endpoint) as proxy:
        with Client(proxy.endpoint) as client:
            fill(client, 30, 1_000_000)  # far more than is under way at a time
            pieces = client.maintenance.snapshot(timeout=10)
            assert (next(pieces)).blob
            proxy.reset()
            with pytest.raises(errors.UnavailableError) as caught:
                drained(pieces)
            assert (caught.value.endpoint, caught.value.in_doubt) == (proxy.endpoint, False)
            assert len(snapshot(client.maintenance)) > 30_000_000


def test_a_snapshot_that_is_cancelled_ends(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        fill(client, 20, 100_000)
        with client.maintenance.snapshot(timeout=10) as pieces:
            assert (next(pieces)).blob
            pieces.cancel()
            assert [piece for piece in pieces] == []


def test_a_snapshot_that_does_not_begin_in_time(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        client.kv.get("a")
        own_server.pause()
        with pytest.raises(errors.DeadlineExceededError):
            next(client.maintenance.snapshot(timeout=0.2))
        own_server.resume()
        assert snapshot(client.maintenance)


def test_a_defragmented_member_serves_on(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        fill(client, 20, 100_000)
        newest = (client.kv.delete("/fill/", prefix=True)).header.revision
        client.kv.compact(newest, physical=True)
        before = (client.maintenance.status()).dbSize
        client.maintenance.defragment(endpoint=own_server.endpoint, timeout=10)
        assert (client.maintenance.status()).dbSize < before
        assert (client.kv.get("/fill/", prefix=True)).count == 0
