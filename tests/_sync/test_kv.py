# Derived from tests/_async/test_kv.py by codegen; do not edit.

"""Reads, writes and compaction, against a real etcd."""

from __future__ import annotations

import pytest

from etcd_sdk import Client, Compact, Delete, Get, Put, SortOrder, SortTarget, errors, pb
from etcd_sdk.testing import EtcdServer


def fill(client: Client, prefix: str, *names: str) -> None:
    for name in names:
        client.kv.put(prefix + name, f"value of {name}")


def keys(response: pb.RangeResponse) -> list[bytes]:
    return [kv.key for kv in response.kvs]


def test_put_and_get_text_and_bytes(client: Client, prefix: str) -> None:
    client.kv.put(prefix + "schlüssel", b"\x00\xff")
    found = client.kv.get((prefix + "schlüssel").encode())
    assert found.kvs[0].value == b"\x00\xff"
    assert found.kvs[0].version == 1
    assert found.header.revision >= found.kvs[0].mod_revision


def test_get_of_a_missing_key_is_empty(client: Client, prefix: str) -> None:
    found = client.kv.get(prefix)
    assert (len(found.kvs), found.count, found.more) == (0, 0, False)


def test_put_tells_the_previous_value_if_asked(client: Client, prefix: str) -> None:
    client.kv.put(prefix, "old")
    assert (client.kv.put(prefix, "new", prev_kv=True)).prev_kv.value == b"old"
    assert not (client.kv.put(prefix, "newest")).HasField("prev_kv")


def test_put_can_keep_the_value_or_the_lease(client: Client, prefix: str) -> None:
    lease = client.lease.grant(60)
    client.kv.put(prefix, "kept", lease=lease.ID)
    client.kv.put(prefix, "", ignore_value=True, lease=lease.ID)
    client.kv.put(prefix, "new", ignore_lease=True)
    found = (client.kv.get(prefix)).kvs[0]
    assert (found.value, found.lease, found.version) == (b"new", lease.ID, 3)
    with pytest.raises(errors.ValueProvidedError):
        client.kv.put(prefix, "value", ignore_value=True)
    with pytest.raises(errors.LeaseProvidedError):
        client.kv.put(prefix, "", lease=lease.ID, ignore_lease=True)
    with pytest.raises(errors.KeyNotFoundError):
        client.kv.put(prefix + "missing", "", ignore_value=True)
    with pytest.raises(errors.LeaseNotFoundError) as caught:
        client.kv.put(prefix, "", lease=12345)
    assert not caught.value.in_doubt
    client.lease.revoke(lease.ID)


def test_limit_count_and_more(client: Client, prefix: str) -> None:
    fill(client, prefix, "a", "b", "c")
    page = client.kv.get(prefix, prefix=True, limit=2)
    assert (keys(page), page.count, page.more) == (
        [(prefix + "a").encode(), (prefix + "b").encode()],
        3,
        True,
    )


def test_sorting(client: Client, prefix: str) -> None:
    fill(client, prefix, "b", "a", "c")
    client.kv.put(prefix + "b", "z")
    by_change = client.kv.get(
        prefix, prefix=True, sort_target=SortTarget.MOD, sort_order=SortOrder.DESCEND
    )
    assert [key[-1:] for key in keys(by_change)] == [b"b", b"c", b"a"]
    by_value = client.kv.do(
        Get(prefix).prefix().sort(SortTarget.VALUE, SortOrder.ASCEND).keys_only()
    )
    assert [key[-1:] for key in keys(by_value)] == [b"a", b"c", b"b"]
    assert not any(kv.value for kv in by_value.kvs)


def test_each_revision_bound_filters_alone(client: Client, prefix: str) -> None:
    fill(client, prefix, "a", "b", "c")
    client.kv.put(prefix + "a", "again")
    everything = (client.kv.get(prefix, prefix=True)).kvs
    middle = next(kv for kv in everything if kv.key.endswith(b"b"))
    by_mod, by_create = middle.mod_revision, middle.create_revision

    def names(bounded: Get) -> bytes:
        return b"".join(key[-1:] for key in keys(client.kv.do(bounded)))

    under = Get(prefix).prefix()
    assert names(under.min_mod_revision(by_mod)) == b"abc"
    assert names(under.min_mod_revision(by_mod + 1)) == b"ac"
    assert names(under.max_mod_revision(by_mod)) == b"b"
    assert names(under.min_create_revision(by_create)) == b"bc"
    assert names(under.max_create_revision(by_create)) == b"ab"


