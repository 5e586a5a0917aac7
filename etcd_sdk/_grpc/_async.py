"""A channel over ``grpc.aio``."""

from __future__ import annotations

import asyncio
import time
import weakref
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import grpc
import grpc.aio
from google.protobuf.message import Message

from etcd_sdk._compat import process
from etcd_sdk._compat._async import AsyncStay
from etcd_sdk._core import timeouts
from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.login import Metadata
from etcd_sdk._core.settings import Settings
from etcd_sdk._core.status import again
from etcd_sdk._core.tls import Certificates
from etcd_sdk._grpc.base import BaseChannel, channel_options
from etcd_sdk_api.errors import EtcdError
from etcd_sdk_api.method import Method

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)
FoundT = TypeVar("FoundT")
ResultT = TypeVar("ResultT")


# A thread of gRPC tells the loop of calls that have ended. Of those that it has for a loop that is
# closed meanwhile it complains in the next one, which a program of several runs would see.
_GRACE_SECONDS = 0.002


class AsyncChannel(BaseChannel):
    """Calls to one endpoint. It belongs to the event loop that makes the first one."""

    def __init__(self, endpoint: Endpoint, settings: Settings, certificates: Certificates) -> None:
        super().__init__(endpoint, settings, certificates)
        self._channel: grpc.aio.Channel | None = None

    async def unary(
        self,
        method: Method[RequestT, ResponseT],
        request: RequestT,
        seconds: float | None,
        metadata: Metadata,
    ) -> ResponseT:
        """One request, one response."""
        started = time.monotonic()
        try:
            response: ResponseT = await self.call(method)(
                request, timeout=seconds, metadata=metadata
            )
        except grpc.RpcError as error:
            late = timeouts.is_late(seconds, time.monotonic() - started)
            raise self.failure(method, error, late=late) from error
        except asyncio.CancelledError:
            # In a task that was cancelled before, this cannot be told from another cancellation,
            # and to swallow one would be worse.
            if self.closed and not _was_cancelled():
                raise self.closed_error(method, in_doubt=not method.read) from None
            raise
        return response

    def responses(
        self,
        method: Method[RequestT, ResponseT],
        request: RequestT,
        seconds: float | None,
        metadata: Metadata,
    ) -> AsyncGrpcResponses[ResponseT]:
        """One request, many responses; ``seconds`` is how long the first may take."""
        call = self.call(method)(request, metadata=metadata)
        return AsyncGrpcResponses(self, method, call, seconds)

    def stream(
        self, method: Method[RequestT, ResponseT], seconds: float | None, metadata: Metadata
    ) -> AsyncGrpcStream[RequestT, ResponseT]:
        """Many requests, many responses; ``seconds`` is how long the first may take."""
        outbox: asyncio.Queue[RequestT | None] = asyncio.Queue()
        call = self.call(method)(_requests(outbox), metadata=metadata)
        # The writer waits for the outbox even when the server has ended the call.
        call.add_done_callback(lambda _: outbox.put_nowait(None))
        return AsyncGrpcStream(self, method, call, seconds, outbox)

    def probe(
        self,
        method: Method[RequestT, ResponseT],
        request: RequestT,
        seconds: float,
        metadata: Metadata,
        done: Callable[[EtcdError | None], None],
    ) -> None:
        """Make a call that waits for the connection, and tell ``done`` how it ended."""
        call = self.call(method)(request, timeout=seconds, metadata=metadata, wait_for_ready=True)

        async def wait() -> EtcdError | None:
            try:
                await call
            except grpc.RpcError as error:
                return self.failure(method, error)
            return None

        task = asyncio.ensure_future(wait())
        task.add_done_callback(lambda task: None if task.cancelled() else done(task.result()))

    async def diagnosed(self, seconds: float) -> str:
        """Why it cannot connect, for what gRPC does not say; empty if that stays unknown."""
        return await asyncio.to_thread(self.diagnosis, seconds)

    async def close(self) -> None:
        """End every call and the connection. Calls that wait get ``ClientClosedError``."""
        self.closed = True
        self._calls.clear()
        if self._channel is not None:
            await self._channel.close()
            await asyncio.sleep(_GRACE_SECONDS)

    def _open(self) -> grpc.aio.Channel:
        """The channel, made by the loop that first needs it."""
        if self._channel is None:
            target, credentials = self.endpoint.target, self._credentials()
            options = channel_options(self._settings, self.endpoint)
            if credentials is None:
                self._channel = grpc.aio.insecure_channel(target, options)
            else:
                self._channel = grpc.aio.secure_channel(target, credentials, options)
            process.spare(self._channel)
        return self._channel

    def _reopen(self) -> None:
        self._channel = None


