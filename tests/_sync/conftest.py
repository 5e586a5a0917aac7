# Derived from tests/_async/conftest.py by codegen; do not edit.

"""Clients of the servers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from etcd_sdk import Client
from etcd_sdk.testing import EtcdServer


@pytest.fixture
def client(server: EtcdServer) -> Iterator[Client]:
    with Client(server.endpoint) as opened:
        yield opened
