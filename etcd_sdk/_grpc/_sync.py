"""A channel over ``grpc``. It may be used from many threads."""

from __future__ import annotations

import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import grpc
from google.protobuf.message import Message

from etcd_sdk._compat import process
from etcd_sdk._compat._sync import Stay
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


class Channel(BaseChannel):
    """Calls to one endpoint. Any thread may make them."""

    def __init__(self, endpoint: Endpoint, settings: Settings, certificates: Certificates) -> None:
        super().__init__(endpoint, settings, certificates)
        self._guard = threading.Lock()
        self._channel: grpc.Channel | None = None

    def unary(
        self,
        method: Method[RequestT, ResponseT],
        request: RequestT,
        seconds: float | None,
        metadata: Metadata,
    ) -> ResponseT:
        """One request, one response."""
        started = time.monotonic()
        try:
            response: ResponseT = self.call(method)(request, timeout=seconds, metadata=metadata)
        except grpc.RpcError as error:
            late = timeouts.is_late(seconds, time.monotonic() - started)
            raise self.failure(method, error, late=late) from error
        except ValueError as error:
            raise self._unless_closed(method, error) from None
        return response

    def responses(
        self,
        method: Method[RequestT, ResponseT],
        request: RequestT,
        seconds: float | None,
        metadata: Metadata,
    ) -> GrpcResponses[ResponseT]:
        """One request, many responses; ``seconds`` is how long the first may take."""
        return GrpcResponses(self, method, self._start(method, request, metadata), seconds)

    def stream(
        self, method: Method[RequestT, ResponseT], seconds: float | None, metadata: Metadata
    ) -> GrpcStream[RequestT, ResponseT]:
        """Many requests, many responses; ``seconds`` is how long the first may take."""
        outbox: queue.SimpleQueue[RequestT | None] = queue.SimpleQueue()
        call = self._start(method, _requests(outbox), metadata)
        # The writer's thread waits for the outbox even when the server has ended the call.
        if not call.add_callback(lambda: outbox.put(None)):
            outbox.put(None)
        return GrpcStream(self, method, call, seconds, outbox)

    def probe(
        self,
        method: Method[RequestT, ResponseT],
        request: RequestT,
        seconds: float,
        metadata: Metadata,
        done: Callable[[EtcdError | None], None],
    ) -> None:
        """Make a call that waits for the connection, and tell ``done`` how it ended."""
        try:
            call = self.call(method).future(
                request, timeout=seconds, metadata=metadata, wait_for_ready=True
            )
        except ValueError as error:
            raise self._unless_closed(method, error) from None

        def ended(call: Any) -> None:
            if not call.cancelled():
                error = call.exception()
                done(None if error is None else self.failure(method, error))

        call.add_done_callback(ended)

    def diagnosed(self, seconds: float) -> str:
        """Why it cannot connect, for what gRPC does not say; empty if that stays unknown."""
        return self.diagnosis(seconds)

    def close(self) -> None:
        """End every call and the connection. Calls that wait get ``ClientClosedError``."""
        with self._guard:
            self.closed = True
            self._calls.clear()
        if self._channel is not None:
            self._channel.close()

    def _open(self) -> grpc.Channel:
        with self._guard:
            if self.closed:
                raise ValueError("the channel is closed")
            if self._channel is None:
                target, credentials = self.endpoint.target, self._credentials()
                options = channel_options(self._settings, self.endpoint)
                if credentials is None:
                    self._channel = grpc.insecure_channel(target, options)
                else:
                    self._channel = grpc.secure_channel(target, credentials, options)
                process.spare(self._channel)
            return self._channel

    def _reopen(self) -> None:
        with self._guard:
            self._channel = None

    def _start(self, method: Method[Any, Any], requests: Any, metadata: Metadata) -> Any:
        try:
            return self.call(method)(requests, metadata=metadata)
        except ValueError as error:
            raise self._unless_closed(method, error) from None

    def _unless_closed(self, method: Method[Any, Any], error: ValueError) -> Exception:
        """What gRPC means by ValueError: that another thread has just closed the channel."""
        return self.closed_error(method) if self.closed else error


