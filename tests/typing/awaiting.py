"""What type checkers make of a forgotten ``await``, and of one flavour taken for the other.

Nothing here runs; see `usage_async.py` for how it tests.
"""

from __future__ import annotations

from typing import assert_type

from etcd_sdk import AsyncClient, AsyncKVApi, Client, Get, KVApi


async def forgotten(etcd: AsyncClient) -> None:
    etcd.kv.put("/a", "1")  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    etcd.kv.do(Get("/a"))  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    etcd.kv.txn().commit()  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    etcd.close()  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    etcd.kv.get("/a").kvs  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # noqa: B018
    for _ in etcd.kv.range_stream("/"):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    with AsyncClient():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass


async def needless(etcd: Client) -> None:
    await etcd.kv.get("/a")  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
    async for _ in etcd.kv.range_stream("/"):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    async with Client():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass


def mixed_up(sync: Client, other: AsyncClient) -> None:
    kv: KVApi = other.kv  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    async_kv: AsyncKVApi = sync.kv  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    assert_type(kv, KVApi)
    assert_type(async_kv, AsyncKVApi)
