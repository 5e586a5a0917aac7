"""Clients of the servers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from etcd_sdk import AsyncClient
from etcd_sdk.testing import EtcdServer


@pytest.fixture
async def client(server: EtcdServer) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(server.endpoint) as opened:
        yield opened
