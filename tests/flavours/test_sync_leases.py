"""What only threads can do to leases: come from everywhere at once, and block."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from etcd_sdk import Client, KeptLease
from etcd_sdk.errors import LossReason
from etcd_sdk.testing import EtcdServer
from tests.metrics import open_streams, renewal_streams, renewals
from tests.twins._sync import eventually


def answered(kept: KeptLease) -> KeptLease:
    """Wait until the server has said how long it lives."""
    eventually(lambda: kept.ttl > 0)
    return kept


def kept_alive(client: Client, ttl: int) -> KeptLease:
    return answered(client.lease.keep_alive(client.lease.grant(ttl).ID))


def lease_threads() -> list[str]:
    return [each.name for each in threading.enumerate() if "etcd-sdk-lease" in each.name]


def test_threads_come_and_go(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        granted = [client.lease.grant(60).ID for _ in range(4)]

        def come_and_go(number: int) -> None:
            for turn in range(15):
                lease = granted[(number + turn) % 4]
                with client.lease.keep_alive(lease) as kept:
                    answered(kept).check()
                with client.lease.hold(60) as held:
                    held.check()

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(come_and_go, range(16)))
        eventually(lambda: not lease_threads())
        eventually(lambda: open_streams(own_server) == 0)
        assert len(client.lease.leases().leases) == 4


def test_the_first_ones_share_a_stream(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        granted = [client.lease.grant(60).ID for _ in range(20)]
        views = [client.with_options(timeout=timeout) for timeout in range(1, 21)]
        start = threading.Barrier(20)

        def keep(number: int) -> KeptLease:
            start.wait()
            return views[number].lease.keep_alive(granted[number])

        with ThreadPoolExecutor(20) as pool:
            kept = list(pool.map(keep, range(20)))
        eventually(lambda: all(each.ttl == 60 for each in kept))
        assert renewal_streams(own_server) == 1
        assert sorted(lease_threads()) == ["etcd-sdk-lease-answers", "etcd-sdk-lease-renewals"]
    eventually(lambda: not lease_threads())


def test_a_callback_that_blocks_holds_up_nobody(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        other = kept_alive(client, 1)
        doomed = kept_alive(client, 1)
        begun, may_go = threading.Event(), threading.Event()

        def block(_: LossReason) -> None:
            begun.set()
            client.kv.put("told", "that it is lost")
            may_go.wait(10)

        doomed.on_lost(block)
        client.lease.revoke(doomed.id)
        assert begun.wait(5)
        before = renewals(own_server)
        eventually(lambda: renewals(own_server) >= before + 4)
        other.check()
        may_go.set()


def test_a_callback_may_close_what_there_is(own_server: EtcdServer) -> None:
    client = Client(own_server.endpoint)
    doomed, other, third = (kept_alive(client, 1) for _ in range(3))
    closed = threading.Event()

    def close(_: LossReason) -> None:
        doomed.close(revoke=True)
        other.close(revoke=True)
        client.close()
        closed.set()

    doomed.on_lost(close)
    client.lease.revoke(doomed.id)
    assert closed.wait(5)
    assert doomed.lost.reason is LossReason.REVOKED
    assert other.lost.reason is LossReason.HALTED
    assert third.lost.wait(5)
    assert third.lost.reason is LossReason.HALTED


def test_callbacks_that_are_given_while_it_happens_are_called_once(server: EtcdServer) -> None:
    with Client(server.endpoint) as client:
        for _ in range(8):
            kept = kept_alive(client, 60)
            told: list[LossReason] = []
            start = threading.Barrier(5)

            def give(
                kept: KeptLease = kept,
                told: list[LossReason] = told,
                start: threading.Barrier = start,
            ) -> None:
                start.wait()
                for _ in range(10):
                    kept.on_lost(told.append)

            threads = [threading.Thread(target=give) for _ in range(4)]
            for thread in threads:
                thread.start()
            start.wait()
            kept.close(revoke=True)
            for thread in threads:
                thread.join()
            assert told == [LossReason.HALTED] * 40


def test_an_interrupt_leaves_nothing_held(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        with pytest.raises(KeyboardInterrupt), client.lease.hold(60):
            raise KeyboardInterrupt
        assert not client.lease.leases().leases
        eventually(lambda: not lease_threads())
