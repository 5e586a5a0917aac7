"""What all tests share: real servers, and a corner of the key space for each test."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import pytest

from etcd_sdk import Client, PermissionType
from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.certificates import Certificates
from tests.etcd_builds import built
from tests.faults.cluster import ProxiedCluster

RELEASES = built()
*_, NEWEST = RELEASES.values()
_numbers = itertools.count(1)

# A busy machine is no bug.
hypothesis.settings.register_profile("etcd-sdk", deadline=None)
hypothesis.settings.load_profile("etcd-sdk")


@pytest.fixture(scope="session")
def server() -> Iterator[EtcdServer]:
    """The newest etcd at hand, shared by all tests that keep to their own keys."""
    with EtcdServer(etcd=NEWEST) as started:
        yield started


@pytest.fixture
def own_server() -> Iterator[EtcdServer]:
    """The newest etcd at hand, for a test that does to it what others must not see."""
    with EtcdServer(etcd=NEWEST) as started:
        yield started


@pytest.fixture
def no_collector() -> Iterator[None]:
    """The garbage collector stays away: for a test of what has to go without it."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def cluster() -> Iterator[EtcdCluster]:
    """Three members of the newest etcd at hand, for a test to kill, pause and restart."""
    with EtcdCluster(etcd=NEWEST) as started:
        yield started


@pytest.fixture(scope="session")
def lasting_cluster() -> Iterator[EtcdCluster]:
    """What `shared_cluster` hands from test to test."""
    with EtcdCluster(etcd=NEWEST) as started:
        yield started


@pytest.fixture
def shared_cluster(lasting_cluster: EtcdCluster) -> Iterator[EtcdCluster]:
    """Three members, for tests that keep to their own keys and to two living members at least.

    Whoever was killed or paused is back afterwards. It saves the second or two that three members
    may take to agree on their first leader.
    """
    yield lasting_cluster
    for member in lasting_cluster.members:
        if member.running:
            member.resume()
    for member in lasting_cluster.members:
        if not member.running:
            member.start()
    lasting_cluster.leader()


@pytest.fixture
def proxied_cluster(cluster: EtcdCluster) -> Iterator[ProxiedCluster]:
    """The same behind a network that fails on demand."""
    with ProxiedCluster(cluster) as started:
        yield started


@pytest.fixture
def auth_server() -> Iterator[EtcdServer]:
    """A server of the test's own that wants a login; `enable_auth` tells who there is."""
    with serve_with_auth() as started:
        yield started


@contextmanager
def serve_with_auth(
    *, etcd: Path = NEWEST, token_ttl: int | None = None, extra_args: Sequence[str] = ()
) -> Iterator[EtcdServer]:
    """A server that wants a login, with what a test needs to be different.

    Args:
        etcd: The binary.
        token_ttl: How many seconds a token lives without use; etcd's default is 300.
        extra_args: More flags, such as the ``--auth-token`` of `tests.certificates.jwt_tokens`.
    """
    own_args = ["--bcrypt-cost=4"]  # the least there is: a login takes 1 ms instead of 50
    if token_ttl is not None:
        own_args.append(f"--auth-token-ttl={token_ttl}")
    with EtcdServer(etcd=etcd, extra_args=[*own_args, *extra_args]) as server:
        with Client(server.endpoint) as client:
            enable_auth(client)
        yield server


def end(server: EtcdServer) -> None:
    """End a server that is to start again with all that it has acknowledged.

    From 3.5.0 to 3.5.2 one that is killed may forget the write that it was at, and give its
    revision to the next one (3.5.1 did in 6 of 720 kills): that lets no client keep its promises.
    """
    if server.version in ("3.5.0", "3.5.1", "3.5.2"):
        server._started.terminate()
    else:
        server.kill()


def enable_auth(client: Client) -> None:
    """Turn access control on, with two users.

    ``root``, whose password is ``root-pw``, may do everything; ``alice``, with ``alice-pw``, may
    read and write the keys that begin with ``/alice/``.
    """
    auth = client.auth
    auth.role_add("alice")
    auth.role_grant_permission("alice", PermissionType.READWRITE, "/alice/", prefix=True)
    for name, role in ("root", "root"), ("alice", "alice"):
        auth.user_add(name, password=f"{name}-pw")
        auth.user_grant_role(name, role)
    auth.enable()


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Good and bad certificates in files, which stay as they are."""
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def prefix() -> str:
    """Keys that no other test uses."""
    return f"/test-{next(_numbers)}/"


def minor(server: EtcdServer) -> tuple[int, int]:
    """The server's release, for what depends on it: ``(3, 7)``."""
    major, minor_, *_ = server.version.split(".")
    return int(major), int(minor_)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-public-names", action="store_true", help="freeze them anew")
