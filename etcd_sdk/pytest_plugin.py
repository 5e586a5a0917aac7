"""A pytest plugin that gives tests a real etcd.

Installing the SDK registers it: a test that takes `etcd_server` or `etcd_endpoint` gets a server of
its own, shared by the whole session. Every pytest run of the environment loads this module and with
it the SDK; ``-p no:etcd_sdk`` spares it.

The binary is the one that `etcd_sdk.testing.find_etcd` finds, unless ``--etcd PATH`` or the ini
option ``etcd`` names one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .testing import EtcdServer


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--etcd PATH`` and the ini option ``etcd``."""
    text = "the etcd binary of the etcd_server fixture (default: found by etcd_sdk.testing)"
    parser.getgroup("etcd").addoption("--etcd", metavar="PATH", help=text)
    parser.addini("etcd", f"{text}; relative to the root directory", default="")


@pytest.fixture(scope="session")
def etcd_server(pytestconfig: pytest.Config) -> Iterator[EtcdServer]:
    """A running `etcd_sdk.testing.EtcdServer`, the same for the whole session.

    Tests share its keys, so each should keep to a prefix of its own. Where no etcd can be found or
    started the test fails, for a skipped test would look like a passed one.
    """
    from .testing import EtcdNotFoundError, EtcdServer, EtcdStartError

    try:
        server = EtcdServer(etcd=_binary(pytestconfig))
        server.start()
    except (EtcdNotFoundError, EtcdStartError) as error:
        pytest.fail(str(error), pytrace=False)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def etcd_endpoint(etcd_server: EtcdServer) -> str:
    """Where `etcd_server` serves clients, as ``"127.0.0.1:port"``."""
    return etcd_server.endpoint


def _binary(config: pytest.Config) -> str | Path | None:
    option: str | None = config.getoption("--etcd")
    if option:
        return option
    ini: str = config.getini("etcd")
    return config.rootpath / ini if ini else None
