"""Leases that are kept alive for as long as somebody needs them.

One stream renews all leases of a client. One worker listens to it and opens it anew whenever it
breaks; another one sends what is due and gives up what is too late, whether there is a stream or
not. When that is, ``_core/renewals`` decides.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterable
from functools import partial
from types import TracebackType
from typing import Self

from etcd_sdk import pb
from etcd_sdk._async.pipeline import AsyncPipeline
from etcd_sdk._compat._async import AsyncBody, AsyncEvent, AsyncGuard, AsyncStay, AsyncWorker
from etcd_sdk._core.login import Headers
from etcd_sdk._core.renewals import Kept, Renewals
from etcd_sdk._core.retry import TROUBLE_SECONDS
from etcd_sdk._core.status import again
from etcd_sdk._grpc._async import AsyncChannel, AsyncGrpcStream
from etcd_sdk.errors import LeaseLostError, LossReason
from etcd_sdk_api import checks
from etcd_sdk_api._async import AsyncLeaseApi
from etcd_sdk_api.errors import (
    ClientClosedError,
    EtcdError,
    LeaseNotFoundError,
    PermissionDeniedError,
    StreamEndedError,
)
from etcd_sdk_api.methods import LEASE_KEEP_ALIVE_STREAM

logger = logging.getLogger("etcd_sdk")

# What the two workers do.
_RENEWING = "etcd-sdk-lease-renewals"
_LISTENING = "etcd-sdk-lease-answers"
# Waits that are longer than some thirty years are too long for threads.
_FOR_EVER = 1e9


# Leases run out while the machine sleeps. Where there is no such clock, that goes unnoticed.
_CLOCK: int | None = getattr(time, "CLOCK_BOOTTIME", None)


def _now() -> float:
    """Seconds on a clock that is never set."""
    return time.monotonic() if _CLOCK is None else time.clock_gettime(_CLOCK)


class AsyncLeaseLoss:
    """The event that a lease is lost."""

    def __init__(self, kept: Kept, guard: AsyncGuard) -> None:
        self._kept = kept
        self._guard = guard
        self._stay = AsyncStay()
        self._event = AsyncEvent()
        self._reason: LossReason | None = None

    @property
    def reason(self) -> LossReason | None:
        """Why; ``None`` as long as the lease is not lost.

        The clock is asked, too, in case everything else stood still when the lease's time was up.
        """
        if self._is_late():
            if self._stay.is_over():  # where the guard may be held for ever
                return self._reason or LossReason.EXPIRED
            with self._guard:
                if self._is_late():  # and no answer can come between that and this
                    self._reason = self._reason or LossReason.EXPIRED
        return self._reason

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self.reason is not None

    async def wait(self, timeout: float | None = None) -> bool:
        """Wait until it happens.

        Args:
            timeout: Seconds to wait at most; ``None`` is no limit.

        Returns:
            Whether it has happened.
        """
        if not self._event.is_set():
            self._stay.check()
        limit = None if timeout is None else min(timeout, _FOR_EVER)
        return await self._event.wait(limit) or self.is_set()

    def _is_late(self) -> bool:
        return _now() >= self._kept.deadline

    def _happen(self, reason: LossReason) -> None:
        with self._guard:
            self._reason = self._reason or reason
        self._event.set()


class AsyncKeptLease:
    """A lease that is kept alive, until ``close()`` or the end of a ``with`` block.

    Attributes:
        id: The lease.
        lost: An event: that it is lost. ``lost.reason`` says why: it ``EXPIRED`` because nobody
            could renew it in time, it was ``REVOKED``, or its renewal was ``HALTED``: by
            ``close()``, by the client's end, or because the server refuses it to this user.
    """

    def __init__(
        self, keeper: AsyncLeaseKeeper, lease: AsyncLeaseApi, kept: Kept, body: AsyncBody | None
    ) -> None:
        self.id: int = kept.id
        self.lost: AsyncLeaseLoss = AsyncLeaseLoss(kept, keeper.guard)
        self._keeper = keeper
        self._lease = lease
        self._kept = kept
        self._body = body
        self._callbacks: list[Callable[[LossReason], None]] = []
        self._closed = False
        self._cause: EtcdError | None = None

    @property
    def ttl(self) -> float:
        """Seconds that the server last granted; 0 as long as it has not answered."""
        return self._kept.ttl

    def on_lost(self, callback: Callable[[LossReason], None]) -> None:
        """Call a function once the lease is lost, or at once if it is.

        It is called beside what keeps the other leases alive, after those that were given before.
        """
        with self._keeper.guard:
            self._callbacks.append(callback)
        if self.lost.is_set():
            self._call_back()

    def check(self) -> None:
        """Make sure that it is not lost.

        Raises:
            LeaseLostError: It is.
        """
        reason = self.lost.reason
        if reason is not None:
            raise LeaseLostError(self.id, reason) from self._cause

    async def close(self, *, revoke: bool = False, timeout: float | None = None) -> None:
        """Stop the renewals. The lease lives on until its time is up, or is revoked now.

        Args:
            revoke: Whether to revoke it, which deletes its keys. One that is lost is left alone.
            timeout: Seconds that revoking may take. ``None`` is the client's default.

        Raises:
            EtcdError: It could not be revoked.
        """
        if self._keeper.stop(self):
            self._closed = not self.lost.is_set()
            self._lose(LossReason.HALTED)
            self._call_back()
        if revoke and self._closed:
            await self._lease.revoke(self.id, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _lose(self, reason: LossReason, cause: EtcdError | None = None) -> None:
        self._cause = cause
        self.lost._happen(reason)
        if self._body is not None and not self._closed:
            self._body.end()

    def _call_back(self) -> None:
        with self._keeper.guard:
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            try:
                callback(self.lost.reason or LossReason.HALTED)
            except Exception:
                logger.exception("a callback for the loss of lease %x failed", self.id)


class AsyncLeaseKeeper:
    """Keeps all leases of a client alive."""

    def __init__(self, pipeline: AsyncPipeline) -> None:
        self.guard: AsyncGuard = AsyncGuard()
        self._stay = AsyncStay()
        self._pipeline = pipeline
        self._attempts = pipeline.endless_attempts()
        self._renewals = Renewals()
        self._handles: dict[int, set[AsyncKeptLease]] = {}
        self._stream: (
            AsyncGrpcStream[pb.LeaseKeepAliveRequest, pb.LeaseKeepAliveResponse] | None
        ) = None
        self._trouble: EtcdError | None = None
        """Why nothing is answered at the moment."""
        self._at_work: set[str] = set()
        self._changed = AsyncEvent()

    def keep(
        self,
        lease: AsyncLeaseApi,
        lease_id: int,
        *,
        ttl: float = 0.0,
        since: float = 0.0,
        body: AsyncBody | None = None,
    ) -> AsyncKeptLease:
        """Keep a lease alive, of which may be known when it was granted, and for how long.

        Raises:
            ClientClosedError: The client is closed.
        """
        with self.guard:
            if self._pipeline.connection.over.is_set():
                raise ClientClosedError("the client is closed", method=LEASE_KEEP_ALIVE_STREAM.name)
            for job in (_RENEWING, _LISTENING):
                if job not in self._at_work:
                    AsyncWorker(partial(self._work, job), job)
                    self._at_work.add(job)
            kept = self._renewals.add(lease_id, _now(), ttl=ttl, since=since)
            handle = AsyncKeptLease(self, lease, kept, body)
            self._handles.setdefault(lease_id, set()).add(handle)
            self._wake()
        return handle

    def stop(self, handle: AsyncKeptLease) -> bool:
        """Stop renewals for one of those that keep a lease alive; says whether it was one."""
        if self._stay.is_over():
            return False
        with self.guard:
            handles = self._handles.get(handle.id, set())
            was_kept = handle in handles
            handles.discard(handle)
            if was_kept and not handles:
                self._forget(handle.id)
        return was_kept

    def halt(self) -> None:
        """Stop all renewals."""
        with self.guard:
            handles = [
                handle for lease_id in list(self._handles) for handle in self._forget(lease_id)
            ]
        _tell(handles, LossReason.HALTED)

    async def _work(self, job: str) -> None:
        """Do a job for as long as there is a lease. Who holds one is told of any other end."""
        try:
            while self._is_needed(job):
                if job == _RENEWING:
                    await self._renew()
                else:
                    await self._listen()
        except BaseException as error:
            with self.guard:
                self._at_work.discard(job)
            self.halt()
            if not isinstance(error, Exception):
                raise
            logger.exception("no lease is kept alive any more")

    def _is_needed(self, job: str) -> bool:
        """Whether to go on. Says no only once, and then there is no such worker any more."""
        with self.guard:
            if not self._handles:
                self._at_work.discard(job)
            return bool(self._handles)

    async def _renew(self) -> None:
        """Send what is due and give up what is too late; then wait until more is."""
        with self.guard:
            now = _now()
            expired = self._renewals.expired(now)
            lost = [handle for lease_id in expired for handle in self._forget(lease_id)]
            if self._stream is not None:
                self._send_due(self._stream, now)
            changed = self._changed
            wait = self._renewals.wait(now, connected=self._stream is not None)
        if expired:
            why = self._trouble or "no answer"
            logger.warning("leases that have expired: %d: %s", len(expired), why)
            _tell(lost, LossReason.EXPIRED, self._trouble)
        if wait is not None:
            await changed.wait(wait)

    def _send_due(
        self,
        stream: AsyncGrpcStream[pb.LeaseKeepAliveRequest, pb.LeaseKeepAliveResponse],
        now: float,
    ) -> None:
        if self._renewals.is_stuck(now) and len(self._pipeline.connection.balancer.members) > 1:
            self._leave_stream()
            return
        try:
            for lease_id in self._renewals.due(now):
                stream.send(pb.LeaseKeepAliveRequest(ID=lease_id))
        except (StreamEndedError, ClientClosedError):
            return  # its listener is about to find out, and asks again for what is unanswered

    async def _listen(self) -> None:
        """Open a stream and take its answers until it ends; then wait until another may do."""
        news = self._pipeline.connection.news  # what comes from now on is not to be missed
        started = time.monotonic()
        try:
            channel, headers = await self._pipeline.made_ready(
                LEASE_KEEP_ALIVE_STREAM, self._attempts, None, math.inf
            )
            error = await self._carry(channel, headers)
            if error is None:
                # Nobody is left, or the server did not answer: another one may.
                self._attempts.tried.add(channel.name)
                return
            if isinstance(error, PermissionDeniedError) and self._is_refused(error):
                self._pipeline.observe(
                    LEASE_KEEP_ALIVE_STREAM, channel, self._attempts, started, error
                )
                return
            wait = await self._pipeline.recover(
                LEASE_KEEP_ALIVE_STREAM, self._attempts, channel, headers, error, started
            )
            self._trouble = self._attempts.causes.get(channel.name, error)
        except ClientClosedError:
            self.halt()
            return
        except EtcdError as trouble:
            # A call would fail now. This may still pass before the time of the leases is up.
            self._trouble, wait = again(trouble), TROUBLE_SECONDS
            self._attempts = self._pipeline.endless_attempts()
            logger.warning("no lease can be renewed: %s", trouble)
        else:
            logger.debug("the leases are kept alive elsewhere after: %s", error)
        if wait:
            await news.wait(wait)

    async def _carry(self, channel: AsyncChannel, headers: Headers) -> EtcdError | None:
        """Take answers until the stream ends; returns why, if it was not our wish."""
        stream = channel.stream(LEASE_KEEP_ALIVE_STREAM, None, self._pipeline.metadata(headers))
        try:
            with self.guard:
                if not self._handles:
                    return None
                self._stream = stream
                self._renewals.opened(_now())
                self._wake()
            await stream.feed(self._take)
        except EtcdError as error:
            return again(error)
        finally:
            with self.guard:
                is_wanted, self._stream = self._stream is stream, None
            stream.cancel()
        return channel.ended_by_server(LEASE_KEEP_ALIVE_STREAM) if is_wanted else None

    def _take(self, response: pb.LeaseKeepAliveResponse) -> None:
        if self._trouble is not None:
            self._trouble = None
            self._attempts = self._pipeline.endless_attempts()
        with self.guard:
            reason = self._renewals.received(response.ID, response.TTL, _now())
            lost = [] if reason is None else self._forget(response.ID)
            if self._renewals.is_sooner():
                self._wake()
        if reason is not None:
            _tell(lost, reason)

    def _is_refused(self, error: EtcdError) -> bool:
        """Whether a lease was found that the user may not renew. The others are innocent."""
        with self.guard:
            suspect = self._renewals.suspect()
            lost = [] if suspect is None else self._forget(suspect)
        _tell(lost, LossReason.HALTED, error)
        return suspect is not None

    def _forget(self, lease_id: int) -> list[AsyncKeptLease]:
        """Let a lease go, and the stream with the last one; returns who held it."""
        self._renewals.remove(lease_id)
        held = list(self._handles.pop(lease_id, ()))
        if not self._handles:
            self._leave_stream()
            self._wake()
        return held

    def _leave_stream(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    def _wake(self) -> None:
        """Let the renewals look at what has changed."""
        happened, self._changed = self._changed, AsyncEvent()
        happened.set()


def _tell(
    handles: list[AsyncKeptLease], reason: LossReason, cause: EtcdError | None = None
) -> None:
    """Tell who holds leases that they are lost."""
    for handle in handles:
        handle._lose(reason, cause)
    waiting = [handle for handle in handles if handle._callbacks]
    if waiting:
        # They may be slow, or ask for what only the workers can give.
        AsyncWorker(partial(_call_back, waiting), "etcd-sdk-lease-callbacks")


async def _call_back(handles: Iterable[AsyncKeptLease]) -> None:
    for handle in handles:
        handle._call_back()


class AsyncLease(AsyncLeaseApi):
    """Limited lifetimes for keys: a key attached to a lease is deleted with it."""

    __slots__ = ("_pipeline",)

    def __init__(self, pipeline: AsyncPipeline) -> None:
        super().__init__(pipeline)
        self._pipeline = pipeline

    def keep_alive(self, id: int) -> AsyncKeptLease:
        """Renew a lease again and again, until told to stop.

        All leases of a client are renewed over one stream, each when a third of its time has
        passed. Whoever wants to know that it worked, or how it ends, asks the handle.

        Args:
            id: The lease. One that does not exist is lost as soon as the server has said so.

        Returns:
            The handle, which is a context manager too.

        Raises:
            ArgumentError: The argument is bad.
            ClientClosedError: The client is closed.
        """
        checks.integer("id", id, checks.INT64)
        return keeper_of(self._pipeline).keep(self, id)

    async def keep_alive_once(
        self, id: int, *, timeout: float | None = None
    ) -> pb.LeaseKeepAliveResponse:
        """Renew a lease once.

        Args:
            id: The lease.
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Returns:
            The response: the time to live, in seconds, as it is from now on.

        Raises:
            LeaseNotFoundError: There is no such lease, or not any more.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: The call failed; see ``etcd_sdk.errors`` for what else can go wrong.
        """
        checks.integer("id", id, checks.INT64)
        seconds = self._pipeline.seconds(timeout)
        method = LEASE_KEEP_ALIVE_STREAM.name
        async with self.keep_alive_stream(timeout=seconds or math.inf) as stream:
            stream.send(pb.LeaseKeepAliveRequest(ID=id))
            async for response in stream:
                if response.TTL <= 0:
                    raise LeaseNotFoundError(LeaseNotFoundError.text, method=method)
                return response
        raise StreamEndedError("the server has ended the stream without an answer", method=method)

    def hold(self, ttl: int, *, id: int = 0, timeout: float | None = None) -> AsyncHeldLease:
        """A lease for the time of a ``with`` block: granted, kept alive, and revoked at its end.

        ``with client.lease.hold(ttl=10) as lease: client.kv.put("/node", "up", lease=lease.id)``.
        If it is lost meanwhile, the end of the block raises ``LeaseLostError``; an async block is
        cancelled at its next ``await``. ``lease.lost`` and ``lease.check()`` tell it before. A
        block may end the holding itself, with ``lease.close()``.

        Args:
            ttl: Time to live in seconds, should this program end without revoking it.
            id: ID for the lease; one in use is refused. 0 lets the server choose.
            timeout: Seconds that granting may take, and revoking. ``None`` is the client's default,
                ``math.inf`` no limit.

        Returns:
            A context manager that gives the handle, an ``AsyncKeptLease``. Entering raises what
            ``lease.grant`` does.
        """
        return AsyncHeldLease(self, ttl, id, timeout)


class AsyncHeldLease:
    """A lease for the time of a ``with`` block; see ``lease.hold``."""

    def __init__(self, lease: AsyncLease, ttl: int, id: int, timeout: float | None) -> None:
        self._lease = lease
        self._ttl = ttl
        self._id = id
        self._timeout = timeout
        self._kept: AsyncKeptLease | None = None
        self._body: AsyncBody | None = None

    async def __aenter__(self) -> AsyncKeptLease:
        since = _now()
        granted = await self._lease.grant(self._ttl, id=self._id, timeout=self._timeout)
        self._body = AsyncBody()
        self._kept = keeper_of(self._lease._pipeline).keep(
            self._lease, granted.ID, ttl=float(granted.TTL), since=since, body=self._body
        )
        return self._kept

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        kept, body = self._kept, self._body
        if kept is None or body is None:
            return
        was_ended = body.has_ended(error)
        if kept._closed:  # by the body, as it wished
            return
        reason = kept.lost.reason
        if reason is None:
            try:
                await kept.close(revoke=True, timeout=self._timeout)
            except LeaseNotFoundError:
                reason = LossReason.REVOKED
            except EtcdError as failure:
                # It ends by itself, a little later. What the body raised says more.
                logger.warning("lease %x could not be revoked: %s", kept.id, failure)
        if reason is not None and (was_ended or error is None):
            raise LeaseLostError(kept.id, reason) from kept._cause


def keeper_of(pipeline: AsyncPipeline) -> AsyncLeaseKeeper:
    """What keeps the leases of a client alive, whichever of its views asks."""
    pipeline.settle()
    connection = pipeline.connection
    # A member that has lost its leader cannot renew anything, and is to say so.
    return connection.keepers.get(True) or connection.keepers.setdefault(
        True, AsyncLeaseKeeper(AsyncPipeline(connection, None, require_leader=True))
    )
