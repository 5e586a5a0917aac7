"""What watches make of a stream's responses, whatever becomes of the stream."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etcd_sdk import FilterType, Watch, errors, pb
from etcd_sdk._core.watching import (
    Kind,
    Outcome,
    WatchSession,
    WatchState,
    may_go_on,
    watch_request,
)

KEYS = (b"a", b"b", b"c")
DENIED = b"denied"
REASON = "rpc error: code = PermissionDenied desc = etcdserver: permission denied"


# --- a model of the server ----------------------------------------------------------------------


class History:
    """All changes of a cluster: revision n at index n - 2, since an empty etcd is at revision 1."""

    def __init__(self) -> None:
        self.revision = 1
        self.compacted = 0
        self._changes: list[list[pb.Event]] = []

    def put(self, keys: Iterable[bytes]) -> None:
        self.revision += 1
        pairs = [pb.KeyValue(key=key, mod_revision=self.revision) for key in keys]
        self._changes.append([pb.Event(kv=pair) for pair in pairs])

    def of(self, key: bytes, first: int, last: int) -> list[list[pb.Event]]:
        """The changes of a key, or with an empty one of all, revision by revision."""
        changes = self._changes[max(first - 2, 0) : max(last - 1, 0)]
        matching = [[e for e in events if key in (b"", e.kv.key)] for events in changes]
        return [events for events in matching if events]


class Watcher:
    """A watch as a member knows it."""

    def __init__(self, request: pb.WatchCreateRequest) -> None:
        self.id = request.watch_id
        self.key = request.key
        self.next = request.start_revision
        self.fragment = request.fragment
        self.ended = False
        """Cancelled for a compaction; such a one stays until the client cancels it."""


class Member:
    """A member's end of a stream: what it has not read yet, and what it has said."""

    def __init__(self, history: History, applied: int) -> None:
        self.history = history
        self.applied = applied
        self.inbox: deque[pb.WatchRequest] = deque()
        self.outbox: deque[pb.WatchResponse] = deque()
        self.watchers: dict[int, Watcher] = {}

    @property
    def compacted(self) -> int:
        return min(self.history.compacted, self.applied)

    def read(self, *, tells_ids: bool) -> None:
        """Do what the next request asks for."""
        request = self.inbox.popleft()
        if request.HasField("create_request"):
            self._create(request.create_request, tells_ids=tells_ids)
        elif request.HasField("cancel_request"):
            watch_id = request.cancel_request.watch_id
            if self.watchers.pop(watch_id, None):
                self._say(watch_id, canceled=True)
        elif all(self.is_synced(each) for each in self.watchers.values()):
            self._say(-1)

    def deliver(self, watcher: Watcher, count: int, cuts: Sequence[int], repeats: int) -> None:
        """Send a watch some of the revisions that it lacks, and perhaps some that it has got."""
        if watcher.ended:
            return
        if watcher.next < self.compacted:
            self._say(watcher.id, canceled=True, compact_revision=self.compacted)
            watcher.ended = True
            return
        first = max(watcher.next - repeats, self.compacted)
        revisions = self.history.of(watcher.key, first, self.applied)[: count + repeats]
        events = [event for revision in revisions for event in revision]
        if not events:
            return
        watcher.next = max(watcher.next, events[-1].kv.mod_revision + 1)
        inner = {cut for cut in cuts if cut < len(events)} if watcher.fragment else set()
        borders = [0, *sorted(inner), len(events)]
        for start, end in pairwise(borders):
            self._say(watcher.id, events=events[start:end], fragment=end < len(events))

    def notify(self, watcher: Watcher) -> None:
        """Tell a watch that is up to date how far that is."""
        if self.is_synced(watcher):
            self._say(watcher.id)

    def is_synced(self, watcher: Watcher) -> bool:
        return not watcher.ended and not self.history.of(watcher.key, watcher.next, self.applied)

    def is_due(self, watcher: Watcher) -> bool:
        return not watcher.ended and not self.is_synced(watcher)

    def _create(self, request: pb.WatchCreateRequest, *, tells_ids: bool) -> None:
        assert request.watch_id not in {0, *self.watchers}
        assert request.start_revision
        if request.key == DENIED:
            told = request.watch_id if tells_ids else -1
            self._say(told, created=True, canceled=True, cancel_reason=REASON)
        else:
            self.watchers[request.watch_id] = Watcher(request)
            self._say(request.watch_id, created=True)

    def _say(self, watch_id: int, **fields: Any) -> None:
        revision = 0 if "compact_revision" in fields else self.applied
        header = pb.ResponseHeader(revision=revision)
        said = pb.WatchResponse(header=header, watch_id=watch_id, **fields)
        self.outbox.append(pb.WatchResponse.FromString(said.SerializeToString()))


