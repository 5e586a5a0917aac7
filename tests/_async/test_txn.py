"""Transactions, against a real etcd."""

from __future__ import annotations

import pytest

from etcd_sdk import AsyncClient, Compare, Delete, Get, Put, Txn, errors
from etcd_sdk.testing import EtcdServer


async def test_each_branch(client: AsyncClient, prefix: str) -> None:
    claim = (
        client.kv.txn()
        .when(Compare.version(prefix) == 0)
        .then(Put(prefix, "mine"), Get(prefix))
        .otherwise(Get(prefix), Delete(prefix).prev_kv())
    )
    first = await claim.commit()
    assert first.succeeded
    assert first.responses[1].response_range.kvs[0].value == b"mine"
    second = await claim.commit()
    assert not second.succeeded
    assert second.responses[1].response_delete_range.prev_kvs[0].value == b"mine"


async def test_every_target_and_every_relation(client: AsyncClient, prefix: str) -> None:
    lease = (await client.lease.grant(60)).ID
    await client.kv.put(prefix, "b", lease=lease)
    created = (await client.kv.get(prefix)).kvs[0].create_revision
    await client.kv.put(prefix, "b", lease=lease)
    true = [
        Compare.version(prefix) == 2,
        Compare.version(prefix) != 0,
        Compare.version(prefix) > 1,
        Compare.version(prefix) < 3,
        Compare.create_revision(prefix) == created,
        Compare.mod_revision(prefix) > created,
        Compare.value(prefix) == "b",
        Compare.value(prefix) > b"a",
        Compare.value(prefix) < "c",
        Compare.lease(prefix) == lease,
        Compare.lease(prefix).not_equal(0),
        Compare.version(prefix + "missing") == 0,
    ]
    assert (await client.kv.txn().when(*true).commit()).succeeded
    false = [
        Compare.version(prefix) != 2,
        Compare.version(prefix) > 2,
        Compare.version(prefix) < 2,
        Compare.create_revision(prefix) < created,
        Compare.mod_revision(prefix) == created,
        Compare.value(prefix) != "b",
        Compare.value(prefix).less("b"),
        Compare.lease(prefix).greater(lease),
    ]
    for condition in false:
        assert not (await client.kv.txn().when(condition).commit()).succeeded, condition
    await client.lease.revoke(lease)


async def test_a_compare_over_a_range_holds_for_every_key(client: AsyncClient, prefix: str) -> None:
    for name in ("a", "b"):
        await client.kv.put(prefix + name, "1")
    under = Compare.version(prefix, prefix=True)
    assert (await client.kv.txn().when(under == 1).commit()).succeeded
    await client.kv.put(prefix + "b", "2")
    assert not (await client.kv.txn().when(under == 1).commit()).succeeded
    first = Compare.version(prefix + "a", range_end=prefix + "b")
    assert (await client.kv.txn().when(first == 1).commit()).succeeded


async def test_nested(client: AsyncClient, prefix: str) -> None:
    inner = Txn().when(Compare.value(prefix) == "1").then(Put(prefix, "2"))
    outer = client.kv.txn().then(Put(prefix, "1"), Put(prefix + "x", ""), inner)
    with pytest.raises(errors.DuplicateKeyError):
        await outer.commit()
    await client.kv.put(prefix, "1")
    outcome = await client.kv.do(Txn().then(inner, Get(prefix)))
    assert outcome.responses[0].response_txn.succeeded
    assert outcome.responses[1].response_range.kvs[0].value == b"2"


async def test_the_facade_takes_the_stages_as_lists(client: AsyncClient, prefix: str) -> None:
    outcome = await client.kv.transact(
        when=[Compare.version(prefix) > 0], then=[Get(prefix)], otherwise=[Put(prefix, "1")]
    )
    assert not outcome.succeeded
    assert outcome.responses[0].HasField("response_put")


async def test_what_the_server_refuses(client: AsyncClient, prefix: str) -> None:
    many = [Put(f"{prefix}{number}", "") for number in range(129)]
    with pytest.raises(errors.TooManyOpsError):
        await client.kv.txn().then(*many).commit()
    with pytest.raises(errors.DuplicateKeyError) as caught:
        await client.kv.txn().then(Put(prefix, "1"), Put(prefix, "2")).commit()
    assert (caught.value.method, caught.value.in_doubt) == ("KV.Txn", False)
    assert (await client.kv.get(prefix, prefix=True)).count == 0


async def test_a_failed_condition_writes_nothing(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        before = (await client.kv.get("a")).header.revision
        outcome = await client.kv.txn().when(Compare.version("a") > 0).then(Put("a", "1")).commit()
        assert (outcome.succeeded, outcome.header.revision) == (False, before)


async def test_a_stage_is_given_once(client: AsyncClient) -> None:
    with pytest.raises(errors.ArgumentValueError, match="then"):
        client.kv.txn().then(Get("a")).then(Get("b"))


async def test_a_transaction_is_a_value(client: AsyncClient, prefix: str) -> None:
    shared = client.kv.txn().when(Compare.version(prefix) == 0)
    await shared.then(Put(prefix, "1")).commit()
    outcome = await shared.otherwise(Get(prefix)).commit()
    assert outcome.responses[0].response_range.kvs[0].value == b"1"
