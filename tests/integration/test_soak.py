"""Leases outlive their cluster's members; ``python -m benchmarks soak`` tries it for longer."""

from __future__ import annotations

from benchmarks import soak
from etcd_sdk import Client
from etcd_sdk.testing import EtcdCluster
from tests.conftest import NEWEST
from tests.metrics import open_streams
from tests.twins._sync import eventually


def test_no_lease_is_lost_while_members_are_killed_one_at_a_time() -> None:
    outcomes, kills = soak.run(NEWEST, seconds=7, leases=5, ttl=3, pause=1.75)
    assert kills == 3  # each of them once
    for each in outcomes:
        assert each.lost == 0
        assert each.leases == 5
        assert each.renewals >= 5 * 5
        assert each.longest_gap < 3


def test_a_leader_that_falls_silent_takes_no_lease_along(shared_cluster: EtcdCluster) -> None:
    """Neither the one that it has renewed itself nor one that it has granted only.

    It is not let go on: etcd 3.7.1 then revokes, now and then, what its clock says is over.
    """
    leader = shared_cluster.leader()
    others = [member.endpoint for member in shared_cluster.members if member is not leader]
    with (
        Client(leader.endpoint) as by_the_leader,
        Client(others) as by_others,
        by_the_leader.lease.hold(3) as moved,
        by_others.lease.hold(3) as kept,
    ):
        eventually(lambda: open_streams(leader) == 1)
        by_the_leader.set_endpoints(shared_cluster.endpoints)
        leader.pause()
        assert not kept.lost.wait(3.2)  # by its clock, the time of the leases is up
        leader.kill()
        for lease in moved, kept:
            lease.check()
            assert by_others.lease.time_to_live(lease.id).TTL > 0