# --- a model of the client ----------------------------------------------------------------------


class Reader:
    """What one watch has brought."""

    def __init__(self, request: pb.WatchCreateRequest, *, skips_gaps: bool) -> None:
        self.request = request
        self.state = WatchState(request)
        self.skips_gaps = skips_gaps
        self.gaps: list[range] = []
        self.events: list[pb.Event] = []
        self.following = request.start_revision
        self.paused = False
        self.error: errors.EtcdError | None = None

    def check(self, history: History) -> None:
        """It has got exactly what happened before its next revision, but for the known gaps."""
        assert self.state.next_revision >= self.following
        self.following = self.state.next_revision
        assert self.events == [
            event
            for events in history.of(
                self.request.key, self.request.start_revision, self.following - 1
            )
            for event in events
            if not any(event.kv.mod_revision in gap for gap in self.gaps)
        ]


class Watching:
    """A client with many watches, a network that breaks, and members that are behind."""

    def __init__(self) -> None:
        self.history = History()
        self.session = WatchSession()
        self.readers: dict[WatchState, Reader] = {}
        self.member: Member | None = None

    # What the cluster does.

    def put(self, chance: Random) -> None:
        for _ in range(chance.randint(1, 3)):
            self.history.put(chance.sample(KEYS, chance.randint(1, 3)))

    def compact(self, chance: Random) -> None:
        revision = self.history.revision - chance.randint(0, 60)
        self.history.compacted = max(self.history.compacted, revision)

    def work(self, chance: Random) -> None:
        """The member catches up, and does what it was asked for."""
        if self.member is not None:
            revision = self.history.revision - chance.randint(0, 2)
            self.member.applied = max(self.member.applied, revision)
            for _ in range(min(chance.randint(0, 9), len(self.member.inbox))):
                self.member.read(tells_ids=chance.random() < 0.5)

    def deliver(self, chance: Random) -> None:
        if self.member is not None:
            for watcher in self.member.watchers.values():
                cuts = [chance.randint(1, 6) for _ in range(chance.randint(0, 3))]
                if chance.random() < 0.7:
                    repeats = chance.choice((0, 0, 1, 3))
                    self.member.deliver(watcher, chance.randint(1, 3), cuts, repeats)

    def notify(self, chance: Random) -> None:
        if self.member is not None:
            for watcher in self.member.watchers.values():
                self.member.notify(watcher)

    # What the network does.

    def open(self, chance: Random) -> None:
        """Open a stream, perhaps to a member that is behind."""
        if self.member is None:
            self.member = Member(self.history, max(self.history.revision - chance.randint(0, 5), 1))
            self.member.inbox.extend(self.session.opened())

    def receive(self, chance: Random) -> None:
        """What arrives; perhaps the stream breaks after it."""
        if self.member is not None:
            for _ in range(min(chance.randint(1, 9), len(self.member.outbox))):
                self._receive(self.member.outbox.popleft())
            if chance.random() < 0.1:
                self.member = None

    # What users do.

    def watch(self, chance: Random) -> None:
        request = pb.WatchCreateRequest(
            key=chance.choice([*KEYS, b"", b"", b"", DENIED]),
            start_revision=max(self.history.revision + chance.randint(-4, 4), 1),
            fragment=chance.random() < 0.5,
            watch_id=chance.choice((0, 7)),
        )
        reader = Reader(request, skips_gaps=chance.random() < 0.5)
        self.readers[reader.state] = reader
        self._add(reader)

    def cancel(self, chance: Random) -> None:
        if self.readers:
            reader = self.readers.pop(chance.choice(list(self.readers)))
            self._remove(reader)

    def pause_or_resume(self, chance: Random) -> None:
        for reader in chance.sample(list(self.readers.values()), len(self.readers) // 2):
            if reader.paused:
                reader.paused = False
                self._add(reader)
            elif reader.state in self.session:
                reader.paused = True
                self._remove(reader)

    def ask(self, chance: Random) -> None:
        """Ask for progress."""
        self._send(pb.WatchRequest(progress_request=pb.WatchProgressRequest()))

    # What has to hold.

    def nothing_is_lost_or_comes_twice(self) -> None:
        for reader in self.readers.values():
            reader.check(self.history)

    def calm_down(self) -> None:
        """In calm weather every watch gets to the end of the history, or is told why not."""
        for reader in self.readers.values():
            if reader.paused:
                self.session.add(reader.state)
        self.member = member = Member(self.history, self.history.revision)
        member.inbox.extend(self.session.opened())
        for _ in range(10):
            while member.inbox:
                member.read(tells_ids=False)
            for watcher in member.watchers.values():
                member.deliver(watcher, 1000, [], 0)
            while member.outbox:
                self._receive(member.outbox.popleft())
        self.nothing_is_lost_or_comes_twice()
        for reader in self.readers.values():
            self._check_the_end(reader, member)
        member.inbox.append(pb.WatchRequest(progress_request=pb.WatchProgressRequest()))
        member.read(tells_ids=True)
        assert [response.watch_id for response in member.outbox] == [-1], "a watch holds it back"

    def _check_the_end(self, reader: Reader, member: Member) -> None:
        if reader.request.key == DENIED:
            assert isinstance(reader.error, errors.PermissionDeniedError)
        elif reader.error is not None:
            assert isinstance(reader.error, errors.WatchCompactedError)
            assert reader.following < reader.error.compact_revision <= self.history.compacted
            assert not reader.skips_gaps
        else:
            assert reader.state.acknowledged
            assert reader.state.id in member.watchers
            revision = self.history.revision
            assert not self.history.of(reader.request.key, reader.following, revision)

    # What the hub does.

    def _add(self, reader: Reader) -> None:
        self.session.add(reader.state)
        if self.member is not None:
            self._send(self.session.create(reader.state))

    def _remove(self, reader: Reader) -> None:
        if reader.state in self.session:
            self.session.remove(reader.state)
            self._send(reader.state.cancel())

    def _send(self, request: pb.WatchRequest) -> None:
        if self.member is not None:
            self.member.inbox.append(request)

    def _receive(self, response: pb.WatchResponse) -> None:
        events = response.events
        watch = self.session.take_whole(response, events) if events else None
        if watch is None:
            self._handle(self.session.received(response))
        else:
            self._handle(Outcome(Kind.EVENTS, watch, response))

    def _handle(self, outcome: Outcome) -> None:
        if outcome.kind is Kind.NOTHING:
            return
        if outcome.kind is Kind.AGAIN:
            assert outcome.watch is not None
            reader = self.readers[outcome.watch]
            self._remove(reader)
            self._add(reader)
            return
        assert outcome.response is not None
        if outcome.watch is None:
            assert outcome.kind is Kind.PROGRESS
            self._progressed(outcome.response.header.revision)
            return
        reader = self.readers[outcome.watch]
        if outcome.error is None:
            watch_id = reader.request.watch_id or reader.state.id
            assert outcome.response.watch_id == watch_id
        if outcome.kind is Kind.EVENTS:
            self._got(reader, outcome.response)
        elif outcome.kind is Kind.CREATED:
            assert reader.state.acknowledged
        elif isinstance(outcome.error, errors.WatchCompactedError) and reader.skips_gaps:
            self._remove(reader)
            following = outcome.error.compact_revision + 1
            reader.gaps.append(range(reader.following, following))
            reader.state.skip_to(following)
            self._add(reader)
        else:
            assert (outcome.kind is Kind.REFUSED) == (reader.request.key == DENIED)
            self._remove(reader)
            reader.error = outcome.error

    def _got(self, reader: Reader, response: pb.WatchResponse) -> None:
        assert not response.fragment
        if not response.events:
            assert response.header.revision >= reader.following - 1, "it is behind"
        reader.events.extend(response.events)
        reader.check(self.history)

    def _progressed(self, revision: int) -> None:
        for reader in self.readers.values():
            if reader.state in self.session and reader.state.acknowledged:
                assert not self.history.of(reader.request.key, reader.following, revision)


WEIGHTS = {
    "put": 2,
    "compact": 1,
    "work": 4,
    "deliver": 4,
    "notify": 1,
    "open": 5,
    "receive": 7,
    "watch": 1,
    "cancel": 1,
    "pause_or_resume": 1,
    "ask": 2,
}
ACTIONS = [action for action, weight in WEIGHTS.items() for _ in range(weight)]
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2**32)), min_size=200, max_size=400
)


