"""What gRPC says of a put that never left, and of one that may have.

The SDK tells the two apart by how the text starts (`etcd_sdk._core.status`), and texts change.
"""

from __future__ import annotations

import socket
import threading

from etcd_sdk import AsyncClient, errors
from etcd_sdk.testing import EtcdServer


async def check_dead_port(server: EtcdServer) -> str:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # taken, but nobody listens
        async with AsyncClient(f"127.0.0.1:{held.getsockname()[1]}", max_attempts=1) as etcd:
            error = await failed_put(etcd)
    assert error.in_doubt is False, error
    return error.message


async def check_unknown_name(server: EtcdServer) -> str:
    async with AsyncClient("nosuch.invalid:2379", max_attempts=1) as etcd:
        error = await failed_put(etcd)
    assert error.in_doubt is False, error
    return error.message


async def check_killed_in_flight(server: EtcdServer) -> str:
    with EtcdServer() as own:
        error = await put_to_dying(own)
    assert error.in_doubt is True, error
    return error.message


async def put_to_dying(server: EtcdServer) -> errors.UnavailableError:
    async with AsyncClient(server.endpoint) as etcd:
        await etcd.kv.put("/a", "1")
        server.pause()
        killer = threading.Timer(0.5, server.kill)
        killer.start()
        error = await failed_put(etcd)
        killer.join()
        return error


async def failed_put(etcd: AsyncClient) -> errors.UnavailableError:
    try:
        await etcd.kv.put("/a", "2", timeout=60)
    except errors.UnavailableError as error:
        return error
    raise AssertionError("a server answered that is not there")
