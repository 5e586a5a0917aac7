"""The transport over ``grpc``. It may be used from many threads."""

from __future__ import annotations

import queue
import threading
import time
import weakref
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

import grpc
from google.protobuf.message import Message

from etcd_sdk._core import timeouts
from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.status import error_from
from etcd_sdk._grpc import channel
from etcd_sdk_api.errors import ClientClosedError, DeadlineExceededError, EtcdError
from etcd_sdk_api.method import Method

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)


class GrpcTransport:
    """Calls to one endpoint."""

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self._channel = _open(endpoint)
        self._calls: dict[Method[Any, Any], Any] = {}
        self.closed = False

    def unary(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> ResponseT:
        """One request, one response."""
        call = self._calls.get(method) or self._bind(method)
        seconds = timeouts.limit(timeout, None if method.blocking else self._timeout)
        started = time.monotonic()
        try:
            return cast(ResponseT, call(request, timeout=seconds))
        except grpc.RpcError as error:
            late = timeouts.is_late(seconds, time.monotonic() - started)
            raise self.error(method, error, late=late) from error
        except ValueError as error:
            raise self._unless_closed(method, error) from None

    def server_stream(
        self, method: Method[RequestT, ResponseT], request: RequestT, timeout: float | None
    ) -> GrpcResponses[ResponseT]:
        """One request, many responses."""
        seconds = timeouts.limit(timeout, None)
        return GrpcResponses(self, method, self._start(method, request), seconds)

    def bidi_stream(
        self, method: Method[RequestT, ResponseT], timeout: float | None
    ) -> GrpcStream[RequestT, ResponseT]:
        """Many requests, many responses."""
        seconds = timeouts.limit(timeout, None)
        outbox: queue.SimpleQueue[RequestT | None] = queue.SimpleQueue()
        call = self._start(method, _requests(outbox))
        # The writer's thread waits for the outbox even when the server has ended the call.
        if not call.add_callback(lambda: outbox.put(None)):
            outbox.put(None)
        return GrpcStream(self, method, call, seconds, outbox)

    def close(self) -> None:
        """End every call and the connection. Calls that wait get ``ClientClosedError``."""
        self.closed = True
        self._calls.clear()
        self._channel.close()

    def error(self, method: Method[Any, Any], error: Any, *, late: bool = False) -> EtcdError:
        """What the user sees of a failed call; ``late`` if it ended when its time was up."""
        code, text = error.code(), error.details() or ""
        if self.closed and code is grpc.StatusCode.CANCELLED:
            return self.closed_error(method, in_doubt=not method.read)
        return error_from(code.value[0], text, method, self._endpoint.name, late=late)

    def closed_error(
        self, method: Method[Any, Any], *, in_doubt: bool = False
    ) -> ClientClosedError:
        """What the user sees of a call after ``close()``, or during it."""
        name = self._endpoint.name
        return ClientClosedError(
            "the client is closed", endpoint=name, method=method.name, in_doubt=in_doubt
        )

    def timed_out(self, method: Method[Any, Any], seconds: float) -> DeadlineExceededError:
        """What the user sees of a stream whose first response did not come in time."""
        text = f"no response within {seconds:g} s"
        return DeadlineExceededError(text, endpoint=self._endpoint.name, method=method.name)

    def _start(self, method: Method[Any, Any], requests: Any) -> Any:
        call = self._calls.get(method) or self._bind(method)
        try:
            return call(requests)
        except ValueError as error:
            raise self._unless_closed(method, error) from None

    def _unless_closed(self, method: Method[Any, Any], error: ValueError) -> Exception:
        """What gRPC means by ValueError: that another thread has just closed the channel."""
        return self.closed_error(method) if self.closed else error

    def _bind(self, method: Method[Any, Any]) -> Any:
        """The gRPC callable for ``method``, made once."""
        if self.closed:
            raise self.closed_error(method)
        make: Any = {
            "unary": self._channel.unary_unary,
            "server_stream": self._channel.unary_stream,
            "bidi_stream": self._channel.stream_stream,
        }[method.kind]
        call = make(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        self._calls[method] = call
        return call


class GrpcResponses(Generic[ResponseT]):
    """The responses of a call that is under way."""

    def __init__(
        self,
        transport: GrpcTransport,
        method: Method[Any, ResponseT],
        call: Any,
        seconds: float | None,
    ) -> None:
        self._transport = transport
        self._method = method
        self._call = call
        self._seconds = seconds
        self._timer = _timer(seconds, call)
        self._ended = False
        self._finalizer = weakref.finalize(self, call.cancel)

    def cancel(self) -> None:
        """End the call; an iteration that waits for a response ends too."""
        self._ended = True
        self._disarm()
        self._call.cancel()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ResponseT:
        if self._ended:
            raise StopIteration
        try:
            response = next(self._call)
        except StopIteration:
            self.cancel()
            raise
        except grpc.RpcError as error:
            raise self._end(error) from error
        self._disarm()
        return cast(ResponseT, response)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, error: Any) -> Exception:
        """Tell apart who ended the call: its user, the timer, the client, or the server."""
        timer, seconds, ended = self._timer, self._seconds, self._ended
        self.cancel()
        if error.code() is grpc.StatusCode.CANCELLED and error.details() == _CANCELLED_HERE:
            if ended:
                return StopIteration()
            if timer is not None and seconds is not None:
                return self._transport.timed_out(self._method, seconds)
        return self._transport.error(self._method, error)


class GrpcStream(GrpcResponses[ResponseT], Generic[RequestT, ResponseT]):
    """A call that sends requests while its responses come."""

    def __init__(
        self,
        transport: GrpcTransport,
        method: Method[RequestT, ResponseT],
        call: Any,
        seconds: float | None,
        outbox: queue.SimpleQueue[RequestT | None],
    ) -> None:
        super().__init__(transport, method, call, seconds)
        self._outbox = outbox

    def send(self, request: RequestT) -> None:
        """Queue a request. It is sent in turn; this does not block."""
        if self._transport.closed:
            raise self._transport.closed_error(self._method)
        self._outbox.put(request)

    def half_close(self) -> None:
        """Promise to send no more; responses go on until the server ends the call."""
        self._outbox.put(None)


# What gRPC says of a call that this side cancelled.
_CANCELLED_HERE = "Locally cancelled by application!"


def _open(endpoint: Endpoint) -> grpc.Channel:
    credentials = channel.credentials(endpoint)
    if credentials is None:
        return grpc.insecure_channel(endpoint.target, channel.OPTIONS)
    return grpc.secure_channel(endpoint.target, credentials, channel.OPTIONS)


def _requests(outbox: queue.SimpleQueue[RequestT | None]) -> Iterator[RequestT]:
    # It must not hold the stream: a stream that nobody else holds is to end.
    while (request := outbox.get()) is not None:
        yield request


def _timer(seconds: float | None, call: Any) -> threading.Timer | None:
    if seconds is None:
        return None
    timer = threading.Timer(seconds, call.cancel)
    timer.daemon = True
    timer.start()
    return timer