@settings(max_examples=100)
@given(steps=STEPS)
def test_every_watch_gets_all_that_happened_once_and_in_order(
    steps: list[tuple[str, int]],
) -> None:
    watching = Watching()
    for action, number in steps:
        getattr(watching, action)(Random(number))
        watching.nothing_is_lost_or_comes_twice()
    watching.calm_down()


# --- one by one ---------------------------------------------------------------------------------


def event(revision: int) -> pb.Event:
    return pb.Event(kv=pb.KeyValue(key=b"a", mod_revision=revision))


def response(revision: int, *events: int, **fields: Any) -> pb.WatchResponse:
    header = pb.ResponseHeader(revision=revision)
    return pb.WatchResponse(header=header, events=map(event, events), **fields)


def revisions(taken: pb.WatchResponse | None) -> list[int] | None:
    return None if taken is None else [each.kv.mod_revision for each in taken.events]


def state(start: int = 5, **fields: Any) -> WatchState:
    return WatchState(pb.WatchCreateRequest(key=b"a", start_revision=start, **fields))


def watching(*states: WatchState) -> WatchSession:
    session = WatchSession()
    for each in states:
        session.add(each)
    list(session.opened())
    return session


def test_events_move_a_watch_on_to_the_revision_after_the_last() -> None:
    watch = state(5)
    assert revisions(watch.take(response(9, 5, 5, 7))) == [5, 5, 7]
    assert watch.next_revision == 8  # what happens at 9 may still be under way