class AsyncGrpcResponses(Generic[ResponseT]):
    """The responses of a call that is under way.

    A read that is cancelled (by ``wait_for``, say) leaves the call alone: the response that it
    waited for goes to the next read. Readers take turns.
    """

    def __init__(
        self,
        channel: AsyncChannel,
        method: Method[Any, ResponseT],
        call: Any,
        seconds: float | None,
    ) -> None:
        self._channel = channel
        self._method = method
        self._call = call
        process.spare(call)
        self._patience = seconds  # for the first response, from when it was first asked for
        self._asked = 0.0
        self._turn = asyncio.Lock()
        self._reading: asyncio.Future[Any] | None = None
        self._ended = False
        self._failure: EtcdError | None = None
        loop = asyncio.get_running_loop()
        weakref.finalize(self, _cancel_from_anywhere, loop, call, AsyncStay()).atexit = False

    def cancel(self) -> None:
        """End the call; an iteration that waits for a response ends too."""
        self._ended = True
        self._call.cancel()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ResponseT:
        async with self._turn:
            if self._failure is not None:
                raise again(self._failure)
            if self._ended:
                raise StopAsyncIteration
            reading = self._reading
            if reading is None:
                self._reading = reading = asyncio.ensure_future(self._call.read())
                reading.add_done_callback(_retrieve)
                self._asked = time.monotonic()
            await self._wait(reading)
            return self._taken(reading)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    async def _wait(self, reading: asyncio.Future[Any]) -> None:
        """Wait until a read is done, however it ends. Being cancelled here does not touch it."""
        patience = self._patience
        left = None if patience is None else max(0, self._asked + patience - time.monotonic())
        await asyncio.wait([reading], timeout=left)
        if not reading.done() and patience is not None:
            raise self._fail(self._channel.silence(self._method, patience))

    def _taken(self, reading: asyncio.Future[Any]) -> ResponseT:
        """What a read that is done has brought."""
        self._reading = self._patience = None
        if reading.cancelled():
            if self._ended:
                raise StopAsyncIteration
            raise self._fail(self._channel.closed_error(self._method))
        error = reading.exception()
        if isinstance(error, grpc.RpcError):
            raise self._fail(self._channel.failure(self._method, error), error)
        response = reading.result()
        if response is grpc.aio.EOF:
            self.cancel()
            raise StopAsyncIteration
        return cast(ResponseT, response)

    def _fail(self, failure: EtcdError, cause: Exception | None = None) -> EtcdError:
        """End the call with an error, which every later read gets too."""
        failure.__cause__ = cause
        self._failure = again(failure)
        self.cancel()
        return failure


