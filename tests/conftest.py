"""What all tests share: real servers, and a corner of the key space for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from etcd_sdk.testing import EtcdServer
from tests.certificates import Certificates
from tests.etcd_builds import built

RELEASES = built()
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[EtcdServer]:
    """The newest etcd at hand, shared by all tests that keep to their own keys."""
    with EtcdServer(etcd=list(RELEASES.values())[-1]) as started:
        yield started


@pytest.fixture
def own_server() -> Iterator[EtcdServer]:
    """The newest etcd at hand, for a test that does to it what others must not see."""
    with EtcdServer(etcd=list(RELEASES.values())[-1]) as started:
        yield started


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