def test_what_is_new_and_whole_is_taken_as_it_is() -> None:
    watch = state(5, watch_id=7)
    session = watching(watch)
    news = response(9, 5, 6, watch_id=watch.id)
    assert session.take_whole(news, news.events) is watch
    assert (news.watch_id, watch.next_revision) == (7, 7)
    for other in (
        response(9, 6, 7, watch_id=watch.id),
        response(9, 7, watch_id=watch.id, fragment=True),
        response(9, 7, watch_id=watch.id, canceled=True),
        response(9, 7, watch_id=99),
    ):
        assert session.take_whole(other, other.events) is None
    assert watch.next_revision == 7
    assert session.received(response(9, 7, watch_id=watch.id, fragment=True)).kind is Kind.NOTHING
    rest = response(9, 7, watch_id=watch.id)
    assert session.take_whole(rest, rest.events) is None
    assert revisions(session.received(rest).response) == [7, 7]


def test_what_was_seen_is_left_out() -> None:
    watch = state(5)
    assert watch.take(response(9, 3, 4)) is None
    assert revisions(watch.take(response(9, 4, 5))) == [5]
    assert revisions(watch.take(response(9, 5, 6, 6))) == [6, 6]


def test_a_notification_moves_a_watch_on_unless_the_member_is_behind() -> None:
    watch = state(5)
    assert watch.take(response(3)) is None
    assert watch.next_revision == 5
    for revision in (4, 9, 9):
        assert revisions(watch.take(response(revision))) == []
        assert watch.next_revision == revision + 1
    watch.skip_to(7)
    assert watch.create().create_request.start_revision == 10


def test_fragments_come_together_and_count_for_nothing_before() -> None:
    watch = state(5)
    assert watch.take(response(6, 5, 6, fragment=True)) is None
    assert watch.next_revision == 5
    watch.create()  # the stream broke
    assert watch.take(response(6, 5, fragment=True)) is None
    assert watch.take(response(6, 6, fragment=True)) is None
    whole = watch.take(response(6, 6))
    assert whole is not None
    assert (revisions(whole), whole.fragment, watch.next_revision) == ([5, 6, 6], False, 7)


def test_a_watch_is_created_with_the_options_of_its_user() -> None:
    asked = Watch("a").prefix().prev_kv().filters(FilterType.NOPUT).fragment().watch_id(7).build()
    asked.start_revision = 5
    watch = WatchState(asked)
    watching(watch)
    watch.take(response(9, 6))
    created = watch.create().create_request
    assert (created.watch_id, created.start_revision) == (watch.id, 7)
    created.watch_id, created.start_revision = 7, 5
    assert created == asked


def test_a_watch_is_called_as_its_user_calls_it() -> None:
    named, unnamed = state(watch_id=7), state()
    session = watching(named, unnamed)
    for watch, name in (named, 7), (unnamed, unnamed.id):
        created = session.received(response(4, created=True, watch_id=watch.id))
        events = session.received(response(5, 5, watch_id=watch.id))
        for outcome in created, events:
            assert outcome.watch is watch
            assert outcome.response is not None
            assert outcome.response.watch_id == name


def test_a_refused_watch_is_told_by_its_turn() -> None:
    good, bad, better = state(), state(), state()
    session = watching(good, bad, better)
    refused = response(4, created=True, canceled=True, watch_id=-1, cancel_reason=REASON)
    answers = [
        response(4, created=True, watch_id=good.id),
        refused,
        response(4, created=True, watch_id=better.id),
        response(4, created=True, watch_id=99),
    ]
    outcomes = [session.received(each) for each in answers]
    kinds = [Kind.CREATED, Kind.REFUSED, Kind.CREATED, Kind.NOTHING]
    assert [outcome.kind for outcome in outcomes] == kinds
    assert [outcome.watch for outcome in outcomes] == [good, bad, better, None]
    assert [each.acknowledged for each in (good, bad, better)] == [True, False, True]


