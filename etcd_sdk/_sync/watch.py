# Derived from etcd_sdk/_async/watch.py by codegen; do not edit.

"""Watches that survive whatever happens to their stream.

All watches of a client share one stream, which a worker reads; each has a mailbox of its own, so
that a slow reader holds up nobody. What responses mean is decided in ``_core/watching``.
"""

from __future__ import annotations

import logging
import math
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Literal, NamedTuple, Self, TypeAlias

from etcd_sdk import pb
from etcd_sdk._compat._sync import (
    Event,
    Guard,
    Lock,
    Mailbox,
    Stay,
    Worker,
)
from etcd_sdk._core import timeouts
from etcd_sdk._core.login import Headers
from etcd_sdk._core.retry import TROUBLE_SECONDS
from etcd_sdk._core.status import again
from etcd_sdk._core.watching import Kind, Outcome, WatchSession, WatchState, may_go_on
from etcd_sdk._grpc._sync import Channel, GrpcStream
from etcd_sdk._sync.pipeline import Pipeline
from etcd_sdk.errors import WatchCompactedError, WatchOverflowError
from etcd_sdk_api.errors import (
    ArgumentTypeError,
    ArgumentValueError,
    ClientClosedError,
    DeadlineExceededError,
    EtcdError,
    NoLeaderError,
    PermissionDeniedError,
    StreamEndedError,
)
from etcd_sdk_api.methods import KV_GET, WATCH_WATCH

logger = logging.getLogger("etcd_sdk")

Overflow: TypeAlias = Literal["wait", "error"]

# A server that is not up to date with a watch drops the question for progress, so it is repeated.
_ASK_AGAIN_SECONDS = 0.05
# A stream that has answered for that long was no failure; nor was one that has brought events or
# begun a watch.
_LIVED_SECONDS = 1.0
# A token is not worth waiting for any longer.
_ASK_SECONDS = 1.0


class Gap(NamedTuple):
    """Revisions whose events were compacted away before their reader got them."""

    first: int
    last: int


News: TypeAlias = tuple[pb.WatchResponse, Sequence[pb.Event]]
"""A response and its events: to ask a message for those again would cost more than to keep them."""


class Asked(NamedTuple):
    """What a watch's user wants of it on this side of the wire."""

    buffer: int
    overflow: Overflow
    on_compaction: Callable[[int, int], None] | None
    timeout: float | None

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises:
            ArgumentError: It is bad.
        """
        if isinstance(self.buffer, bool) or not isinstance(self.buffer, int):
            raise ArgumentTypeError("buffer", "int", self.buffer)
        if self.buffer < 1:
            raise ArgumentValueError("buffer", f"must be at least 1, not {self.buffer}")
        if self.overflow not in ("wait", "error"):
            raise ArgumentValueError("overflow", f"must be wait or error, not {self.overflow!r}")
        if self.on_compaction is not None and not callable(self.on_compaction):
            raise ArgumentTypeError("on_compaction", "a function", self.on_compaction)
        timeouts.limit(self.timeout, None)


class Subscription:
    """One watch as its hub knows it. It does not know the reader's object, which may be dropped."""

    def __init__(self, request: pb.WatchCreateRequest, asked: Asked) -> None:
        self.state = WatchState(request)
        self.mailbox: Mailbox[News | Gap] = Mailbox()
        self.settled = Event()
        """Set once the server has acknowledged the watch, or it has ended."""
        self.created: pb.WatchResponse | None = None
        self.error: EtcdError | None = None
        self.over = False
        self.paused = False
        """Whether the server was told to stop until the reader has caught up."""
        self.arrived = 0
        """How many events the mailbox was given; a progress notification counts as one."""
        self.taken = 0
        """How many of them the reader has taken. Each of the two numbers is changed by one side
        alone, so that neither has to keep the other out."""
        self.limit = asked.buffer
        self.overflow = asked.overflow
        self.skips_gaps = asked.on_compaction is not None

    @property
    def waiting(self) -> int:
        """How many events the reader has yet to take."""
        return self.arrived - self.taken

    def end(self, error: EtcdError | None) -> None:
        """Let the reader end, after what has arrived already."""
        self.over = True
        self.error = self.error or error
        self.mailbox.close(error)
        if not self.settled.is_set():
            self.settled.set()

    def drop(self) -> None:
        """Let the reader end at once, and forget what it has not read."""
        empty: Mailbox[News | Gap] = Mailbox()
        empty.close(None)  # before a reader, or another thread that drops it, can see it
        unread, self.mailbox = self.mailbox, empty
        self.end(None)
        unread.close(None)


