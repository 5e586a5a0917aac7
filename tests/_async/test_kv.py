"""Reads, writes and compaction, against a real etcd."""

from __future__ import annotations

import pytest

from etcd_sdk import AsyncClient, Compact, Delete, Get, Put, SortOrder, SortTarget, errors, pb
from etcd_sdk.testing import EtcdServer


async def fill(client: AsyncClient, prefix: str, *names: str) -> None:
    for name in names:
        await client.kv.put(prefix + name, f"value of {name}")


def keys(response: pb.RangeResponse) -> list[bytes]:
    return [kv.key for kv in response.kvs]


async def test_put_and_get_text_and_bytes(client: AsyncClient, prefix: str) -> None:
    await client.kv.put(prefix + "schlüssel", b"\x00\xff")
    found = await client.kv.get((prefix + "schlüssel").encode())
    assert found.kvs[0].value == b"\x00\xff"
    assert found.kvs[0].version == 1
    assert found.header.revision >= found.kvs[0].mod_revision


async def test_get_of_a_missing_key_is_empty(client: AsyncClient, prefix: str) -> None:
    found = await client.kv.get(prefix)
    assert (len(found.kvs), found.count, found.more) == (0, 0, False)


async def test_put_tells_the_previous_value_if_asked(client: AsyncClient, prefix: str) -> None:
    await client.kv.put(prefix, "old")
    assert (await client.kv.put(prefix, "new", prev_kv=True)).prev_kv.value == b"old"
    assert not (await client.kv.put(prefix, "newest")).HasField("prev_kv")


async def test_put_can_keep_the_value_or_the_lease(client: AsyncClient, prefix: str) -> None:
    lease = await client.lease.grant(60)
    await client.kv.put(prefix, "kept", lease=lease.ID)
    await client.kv.put(prefix, "", ignore_value=True, lease=lease.ID)
    await client.kv.put(prefix, "new", ignore_lease=True)
    found = (await client.kv.get(prefix)).kvs[0]
    assert (found.value, found.lease, found.version) == (b"new", lease.ID, 3)
    with pytest.raises(errors.ValueProvidedError):
        await client.kv.put(prefix, "value", ignore_value=True)
    with pytest.raises(errors.LeaseProvidedError):
        await client.kv.put(prefix, "", lease=lease.ID, ignore_lease=True)
    with pytest.raises(errors.KeyNotFoundError):
        await client.kv.put(prefix + "missing", "", ignore_value=True)
    with pytest.raises(errors.LeaseNotFoundError) as caught:
        await client.kv.put(prefix, "", lease=12345)
    assert not caught.value.in_doubt
    await client.lease.revoke(lease.ID)


async def test_limit_count_and_more(client: AsyncClient, prefix: str) -> None:
    await fill(client, prefix, "a", "b", "c")
    page = await client.kv.get(prefix, prefix=True, limit=2)
    assert (keys(page), page.count, page.more) == (
        [(prefix + "a").encode(), (prefix + "b").encode()],
        3,
        True,
    )


async def test_sorting(client: AsyncClient, prefix: str) -> None:
    await fill(client, prefix, "b", "a", "c")
    await client.kv.put(prefix + "b", "z")
    by_change = await client.kv.get(
        prefix, prefix=True, sort_target=SortTarget.MOD, sort_order=SortOrder.DESCEND
    )
    assert [key[-1:] for key in keys(by_change)] == [b"b", b"c", b"a"]
    by_value = await client.kv.do(
        Get(prefix).prefix().sort(SortTarget.VALUE, SortOrder.ASCEND).keys_only()
    )
    assert [key[-1:] for key in keys(by_value)] == [b"a", b"c", b"b"]
    assert not any(kv.value for kv in by_value.kvs)


async def test_each_revision_bound_filters_alone(client: AsyncClient, prefix: str) -> None:
    await fill(client, prefix, "a", "b", "c")
    await client.kv.put(prefix + "a", "again")
    everything = (await client.kv.get(prefix, prefix=True)).kvs
    middle = next(kv for kv in everything if kv.key.endswith(b"b"))
    by_mod, by_create = middle.mod_revision, middle.create_revision

    async def names(bounded: Get) -> bytes:
        return b"".join(key[-1:] for key in keys(await client.kv.do(bounded)))

    under = Get(prefix).prefix()
    assert await names(under.min_mod_revision(by_mod)) == b"abc"
    assert await names(under.min_mod_revision(by_mod + 1)) == b"ac"
    assert await names(under.max_mod_revision(by_mod)) == b"b"
    assert await names(under.min_create_revision(by_create)) == b"bc"
    assert await names(under.max_create_revision(by_create)) == b"ab"