class AsyncGrpcStream(AsyncGrpcResponses[ResponseT], Generic[RequestT, ResponseT]):
    """A call that sends requests while its responses come."""

    def __init__(
        self,
        channel: AsyncChannel,
        method: Method[RequestT, ResponseT],
        call: Any,
        seconds: float | None,
        outbox: asyncio.Queue[RequestT | None],
    ) -> None:
        super().__init__(channel, method, call, seconds)
        self._outbox = outbox
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._next: _Begun[ResponseT] | None = None

    def send(self, request: RequestT) -> None:
        """Queue a request. It is sent in turn; this does not block."""
        if self._channel.closed:
            raise self._channel.closed_error(self._method)
        if not self._open or self._ended or self._call.done():
            raise self._channel.ended_error(self._method, "no request can be sent")
        self._outbox.put_nowait(request)

    def post(self, request: RequestT) -> None:
        """Queue a request from wherever, even a finalizer; dropped if the stream is over."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._outbox.put_nowait, request)

    def cancel(self) -> None:
        """End the call; an iteration that waits for a response ends too."""
        super().cancel()
        if self._next is not None:
            self._next.drop()
            self._next = None

    async def feed(self, take: Callable[[ResponseT], FoundT | None]) -> FoundT | None:
        """Let ``take`` have each response, until it finds something in one; returns that.

        Returns ``None`` once the stream is over. This is for a worker, who is the only reader, has
        no limit for the first response, and is cancelled at the very end alone: there is no task
        here that shields each response from its reader's being cancelled. While ``take`` is busy
        with one response, gRPC is busy with the next.
        """
        if self._failure is not None:
            raise again(self._failure)
        read = self._call.read
        try:
            while not self._ended:
                reading, self._next = self._next or read(), None
                response = await reading
                if response is grpc.aio.EOF:
                    self.cancel()
                    break
                self._next = _Begun(read())
                if (found := take(response)) is not None:
                    return found
        except asyncio.CancelledError:
            if _was_cancelled():
                raise
            if not self._ended:
                raise self._fail(self._channel.closed_error(self._method)) from None
        except grpc.RpcError as error:
            raise self._fail(self._channel.failure(self._method, error), error) from error
        return None

    def half_close(self) -> None:
        """Promise to send no more; responses go on until the server ends the call."""
        self._open = False
        self._outbox.put_nowait(None)


class _Begun(Generic[ResultT]):
    """A coroutine that runs up to its first wait before it is awaited, or dropped.

    A task would begin only at its maker's next wait, and takes longer than what that gains.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, ResultT]) -> None:
        self._coroutine = coroutine
        self._waits_for: asyncio.Future[Any] | None = None
        self._end: BaseException | None = None  # if it did not have to wait
        try:
            self._waits_for = coroutine.send(None)
        except (Exception, asyncio.CancelledError) as end:  # a result is a StopIteration
            # Its traceback leads here and back to it: only the garbage collector would end that.
            self._end = end.with_traceback(None)

    def __await__(self) -> Generator[Any, Any, ResultT]:
        try:
            if self._end is not None:
                try:
                    raise self._end
                finally:
                    self._end = None
            waits_for = self._waits_for
            while True:
                try:
                    sent = yield waits_for
                except BaseException as error:
                    waits_for = self._coroutine.throw(error)
                else:
                    waits_for = self._coroutine.send(sent)
        except StopIteration as end:
            return cast(ResultT, end.value)

    def drop(self) -> None:
        """Do not await it."""
        if self._waits_for is not None:
            self._waits_for.cancel()  # asyncio would complain of an error that nobody gets
        self._coroutine.close()


async def _requests(outbox: asyncio.Queue[RequestT | None]) -> AsyncIterator[RequestT]:
    # It must not hold the stream: a stream that nobody else holds is to end.
    while (request := await outbox.get()) is not None:
        yield request


def _was_cancelled() -> bool:
    """Whether somebody has cancelled the running task."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _retrieve(reading: asyncio.Future[Any]) -> None:
    # Whoever left before a read was done does not care how it ends; asyncio would complain.
    if not reading.cancelled():
        reading.exception()


def _cancel_from_anywhere(loop: asyncio.AbstractEventLoop, call: Any, stay: AsyncStay) -> None:
    # The garbage collector runs in whichever thread it likes, and in the child of a fork too.
    if not stay.is_over():
        loop.call_soon_threadsafe(call.cancel)
