"""Watches that survive whatever happens to their stream.

All watches of a client share one stream, which a worker reads; each has a mailbox of its own, so
that a slow reader holds up nobody. What responses mean is decided in ``_core/watching``.
"""

from __future__ import annotations

import logging
import math
import time
import weakref
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Literal, NamedTuple, Self, TypeAlias

from etcd_sdk import pb
from etcd_sdk._async.pipeline import AsyncPipeline
from etcd_sdk._compat._async import AsyncEvent, AsyncGuard, AsyncMailbox, AsyncStay, AsyncWorker
from etcd_sdk._core import timeouts
from etcd_sdk._core.login import Headers
from etcd_sdk._core.retry import Attempts
from etcd_sdk._core.watching import Kind, Outcome, WatchSession, WatchState
from etcd_sdk._grpc._async import AsyncChannel, AsyncGrpcStream
from etcd_sdk._grpc.base import again, without_frames
from etcd_sdk.errors import WatchCompactedError, WatchOverflowError
from etcd_sdk_api.errors import (
    ArgumentTypeError,
    ArgumentValueError,
    ClientClosedError,
    DeadlineExceededError,
    EtcdError,
    NoLeaderError,
    StreamEndedError,
    UnavailableError,
)
from etcd_sdk_api.methods import KV_GET, WATCH_WATCH

logger = logging.getLogger("etcd_sdk")

Overflow: TypeAlias = Literal["wait", "error"]

# A server that is not up to date with a watch drops the question for progress, so it is repeated.
_ASK_AGAIN_SECONDS = 0.05
# A stream that lived for that long was no failure.
_LIVED_SECONDS = 1.0


class Gap(NamedTuple):
    """Revisions whose events were compacted away before their reader got them."""

    first: int
    last: int


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
    """One watch as its stream's worker knows it. It does not know the reader's object."""

    def __init__(self, request: pb.WatchCreateRequest, asked: Asked) -> None:
        self.state = WatchState(request)
        self.mailbox: AsyncMailbox[pb.WatchResponse | Gap] = AsyncMailbox()
        self.settled = AsyncEvent()
        """Set once the server has acknowledged the watch, or it has ended."""
        self.created: pb.WatchResponse | None = None
        self.error: EtcdError | None = None
        self.over = False
        self.paused = False
        """Whether the server was told to stop until the reader has caught up."""
        self.limit = asked.buffer
        self.overflow = asked.overflow
        self.skips_gaps = asked.on_compaction is not None
        # Each is written by one side alone.
        self.put_events = 0
        self.got_events = 0

    @property
    def waiting_events(self) -> int:
        """How many the reader has yet to take."""
        return self.put_events - self.got_events

    def end(self, error: EtcdError | None) -> None:
        """Let the reader end, after what has arrived already."""
        self.over = True
        self.error = error
        self.mailbox.close(error)
        self.settled.set()