class GrpcResponses(Generic[ResponseT]):
    """The responses of a call that is under way. Readers take turns."""

    def __init__(
        self,
        channel: Channel,
        method: Method[Any, ResponseT],
        call: Any,
        seconds: float | None,
    ) -> None:
        self._channel = channel
        self._method = method
        self._call = call
        process.spare(call)
        self._patience = seconds  # for the first response
        self._turn = threading.Lock()
        self._silent = False
        self._ended = False
        self._failure: EtcdError | None = None
        self._stay = Stay()
        self._finalizer = weakref.finalize(self, _cancel, call, self._stay)
        self._finalizer.atexit = False

    def cancel(self) -> None:
        """End the call; an iteration that waits for a response ends too."""
        self._ended = True
        _cancel(self._call, self._stay)
        # It holds the call, which is also the error that a read of it raises: with what that error
        # has seen, which may be this object.
        self._finalizer.detach()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ResponseT:
        with self._turn:
            if self._failure is not None:
                raise again(self._failure)
            if self._ended:
                raise StopIteration
            try:
                return self._read()
            except StopIteration:
                self.cancel()
                raise
            except grpc.RpcError as error:
                raise self._explained(error.with_traceback(None)) from error
            except BaseException:
                # Ctrl-C, say. gRPC cannot go on with a read that was interrupted.
                self._fail(self._channel.ended_error(self._method, "interrupted"))
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    def _read(self) -> ResponseT:
        if self._patience is None:
            return cast(ResponseT, next(self._call))
        timer = threading.Timer(self._patience, self._lose_patience)
        timer.daemon = True
        timer.start()
        try:
            response = next(self._call)
        finally:
            timer.cancel()
        self._patience = None
        return cast(ResponseT, response)

    def _lose_patience(self) -> None:
        self._silent = True
        self._call.cancel()

    def _explained(self, error: Any) -> Exception:
        """Tell apart who ended the call: its user, our patience, the client, or the server."""
        if error.code() is grpc.StatusCode.CANCELLED and error.details() == _CANCELLED_HERE:
            if self._ended:
                return StopIteration()
            if self._silent and self._patience is not None:
                return self._fail(self._channel.silence(self._method, self._patience))
            if self._silent:
                return self._fail(self._channel.ended_error(self._method, "timed out"))
        return self._fail(self._channel.failure(self._method, error), error)

    def _fail(self, failure: EtcdError, cause: Exception | None = None) -> EtcdError:
        """End the call with an error, which every later read gets too."""
        failure.__cause__ = cause
        self._failure = again(failure)
        self.cancel()
        return failure


class GrpcStream(GrpcResponses[ResponseT], Generic[RequestT, ResponseT]):
    """A call that sends requests while its responses come."""

    def __init__(
        self,
        channel: Channel,
        method: Method[RequestT, ResponseT],
        call: Any,
        seconds: float | None,
        outbox: queue.SimpleQueue[RequestT | None],
    ) -> None:
        super().__init__(channel, method, call, seconds)
        self._outbox = outbox
        self._open = True

    def send(self, request: RequestT) -> None:
        """Queue a request. It is sent in turn; this does not block."""
        if self._channel.closed:
            raise self._channel.closed_error(self._method)
        if not self._open or self._ended or self._call.done():
            raise self._channel.ended_error(self._method, "no request can be sent")
        self._outbox.put(request)

    def post(self, request: RequestT) -> None:
        """Queue a request from wherever, even a finalizer; dropped if the stream is over."""
        self._outbox.put(request)

    def feed(self, take: Callable[[ResponseT], FoundT | None]) -> FoundT | None:
        """Let ``take`` have each response, until it finds something in one; returns that.

        Returns ``None`` once the stream is over.
        """
        for response in self:
            if (found := take(response)) is not None:
                return found
        return None

    def half_close(self) -> None:
        """Promise to send no more; responses go on until the server ends the call."""
        self._open = False
        self._outbox.put(None)


# What gRPC says of a call that this side cancelled.
_CANCELLED_HERE = "Locally cancelled by application!"


def _cancel(call: Any, stay: Stay) -> None:
    # In the child of a fork gRPC might wait for threads that exist in the parent only.
    if not stay.is_over():
        call.cancel()


def _requests(outbox: queue.SimpleQueue[RequestT | None]) -> Iterator[RequestT]:
    # It must not hold the stream: a stream that nobody else holds is to end.
    while (request := outbox.get()) is not None:
        yield request
