"""The algebra of key ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import Delete, Get, Watch, errors, pb
from etcd_sdk_api.checks import prefix_end

KEYS = st.binary(max_size=6) | st.lists(st.sampled_from([0x00, 0x61, 0xFE, 0xFF])).map(bytes)
Ranged = type[Get] | type[Delete] | type[Watch]
every_ranged = pytest.mark.parametrize("builder", [Get, Delete, Watch])


def within(key: bytes, request: pb.RangeRequest) -> bool:
    """Whether etcd would find ``key`` in the range of ``request``."""
    if not request.range_end:
        return key == request.key
    return key >= request.key and (request.range_end == b"\0" or key < request.range_end)


@given(prefix=KEYS, key=KEYS.filter(len))
def test_a_prefix_finds_just_the_keys_that_start_with_it(prefix: bytes, key: bytes) -> None:
    request = Get(prefix).prefix().build()
    assert within(key, request) == key.startswith(prefix)


@given(start=KEYS, key=KEYS.filter(len))
def test_from_key_finds_just_the_keys_not_less(start: bytes, key: bytes) -> None:
    assert within(key, Get(start).from_key().build()) == (key >= start)


@pytest.mark.parametrize(
    ("prefix", "end"),
    [(b"a", b"b"), (b"a\xff", b"b"), (b"\xff\xff", b"\0"), (b"", b"\0"), (b"/foo/", b"/foo0")],
)
def test_the_ends_of_prefixes(prefix: bytes, end: bytes) -> None:
    assert prefix_end(prefix) == end


@given(st.text(min_size=1))
def test_text_is_utf_8(key: str) -> None:
    assert Get(key).build() == pb.RangeRequest(key=key.encode())


@every_ranged
def test_each_way_to_name_a_range(builder: Ranged) -> None:
    cases = [
        (builder("a"), b"a", b""),
        (builder(b"a").prefix(), b"a", b"b"),
        (builder("").prefix(), b"\0", b"\0"),
        (builder("a").from_key(), b"a", b"\0"),
        (builder("").from_key(), b"\0", b"\0"),
        (builder("a").range_end("c"), b"a", b"c"),
        (builder("a").prefix(False), b"a", b""),
    ]
    for built, key, end in cases:
        request = built.build()
        assert (request.key, request.range_end) == (key, end)


@every_ranged
def test_ranges_that_are_none(builder: Ranged) -> None:
    for wrong in (builder(""), builder(b""), builder("").range_end("a")):
        with pytest.raises(errors.ArgumentValueError, match="key: must not be empty"):
            wrong.build()
    start = builder("a")
    for wrong in (
        start.prefix().from_key(),
        start.prefix().range_end("b"),
        start.from_key().range_end(""),
    ):
        with pytest.raises(errors.ArgumentValueError, match="prefix, from_key, range_end: exclude"):
            wrong.build()
