# Derived from etcd_sdk/_async/lease.py by codegen; do not edit.

"""Leases that are kept alive for as long as somebody needs them.

One stream renews all leases of a client. One worker reads it and opens it anew whenever it breaks;
another one sends what is due and notices what is too late, whether there is a stream or not.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from etcd_sdk import pb
from etcd_sdk._compat._sync import Body, Event, Guard, Worker
from etcd_sdk._core.login import Headers
from etcd_sdk._core.renewals import Renewals
from etcd_sdk._grpc._sync import Channel, GrpcStream
from etcd_sdk._sync.pipeline import Pipeline
from etcd_sdk.errors import LeaseLostError, LossReason
from etcd_sdk_api import checks
from etcd_sdk_api._sync import LeaseApi
from etcd_sdk_api.errors import (
    ClientClosedError,
    EtcdError,
    LeaseNotFoundError,
    StreamEndedError,
    UnavailableError,
)
from etcd_sdk_api.methods import LEASE_KEEP_ALIVE_STREAM

logger = logging.getLogger("etcd_sdk")

# A stream that lived for that long was no failure.
_LIVED_SECONDS = 1.0


class LeaseLoss:
    """The event that a lease is lost."""

    def __init__(self) -> None:
        self._event = Event()
        self.reason: LossReason | None = None
        """Why; ``None`` as long as the lease is not lost."""

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it happens.

        Args:
            timeout: Seconds to wait at most; ``None`` is no limit.

        Returns:
            Whether it has happened.
        """
        return self._event.wait(None if timeout == math.inf else timeout)

    def _happen(self, reason: LossReason) -> None:
        self.reason = reason
        self._event.set()