def test_count_only_wins_over_keys_only(client: Client, prefix: str) -> None:
    fill(client, prefix, "a", "b")
    counted = client.kv.get(prefix, prefix=True, count_only=True, keys_only=True)
    assert (counted.count, len(counted.kvs)) == (2, 0)


def test_reading_the_past(client: Client, prefix: str) -> None:
    old = (client.kv.put(prefix, "old")).header.revision
    client.kv.put(prefix, "new")
    then = client.kv.get(prefix, revision=old, serializable=True)
    assert then.kvs[0].value == b"old"
    with pytest.raises(errors.FutureRevisionError):
        client.kv.get(prefix, revision=2**40)


@pytest.mark.parametrize("outsider", ["/foobar", "/fop"])
@pytest.mark.parametrize("inside", ["/foo/", "/foo/b", b"/foo/\xff", b"/foo/\xff\xff"])
def test_a_prefix_is_right_to_the_last_byte(
    own_server: EtcdServer, inside: str | bytes, outsider: str
) -> None:
    with Client(own_server.endpoint) as client:
        client.kv.put(inside, "in")
        client.kv.put(outsider, "out")
        wanted = inside if isinstance(inside, bytes) else inside.encode()
        assert keys(client.kv.get("/foo/", prefix=True)) == [wanted]
        assert (client.kv.delete("/foo/", prefix=True)).deleted == 1
        assert keys(client.kv.get("", prefix=True)) == [outsider.encode()]


@pytest.mark.parametrize(
    ("start", "found"),
    [
        (b"a\xff", [b"a\xff", b"a\xff\xff"]),
        (b"\xff", [b"\xff", b"\xff\xff"]),
        (b"\xff\xff", [b"\xff\xff"]),
        (b"", [b"a", b"a\xff", b"a\xff\xff", b"b", b"\xff", b"\xff\xff"]),
    ],
)
def test_prefixes_that_end_in_ff(own_server: EtcdServer, start: bytes, found: list[bytes]) -> None:
    with Client(own_server.endpoint) as client:
        for key in (b"a", b"a\xff", b"a\xff\xff", b"b", b"\xff", b"\xff\xff"):
            client.kv.put(key, "")
        assert keys(client.kv.get(start, prefix=True)) == found
        assert (client.kv.delete(start, prefix=True)).deleted == len(found)


def test_from_key_and_range_end(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        fill(client, "", "a", "b", "c")
        assert keys(client.kv.get("b", from_key=True)) == [b"b", b"c"]
        assert keys(client.kv.get("", from_key=True)) == [b"a", b"b", b"c"]
        assert keys(client.kv.get("a", range_end="c")) == [b"a", b"b"]
        gone = client.kv.delete("b", from_key=True, prev_kv=True)
        assert [kv.key for kv in gone.prev_kvs] == [b"b", b"c"]


def test_compaction(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        fill(client, "", "a", "b")
        last = (client.kv.put("a", "")).header.revision
        client.kv.compact(last, physical=True)
        with pytest.raises(errors.CompactedError):
            client.kv.get("a", revision=last - 1)
        with pytest.raises(errors.CompactedError):
            client.kv.do(Compact(last))
        with pytest.raises(errors.FutureRevisionError):
            client.kv.compact(last + 100)


def test_do_returns_what_belongs_to_the_builder(client: Client, prefix: str) -> None:
    put = client.kv.do(Put(prefix, "1").prev_kv())
    assert isinstance(put, pb.PutResponse)
    assert (client.kv.do(Get(prefix))).kvs[0].value == b"1"
    assert (client.kv.do(Delete(prefix))).deleted == 1


def test_a_large_range_needs_no_setting(client: Client, prefix: str) -> None:
    for number in range(10):
        client.kv.put(f"{prefix}{number}", bytes(1_000_000))
    found = client.kv.get(prefix, prefix=True)
    assert sum(len(kv.value) for kv in found.kvs) == 10_000_000
    client.kv.delete(prefix, prefix=True)


def test_a_value_too_large_for_the_server(client: Client, prefix: str) -> None:
    for size in (1_600_000, 3_000_000):  # above the server's limit, above its gRPC's limit
        with pytest.raises(errors.RequestTooLargeError) as caught:
            client.kv.put(prefix, bytes(size))
        assert not caught.value.in_doubt
    assert (client.kv.get(prefix)).count == 0