async def test_count_only_wins_over_keys_only(client: AsyncClient, prefix: str) -> None:
    await fill(client, prefix, "a", "b")
    counted = await client.kv.get(prefix, prefix=True, count_only=True, keys_only=True)
    assert (counted.count, len(counted.kvs)) == (2, 0)


async def test_reading_the_past(client: AsyncClient, prefix: str) -> None:
    old = (await client.kv.put(prefix, "old")).header.revision
    await client.kv.put(prefix, "new")
    then = await client.kv.get(prefix, revision=old, serializable=True)
    assert then.kvs[0].value == b"old"
    with pytest.raises(errors.FutureRevisionError):
        await client.kv.get(prefix, revision=2**40)


@pytest.mark.parametrize("outsider", ["/foobar", "/fop"])
@pytest.mark.parametrize("inside", ["/foo/", "/foo/b", b"/foo/\xff", b"/foo/\xff\xff"])
async def test_a_prefix_is_right_to_the_last_byte(
    own_server: EtcdServer, inside: str | bytes, outsider: str
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await client.kv.put(inside, "in")
        await client.kv.put(outsider, "out")
        wanted = inside if isinstance(inside, bytes) else inside.encode()
        assert keys(await client.kv.get("/foo/", prefix=True)) == [wanted]
        assert (await client.kv.delete("/foo/", prefix=True)).deleted == 1
        assert keys(await client.kv.get("", prefix=True)) == [outsider.encode()]


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"a\xff", [b"a\xff", b"a\xff\xff"]),
        (b"\xff", [b"\xff", b"\xff\xff"]),
        (b"\xff\xff", [b"\xff\xff"]),
        (b"", [b"a", b"a\xff", b"a\xff\xff", b"b", b"\xff", b"\xff\xff"]),
    ],
)
async def test_prefixes_that_end_in_ff(
    own_server: EtcdServer, start: bytes, found: list[bytes]
) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        for key in (b"a", b"a\xff", b"a\xff\xff", b"b", b"\xff", b"\xff\xff"):
            await client.kv.put(key, "")
        assert keys(await client.kv.get(start, prefix=True)) == found
        assert (await client.kv.delete(start, prefix=True)).deleted == len(found)


async def test_from_key_and_range_end(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await fill(client, "", "a", "b", "c")
        assert keys(await client.kv.get("b", from_key=True)) == [b"b", b"c"]
        assert keys(await client.kv.get("", from_key=True)) == [b"a", b"b", b"c"]
        assert keys(await client.kv.get("a", range_end="c")) == [b"a", b"b"]
        gone = await client.kv.delete("b", from_key=True, prev_kv=True)
        assert [kv.key for kv in gone.prev_kvs] == [b"b", b"c"]


async def test_compaction(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        await fill(client, "", "a", "b")
        last = (await client.kv.put("a", "")).header.revision
        await client.kv.compact(last, physical=True)
        with pytest.raises(errors.CompactedError):
            await client.kv.get("a", revision=last - 1)
        with pytest.raises(errors.CompactedError):
            await client.kv.do(Compact(last))
        with pytest.raises(errors.FutureRevisionError):
            await client.kv.compact(last + 100)


async def test_do_returns_what_belongs_to_the_builder(client: AsyncClient, prefix: str) -> None:
    put = await client.kv.do(Put(prefix, "1").prev_kv())
    assert isinstance(put, pb.PutResponse)
    assert (await client.kv.do(Get(prefix))).kvs[0].value == b"1"
    assert (await client.kv.do(Delete(prefix))).deleted == 1


async def test_a_large_range_needs_no_setting(client: AsyncClient, prefix: str) -> None:
    for number in range(10):
        await client.kv.put(f"{prefix}{number}", bytes(1_000_000))
    found = await client.kv.get(prefix, prefix=True)
    assert sum(len(kv.value) for kv in found.kvs) == 10_000_000
    await client.kv.delete(prefix, prefix=True)


async def test_a_value_too_large_for_the_server(client: AsyncClient, prefix: str) -> None:
    for size in (1_600_000, 3_000_000):  # above the server's limit, above its gRPC's limit
        with pytest.raises(errors.RequestTooLargeError) as caught:
            await client.kv.put(prefix, bytes(size))
        assert not caught.value.in_doubt
    assert (await client.kv.get(prefix)).count == 0