def test_a_watch_is_not_acknowledged_any_more_on_the_next_stream() -> None:
    watch = state()
    session = watching(watch)
    session.received(response(4, created=True, watch_id=watch.id))
    list(session.opened())
    assert not watch.acknowledged


def test_strange_responses_are_ignored() -> None:
    watch = state()
    session = watching(watch)
    session.remove(watch)
    session.remove(watch)
    for strange in (
        response(5, 5, watch_id=watch.id),
        response(5, canceled=True, watch_id=watch.id),
        response(5, canceled=True, watch_id=-1),
        response(5, created=True, watch_id=watch.id),
        response(5, watch_id=99),
    ):
        assert session.received(strange) == Outcome(Kind.NOTHING)
    assert watch not in session


@pytest.mark.parametrize(
    ("reason", "kind", "text"),
    [
        (REASON, errors.PermissionDeniedError, "etcdserver: permission denied"),
        ("etcdserver: no leader", errors.NoLeaderError, "etcdserver: no leader"),
        ("mvcc: watcher range is empty", errors.WatchCanceledError, "mvcc: watcher range is empty"),
        ("", errors.WatchCanceledError, errors.WatchCanceledError.text),
    ],
)
def test_why_a_watch_ended(reason: str, kind: type[errors.EtcdError], text: str) -> None:
    watch = state()
    session = watching(watch)
    ended = response(5, canceled=True, watch_id=watch.id, cancel_reason=reason)
    outcome = session.received(ended)
    assert (outcome.kind, type(outcome.error)) == (Kind.ENDED, kind)
    assert outcome.error is not None
    assert (outcome.error.message, outcome.error.method) == (text, "Watch.Watch")


def test_a_compaction_of_what_was_seen_loses_nothing() -> None:
    watch = state(5)
    session = watching(watch)
    session.received(response(4, created=True, watch_id=watch.id))
    session.received(response(8, 5, 8, watch_id=watch.id))
    for compacted, kind in (9, Kind.AGAIN), (10, Kind.ENDED):
        ending = response(0, canceled=True, compact_revision=compacted, watch_id=watch.id)
        assert session.received(ending).kind is kind


def test_a_compaction_is_told_with_its_revision() -> None:
    watch = state(5)
    session = watching(watch)
    ended = response(0, canceled=True, watch_id=watch.id, compact_revision=9)
    error = session.received(ended).error
    assert isinstance(error, errors.WatchCompactedError)
    assert error.compact_revision == 9


@pytest.mark.parametrize(
    ("error", "with_login", "without"),
    [
        (errors.UnavailableError("Socket closed", in_doubt=True), True, True),
        (errors.NoLeaderError("etcdserver: no leader"), True, True),
        (errors.InvalidAuthTokenError("etcdserver: invalid auth token"), True, False),
        (errors.AuthOldRevisionError("etcdserver: revision of auth store is old"), True, False),
        (errors.EmptyUserNameError("etcdserver: user name is empty"), True, False),
        (errors.PermissionDeniedError("etcdserver: permission denied"), False, False),
        (errors.AuthenticationFailedError("invalid user ID or password"), False, False),
        (errors.ClientClosedError("the client is closed"), False, False),
        (errors.RequestTooLargeError("message larger than max"), False, False),
    ],
    ids=lambda each: type(each).__name__,
)
def test_what_watches_outlive(error: errors.EtcdError, with_login: bool, without: bool) -> None:
    assert may_go_on(error, can_log_in=True) == with_login
    assert may_go_on(error, can_log_in=False) == without


# --- arguments ----------------------------------------------------------------------------------


def test_a_builder_stands_for_the_options() -> None:
    builder = Watch("a").prefix().start_revision(5).filters(FilterType.NODELETE).watch_id(7)
    options = {
        "prefix": True,
        "start_revision": 5,
        "filters": [FilterType.NODELETE],
        "watch_id": 7,
    }
    assert watch_request("a", options) == watch_request(builder, {}) == builder.build()
    nothing = {"prefix": False, "start_revision": 0, "filters": (), "range_end": None}
    assert watch_request(builder, nothing) == builder.build()


@pytest.mark.parametrize(
    ("name", "value"), [("prefix", True), ("start_revision", 5), ("range_end", b"")]
)
def test_an_option_beside_a_builder_is_refused(name: str, value: object) -> None:
    with pytest.raises(errors.ArgumentValueError, match=f"{name}: .*beside a Watch"):
        watch_request(Watch("a"), {name: value})