class Question:
    """How far all watches of the stream have come, asked for one of them."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.answered = Event()
        self.revision = 0


class WatchHub:
    """The watches that share a stream, and the worker that keeps the stream going.

    The stream is there as long as there is a watch. One that its user ends is ``abandon``ed: the
    server is asked to cancel it, and once that has answered, or with the next stream, the worker
    ``_forget``s it. One that the server ends is forgotten at once, and its reader is told. One that
    waits for its reader to catch up is forgotten, too, and added again.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.stay: Stay = Stay()
        self._pipeline = pipeline
        self._session = WatchSession()
        self._subscriptions: dict[WatchState, Subscription] = {}
        self._questions: set[Question] = set()
        self._guard = Guard()
        self._stream: GrpcStream[pb.WatchRequest, pb.WatchResponse] | None = None
        self._endpoint = ""
        self._running = False
        self._good_from = math.inf
        """When the stream is not to count as a failed attempt any more, however it ends: never, as
        long as it has not answered, and from its start once it was of use."""
        self._revision = 0
        """One that the stream's server is known to have. Headers of events are not looked at."""
        self.trouble: EtcdError | None = None
        """Why there is no stream that answers at the moment, if that is known."""

    def subscribe(self, subscription: Subscription) -> None:
        """Carry a watch."""
        with self._guard:
            if not subscription.over:
                self._add(subscription)

    def abandon(self, subscription: Subscription) -> None:
        """Carry a watch no longer.

        This takes no lock, since it may be called from wherever objects are collected: in the
        midst of the worker, say, while that holds the lock.
        """
        subscription.over = True
        stream = self._stream
        if stream is not None and not subscription.paused:
            stream.post(subscription.state.cancel())

    def resume(self, subscription: Subscription) -> None:
        """Carry a paused watch on, if its reader has little left to take."""
        with self._guard:
            if subscription.paused and subscription.mailbox.is_empty():
                # All was taken, even where a Ctrl-C came before it could be counted.
                subscription.taken = subscription.arrived
            self._resume(subscription)

    def progress(self, subscription: Subscription, deadline: float) -> int:
        """The revision up to which a watch has got its events."""
        question = Question(subscription)
        try:
            while not subscription.over:
                if subscription.paused:
                    return subscription.state.next_revision - 1
                with self._guard:
                    self._questions.add(question)
                    self._send(pb.WatchRequest(progress_request=pb.WatchProgressRequest()))
                left = deadline - time.monotonic()
                if left <= 0:
                    raise DeadlineExceededError("no progress was told", method=WATCH_WATCH.name)
                if question.answered.wait(min(left, _ASK_AGAIN_SECONDS)):
                    return question.revision
                with self._guard:
                    self._begin_all()
        finally:
            with self._guard:
                self._questions.discard(question)
        over = StreamEndedError("the watch is over", method=WATCH_WATCH.name)
        raise again(subscription.error or over)

    def _run(self) -> None:
        """Keep a stream going for as long as there is something to watch."""
        try:
            self._keep_going()
        except EtcdError as error:
            self._end_all(again(error))
        except BaseException as error:
            # Whatever it is, nobody may be left waiting.
            text = f"the watches have broken down: {error!r}"
            self._end_all(StreamEndedError(text, method=WATCH_WATCH.name))
            if not isinstance(error, Exception):
                raise
            logger.exception("the watches have broken down")

    def _keep_going(self) -> None:
        attempts = self._pipeline.endless_attempts()
        while self._has_work():
            news = self._pipeline.connection.news  # what comes from now on is not to be missed
            started = time.monotonic()
            try:
                channel, headers = self._pipeline.made_ready(WATCH_WATCH, attempts, None, math.inf)
                error = self._carry(channel, headers)
                if error is None:  # nobody needed that stream any more
                    continue
                if time.monotonic() > self._good_from:
                    attempts = self._pipeline.endless_attempts()
                wait = self._pipeline.recover(
                    WATCH_WATCH, attempts, channel, headers, error, started
                )
            except EtcdError as failure:
                if not may_go_on(failure, can_log_in=self._pipeline.can_log_in):
                    raise
                error = again(failure)
                wait = attempts.next_round(time.monotonic()) or TROUBLE_SECONDS
            leaderless = [e for e in attempts.causes.values() if isinstance(e, NoLeaderError)]
            if wait and leaderless:
                raise again(leaderless[0])
            self.trouble = error
            logger.debug("the watches are carried on after: %s", error)
            news.wait(wait)

    def _has_work(self) -> bool:
        """Whether to go on. Says no only once, and then there is no worker any more."""
        with self._guard:
            self._let_go()
            self._running = bool(self._subscriptions)
            return self._running

    def _carry(self, channel: Channel, headers: Headers) -> EtcdError | None:
        """Carry all watches on a stream until it ends; returns why, if it was not our wish."""
        stream = channel.stream(WATCH_WATCH, None, self._pipeline.metadata(headers))
        with self._guard:
            self._stream, self._endpoint = stream, channel.name
            self._good_from, self._revision = math.inf, 0
            self._let_go()
            for request in self._session.opened():
                self._send(request)
        try:
            while (refused := stream.feed(self._handle)) is not None:
                error = self._token_error(refused, channel, headers)
                if error is not None:
                    return error
                with self._guard:
                    self._ended(refused)
        except EtcdError as error:
            return again(error)
        finally:
            with self._guard:
                is_wanted, self._stream = self._stream is stream, None
            stream.cancel()
        return channel.ended_by_server(WATCH_WATCH) if is_wanted else None

    def _handle(self, response: pb.WatchResponse) -> Outcome | None:
        """Do what a response asks for; returns it if it refuses a watch."""
        events = response.events
        with self._guard:
            # The first response of a stream has none: it tells that a watch was created.
            watch = self._session.take_whole(response, events) if events else None
            if watch is None:
                return self._interpret(response)
            self._deliver(watch, response, events)
        return None

    def _interpret(self, response: pb.WatchResponse) -> Outcome | None:
        """Do what a response asks for that brings no events, or not in the usual way."""
        revision = response.header.revision
        if self._good_from == math.inf:
            self._good_from, self.trouble = time.monotonic() + _LIVED_SECONDS, None
        self._revision = max(self._revision, revision)
        outcome = self._session.received(response)
        if outcome.error is not None:
            outcome.error.endpoint = self._endpoint
        if outcome.kind is Kind.PROGRESS:
            self._answer(revision)
        if outcome.watch is None:
            return None
        subscription = self._subscriptions[outcome.watch]
        if subscription.over:
            self._forget(subscription)
        elif outcome.kind is Kind.REFUSED:
            return outcome
        elif outcome.kind is Kind.CREATED:
            if subscription.created is None:
                self._good_from = 0.0
                subscription.created = outcome.response
                subscription.settled.set()
        elif outcome.kind is Kind.EVENTS and outcome.response is not None:
            self._deliver(outcome.watch, outcome.response, outcome.response.events)
        elif outcome.kind is Kind.AGAIN:
            self._stop(subscription)
            self._add(subscription)
        else:
            self._ended(outcome)
        return None

    def _deliver(
        self, watch: WatchState, response: pb.WatchResponse, events: Sequence[pb.Event]
    ) -> None:
        """Hand events, or a notification, to whoever watches."""
        subscription = self._subscriptions[watch]
        if subscription.over:
            self._forget(subscription)
            return
        self._good_from = 0.0
        if watch.next_revision > self._revision + 1:
            self._revision = watch.next_revision - 1
        subscription.arrived += len(events) or 1
        subscription.mailbox.put((response, events))
        if subscription.waiting <= subscription.limit:
            return
        self._forget(subscription)
        if subscription.overflow == "wait":
            subscription.paused = True
            self._resume(subscription)  # should its reader have caught up just now
            return
        text = f"the reader is more than {subscription.limit} events behind"
        following = watch.next_revision
        subscription.end(WatchOverflowError(text, next_revision=following, method=WATCH_WATCH.name))

    def _resume(self, subscription: Subscription) -> None:
        is_waiting = subscription.paused and not subscription.over
        if is_waiting and subscription.waiting <= subscription.limit // 2:
            self._add(subscription)

    def _ended(self, outcome: Outcome) -> None:
        state, error = outcome.watch, outcome.error
        if state is None:
            return
        subscription = self._subscriptions[state]
        if isinstance(error, WatchCompactedError) and subscription.skips_gaps:
            self._stop(subscription)
            subscription.mailbox.put(Gap(state.next_revision, error.compact_revision))
            state.skip_to(error.compact_revision + 1)
            self._add(subscription)
        else:
            self._forget(subscription)
            subscription.end(error)

    def _token_error(
        self, refused: Outcome, channel: Channel, headers: Headers
    ) -> EtcdError | None:
        """What is wrong with the stream's token, if that is why a watch was refused."""
        error = refused.error
        if error is None or refused.watch is None or not self._pipeline.can_log_in:
            return None
        if isinstance(error, PermissionDeniedError):
            # Some servers say so of a token that is out of date, too: 3.5.1, for one.
            request = pb.RangeRequest(key=refused.watch.key, count_only=True, serializable=True)
            try:
                channel.unary(KV_GET, request, _ASK_SECONDS, headers.plain)
            except EtcdError as failure:
                error = again(failure)
        return error if may_go_on(error, can_log_in=True) else None

    def _begin_all(self) -> None:
        """Have the server begin the watches that wait for a revision to come.

        From 3.6 on it tells no progress as long as one of the stream's watches does that, and one
        that has seen everything does when it is carried on. What comes before the revision then is
        left out here.
        """
        for subscription in list(self._subscriptions.values()):
            if self._revision and subscription.state.asked_from > self._revision:
                self._stop(subscription)
                self._add(subscription, self._revision)

    def _answer(self, revision: int) -> None:
        """Answer those who ask for progress.

        Of a watch that the server has not acknowledged yet it knew nothing, perhaps.
        """
        for question in self._questions:
            if question.subscription.state.acknowledged:
                question.revision = revision
                question.answered.set()

    def _add(self, subscription: Subscription, first: int | None = None) -> None:
        if not self._running:
            Worker(self._run, "etcd-sdk-watch")
            self._running = True
        subscription.paused = False
        self._subscriptions[subscription.state] = subscription
        self._session.add(subscription.state)
        if self._stream is not None:
            self._send(self._session.create(subscription.state, first))

    def _let_go(self) -> None:
        """Forget the watches that nobody reads any more."""
        for subscription in list(self._subscriptions.values()):
            if subscription.over:
                self._forget(subscription)

    def _forget(self, subscription: Subscription) -> None:
        """Let a watch go, and the stream with the last one."""
        del self._subscriptions[subscription.state]
        self._stop(subscription)
        if not self._subscriptions and self._stream is not None:
            self._stream.cancel()
            self._stream = None

    def _stop(self, subscription: Subscription) -> None:
        """Have the server stop, if it has not already."""
        self._session.remove(subscription.state)
        self._send(subscription.state.cancel())

    def _end_all(self, error: EtcdError) -> None:
        with self._guard:
            self._running = False
            subscriptions = list(self._subscriptions.values())
            for subscription in subscriptions:
                self._forget(subscription)
        for subscription in subscriptions:
            subscription.end(error)

    def _send(self, request: pb.WatchRequest) -> None:
        if self._stream is None:
            return
        try:
            self._stream.send(request)
        except (StreamEndedError, ClientClosedError):
            return  # the next stream begins with what counts then


