# Derived from tests/_async/test_get_stream.py by codegen; do not edit.

"""Reading a large range in pieces: all of it, once, at one revision, on every release."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from etcd_sdk import KV, Client, Put, errors, pb
from etcd_sdk.testing import EtcdServer
from tests.conftest import RELEASES


@pytest.fixture(params=RELEASES, scope="module")
def release(request: pytest.FixtureRequest) -> Iterator[EtcdServer]:
    with EtcdServer(etcd=RELEASES[request.param]) as server:
        yield server


def fill(kv: KV, prefix: str, number: int, value: str = "v") -> list[bytes]:
    """That many keys below a prefix; returns them in order."""
    keys = [f"{prefix}{index:06}" for index in range(number)]
    for begin in range(0, number, 100):
        kv.txn().then(*(Put(key, value) for key in keys[begin : begin + 100])).commit()
    return [key.encode() for key in keys]


def pieces(stream: Iterator[pb.RangeResponse]) -> list[pb.RangeResponse]:
    return [piece for piece in stream]


def keys_of(found: list[pb.RangeResponse]) -> list[bytes]:
    return [kv.key for piece in found for kv in piece.kvs]


def test_all_of_a_range(release: EtcdServer, prefix: str) -> None:
    with Client(release.endpoint) as client:
        keys = fill(client.kv, prefix, 1000)
        found = pieces(client.kv.get_stream(prefix, prefix=True))
    assert keys_of(found) == keys
    assert len(found) > 2
    assert {piece.count for piece in found} == {1000}
    assert len({piece.header.revision for piece in found}) == 1
    assert [piece.more for piece in found] == [True] * (len(found) - 1) + [False]


def test_what_changes_meanwhile_is_not_seen(release: EtcdServer, prefix: str) -> None:
    with Client(release.endpoint) as client:
        keys = fill(client.kv, prefix, 300)
        stream = client.kv.get_stream(prefix, prefix=True)
        first = next(stream)
        client.kv.delete(prefix, prefix=True)
        assert keys_of([first, *(pieces(stream))]) == keys
        assert not (next(client.kv.get_stream(prefix, prefix=True))).kvs


@pytest.mark.parametrize("limit", [1, 64, 65, 200, 299, 300, 301])
def test_a_limit(release: EtcdServer, prefix: str, limit: int) -> None:
    with Client(release.endpoint) as client:
        keys = fill(client.kv, prefix, 300)
        found = pieces(client.kv.get_stream(prefix, prefix=True, limit=limit))
    assert keys_of(found) == keys[:limit]
    assert found[-1].more == (limit < 300)
    assert found[-1].count == 300


def test_options(release: EtcdServer, prefix: str) -> None:
    with Client(release.endpoint) as client:
        keys = fill(client.kv, prefix, 100)
        revision = (client.kv.delete(keys[50])).header.revision
        old = client.kv.get_stream(
            keys[10], range_end=keys[90], revision=revision - 1, keys_only=True, serializable=True
        )
        found = pieces(old)
        after = pieces(client.kv.get_stream(keys[98], from_key=True, limit=2))
    assert keys_of(found) == keys[10:90]
    assert not any(kv.value for piece in found for kv in piece.kvs)
    assert keys_of(after) == keys[98:]


def test_a_range_beyond_the_largest_message(release: EtcdServer, prefix: str) -> None:
    with Client(release.endpoint, max_response_bytes=8 << 20) as client:
        keys = [f"{prefix}{index:03}".encode() for index in range(120)]
        for key in keys:
            client.kv.put(key, b"x" * 100_000)
        with pytest.raises(errors.RequestTooLargeError):
            client.kv.get(prefix, prefix=True)
        assert keys_of(pieces(client.kv.get_stream(prefix, prefix=True))) == keys


def test_an_empty_range_and_a_single_key(release: EtcdServer, prefix: str) -> None:
    with Client(release.endpoint) as client:
        (nothing,) = pieces(client.kv.get_stream(prefix, prefix=True))
        assert (nothing.count, nothing.more, len(nothing.kvs)) == (0, False, 0)
        client.kv.put(prefix, "1")
        (one,) = pieces(client.kv.get_stream(prefix))
        assert one.kvs[0].value == b"1"


def test_compaction_in_between(release: EtcdServer, prefix: str) -> None:
    with Client(release.endpoint) as client:
        fill(client.kv, prefix, 300)
        stream = client.kv.get_stream(prefix, prefix=True)
        next(stream)
        newest = (client.kv.put(prefix, "1")).header.revision
        client.kv.compact(newest)
        with pytest.raises(errors.CompactedError):
            pieces(stream)


def test_a_restart_in_between(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        keys = fill(client.kv, "a", 1000)
        stream = client.kv.get_stream("a", prefix=True)
        first = [next(stream), next(stream)]
        own_server.kill()
        own_server.start()
        assert keys_of(first + pieces(stream)) == keys


def test_bad_arguments_are_refused_at_once(server: EtcdServer) -> None:
    with Client(server.endpoint) as client:
        with pytest.raises(errors.ArgumentValueError, match="prefix"):
            client.kv.get_stream("a", prefix=True, from_key=True)
        with pytest.raises(errors.ArgumentValueError, match="limit"):
            client.kv.get_stream("a", limit=-1)