class AsyncWatchHub:
    """The watches that share a stream, and the worker that keeps the stream going."""

    def __init__(self, pipeline: AsyncPipeline) -> None:
        self.stay: AsyncStay = AsyncStay()
        self._pipeline = pipeline
        self._session = WatchSession()
        self._subscriptions: dict[WatchState, Subscription] = {}
        self._guard = AsyncGuard()
        self._stream: AsyncGrpcStream[pb.WatchRequest, pb.WatchResponse] | None = None
        self._running = False
        self._idle = AsyncEvent()
        self._progress = AsyncEvent()
        self._progress_revision = 0
        self.trouble: EtcdError | None = None
        """Why there is no stream at the moment."""

    def subscribe(self, subscription: Subscription) -> None:
        """Carry a watch, or carry it on."""
        with self._guard:
            subscription.paused = False
            self._subscriptions[subscription.state] = subscription
            self._session.add(subscription.state)
            if self._stream is not None:
                self._send(self._session.created(subscription.state))
            if not self._running:
                self._running = True
                AsyncWorker(self._run, "etcd-sdk-watch")

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop carrying a watch."""
        with self._guard:
            self._forget(subscription)

    def abandon(self, subscription: Subscription) -> None:
        """Stop carrying a watch whose reader is gone; called from wherever objects are collected.

        It takes no lock. The server's answer lets the worker forget the watch.
        """
        subscription.over = True
        stream = self._stream
        if stream is not None and not subscription.paused:
            stream.post(subscription.state.cancel())

    async def progress(self, subscription: Subscription, deadline: float) -> int:
        """The revision up to which all watches of the stream have got their events."""
        while True:
            if subscription.over:
                raise subscription.error or StreamEndedError(
                    "the watch is over", method=WATCH_WATCH.name
                )
            with self._guard:
                answer = self._progress
                if not subscription.paused:
                    self._send(pb.WatchRequest(progress_request=pb.WatchProgressRequest()))
            left = min(_ASK_AGAIN_SECONDS, deadline - time.monotonic())
            if left <= 0:
                raise DeadlineExceededError("no progress was reported", method=WATCH_WATCH.name)
            if await answer.wait(left):
                return self._progress_revision

    async def _run(self) -> None:
        """Keep a stream going for as long as there is something to watch."""
        attempts = self._attempts()
        while self._has_work():
            started = time.monotonic()
            try:
                channel, headers = await self._pipeline.made_ready(
                    WATCH_WATCH, attempts, None, math.inf
                )
                error = await self._carry(channel, headers)
                if error is None:  # nobody needed that stream any more
                    continue
                if time.monotonic() - started > _LIVED_SECONDS:
                    attempts = self._attempts()
                self.trouble = again(error)
                wait = await self._pipeline.recover(
                    WATCH_WATCH, attempts, channel, headers, error, started
                )
                if wait and isinstance(error, NoLeaderError):
                    raise error
            except EtcdError as final:
                self._end_all(without_frames(final))
                break
            logger.debug("the watches are carried on after: %s", error)
            await self._idle.wait(wait)

    def _attempts(self) -> Attempts:
        """A watch is carried on for as long as it takes."""
        return self._pipeline.endless_attempts()

    def _has_work(self) -> bool:
        """Whether to go on. Says no only once, and then there is no worker any more."""
        with self._guard:
            for subscription in list(self._subscriptions.values()):
                if subscription.over:
                    self._forget(subscription)
            self._running = bool(self._subscriptions)
            self._idle = AsyncEvent()
            return self._running

    async def _carry(self, channel: AsyncChannel, headers: Headers) -> EtcdError | None:
        """Carry all watches on a stream until it ends; returns why, if it was not our wish."""
        stream = channel.stream(WATCH_WATCH, None, self._pipeline.metadata(headers))
        with self._guard:
            self._stream = stream
            for request in self._session.opened():
                self._send(request)
        try:
            async for response in stream.undisturbed():
                error = self._handle(response)
                if error is not None:
                    return error
        except EtcdError as error:
            return error
        finally:
            with self._guard:
                is_wanted, self._stream = self._stream is stream, None
            stream.cancel()
        if not is_wanted:
            return None
        text = "the server has ended the stream"
        return UnavailableError(text, endpoint=channel.name, method=WATCH_WATCH.name)

    def _handle(self, response: pb.WatchResponse) -> EtcdError | None:
        """Do what a response asks for; returns an error if the stream has to be opened anew."""
        with self._guard:
            outcome = self._session.received(response)
            if outcome.request is not None:
                self._send(outcome.request)
            if outcome.kind is Kind.NOTHING:
                return None
            if outcome.kind is Kind.PROGRESS:
                self._progressed(response.header.revision)
                return None
            if outcome.watch is None:
                return None
            subscription = self._subscriptions[outcome.watch]
            if outcome.kind is Kind.EVENTS and outcome.response is not None:
                self._deliver(subscription, outcome.response)
            elif outcome.kind is Kind.CREATED:
                subscription.created = subscription.created or outcome.response
                subscription.settled.set()
            elif outcome.kind is Kind.LOGIN and self._pipeline.can_log_in:
                return outcome.error
            else:
                self._ended(subscription, outcome)
        return None

    def _deliver(self, subscription: Subscription, response: pb.WatchResponse) -> None:
        subscription.put_events += len(response.events)
        subscription.mailbox.put(response)
        if subscription.waiting_events <= subscription.limit:
            return
        subscription.paused = True
        self._forget(subscription)
        if subscription.overflow == "error":
            text = f"the reader is more than {subscription.limit} events behind"
            following = subscription.state.next_revision
            subscription.end(
                WatchOverflowError(text, next_revision=following, method=WATCH_WATCH.name)
            )

    def _ended(self, subscription: Subscription, outcome: Outcome) -> None:
        error = outcome.error
        if isinstance(error, WatchCompactedError) and subscription.skips_gaps:
            state = subscription.state
            subscription.mailbox.put(Gap(state.next_revision, error.compact_revision))
            state.skip_to(error.compact_revision + 1)
            self._session.add(state)
            self._send(self._session.created(state))
            return
        self._session.remove(subscription.state)
        del self._subscriptions[subscription.state]
        subscription.end(error)

    def _progressed(self, revision: int) -> None:
        self._progress_revision = revision
        happened, self._progress = self._progress, AsyncEvent()
        happened.set()

    def _forget(self, subscription: Subscription) -> None:
        """Let a watch go, and the stream with the last one."""
        if self._subscriptions.pop(subscription.state, None) is None:
            return
        if subscription.state in self._session:
            self._session.remove(subscription.state)
            self._send(subscription.state.cancel())
        if not self._subscriptions:
            self._idle.set()
            if self._stream is not None:
                self._stream.cancel()
                self._stream = None

    def _end_all(self, error: EtcdError) -> None:
        with self._guard:
            self._running = False
            subscriptions = list(self._subscriptions.values())
            self._subscriptions.clear()
            for subscription in subscriptions:
                self._session.remove(subscription.state)
        for subscription in subscriptions:
            subscription.end(error)

    def _send(self, request: pb.WatchRequest) -> None:
        if self._stream is None:
            return
        try:
            self._stream.send(request)
        except (StreamEndedError, ClientClosedError):
            return  # the next stream begins with what counts then


def hub_of(pipeline: AsyncPipeline) -> AsyncWatchHub:
    """The stream for watches of such a pipeline; there is one for each kind of metadata."""
    pipeline.settle()
    hubs = pipeline.connection.hubs
    return hubs.get(pipeline.require_leader) or hubs.setdefault(
        pipeline.require_leader, AsyncWatchHub(pipeline)
    )


class AsyncWatcher:
    """The changes of a key or a range, as they happen: enter it, and iterate its events.

    Entering returns once the server has acknowledged the watch: every change after that is seen.
    Nothing is lost, nothing comes twice, and all comes in the order of revisions, whatever becomes
    of servers and connections meanwhile. It ends with the ``with`` block, with ``cancel()``, and
    when nobody holds it any more; and with an error, which every later read raises again.
    """

    def __init__(
        self, pipeline: AsyncPipeline, request: pb.WatchCreateRequest, asked: Asked
    ) -> None:
        asked.check()
        self._pipeline = pipeline
        self._asked = asked
        self._watch = Subscription(request, asked)
        self._hub: AsyncWatchHub | None = None
        self._begun = False
        self._over = False
        self._events: Iterator[pb.Event] = iter(())

    @property
    def created(self) -> pb.WatchResponse | None:
        """The server's acknowledgement; ``None`` before it."""
        return self._watch.created

    def cancel(self) -> None:
        """End the watch; an iteration that waits for an event ends too. Does not block."""
        self._over = True
        if self._hub is not None:
            if self._hub.stay.is_over():
                return
            self._hub.unsubscribe(self._watch)
        self._watch.end(None)

    def responses(self) -> AsyncWatchResponses:
        """The same watch by whole responses: those with events, and progress notifications.

        The events of one revision are always in one response.
        """
        return AsyncWatchResponses(self)

    async def progress(self, *, timeout: float | None = None) -> int:
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
        hub = await self._begin()
        seconds = self._pipeline.seconds(timeout)
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        return await hub.progress(self._watch, deadline)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> pb.Event:
        for event in self._events:
            return event
        while True:
            self._events = iter((await self._next()).events)
            for event in self._events:
                return event

    async def __aenter__(self) -> Self:
        await self._begin()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    async def _begin(self) -> AsyncWatchHub:
        """Have the server create the watch, once."""
        if self._hub is not None:
            self._hub.stay.check()
        else:
            self._hub = hub = hub_of(self._pipeline)
            weakref.finalize(self, hub.abandon, self._watch).atexit = False
            try:
                await self._created(hub)
            except BaseException:
                self.cancel()
                raise
        return self._hub

    async def _created(self, hub: AsyncWatchHub) -> None:
        """Wait until the server has acknowledged the watch."""
        watch = self._watch
        seconds = self._pipeline.seconds(self._asked.timeout)
        deadline = math.inf if seconds is None else time.monotonic() + seconds
        if not watch.state.next_revision:
            watch.state.skip_to(await self._following(watch, seconds))
        hub.subscribe(watch)
        left = None if seconds is None else max(deadline - time.monotonic(), 0)
        if not await watch.settled.wait(left):
            text = f"no server has acknowledged the watch within {seconds} s"
            raise hub.trouble or DeadlineExceededError(text, method=WATCH_WATCH.name)
        if watch.error is not None:
            raise watch.error

    async def _following(self, watch: Subscription, seconds: float | None) -> int:
        """The revision after the newest one.

        From 3.6 on a created response does not tell exactly where its watch starts; should the
        stream break before the first event, one could be lost. So it starts where we say.
        """
        request = pb.RangeRequest(key=watch.state.key, count_only=True)
        found = await self._pipeline.unary(KV_GET, request, seconds or math.inf)
        return found.header.revision + 1

    async def _next(self) -> pb.WatchResponse:
        """The next response that has anything to say."""
        hub = await self._begin()
        watch = self._watch
        while not self._over:
            got = await watch.mailbox.get()
            if isinstance(got, Gap):
                if self._asked.on_compaction is not None:
                    self._asked.on_compaction(got.first, got.last)
                continue
            watch.got_events += len(got.events)
            if watch.paused and not watch.over and watch.waiting_events <= watch.limit // 2:
                hub.subscribe(watch)
            return got
        raise StopAsyncIteration


class AsyncWatchResponses:
    """The responses of a watch: iterate them."""

    def __init__(self, watch: AsyncWatcher) -> None:
        self._watch = watch

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> pb.WatchResponse:
        return await self._watch._next()
