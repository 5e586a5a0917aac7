"""A range in pieces is the range: whatever comes in pages or in a stream, and in whatever sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import pb
from etcd_sdk._core.paging import Pages

END = b"\0"
sizes = st.sampled_from([0, 1, 100, 10_000, 600_000, 3_000_000])


class Store:
    """Answers like etcd: a range of keys that do not change, at a revision that does."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.keys = [b"k%06d" % number for number in range(len(lengths))]
        self._values = dict(zip(self.keys, map(bytes, lengths), strict=True))
        self._revision = 7
        self.asked: list[pb.RangeRequest] = []

    def get(self, request: pb.RangeRequest) -> pb.RangeResponse:
        """A page."""
        self.asked.append(request)
        self._revision += 1
        found = [key for key in self.keys if request.key <= key]
        shown = found[: request.limit or None]
        return pb.RangeResponse(
            header=pb.ResponseHeader(revision=self._revision),
            kvs=[pb.KeyValue(key=key, value=self._values[key]) for key in shown],
            more=len(shown) < len(found),
            count=len(found),
        )

    def stream(self, request: pb.RangeRequest, size: int) -> Iterator[pb.RangeResponse]:
        """The same in chunks, of which only the last one says anything about the whole."""
        whole = self.get(request)
        while True:
            chunk = pb.RangeResponse(kvs=whole.kvs[:size])
            del whole.kvs[:size]
            if not whole.kvs:
                whole.kvs.extend(chunk.kvs)
                yield whole
                return
            yield chunk


def read(pages: Pages, store: Store, *, stream_after: int, chunk: int) -> list[pb.RangeResponse]:
    """All pieces: some pages, and then a stream."""
    pieces: list[pb.RangeResponse] = []
    while not pages.over and len(pieces) < stream_after:
        pieces.append(pages.take(store.get(pages.page())))
    if not pages.over:
        for answer in store.stream(pages.rest(), chunk):
            assert not pages.over
            pieces.append(pages.take(answer, is_last=answer.HasField("header")))
    return pieces


@given(
    lengths=st.lists(sizes, max_size=12) | st.integers(0, 700).map(lambda n: [3] * n),
    limit=st.integers(0, 800),
    stream_after=st.sampled_from([1, 2, 3, 10**9]),
    chunk=st.integers(1, 300),
)
def test_the_pieces_are_the_range(
    lengths: list[int], limit: int, stream_after: int, chunk: int
) -> None:
    store = Store(lengths)
    pages = Pages(pb.RangeRequest(key=b"k", range_end=END, limit=limit))
    pieces = read(pages, store, stream_after=stream_after, chunk=chunk)
    assert pages.over
    assert [kv.key for piece in pieces for kv in piece.kvs] == store.keys[: limit or None]
    assert {piece.count for piece in pieces} == {len(lengths)}
    assert {piece.header.revision for piece in pieces} == {8}
    *others, last = pieces
    assert all(piece.more for piece in others)
    assert last.more == (0 < limit < len(lengths))


@given(lengths=st.lists(sizes, min_size=1, max_size=12), limit=st.integers(0, 50))
def test_what_is_asked(lengths: list[int], limit: int) -> None:
    store = Store(lengths)
    request = pb.RangeRequest(
        key=b"k", range_end=END, limit=limit, keys_only=True, serializable=True
    )
    before = pb.RangeRequest.FromString(request.SerializeToString())
    read(Pages(request), store, stream_after=10**9, chunk=1)
    assert request == before  # which belongs to the caller
    first, *others = store.asked
    assert first.revision == 0
    for asked in store.asked:
        assert asked.limit > 0
        assert (asked.range_end, asked.keys_only, asked.serializable) == (END, True, True)
    assert all(asked.revision == 8 for asked in others)
    assert limit == 0 or sum(asked.limit for asked in store.asked) >= min(limit, len(lengths))


def test_a_revision_of_the_callers_own_stays() -> None:
    store = Store([1] * 200)
    request = pb.RangeRequest(key=b"k", range_end=END, revision=5)
    read(Pages(request), store, stream_after=10**9, chunk=1)
    assert {asked.revision for asked in store.asked} == {5}


def test_small_keys_come_in_ever_larger_pages_and_large_ones_in_smaller() -> None:
    small, large = Store([1] * 3000), Store([300_000] * 300)
    for store in (small, large):
        read(Pages(pb.RangeRequest(key=b"k", range_end=END)), store, stream_after=10**9, chunk=1)
    limits = [asked.limit for asked in small.asked]
    assert limits == sorted(limits)
    assert len(limits) < 8
    limits = [asked.limit for asked in large.asked]
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] * 300_000 < 3 << 20


@pytest.mark.parametrize("number", [0, 1])
def test_one_page_may_be_all(number: int) -> None:
    store = Store([5] * number)
    pages = Pages(pb.RangeRequest(key=b"k", range_end=END))
    piece = pages.take(store.get(pages.page()))
    assert (len(piece.kvs), piece.count, piece.more, pages.over) == (number, number, False, True)


def test_a_member_that_is_behind_is_asked_no_more_alone() -> None:
    pages = Pages(pb.RangeRequest(key=b"k", range_end=END, serializable=True))
    assert pages.page().serializable
    pages.give_up_serializable()
    asked = (pages.page(), pages.rest())
    assert [request.serializable for request in asked] == [False, False]
    assert not pages.serializable
