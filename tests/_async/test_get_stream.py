"""Reading a large range in pieces: all of it, once, at one revision, on every release."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from etcd_sdk import AsyncClient, AsyncKV, Put, errors, pb
from etcd_sdk.testing import EtcdServer
from tests.conftest import RELEASES


@pytest.fixture(params=RELEASES, scope="module")
def release(request: pytest.FixtureRequest) -> Iterator[EtcdServer]:
    with EtcdServer(etcd=RELEASES[request.param]) as server:
        yield server


async def fill(kv: AsyncKV, prefix: str, number: int, value: str = "v") -> list[bytes]:
    """That many keys below a prefix; returns them in order."""
    keys = [f"{prefix}{index:06}" for index in range(number)]
    for begin in range(0, number, 100):
        await kv.txn().then(*(Put(key, value) for key in keys[begin : begin + 100])).commit()
    return [key.encode() for key in keys]


async def pieces(stream: AsyncIterator[pb.RangeResponse]) -> list[pb.RangeResponse]:
    return [piece async for piece in stream]


def keys_of(found: list[pb.RangeResponse]) -> list[bytes]:
    return [kv.key for piece in found for kv in piece.kvs]


async def test_all_of_a_range(release: EtcdServer, prefix: str) -> None:
    async with AsyncClient(release.endpoint) as client:
        keys = await fill(client.kv, prefix, 1000)
        found = await pieces(client.kv.get_stream(prefix, prefix=True))
    assert keys_of(found) == keys
    assert len(found) > 2
    assert {piece.count for piece in found} == {1000}
    assert len({piece.header.revision for piece in found}) == 1
    assert [piece.more for piece in found] == [True] * (len(found) - 1) + [False]


async def test_what_changes_meanwhile_is_not_seen(release: EtcdServer, prefix: str) -> None:
    async with AsyncClient(release.endpoint) as client:
        keys = await fill(client.kv, prefix, 300)
        stream = client.kv.get_stream(prefix, prefix=True)
        first = await anext(stream)
        await client.kv.delete(prefix, prefix=True)
        assert keys_of([first, *(await pieces(stream))]) == keys
        assert not (await anext(client.kv.get_stream(prefix, prefix=True))).kvs


@pytest.mark.parametrize("limit", [1, 64, 65, 200, 299, 300, 301])
async def test_a_limit(release: EtcdServer, prefix: str, limit: int) -> None:
    async with AsyncClient(release.endpoint) as client:
        keys = await fill(client.kv, prefix, 300)
        found = await pieces(client.kv.get_stream(prefix, prefix=True, limit=limit))
    assert keys_of(found) == keys[:limit]
    assert found[-1].more == (limit < 300)
    assert found[-1].count == 300


async def test_options(release: EtcdServer, prefix: str) -> None:
    async with AsyncClient(release.endpoint) as client:
        keys = await fill(client.kv, prefix, 100)
        revision = (await client.kv.delete(keys[50])).header.revision
        old = client.kv.get_stream(
            keys[10], range_end=keys[90], revision=revision - 1, keys_only=True, serializable=True
        )
        found = await pieces(old)
        after = await pieces(client.kv.get_stream(keys[98], from_key=True, limit=2))
    assert keys_of(found) == keys[10:90]
    assert not any(kv.value for piece in found for kv in piece.kvs)
    assert keys_of(after) == keys[98:]


async def test_a_range_beyond_the_largest_message(release: EtcdServer, prefix: str) -> None:
    async with AsyncClient(release.endpoint, max_response_bytes=8 << 20) as client:
        keys = [f"{prefix}{index:03}".encode() for index in range(120)]
        for key in keys:
            await client.kv.put(key, b"x" * 100_000)
        with pytest.raises(errors.RequestTooLargeError):
            await client.kv.get(prefix, prefix=True)
        assert keys_of(await pieces(client.kv.get_stream(prefix, prefix=True))) == keys


async def test_an_empty_range_and_a_single_key(release: EtcdServer, prefix: str) -> None:
    async with AsyncClient(release.endpoint) as client:
        (nothing,) = await pieces(client.kv.get_stream(prefix, prefix=True))
        assert (nothing.count, nothing.more, len(nothing.kvs)) == (0, False, 0)
        await client.kv.put(prefix, "1")
        (one,) = await pieces(client.kv.get_stream(prefix))
        assert one.kvs[0].value == b"1"


async def test_compaction_in_between(release: EtcdServer, prefix: str) -> None:
    async with AsyncClient(release.endpoint) as client:
        await fill(client.kv, prefix, 300)
        stream = client.kv.get_stream(prefix, prefix=True)
        await anext(stream)
        newest = (await client.kv.put(prefix, "1")).header.revision
        await client.kv.compact(newest)
        with pytest.raises(errors.CompactedError):
            await pieces(stream)


async def test_a_restart_in_between(own_server: EtcdServer) -> None:
    async with AsyncClient(own_server.endpoint) as client:
        keys = await fill(client.kv, "a", 1000)
        stream = client.kv.get_stream("a", prefix=True)
        first = [await anext(stream), await anext(stream)]
        own_server.kill()
        own_server.start()
        assert keys_of(first + await pieces(stream)) == keys


async def test_bad_arguments_are_refused_at_once(server: EtcdServer) -> None:
    async with AsyncClient(server.endpoint) as client:
        with pytest.raises(errors.ArgumentValueError, match="prefix"):
            client.kv.get_stream("a", prefix=True, from_key=True)
        with pytest.raises(errors.ArgumentValueError, match="limit"):
            client.kv.get_stream("a", limit=-1)
