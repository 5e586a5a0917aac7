"""The checks of watch histories pass what is right, and each finds what it is there for."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from etcd_sdk import FilterType, Watch, pb
from tests.histories import CHECKS, Recorded, Truth, problems


def put(revision: int, key: bytes, *, created: int = 0) -> pb.Event:
    create_revision = created or revision
    pair = pb.KeyValue(
        key=key, value=b"v%d" % revision, mod_revision=revision, create_revision=create_revision
    )
    return pb.Event(kv=pair)


def delete(revision: int, key: bytes) -> pb.Event:
    return pb.Event(type=pb.Event.DELETE, kv=pb.KeyValue(key=key, mod_revision=revision))


def progress(revision: int) -> pb.WatchResponse:
    return pb.WatchResponse(header=pb.ResponseHeader(revision=revision))


def response(*events: pb.Event) -> pb.WatchResponse:
    return pb.WatchResponse(header=pb.ResponseHeader(revision=99), events=events)


HAPPENED = [
    put(2, b"/a"),
    put(3, b"/a", created=2),
    put(3, b"/b"),
    put(4, b"else"),
    delete(5, b"/b"),
    put(6, b"/a", created=2),
]
TRUTH = Truth(HAPPENED)
A2, A3, B3, ELSE4, B5, A6 = HAPPENED


def recorded(*responses: pb.WatchResponse, watch: Watch | None = None) -> Recorded:
    asked = watch or Watch("/").prefix().start_revision(2)
    copies = [pb.WatchResponse.FromString(each.SerializeToString()) for each in responses]
    return Recorded(asked.build(), copies)


def with_prev_kv(event: pb.Event, before: pb.Event) -> pb.Event:
    return pb.Event(type=event.type, kv=event.kv, prev_kv=before.kv)


RIGHT = {
    "all": recorded(progress(1), response(A2), response(A3, B3), response(B5, A6), progress(9)),
    "not all yet": recorded(response(A2), response(A3, B3), progress(4)),
    "nothing yet": recorded(progress(1), progress(1)),
    "later": recorded(response(B5), watch=Watch("/").prefix().start_revision(4)),
    "one key": recorded(response(B3, B5), watch=Watch("/b").start_revision(1)),
    "from a key on": recorded(response(B3, ELSE4, B5), watch=Watch("/b").from_key()),
    "no puts": recorded(response(B5), watch=Watch("/").prefix().filters(FilterType.NOPUT)),
    "no deletes": recorded(
        response(A2, A3, B3, A6), watch=Watch("/").prefix().filters(FilterType.NODELETE)
    ),
    "prev-kv": recorded(
        response(A2, with_prev_kv(A3, A2), B3, with_prev_kv(B5, B3), with_prev_kv(A6, A3)),
        watch=Watch("/").prefix().prev_kv(),
    ),
}


@pytest.mark.parametrize("history", RIGHT.values(), ids=list(RIGHT))
def test_what_is_right_passes(history: Recorded) -> None:
    assert problems(history, TRUTH) == []


def fragment(*events: pb.Event) -> pb.WatchResponse:
    return pb.WatchResponse(events=events, fragment=True)


def changed(event: pb.Event, change: Callable[[pb.Event], None]) -> pb.Event:
    copy = pb.Event.FromString(event.SerializeToString())
    change(copy)
    return copy


def lie(event: pb.Event) -> None:
    event.kv.value = b"lie"


def new(event: pb.Event) -> None:
    event.kv.create_revision = event.kv.mod_revision


def old(event: pb.Event) -> None:
    event.kv.create_revision = 1


NOPUT = Watch("/").prefix().filters(FilterType.NOPUT)
WRONG = {
    "filter": [
        recorded(response(A2, ELSE4)),
        recorded(response(A3), watch=Watch("/b")),
        recorded(response(A2), watch=Watch("/").prefix().start_revision(3)),
        recorded(response(A6, B5), watch=NOPUT),
    ],
    "ordered": [recorded(response(A2, A6), response(B5)), recorded(response(A3, A2))],
    "unique": [recorded(response(A2), response(A2)), recorded(response(A2, A3, A3))],
    "atomic": [
        recorded(response(A2, A3), response(B3)),
        recorded(response(A2), fragment(A3, B3)),
    ],
    "bookmarkable": [
        recorded(response(A2), progress(3), response(A3, B3)),
        recorded(response(A2, A3), progress(2)),
        recorded(progress(4), progress(1), response(A2)),
    ],
    "resumable": [
        recorded(response(A3)),
        recorded(response(B3)),
        recorded(response(put(2, b"/b"))),
    ],
    "reliable": [
        recorded(response(A2), response(A3), response(B5)),
        recorded(response(A2), response(A6)),
        recorded(response(changed(A2, lie))),
        recorded(response(A2, put(3, b"/c"))),
    ],
    "is-create": [
        recorded(response(A2, changed(A3, new))),
        recorded(response(changed(A2, old))),
    ],
    "prev-kv": [
        recorded(response(with_prev_kv(A3, A2))),
        recorded(response(A2, A3), watch=Watch("/").prefix().prev_kv()),
        recorded(response(with_prev_kv(A6, A2)), watch=Watch("/").prefix().prev_kv()),
        recorded(response(with_prev_kv(A2, A2)), watch=Watch("/").prefix().prev_kv()),
    ],
}


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_finds_what_it_is_there_for(name: str) -> None:
    for history in WRONG[name]:
        found = {problem.split(": ")[0] for problem in problems(history, TRUTH)}
        assert name in found, history.responses


def test_a_problem_says_what_and_where() -> None:
    history = recorded(response(A2, A6), response(A3, B3))
    assert problems(history, TRUTH) == [
        "ordered: the put of b'/a' at 3 came after 6",
        "reliable: the put of b'/a' at 6 never was",
    ]
