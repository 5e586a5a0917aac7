# Derived from tests/_async/test_versions.py by codegen; do not edit.

"""Servers of other releases: what they are too old for is refused, and nothing else is."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from etcd_sdk import CallEvent, Client, DowngradeAction, errors, pb
from etcd_sdk.testing import EtcdServer
from etcd_sdk_api import methods
from tests.conftest import RELEASES, minor, serve_with_auth
from tests.faults.proxy import FaultProxy
from tests.metrics import metric

# For the servers' own use; no method of the SDK offers it.
HASHED = base64.b64encode(b"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW").decode()

by_minor = {version.rpartition(".")[0]: version for version in RELEASES}


def needs(*releases: str) -> pytest.MarkDecorator:
    """Leave a test out where these are not at hand."""
    missing = sorted(set(releases) - by_minor.keys())
    return pytest.mark.skipif(bool(missing), reason=f"there is no etcd {', '.join(missing)}")


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, EtcdServer]]:
    """One of each release, by its minor release."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(EtcdServer(etcd=RELEASES[version]))
            for name, version in by_minor.items()
        }


@pytest.fixture(params=by_minor)
def release(request: pytest.FixtureRequest, servers: dict[str, EtcdServer]) -> EtcdServer:
    return servers[request.param]


def answered(server: EtcdServer, rpc: str) -> float:
    """How many calls of an RPC the server has answered; one that it does not have has none."""
    try:
        return metric(server, "grpc_server_handled_total", grpc_method=rpc)
    except LookupError:
        return 0


# --- methods and fields -------------------------------------------------------------------------


def call(client: Client, rpc: str) -> None:
    """Make a call that does no harm."""
    match rpc:
        case "AuthStatus":
            assert not (client.auth.status()).enabled
        case "Downgrade":
            with pytest.raises(errors.WrongDowngradeVersionFormatError):
                client.maintenance.downgrade(DowngradeAction.VALIDATE, "nonsense")
        case "RangeStream":
            assert [part for part in client.rpc.kv.range_stream("a")]


@pytest.mark.parametrize(
    ("rpc", "since"), [("AuthStatus", "3.5"), ("Downgrade", "3.5"), ("RangeStream", "3.7")]
)
def test_a_method_that_not_every_server_has(release: EtcdServer, rpc: str, since: str) -> None:
    events: list[CallEvent] = []
    before = answered(release, rpc)
    with Client(release.endpoint, observer=events.append) as client:
        if at_least(release, since):
            call(client, rpc)
            assert answered(release, rpc) == before + 1
            return
        for _ in range(2):
            with pytest.raises(errors.UnsupportedByServerError) as caught:
                call(client, rpc)
            error = caught.value
            assert (error.needs, error.server_version) == (since, release.version)
            assert error.method.endswith(f".{rpc}")
            assert error.endpoint == release.endpoint
            assert not error.in_doubt
            assert all(part in str(error) for part in (rpc, since, release.version))
    assert answered(release, rpc) == before
    assert not events


def test_a_field_that_not_every_server_knows(release: EtcdServer, prefix: str) -> None:
    with Client(release.endpoint) as client:
        request = pb.AuthUserAddRequest(name=prefix, hashedPassword=HASHED)
        if at_least(release, "3.5"):
            client._pipeline.unary(methods.AUTH_USER_ADD, request, None)
            return
        with pytest.raises(errors.UnsupportedByServerError) as caught:
            client._pipeline.unary(methods.AUTH_USER_ADD, request, None)
        assert (caught.value.needs, caught.value.server_version) == ("3.5", release.version)
        assert "hashedPassword" in str(caught.value)
        assert prefix not in (client.auth.user_list()).users
        client.auth.user_add(prefix, password="x")  # knows this one well
        changed = pb.AuthUserChangePasswordRequest(name=prefix, hashedPassword=HASHED)
        with pytest.raises(errors.UnsupportedByServerError):
            client._pipeline.unary(methods.AUTH_USER_CHANGE_PASSWORD, changed, None)


def test_what_an_old_server_may_ignore_is_sent(release: EtcdServer) -> None:
    with Client(release.endpoint) as client:
        for linearizable in (True, False):
            listed = client.cluster.member_list(linearizable=linearizable)
            assert len(listed.members) == 1


def at_least(server: EtcdServer, release: str) -> bool:
    return minor(server) >= tuple(map(int, release.split(".")))


# --- asking for the version ---------------------------------------------------------------------


