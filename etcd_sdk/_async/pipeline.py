"""The way of a call: choose an endpoint, carry the token, and repeat what may be repeated.

The facades know it as their ``AsyncTransport``. All decisions are made in ``_core``.
"""

from __future__ import annotations

import logging
import math
import time
import weakref
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from google.protobuf.message import Message

from etcd_sdk import pb
from etcd_sdk._async.connection import AsyncConnection
from etcd_sdk._compat._async import AsyncEvent, AsyncGuard, AsyncLock, AsyncStay, AsyncWorker
from etcd_sdk._core import timeouts, versions
from etcd_sdk._core.events import CallEvent
from etcd_sdk._core.login import Headers, Login, Metadata
from etcd_sdk._core.retry import Attempts, may_resend
from etcd_sdk._core.status import again, explained, never_sent
from etcd_sdk._grpc._async import AsyncChannel, AsyncGrpcResponses, AsyncGrpcStream
from etcd_sdk._grpc.diagnosis import is_unclear
from etcd_sdk_api.errors import (
    ArgumentTypeError,
    AuthenticationFailedError,
    AuthNotEnabledError,
    ClientClosedError,
    DeadlineExceededError,
    EtcdError,
    StatusCode,
    StreamEndedError,
    UnavailableError,
)
from etcd_sdk_api.method import Method
from etcd_sdk_api.methods import AUTH_AUTHENTICATE, CLUSTER_MEMBER_LIST, MAINTENANCE_STATUS

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)

# A call aimed at one member is repeated for as long as gRPC may take to notice that the member is
# back (it connects once a second, give or take a fifth), and often enough to notice it, too. After
# that the caller wants to know that it is not.
_AIMED_SECONDS = 1.5
_AIMED_BACKOFF = 0.2
# The version of a server is not worth waiting for any longer.
_ASK_SECONDS = 3.0
_SYNC_SECONDS = 5.0
# Each step of finding out why an endpoint cannot be reached.
_DIAGNOSIS_SECONDS = 1.0
_ENDLESS = 1 << 62
# A call whose time is up is made all the same, for the error that it ends with.
_LEAST = 0.001

logger = logging.getLogger("etcd_sdk")


