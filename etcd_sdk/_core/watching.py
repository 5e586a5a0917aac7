"""Watches that lose nothing: what each has seen, and what a stream's responses mean to it.

A watch outlives the streams that carry it. It remembers the first revision that it has not seen,
which only ever grows, and asks the next stream to go on from there. The events of one revision
always come to its reader together, be it that the server sends them in fragments.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto
from typing import Any, NamedTuple

from etcd_sdk._core.login import OUT_OF_DATE
from etcd_sdk._core.retry import may_resend
from etcd_sdk.errors import WatchCompactedError
from etcd_sdk_api import pb
from etcd_sdk_api.errors import BY_TEXT, ArgumentValueError, EtcdError, WatchCanceledError
from etcd_sdk_api.methods import WATCH_WATCH
from etcd_sdk_api.ops import Watch
from etcd_sdk_api.requests import watch_create_request

# A refusal is the text of a Go error: "rpc error: code = PermissionDenied desc = etcdserver: …".
_REASON = re.compile(r"^rpc error: code = \w+ desc = ")


def watch_request(key: str | bytes | Watch, options: Mapping[str, Any]) -> pb.WatchCreateRequest:
    """What a user asks for by a key and options, or by a builder alone.

    Raises:
        ArgumentError: Something is bad, or stands in both places.
    """
    if not isinstance(key, Watch):
        return watch_create_request(key, **options)
    for name, value in options.items():
        if value not in (None, False, 0, ()):
            raise ArgumentValueError(name, "is given beside a Watch, which has options of its own")
    return key.build()


def may_go_on(error: EtcdError, *, can_log_in: bool) -> bool:
    """Whether watches outlive an error: it may pass, or a new login may mend it."""
    if isinstance(error, OUT_OF_DATE):
        return can_log_in
    return may_resend(WATCH_WATCH, error)


class WatchState:
    """One watch, whichever stream carries it.

    Args:
        request: What its user asked for. If that names no revision to start at, ``skip_to`` has to
            name one that is not before now.
    """

    __slots__ = (
        "id",
        "next_revision",
        "asked_from",
        "acknowledged",
        "_from_now",
        "_request",
        "_name",
        "_parts",
    )

    def __init__(self, request: pb.WatchCreateRequest) -> None:
        self.id = 0
        """On the stream that carries it now. What its user calls it is in the request."""
        self.next_revision = request.start_revision
        """The first revision that its reader has not got."""
        self.asked_from = 0
        """The revision that the server of now was asked to start at."""
        self.acknowledged = False
        """Whether that server has acknowledged it, and carries it still."""
        self._from_now = not request.start_revision
        self._request = request
        self._name = request.watch_id
        self._parts: pb.WatchResponse | None = None

    @property
    def key(self) -> bytes:
        """The first of the watched keys."""
        return self._request.key

    def create(self, first: int | None = None) -> pb.WatchRequest:
        """What asks a server to begin, or to go on.

        Args:
            first: A revision to start at, for another reason than that the reader lacks it. What
                the reader has got already is left out when it comes.
        """
        if first is None:
            # Only a watch without a revision is up to date from its start. One with a revision has
            # to wait for etcd to catch up, or for the revision, and tells no progress until then.
            first = 0 if self._from_now else self.next_revision
        self.asked_from = first
        self.acknowledged = False
        self._parts = None
        create = pb.WatchCreateRequest()
        create.CopyFrom(self._request)
        create.watch_id = self.id
        create.start_revision = first
        return pb.WatchRequest(create_request=create)

    def created(self, response: pb.WatchResponse) -> pb.WatchResponse:
        """Note that the server has acknowledged the watch."""
        self.acknowledged, self._from_now = True, False
        return self._named(response)

    def cancel(self) -> pb.WatchRequest:
        """What asks a server to stop."""
        return pb.WatchRequest(cancel_request=pb.WatchCancelRequest(watch_id=self.id))

    def take_whole(self, response: pb.WatchResponse, events: Sequence[pb.Event]) -> bool:
        """Take a response as it is, if its events are new and complete, as nearly always.

        Args:
            response: What the server has sent.
            events: Those of the response. Every live one comes this way, and each look into a
                message costs some 100 ns.
        """
        if self._parts is not None or response.fragment or response.canceled:
            return False
        first = last = events[0].kv.mod_revision
        if len(events) > 1:
            last = events[-1].kv.mod_revision
        if first < self.next_revision:
            return False
        self.next_revision = last + 1
        if self._name:
            response.watch_id = self._name
        return True

    def take(self, response: pb.WatchResponse) -> pb.WatchResponse | None:
        """What of a response is new to the reader and complete; ``None`` for nothing yet."""
        whole = self._joined(response)
        if whole is None:
            return None
        events = whole.events
        if not events:
            return self._progressed(whole)
        if events[0].kv.mod_revision < self.next_revision:
            fresh = [each for each in events if each.kv.mod_revision >= self.next_revision]
            del events[:]
            events.extend(fresh)
        if not events:
            return None
        self.take_whole(whole, events)
        return whole

    def skip_to(self, revision: int) -> None:
        """Give up what is older than that."""
        self.next_revision = max(self.next_revision, revision)

    def _progressed(self, response: pb.WatchResponse) -> pb.WatchResponse | None:
        following = response.header.revision + 1
        if following < self.next_revision:
            return None  # the member is behind
        self.next_revision = following
        return self._named(response)

    def _joined(self, response: pb.WatchResponse) -> pb.WatchResponse | None:
        """A response whose fragments have all come."""
        whole = self._parts
        if whole is None:
            whole = response
        else:
            whole.events.extend(response.events)
        self._parts = whole if response.fragment else None
        whole.fragment = False
        return None if self._parts else whole

    def _named(self, response: pb.WatchResponse) -> pb.WatchResponse:
        """A response under the id by which the user knows the watch."""
        if self._name:
            response.watch_id = self._name
        return response


class Kind(Enum):
    """What a response is to the client."""

    NOTHING = auto()
    CREATED = auto()
    EVENTS = auto()
    """Or a progress notification."""
    AGAIN = auto()
    """It has to be created again, and has lost nothing."""
    REFUSED = auto()
    """It was not created. It is for the caller to remove it, or to try again on a new stream."""
    ENDED = auto()
    """It is for the caller to remove and to cancel it: after a compaction the server keeps it, and
    answers no progress request any more."""
    PROGRESS = auto()
    """Of all watches that are acknowledged: the answer to a request."""


class Outcome(NamedTuple):
    """What has to happen after a response."""

    kind: Kind
    watch: WatchState | None = None
    response: pb.WatchResponse | None = None
    error: EtcdError | None = None


_NOTHING = Outcome(Kind.NOTHING)


class WatchSession:
    """The watches of one stream after another."""

    def __init__(self) -> None:
        self._watches: dict[int, WatchState] = {}
        # The ids of creates, which are answered in their order; a refused one without its id.
        self._unanswered: deque[int] = deque()
        self._last_id = 0

    def __contains__(self, watch: WatchState) -> bool:
        return self._watches.get(watch.id) is watch

    def add(self, watch: WatchState) -> None:
        """Take in a watch. Its id was never used, so that nothing meant for another comes to it."""
        self._last_id += 1
        watch.id = self._last_id
        self._watches[watch.id] = watch

    def remove(self, watch: WatchState) -> None:
        """Forget a watch. What still comes for it is ignored."""
        if watch in self:
            del self._watches[watch.id]
            watch.acknowledged = False

    def create(self, watch: WatchState, first: int | None = None) -> pb.WatchRequest:
        """The request that creates a watch on the stream of now; see ``WatchState.create``."""
        self._unanswered.append(watch.id)
        return watch.create(first)

    def opened(self) -> Iterator[pb.WatchRequest]:
        """The requests that a new stream begins with."""
        self._unanswered.clear()
        return (self.create(watch) for watch in self._watches.values())

    def take_whole(
        self, response: pb.WatchResponse, events: Sequence[pb.Event]
    ) -> WatchState | None:
        """The watch that takes a response just as it is; ``None`` if there is more to it.

        This is a shortcut for ``received`` where there are events: such a response creates nothing.
        """
        watch = self._watches.get(response.watch_id)
        return watch if watch is not None and watch.take_whole(response, events) else None

    def received(self, response: pb.WatchResponse) -> Outcome:
        """What a response means."""
        if response.created:
            return self._created(response)
        watch = self._watches.get(response.watch_id)
        if watch is None:
            return self._strange(response)
        if 0 < response.compact_revision <= watch.next_revision:
            return Outcome(Kind.AGAIN, watch)  # its reader has what is lost
        if response.canceled:
            return Outcome(Kind.ENDED, watch, response, _refusal(response))
        new = watch.take(response)
        return _NOTHING if new is None else Outcome(Kind.EVENTS, watch, new)

    def _created(self, response: pb.WatchResponse) -> Outcome:
        watch = self._watches.get(self._unanswered.popleft()) if self._unanswered else None
        if watch is None:
            return _NOTHING  # given up meanwhile
        if response.canceled:
            return Outcome(Kind.REFUSED, watch, response, _refusal(response))
        return Outcome(Kind.CREATED, watch, watch.created(response))

    def _strange(self, response: pb.WatchResponse) -> Outcome:
        if response.watch_id == -1 and not response.canceled and not response.events:
            return Outcome(Kind.PROGRESS, response=response)
        # A watch that was given up: its last events, or that it is cancelled.
        return _NOTHING


def _refusal(response: pb.WatchResponse) -> EtcdError:
    """Why a watch was refused, or ended."""
    if response.compact_revision:
        return WatchCompactedError(response.compact_revision, method=WATCH_WATCH.name)
    text = _REASON.sub("", response.cancel_reason)
    kind = BY_TEXT.get(text, WatchCanceledError)
    return kind(text or WatchCanceledError.text, method=WATCH_WATCH.name)