class KeptLease:
    """A lease that is kept alive, until ``close()`` or the end of a ``with`` block.

    Attributes:
        id: The lease.
        lost: An event: that it is lost. ``lost.reason`` says why: it ``EXPIRED`` because nobody
            could renew it in time, it was ``REVOKED``, or its renewal was ``HALTED`` by ``close()``
            or by the client's end.
    """

    def __init__(self, keeper: LeaseKeeper, lease_id: int, ttl: float) -> None:
        self.id = lease_id
        self.lost: LeaseLoss = LeaseLoss()
        self._keeper = keeper
        self._ttl = ttl
        self._callbacks: list[Callable[[LossReason], None]] = []

    @property
    def ttl(self) -> float:
        """Seconds that the server last granted; 0 as long as it has not answered."""
        return self._ttl

    def on_lost(self, callback: Callable[[LossReason], None]) -> None:
        """Call a function once the lease is lost, or at once if it is.

        It is called by what keeps all leases of the client alive, so it must return soon.
        """
        self._callbacks.append(callback)
        if self.lost.is_set():
            self._call_back()

    def check(self) -> None:
        """Make sure that it is not lost.

        Raises:
            LeaseLostError: It is.
        """
        if self.lost.reason is not None:
            raise LeaseLostError(self.id, self.lost.reason)

    def close(self, *, revoke: bool = False, timeout: float | None = None) -> None:
        """Stop the renewals. The lease lives on until its time is up, or is revoked now.

        Args:
            revoke: Whether to revoke it, which deletes its keys.
            timeout: Seconds that revoking may take. ``None`` is the client's default.

        Raises:
            EtcdError: It could not be revoked.
        """
        was_lost = self.lost.is_set()
        self._keeper.stop(self)
        if revoke and not was_lost:
            self._keeper.revoke(self.id, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _renewed(self, ttl: float) -> None:
        self._ttl = ttl

    def _lose(self, reason: LossReason) -> None:
        if not self.lost.is_set():
            self.lost._happen(reason)
            self._call_back()

    def _call_back(self) -> None:
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            try:
                callback(self.lost.reason or LossReason.HALTED)
            except Exception:
                logger.exception("a callback for the loss of lease %x failed", self.id)


class LeaseKeeper:
    """Keeps all leases of a client alive."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._lease = LeaseApi(pipeline)
        self._renewals = Renewals()
        self._handles: dict[int, set[KeptLease]] = {}
        self._guard = Guard()
        self._stream: GrpcStream[pb.LeaseKeepAliveRequest, pb.LeaseKeepAliveResponse] | None = None
        self._running = False
        self._changed = Event()

    def keep(self, lease_id: int, *, ttl: float = 0.0, since: float = 0.0) -> KeptLease:
        """Keep a lease alive, of which may be known when it was granted, and for how long."""
        handle = KeptLease(self, lease_id, ttl)
        with self._guard:
            self._handles.setdefault(lease_id, set()).add(handle)
            if lease_id not in self._renewals:
                self._renewals.add(lease_id, time.monotonic(), ttl=ttl, since=since)
            self._wake()
            if not self._running:
                self._running = True
                Worker(self._send_renewals, "etcd-sdk-lease-renewals")
                Worker(self._read_answers, "etcd-sdk-lease-answers")
        return handle

    def stop(self, handle: KeptLease) -> None:
        """Stop renewals for one of those that keep a lease alive."""
        with self._guard:
            handles = self._handles.get(handle.id, set())
            handles.discard(handle)
            if not handles:
                self._handles.pop(handle.id, None)
                self._renewals.remove(handle.id)
            if not self._handles:
                self._leave_stream()
            self._wake()
        handle._lose(LossReason.HALTED)

    def revoke(self, lease_id: int, timeout: float | None) -> None:
        """Revoke a lease."""
        self._lease.revoke(lease_id, timeout=timeout)

    def _send_renewals(self) -> None:
        """Send what is due, and notice what is too late."""
        while True:
            with self._guard:
                now = time.monotonic()
                expired = self._renewals.expired(now)
                lost = [handle for each in expired for handle in self._handles.pop(each, ())]
                if self._stream is not None:
                    self._send_due(self._stream, now)
                changed = self._changed
                wait = self._renewals.wait(now, connected=self._stream is not None)
                if not self._handles:
                    self._running = False
                    self._leave_stream()
            for handle in lost:
                handle._lose(LossReason.EXPIRED)
            if wait is None or not self._running:
                return
            changed.wait(wait)

    def _send_due(
        self,
        stream: GrpcStream[pb.LeaseKeepAliveRequest, pb.LeaseKeepAliveResponse],
        now: float,
    ) -> None:
        if self._renewals.is_stuck(now):
            self._leave_stream()
            return
        try:
            for lease_id in self._renewals.due(now):
                stream.send(pb.LeaseKeepAliveRequest(ID=lease_id))
        except (StreamEndedError, ClientClosedError):
            return  # its reader is about to find out, and asks again for what is unanswered

    def _read_answers(self) -> None:
        """Keep a stream open for as long as there is a lease."""
        attempts = self._pipeline.endless_attempts()
        while self._running:
            started = time.monotonic()
            try:
                channel, headers = self._pipeline.made_ready(
                    LEASE_KEEP_ALIVE_STREAM, attempts, None, math.inf
                )
                error = self._read(channel, headers)
                if time.monotonic() - started > _LIVED_SECONDS:
                    attempts = self._pipeline.endless_attempts()
                if error is None:
                    # Nobody is left, or the server did not answer: another one may.
                    attempts.tried.add(channel.name)
                    continue
                wait = self._pipeline.recover(
                    LEASE_KEEP_ALIVE_STREAM, attempts, channel, headers, error, started
                )
            except EtcdError as final:
                self._end_all(final)
                return
            logger.debug("the leases are kept alive elsewhere after: %s", error)
            self._pipeline.connection.recovery(wait)

    def _read(self, channel: Channel, headers: Headers) -> EtcdError | None:
        """Take answers until the stream ends; returns why, if it was not our wish."""
        metadata = self._pipeline.metadata(headers)
        stream = channel.stream(LEASE_KEEP_ALIVE_STREAM, None, metadata)
        with self._guard:
            self._stream = stream
            self._renewals.broken(time.monotonic())
            self._wake()
        try:
            for response in stream:
                self._take(response)
        except EtcdError as error:
            return error
        finally:
            with self._guard:
                is_wanted = self._stream is stream
                self._stream = None
            stream.cancel()
        if not is_wanted:
            return None
        text = "the server has ended the stream"
        return UnavailableError(text, endpoint=channel.name, method=LEASE_KEEP_ALIVE_STREAM.name)

    def _take(self, response: pb.LeaseKeepAliveResponse) -> None:
        with self._guard:
            reason = self._renewals.received(response.ID, response.TTL, time.monotonic())
            if reason is None:
                handles = list(self._handles.get(response.ID, ()))
            else:
                handles = list(self._handles.pop(response.ID, ()))
        for handle in handles:
            if reason is None:
                handle._renewed(float(response.TTL))
            else:
                handle._lose(reason)

    def _end_all(self, error: EtcdError) -> None:
        """No lease can be renewed any more, as when the client is closed."""
        logger.debug("no lease is kept alive any more: %s", error)
        with self._guard:
            self._running = False
            handles = [handle for each in self._handles.values() for handle in each]
            self._handles.clear()
            self._renewals = Renewals()
            self._wake()
        for handle in handles:
            handle._lose(LossReason.HALTED)

    def _leave_stream(self) -> None:
        if self._stream is not None:
            self._stream.cancel()
            self._stream = None

    def _wake(self) -> None:
        happened, self._changed = self._changed, Event()
        happened.set()


class Lease(LeaseApi):
    """Limited lifetimes for keys: a key attached to a lease is deleted with it."""

    __slots__ = ("_pipeline",)

    def __init__(self, pipeline: Pipeline) -> None:
        super().__init__(pipeline)
        self._pipeline = pipeline

    def keep_alive(self, id: int) -> KeptLease:
        """Renew a lease again and again, until told to stop.

        All leases of a client are renewed over one stream, each when a third of its time has
        passed. Whoever wants to know that it worked, or how it ends, asks the handle.

        Args:
            id: The lease. One that does not exist is lost as soon as the server has said so.

        Returns:
            The handle, which is a context manager too.

        Raises:
            ArgumentError: The argument is bad.
        """
        checks.integer("id", id, checks.INT64)
        return keeper_of(self._pipeline).keep(id)

    def keep_alive_once(
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
        with self.keep_alive_stream(timeout=seconds or math.inf) as stream:
            stream.send(pb.LeaseKeepAliveRequest(ID=id))
            response = stream.__next__()
        if response.TTL <= 0:
            raise LeaseNotFoundError(LeaseNotFoundError.text, method=LEASE_KEEP_ALIVE_STREAM.name)
        return response

    def hold(self, ttl: int, *, id: int = 0, timeout: float | None = None) -> HeldLease:
        """A lease for the time of a ``with`` block: granted, kept alive, and revoked at its end.

        ``with client.lease.hold(ttl=10) as lease: client.kv.put("/node", "up", lease=lease.id)``.
        If it is lost meanwhile, the end of the block raises ``LeaseLostError``; an async block is
        cancelled at its next ``await``. ``lease.lost`` and ``lease.check()`` tell it before.

        Args:
            ttl: Time to live in seconds, should this program end without revoking it.
            id: ID for the lease; one in use is refused. 0 lets the server choose.
            timeout: Seconds that granting may take, and revoking. ``None`` is the client's default,
                ``math.inf`` no limit.

        Returns:
            A context manager that gives the handle, an ``KeptLease``. Entering raises what
            ``lease.grant`` does.
        """
        return HeldLease(self, ttl, id, timeout)


class HeldLease:
    """A lease for the time of a ``with`` block; see ``lease.hold``."""

    def __init__(self, lease: Lease, ttl: int, id: int, timeout: float | None) -> None:
        self._lease = lease
        self._ttl = ttl
        self._id = id
        self._timeout = timeout
        self._kept: KeptLease | None = None
        self._body: Body | None = None

    def __enter__(self) -> KeptLease:
        since = time.monotonic()
        granted = self._lease.grant(self._ttl, id=self._id, timeout=self._timeout)
        keeper = keeper_of(self._lease._pipeline)
        self._kept = keeper.keep(granted.ID, ttl=float(granted.TTL), since=since)
        self._body = Body()
        body = self._body
        self._kept.on_lost(lambda _: body.end())
        return self._kept

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._kept is None or self._body is None:
            return
        was_ended = self._body.has_ended(error)
        reason = self._kept.lost.reason
        if reason is not None:
            if was_ended or error is None:
                raise LeaseLostError(self._kept.id, reason) from None
            return
        try:
            self._kept.close(revoke=True, timeout=self._timeout)
        except EtcdError as failure:
            # It ends by itself, a little later. What the body raised says more.
            logger.warning("lease %x could not be revoked: %s", self._kept.id, failure)


def keeper_of(pipeline: Pipeline) -> LeaseKeeper:
    """What keeps the leases of a client alive, whichever of its views asks."""
    pipeline.settle()
    connection = pipeline.connection
    # A member that has lost its leader cannot renew anything, and is to say so.
    return connection.keepers.get(True) or connection.keepers.setdefault(
        True, LeaseKeeper(Pipeline(connection, None, require_leader=True))
    )