class AsyncPipeline:
    """Makes calls over a connection, with the options of one client or view.

    Args:
        connection: What the client's views share.
        timeout: Seconds that unary calls may take by default; ``None`` for no limit.
        require_leader: Whether servers without a leader are to refuse calls.
        target: The channel of a pipeline that is aimed at one endpoint.
        login: Who makes the calls, if not the user that the connection is for.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        timeout: float | None,
        require_leader: bool,
        target: AsyncChannel | None = None,
        login: Login | None = None,
    ) -> None:
        self.connection = connection
        self._home = connection.home
        self._login = login or connection.login
        self._balancer = connection.balancer
        self._observer = connection.settings.observer
        self._reject_old = connection.settings.reject_old_cluster
        self._default = timeout
        self.require_leader = require_leader
        self._target = target

    def at(self, endpoint: str | None) -> AsyncPipeline:
        """The same pipeline, aimed at one endpoint; ``None`` is the pipeline itself."""
        if endpoint is None:
            return self
        self.settle()
        target = self.connection.channel_to(endpoint)
        return AsyncPipeline(self.connection, self._default, self.require_leader, target)

    async def unary(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> ResponseT:
        """One request, one response."""
        if self._home.moved_in():
            self._move_in()
        seconds = None if timeout is None and method.blocking else self.seconds(timeout)
        started = time.monotonic()
        deadline = math.inf if seconds is None else started + seconds
        attempts: Attempts | None = None
        while True:
            channel = self._pick(attempts)
            headers = self._login.headers
            if headers is None or method.newer or self._reject_old:
                headers = await self.prepare(channel, method, request, deadline)
                started, seconds = time.monotonic(), left_of(deadline)
            try:
                response = await channel.unary(method, request, seconds, self.metadata(headers))
            except EtcdError as error:
                failure = again(error)
            else:
                if self._observer is not None:
                    self.observe(method, channel, attempts, started, None)
                return response
            attempts = attempts or self.attempts(deadline)
            news = self.connection.news  # what comes from now on is not to be missed
            wait = await self.recover(method, attempts, channel, headers, failure, started)
            if wait:
                await self.rest(attempts, failure, news, wait)
            started, seconds = time.monotonic(), left_of(deadline)

    def server_stream(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> AsyncPipelineStream[RequestT, ResponseT]:
        """One request, many responses."""
        stream = AsyncPipelineStream(self, method, timeouts.limit(timeout, None))
        stream.start([request])
        return stream

    def bidi_stream(
        self, method: Method[RequestT, ResponseT], timeout: float | None
    ) -> AsyncPipelineStream[RequestT, ResponseT]:
        """Many requests, many responses."""
        stream = AsyncPipelineStream(self, method, timeouts.limit(timeout, None))
        stream.start([])
        return stream

    @property
    def can_log_in(self) -> bool:
        """Whether a token that is out of date can be replaced."""
        return self._login.can_log_in

    def seconds(self, timeout: float | None) -> float | None:
        """How long a call may take; ``None`` for no limit."""
        return self._default if timeout is None else timeouts.limit(timeout, None)

    def metadata(self, headers: Headers) -> Metadata:
        """What a call carries."""
        return headers.leader if self.require_leader else headers.plain

    def attempts(self, deadline: float) -> Attempts:
        """The attempts of a call whose first one has failed."""
        policy = self.connection.policy
        if self._target is not None:
            deadline = min(deadline, time.monotonic() + _AIMED_SECONDS)
            policy = policy._replace(max_backoff=min(policy.max_backoff, _AIMED_BACKOFF))
        return Attempts(policy, deadline)

    def endless_attempts(self) -> Attempts:
        """The attempts of what goes on until nobody needs it any more."""
        return Attempts(self.connection.policy._replace(max_attempts=_ENDLESS), math.inf)

    def ready(self, method: Method[Any, Any]) -> tuple[AsyncChannel, Headers] | None:
        """Where to call and what to carry, if nothing has to be asked first."""
        self.settle()
        headers = self._login.headers
        if headers is None or method.newer or self._reject_old:
            return None
        return self._pick(None), headers

    async def made_ready(
        self, method: Method[Any, Any], attempts: Attempts, request: Message | None, deadline: float
    ) -> tuple[AsyncChannel, Headers]:
        """Where to call and what to carry, once all that has to be asked first is known."""
        self.settle()
        channel = self._pick(attempts)
        return channel, await self.prepare(channel, method, request, deadline)

    async def sync_endpoints(self, timeout: float | None) -> None:
        """Call the members that the cluster has now."""
        request = pb.MemberListRequest(linearizable=True)
        listed = await self.unary(CLUSTER_MEMBER_LIST, request, timeout)
        urls = [
            url
            for member in listed.members
            if member.name and not member.isLearner
            for url in member.clientURLs
        ]
        if not urls:
            text = "the list of members names no client URL"
            raise UnavailableError(text, method=CLUSTER_MEMBER_LIST.name)
        self.connection.set_endpoints(self.connection.parsed("clientURLs", urls))

    async def prepare(
        self,
        channel: AsyncChannel,
        method: Method[Any, Any],
        request: Message | None,
        deadline: float,
    ) -> Headers:
        """Log in and look at the server's version, if that is due."""
        headers = self._login.headers or await self._log_in(None, deadline)
        if method is MAINTENANCE_STATUS:
            return headers
        if self._reject_old:
            for each in self._balancer.members:
                await self._check_version(each, headers, deadline, versions.too_old)
        if method.newer:
            lacks = partial(versions.lacks, method, request)
            await self._check_version(channel, headers, deadline, lacks)
        return headers

    async def recover(
        self,
        method: Method[Any, Any],
        attempts: Attempts,
        channel: AsyncChannel,
        headers: Headers,
        error: EtcdError,
        started: float,
    ) -> float:
        """Seconds to wait before the next attempt, after one that failed.

        Raises:
            EtcdError: There is to be none: what the user sees.
        """
        self.observe(method, channel, attempts, started, error)
        self.connection.report(channel, error)
        attempts.failed(error)
        if self._login.renews(error):
            if not attempts.may_renew():
                raise again(error)
            logger.debug("logging in again: %s", error)
            await self._log_in(headers, attempts.deadline)
            if attempts.renewals == 1 and attempts.may_go_on():
                return 0.0
        elif self._login.is_refused(error) or not may_resend(method, error):
            raise again(error)
        elif attempts.may_go_on() and self._has_untried(attempts):
            return 0.0
        wait = attempts.next_round(time.monotonic()) if attempts.may_go_on() else None
        if wait is None:
            raise await self._verdict(attempts, error) from error.__cause__
        return wait

    async def rest(
        self, attempts: Attempts, error: EtcdError, event: AsyncEvent, seconds: float
    ) -> None:
        """Wait before the next attempt, at most until something happens.

        Raises:
            EtcdError: That has taken all the time, as it may on a busy machine. An attempt could
                only end with the deadline, and ``error``, that of the last one, says more.
        """
        if not await event.wait(seconds) and attempts.deadline - time.monotonic() < _LEAST:
            raise await self._verdict(attempts, error) from error.__cause__

    def observe(
        self,
        method: Method[Any, Any],
        channel: AsyncChannel,
        attempts: Attempts | None,
        started: float,
        error: EtcdError | None,
    ) -> None:
        """Tell the user's observer how an attempt ended."""
        if self._observer is None:
            return
        event = CallEvent(
            method=method.name,
            endpoint=channel.name,
            attempt=1 if attempts is None else attempts.number,
            code=StatusCode.OK if error is None else error.code,
            seconds=time.monotonic() - started,
            error=error,
        )
        try:
            self._observer(event)
        except Exception:
            logger.exception("the observer failed at %r", event)

    def settle(self) -> None:
        """Make sure that the client belongs to the loop and the process that use it now."""
        if self._home.moved_in():
            self._move_in()

    def _move_in(self) -> None:
        """Begin, or begin anew in another event loop."""
        self.connection.move_in()
        interval = self.connection.settings.sync_interval
        if interval is not None:
            connection = weakref.ref(self.connection)
            AsyncWorker(lambda: _keep_synced(connection, interval), "etcd-sdk-sync")

    def _pick(self, attempts: Attempts | None) -> AsyncChannel:
        if self._target is not None:
            return self._target
        if attempts is None:
            return self._balancer.pick()
        return self._balancer.pick_untried(attempts.tried) or self._balancer.pick()

    async def _verdict(self, attempts: Attempts, error: EtcdError) -> EtcdError:
        """What the user sees if ``error`` ended the last attempt."""
        await self._explain(attempts)
        return again(attempts.verdict(error, self._endpoints()))

    async def _explain(self, attempts: Attempts) -> None:
        """Find out why endpoints cannot be reached, where gRPC does not say it."""
        channels = {channel.name: channel for channel in self._balancer.members}
        for name, error in attempts.causes.items():
            channel = self._target or channels.get(name)
            unsent = isinstance(error, UnavailableError) and never_sent(error.code, error.message)
            if channel is not None and unsent and is_unclear(error.message):
                why = await channel.diagnosed(_DIAGNOSIS_SECONDS)
                attempts.causes[name] = explained(error, why) if why else error

    def _endpoints(self) -> list[str]:
        """Where calls may go, working or not."""
        if self._target is not None:
            return [self._target.name]
        return [channel.name for channel in self._balancer.members]

    def _has_untried(self, attempts: Attempts) -> bool:
        if self._target is not None:
            return False
        return self._balancer.pick_untried(attempts.tried) is not None

    async def _log_in(self, stale: Headers | None, deadline: float) -> Headers:
        """What calls carry after ``stale``. Of many calls that need it, one logs in."""
        logins, refusal = self.connection.logins, self._login.refusal
        if not await logins.acquire_within(left_of(deadline)):
            raise self._too_late_to_log_in()
        try:
            headers = self._login.headers
            if headers is not None and headers is not stale:
                return headers
            if self._login.refusal is not None and self._login.refusal is not refusal:
                raise again(self._login.refusal)  # of a login that this call has waited for
            return self._login.accept(await self._token(deadline))
        finally:
            logins.release()

    def _too_late_to_log_in(self) -> DeadlineExceededError:
        """What the user sees if a login that another call began took all the time."""
        known = [f"{each.name}: {each.trouble}" for each in self._balancer.members if each.trouble]
        text = "; ".join(["no time was left to log in", *known])
        return DeadlineExceededError(text, method=AUTH_AUTHENTICATE.name)

    async def _token(self, deadline: float) -> str:
        """A new token; none where authentication is disabled."""
        credentials = self.connection.settings.credentials
        if credentials is None:
            return ""
        request = pb.AuthenticateRequest(name=credentials.username, password=credentials.password)
        nobody = AsyncPipeline(self.connection, None, False, login=self.connection.nobody)
        try:
            response = await nobody.unary(AUTH_AUTHENTICATE, request, left_of(deadline))
        except AuthNotEnabledError:
            return ""
        except AuthenticationFailedError as error:
            self._login.refusal = again(error)
            raise
        return response.token

    async def _check_version(
        self,
        channel: AsyncChannel,
        headers: Headers,
        deadline: float,
        refusal: Callable[[str, str], EtcdError | None],
    ) -> None:
        """Refuse a server for its version, as far as that is known.

        A server is asked once a connection, if not every server would do, and once more before it
        is refused: it may have been replaced while nobody called it.
        """
        if not refusal(channel.version or versions.OLDEST, channel.name):
            return
        version = await self._ask_version(channel, headers, deadline)
        if version and (error := refusal(version, channel.name)):
            raise again(error)

    async def _ask_version(self, channel: AsyncChannel, headers: Headers, deadline: float) -> str:
        """The version of a server; empty if it does not tell."""
        left = min(deadline - time.monotonic(), _ASK_SECONDS)
        try:
            status = await channel.unary(
                MAINTENANCE_STATUS, pb.StatusRequest(), left, headers.plain
            )
        except EtcdError as error:
            logger.debug("the version of %s stays unknown: %s", channel.name, error)
            return ""
        channel.version = status.version
        return status.version


