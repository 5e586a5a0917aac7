"""Leases outlive their cluster's members; ``python -m benchmarks soak`` tries it for longer."""

from __future__ import annotations

from benchmarks import soak
from tests.conftest import NEWEST


def test_no_lease_is_lost_while_members_are_killed_one_at_a_time() -> None:
    outcomes, kills = soak.run(NEWEST, seconds=9, leases=5, ttl=3, pause=2)
    assert kills == 3  # each of them once
    for each in outcomes:
        assert each.lost == 0
        assert each.leases == 5
        assert each.renewals >= 5 * 7
        assert each.longest_gap < 3
