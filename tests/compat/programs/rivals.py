"""In one process with another owner of an ``rpc.proto``; ``ORDER`` says who is imported first."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING

ORDER = os.environ["ORDER"].split()
imported = {name: importlib.import_module(name) for name in ORDER}
etcd_sdk = imported.pop("etcd_sdk")
((RIVAL, rival),) = imported.items()

if TYPE_CHECKING:
    from etcd_sdk.testing import EtcdServer


async def check_ours_then_theirs(server: EtcdServer) -> str:
    etcd_sdk.Client(server.endpoint).kv.put("/rivals/ours", "1")
    assert await theirs(server, b"/rivals/ours", None) == b"1"
    return f"read by {RIVAL}"


async def check_theirs_then_ours(server: EtcdServer) -> str:
    await theirs(server, b"/rivals/theirs", b"2")
    async with etcd_sdk.AsyncClient(server.endpoint) as etcd:
        page = await etcd.kv.get("/rivals/theirs")
    assert page.kvs[0].value == b"2"
    return f"written by {RIVAL}"


async def theirs(server: EtcdServer, key: bytes, value: bytes | None) -> bytes | None:
    """Put by the other package where there is a value, then get by it."""
    host, _, port = server.endpoint.partition(":")
    if RIVAL == "pyetcd":
        client = rival.client(host, int(port))
        if value is not None:
            client.put(key, value)
        found: bytes | None = client.get(key)[0]
        client.close()
        return found
    async with rival.Client(host, int(port)) as client:
        if value is not None:
            await client.put(key, value)
        got = await client.get(key)
    return None if got is None else bytes(got.value)