def hub_of(pipeline: Pipeline) -> WatchHub:
    """The stream for watches of such a pipeline; there is one for each kind of metadata."""
    pipeline.settle()
    hubs = pipeline.connection.hubs
    return hubs.get(pipeline.require_leader) or hubs.setdefault(
        pipeline.require_leader, WatchHub(pipeline)
    )


class Watcher:
    """The changes of a key or a range, as they happen: enter it, and iterate its events.

    Entering returns once the server has acknowledged the watch: every change after that is seen.
    Nothing is lost, nothing comes twice, and all comes in the order of revisions, whatever becomes
    of servers and connections meanwhile. It ends with the ``with`` block, with ``cancel()``, and
    when nobody holds it any more; and with an error, which every later read raises again.
    """

    def __init__(self, pipeline: Pipeline, request: pb.WatchCreateRequest, asked: Asked) -> None:
        asked.check()
        self._pipeline = pipeline
        self._request = request
        self._asked = asked
        self._watch = Subscription(request, asked)
        self._hub: WatchHub | None = None
        self._begun: WatchHub | None = None
        """The hub, once the watch has begun."""
        self._over = False
        self._events: Iterator[pb.Event] = iter(())
        # Whoever begins it, and whoever reads it, does so alone.
        self._beginning = Lock()
        self._reading = Lock()

    @property
    def created(self) -> pb.WatchResponse | None:
        """The server's acknowledgement; ``None`` before it."""
        return self._watch.created

    def cancel(self) -> None:
        """End the watch; an iteration that waits for an event ends too. Does not block."""
        self._over = True
        self._events = iter(())
        watch = self._watch
        if self._hub is not None:
            if self._hub.stay.is_over():
                return
            self._hub.abandon(watch)
        watch.drop()

    def responses(self) -> WatchResponses:
        """The same watch by whole responses: those with events, and progress notifications.

        The events of one revision are always in one response.
        """
        return WatchResponses(self)

    def progress(self, *, timeout: float | None = None) -> int:
        """Ask how far the watch has come, and wait for the answer.

        Args:
            timeout: Seconds to wait. ``None`` is the client's default, ``math.inf`` no limit.

        Returns:
            A revision: every event up to it has arrived here, though perhaps not been read yet.
            Servers before 3.4.25 and 3.5.8 may run ahead of events that are under way.

        Raises:
            DeadlineExceededError: There was no answer in time, as when the server is busy to catch
                up with another watch of the client.
            EtcdError: The watch has ended.
        """
        seconds = self._pipeline.seconds(timeout)
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        hub = self._begin()
        return hub.progress(self._watch, deadline)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> pb.Event:
        for event in self._events:
            return event
        hub = self._begun or self._begin()
        hub.stay.check()
        if not self._reading.acquire_at_once():
            self._reading.acquire()
        try:
            while True:
                for event in self._events:
                    return event
                news = self._take(hub)
                if news is None:
                    self._watch.mailbox.filled()
                    continue
                self._events = iter(news[1])
                if self._over:  # another thread has cancelled it just now
                    self._events = iter(())
        finally:
            self._reading.release()

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    def _begin(self) -> WatchHub:
        """Have the server create the watch, once."""
        if self._hub is not None:
            self._hub.stay.check()
        with self._beginning:
            if self._begun is None:
                self._hub = hub = hub_of(self._pipeline)
                if self._over:
                    return hub
                self._create(hub)
                self._begun = hub
            return self._begun

    def _create(self, hub: WatchHub) -> None:
        watch = self._watch
        try:
            self._created(hub, watch)
            weakref.finalize(self, hub.abandon, watch).atexit = False
        except BaseException:
            hub.abandon(watch)
            self._watch = Subscription(self._request, self._asked)  # for another try
            if self._over:
                self._watch.drop()
            raise

    def _created(self, hub: WatchHub, watch: Subscription) -> None:
        """Wait until the server has acknowledged the watch."""
        seconds = self._pipeline.seconds(self._asked.timeout)
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        if not watch.state.next_revision:
            watch.state.skip_to(self._following(watch, seconds))
        hub.subscribe(watch)
        left = None if seconds is None else max(deadline - time.monotonic(), 0)
        if not watch.settled.wait(left):
            text = f"no server has acknowledged the watch within {seconds:g} s"
            raise again(hub.trouble or DeadlineExceededError(text, method=WATCH_WATCH.name))
        if watch.created is None and watch.error is not None:
            raise again(watch.error)

    def _following(self, watch: Subscription, seconds: float | None) -> int:
        """The revision after the newest one.

        From 3.6 on a created response does not tell exactly where its watch starts; should the
        stream break before the first event, one could be lost. So it starts where we say.
        """
        request = pb.RangeRequest(key=watch.state.key, count_only=True)
        found = self._pipeline.unary(KV_GET, request, seconds or math.inf)
        return found.header.revision + 1

    def _next(self) -> pb.WatchResponse:
        """The next response that has anything to say."""
        hub = self._begun or self._begin()
        hub.stay.check()
        with self._reading:
            while (news := self._take(hub)) is None:
                self._watch.mailbox.filled()
        return news[0]

    def _take(self, hub: WatchHub) -> News | None:
        """What the reader gets next, if it is there."""
        if self._over:
            raise StopIteration
        watch = self._watch
        news = watch.mailbox.take()
        if isinstance(news, Gap):
            if self._asked.on_compaction is not None:
                self._asked.on_compaction(*news)
            return None
        if news is not None:
            watch.taken += len(news[1]) or 1
        if watch.paused:
            hub.resume(watch)
        return news


class WatchResponses:
    """The responses of a watch: iterate them."""

    def __init__(self, watch: Watcher) -> None:
        self._watch = watch

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> pb.WatchResponse:
        return self._watch._next()
