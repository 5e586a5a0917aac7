"""Leases outlive their cluster's members; ``python -m benchmarks soak`` tries it for longer."""

from __future__ import annotations

from benchmarks import soak
from etcd_sdk import Client
from etcd_sdk.testing import EtcdCluster
from tests.conftest import NEWEST


def test_no_lease_is_lost_while_members_are_killed_one_at_a_time() -> None:
    outcomes, kills = soak.run(NEWEST, seconds=7, leases=5, ttl=3, pause=1.75)
    assert kills == 3  # each of them once
    for each in outcomes:
        assert each.lost == 0
        assert each.leases == 5
        assert each.renewals >= 5 * 5
        assert each.longest_gap < 3


def test_a_leader_that_was_away_revokes_nothing(shared_cluster: EtcdCluster) -> None:
    with Client(shared_cluster.endpoints) as client, client.lease.hold(3) as lease:
        leader = shared_cluster.leader()
        leader.pause()
        assert not lease.lost.wait(3.2)  # by its clock, the time of the lease is up
        leader.resume()
        with Client(leader.endpoint) as old:
            old.kv.get("what it did not know")
            assert old.lease.time_to_live(lease.id).TTL > 0
        lease.check()
