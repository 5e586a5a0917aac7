"""Watches that lose nothing: what each has seen, and what a stream's responses mean to it.

A watch outlives the streams that carry it. It remembers the first revision that it has not seen,
which only ever grows, and asks the next stream to go on from there. The events of one revision
always come to its reader together, be it that the server sends them in fragments.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Any, NamedTuple

from etcd_sdk.errors import WatchCompactedError
from etcd_sdk_api import pb
from etcd_sdk_api.errors import (
    BY_TEXT,
    ArgumentValueError,
    AuthOldRevisionError,
    EmptyUserNameError,
    EtcdError,
    InvalidAuthTokenError,
    WatchCanceledError,
)
from etcd_sdk_api.methods import WATCH_WATCH
from etcd_sdk_api.ops import Watch
from etcd_sdk_api.requests import watch_create_request

# A refusal is the text of a Go error: "rpc error: code = PermissionDenied desc = etcdserver: …".
_REASON = re.compile(r"^rpc error: code = \w+ desc = ")
_LOGIN = (InvalidAuthTokenError, AuthOldRevisionError, EmptyUserNameError)


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


class WatchState:
    """One watch, whichever stream carries it.

    Args:
        request: What its user asked for, with a revision to start at.
    """

    __slots__ = ("id", "next_revision", "_request", "_fragments")

    def __init__(self, request: pb.WatchCreateRequest) -> None:
        self.id = 0
        """On the stream that carries it now. What its user calls it is in the request."""
        self._request = request
        self.next_revision = request.start_revision
        """The first revision that its reader has not got."""
        self._fragments: pb.WatchResponse | None = None

    @property
    def key(self) -> bytes:
        """The first of the watched keys."""
        return self._request.key

    def create(self) -> pb.WatchRequest:
        """What asks a server to begin, or to go on."""
        self._fragments = None
        create = pb.WatchCreateRequest()
        create.CopyFrom(self._request)
        create.watch_id = self.id
        create.start_revision = self.next_revision
        return pb.WatchRequest(create_request=create)

    def cancel(self) -> pb.WatchRequest:
        """What asks a server to stop."""
        return pb.WatchRequest(cancel_request=pb.WatchCancelRequest(watch_id=self.id))

    def take(self, response: pb.WatchResponse) -> pb.WatchResponse | None:
        """What of a response is new to the reader and complete; ``None`` for nothing yet."""
        whole = self._joined(response)
        if whole is None:
            return None
        if self._request.watch_id:
            whole.watch_id = self._request.watch_id
        events = whole.events
        if not events:
            # A progress notification. It may be of a member that is behind.
            self.next_revision = max(self.next_revision, whole.header.revision + 1)
            return whole
        if events[0].kv.mod_revision < self.next_revision:
            fresh = [e for e in events if e.kv.mod_revision >= self.next_revision]
            del events[:]
            events.extend(fresh)
        if not events:
            return None
        self.next_revision = events[-1].kv.mod_revision + 1
        return whole

    def skip_to(self, revision: int) -> None:
        """Give up what is older than that."""
        self.next_revision = max(self.next_revision, revision)

    def _joined(self, response: pb.WatchResponse) -> pb.WatchResponse | None:
        if self._fragments is None:
            if not response.fragment:
                return response
            self._fragments = pb.WatchResponse()
            self._fragments.CopyFrom(response)
            return None
        self._fragments.events.extend(response.events)
        if response.fragment:
            return None
        whole, self._fragments = self._fragments, None
        whole.fragment = False
        return whole


class Kind(Enum):
    """What a response is to the client."""

    NOTHING = auto()
    CREATED = auto()
    EVENTS = auto()
    """Or a progress notification."""
    ENDED = auto()
    LOGIN = auto()
    """The watch was refused because the stream's token is out of date."""
    PROGRESS = auto()
    """Of all watches of the stream: the answer to a request."""


class Outcome(NamedTuple):
    """What has to happen after a response."""

    kind: Kind
    watch: WatchState | None = None
    response: pb.WatchResponse | None = None
    error: EtcdError | None = None
    request: pb.WatchRequest | None = None
    """To be sent."""


_NOTHING = Outcome(Kind.NOTHING)


class WatchSession:
    """The watches of one stream after another."""

    def __init__(self) -> None:
        self._watches: dict[int, WatchState] = {}
        # Creates are answered in their order, a refused one without its id.
        self._unanswered: deque[WatchState] = deque()
        self._last_id = 0

    def __len__(self) -> int:
        return len(self._watches)

    def __contains__(self, watch: WatchState) -> bool:
        return self._watches.get(watch.id) is watch

    @property
    def watches(self) -> list[WatchState]:
        """All of them."""
        return list(self._watches.values())

    def add(self, watch: WatchState) -> None:
        """Take in a watch. Its id was never used, so that nothing meant for another comes to it."""
        self._last_id += 1
        watch.id = self._last_id
        self._watches[watch.id] = watch

    def remove(self, watch: WatchState) -> None:
        """Forget a watch. What still comes for it is ignored."""
        if watch in self:
            del self._watches[watch.id]

    def created(self, watch: WatchState) -> pb.WatchRequest:
        """The request that creates a watch on the stream of now."""
        self._unanswered.append(watch)
        return watch.create()

    def opened(self) -> Iterator[pb.WatchRequest]:
        """The requests that a new stream begins with."""
        self._unanswered.clear()
        return (self.created(watch) for watch in self.watches)

    def received(self, response: pb.WatchResponse) -> Outcome:
        """What a response means."""
        if response.created:
            return self._created(response)
        watch = self._watches.get(response.watch_id)
        if watch is None:
            return self._strange(response)
        if response.canceled:
            self.remove(watch)
            return self._ended(watch, response)
        new = watch.take(response)
        return _NOTHING if new is None else Outcome(Kind.EVENTS, watch, new)

    def _created(self, response: pb.WatchResponse) -> Outcome:
        if not self._unanswered:
            return _NOTHING
        watch = self._unanswered.popleft()
        if watch not in self:
            # Given up while it was being created.
            return Outcome(Kind.NOTHING, request=watch.cancel())
        if not response.canceled:
            return Outcome(Kind.CREATED, watch, response)
        error = _refusal(response)
        if isinstance(error, _LOGIN):
            return Outcome(Kind.LOGIN, watch, response, error)
        self.remove(watch)
        return Outcome(Kind.ENDED, watch, response, error)

    def _ended(self, watch: WatchState, response: pb.WatchResponse) -> Outcome:
        if response.compact_revision:
            # The server keeps a watch that it cancelled so, and answers no progress request then.
            error = _refusal(response)
            return Outcome(Kind.ENDED, watch, response, error, watch.cancel())
        return Outcome(Kind.ENDED, watch, response, _refusal(response))

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