def left_of(deadline: float) -> float | None:
    """Seconds that are left of a call's time; ``None`` for no limit."""
    return None if deadline == math.inf else max(deadline - time.monotonic(), _LEAST)


async def _keep_synced(connection: weakref.ref[AsyncConnection], interval: float) -> None:
    """Read the endpoints from the member list every now and then, while the client is in use."""
    while (this := connection()) is not None:
        over = this.over
        del this
        if await over.wait(interval) or (this := connection()) is None:
            return
        try:
            await AsyncPipeline(this, _SYNC_SECONDS, False).sync_endpoints(None)
        except EtcdError as error:
            logger.warning("the endpoints could not be read from the member list: %s", error)


class AsyncPipelineStream(Generic[RequestT, ResponseT]):
    """A stream that is opened anew, elsewhere or with a new token, until its first response.

    What was sent up to then is sent again. After that the server knows something that another one
    would not, and the stream ends with the call.
    """

    def __init__(
        self, pipeline: AsyncPipeline, method: Method[RequestT, ResponseT], seconds: float | None
    ) -> None:
        self._pipeline = pipeline
        self._method = method
        self._seconds = seconds  # for the first response, from when it was first asked for
        self._deadline = math.inf
        self._requests: list[RequestT] = []
        self._sending = True  # until half_close()
        self._settled = False  # once a response has come
        self._attempts: Attempts | None = None
        self._place: tuple[AsyncChannel, Headers] | None = None
        self._inner: AsyncGrpcResponses[ResponseT] | None = None
        self._failure: EtcdError | None = None
        self._over = AsyncEvent()
        self._stay = AsyncStay()
        self._turn = AsyncLock()
        self._guard = AsyncGuard()
        self._started = 0.0

    def start(self, requests: list[RequestT]) -> None:
        """Open it at once, if nothing has to be asked first; else the first read does."""
        if self._pipeline.connection.over.is_set():
            raise self._closed()
        self._requests = requests
        place = self._pipeline.ready(self._method)
        if place is not None:
            self._open(place, self._seconds)

    def send(self, request: RequestT) -> None:
        """Queue a request. It is sent in turn; this does not block."""
        if not isinstance(request, self._method.request):
            name = f"pb.{self._method.request.DESCRIPTOR.name}"
            raise ArgumentTypeError("request", name, request)
        self._stay.check()
        if self._pipeline.connection.over.is_set():
            raise self._closed()
        if not self._sending or self._failure is not None or self._over.is_set():
            text = "the stream is over: no request can be sent"
            raise StreamEndedError(text, method=self._method.name)
        with self._guard:
            if not self._settled:
                self._requests.append(request)
            if isinstance(self._inner, AsyncGrpcStream):
                self._send(self._inner, request)

    def half_close(self) -> None:
        """Promise to send no more; responses go on until the server ends the call."""
        self._stay.check()
        with self._guard:
            self._sending = False
            if isinstance(self._inner, AsyncGrpcStream):
                self._inner.half_close()

    def cancel(self) -> None:
        """End the call; an iteration that waits for a response ends too."""
        if self._stay.is_over():
            return
        self._over.set()
        if self._inner is not None:
            self._inner.cancel()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ResponseT:
        self._stay.check()
        if not self._settled:
            async with self._turn:
                if not self._settled:
                    return await self._first()
        return await self._next()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    async def _first(self) -> ResponseT:
        """The first response, from whichever server gives one."""
        if self._attempts is None:
            left = math.inf if self._seconds is None else self._seconds
            self._deadline = time.monotonic() + left
            self._attempts = self._pipeline.attempts(self._deadline)
        while True:
            if self._failure is not None:
                raise again(self._failure)
            if self._over.is_set():
                raise StopAsyncIteration
            try:
                inner = self._inner or await self._reopen(self._attempts)
                response = await inner.__anext__()
            except EtcdError as error:
                failure = again(error)
            else:
                self._settled, self._requests = True, []
                if self._place is not None:
                    channel = self._place[0]
                    self._pipeline.observe(
                        self._method, channel, self._attempts, self._started, None
                    )
                return response
            await self._recover(self._attempts, failure)

    async def _next(self) -> ResponseT:
        if self._failure is not None:
            raise again(self._failure)
        if self._inner is None or self._over.is_set():
            raise StopAsyncIteration
        try:
            return await self._inner.__anext__()
        except EtcdError as error:
            if self._place is not None:
                self._pipeline.connection.report(self._place[0], error)
            raise self._fail(error) from error.__cause__

    async def _reopen(self, attempts: Attempts) -> AsyncGrpcResponses[ResponseT]:
        request = self._requests[0] if self._method.kind == "server_stream" else None
        place = await self._pipeline.made_ready(self._method, attempts, request, self._deadline)
        return self._open(place, left_of(self._deadline))

    def _open(
        self, place: tuple[AsyncChannel, Headers], seconds: float | None
    ) -> AsyncGrpcResponses[ResponseT]:
        channel, headers = place
        metadata = self._pipeline.metadata(headers)
        inner: AsyncGrpcResponses[ResponseT]
        self._started = time.monotonic()
        with self._guard:
            if self._method.kind == "server_stream":
                inner = channel.responses(self._method, self._requests[0], seconds, metadata)
            else:
                inner = stream = channel.stream(self._method, seconds, metadata)
                for request in self._requests:
                    self._send(stream, request)
                if not self._sending:
                    stream.half_close()
            self._place, self._inner = place, inner
        if self._over.is_set():
            inner.cancel()
        return inner

    async def _recover(self, attempts: Attempts, error: EtcdError) -> None:
        """Wait until it is to be opened again; raises what the user sees if it is not."""
        place, self._place, self._inner = self._place, None, None
        if place is None:
            raise self._fail(error) from error.__cause__
        channel, headers = place
        try:
            wait = await self._pipeline.recover(
                self._method, attempts, channel, headers, error, self._started
            )
            await self._pipeline.rest(attempts, error, self._over, wait)
        except EtcdError as final:
            raise self._fail(final) from final.__cause__

    def _send(self, inner: AsyncGrpcStream[RequestT, ResponseT], request: RequestT) -> None:
        try:
            inner.send(request)
        except StreamEndedError:
            if self._settled:
                raise
            # The next read finds out why, and opens another one with this request.

    def _fail(self, error: EtcdError) -> EtcdError:
        """Keep an error that ends the stream, for every later read too; returns one to raise."""
        self._failure = again(error)
        return again(error)

    def _closed(self) -> ClientClosedError:
        return ClientClosedError("the client is closed", method=self._method.name)