def test_the_version_is_asked_for_once_and_only_if_it_matters(release: EtcdServer) -> None:
    before = answered(release, "Status")
    with Client(release.endpoint) as client:
        client.kv.put("a", "1")
        client.lease.leases()
        client.cluster.member_list()
        with pytest.raises(errors.EmptyUserNameError):
            client.auth.user_add("", password="x")  # it could carry a newer field
        assert answered(release, "Status") == before
        if at_least(release, "3.5"):
            for _ in range(3):
                client.auth.status()
                call(client, "Downgrade")
            assert answered(release, "Status") == before + 1


@needs("3.6")
def test_where_the_version_stays_unknown_the_server_answers() -> None:
    with serve_with_auth(etcd=RELEASES[by_minor["3.6"]]) as server:
        events: list[CallEvent] = []
        with Client(server.endpoint, observer=events.append) as anyone:
            with pytest.raises(errors.EmptyUserNameError):
                anyone.auth.status()
            with pytest.raises(errors.UnsupportedByServerError) as caught:
                call(anyone, "RangeStream")
            assert (caught.value.needs, caught.value.server_version) == ("3.7", "")
        assert [event.method for event in events] == ["Auth.AuthStatus", "KV.RangeStream"]
        with Client(server.endpoint, username="root", password="root-pw") as root:
            assert (root.auth.status()).enabled
            with pytest.raises(errors.UnsupportedByServerError) as caught:
                call(root, "RangeStream")
            assert caught.value.server_version == server.version


@needs("3.4", "3.5", "3.7")
def test_a_server_that_is_replaced_by_a_newer_one(servers: dict[str, EtcdServer]) -> None:
    with FaultProxy(servers["3.4"].endpoint) as proxy:
        with Client(proxy.endpoint) as client:
            with pytest.raises(errors.UnsupportedByServerError):
                client.auth.status()
            # While nobody calls, no call can fail because of it.
            proxy.retarget(servers["3.5"].endpoint)
            proxy.reset()
            assert not (client.auth.status()).enabled
            with pytest.raises(errors.UnsupportedByServerError) as caught:
                call(client, "RangeStream")
            assert caught.value.server_version == servers["3.5"].version
            proxy.refuse()
            with pytest.raises((errors.UnavailableError, errors.DeadlineExceededError)):
                client.kv.get("a", timeout=0.3)
            proxy.retarget(servers["3.7"].endpoint)
            proxy.heal()
            call(client, "RangeStream")


# --- refusing old clusters ----------------------------------------------------------------------


def test_old_clusters_can_be_refused(release: EtcdServer) -> None:
    events: list[CallEvent] = []
    with Client(release.endpoint, reject_old_cluster=True, observer=events.append) as client:
        if at_least(release, "3.6"):
            client.kv.put("a", "1")
            with client.rpc.lease.keep_alive_stream(timeout=5) as renewals:
                renewals.send(pb.LeaseKeepAliveRequest(ID=1))
                assert not (next(renewals)).TTL
            return
        with pytest.raises(errors.OldClusterError) as caught:
            client.kv.put("a", "1")
        assert not caught.value.in_doubt
        assert caught.value.endpoint == release.endpoint
        assert all(part in str(caught.value) for part in (release.version, "3.6"))
        with pytest.raises(errors.OldClusterError):
            next(client.rpc.watch.watch())
    assert not events


@needs("3.5", "3.6", "3.7")
@pytest.mark.parametrize("old", [0, 1, 2])
def test_one_old_member_is_enough(servers: dict[str, EtcdServer], old: int) -> None:
    endpoints = [servers["3.7"].endpoint, servers["3.6"].endpoint]
    endpoints.insert(old, servers["3.5"].endpoint)
    with Client(endpoints, reject_old_cluster=True) as client:
        with pytest.raises(errors.OldClusterError) as caught:
            client.kv.get("a")
        assert caught.value.endpoint == servers["3.5"].endpoint


@needs("3.5", "3.6")
def test_old_clusters_are_taken_once_they_are_new(servers: dict[str, EtcdServer]) -> None:
    with FaultProxy(servers["3.5"].endpoint) as proxy:
        with Client(proxy.endpoint, reject_old_cluster=True) as client:
            with pytest.raises(errors.OldClusterError):
                client.kv.get("a")
            proxy.retarget(servers["3.6"].endpoint)
            proxy.reset()
            client.kv.get("a")
