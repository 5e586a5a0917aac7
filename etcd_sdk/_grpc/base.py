"""What the two transports share: how a channel is set up, and what a failed call means."""

from __future__ import annotations

import copy
from typing import Any

import grpc
from google.protobuf.message import Message

from etcd_sdk._core import timeouts
from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.status import error_from
from etcd_sdk_api.errors import (
    ArgumentTypeError,
    ClientClosedError,
    DeadlineExceededError,
    EtcdError,
    StreamEndedError,
)
from etcd_sdk_api.method import Method

CHANNEL_OPTIONS: tuple[tuple[str, int], ...] = (
    # A replay of many events is one message, far above gRPC's default of 4 MiB.
    ("grpc.max_receive_message_length", -1),
    # gRPC would share connections, and their back-off, between channels with equal arguments.
    ("grpc.use_local_subchannel_pool", 1),
    # gRPC's own back-off grows to two minutes; a member that serves again is to be used at once.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # gRPC would send even 127.0.0.1 to the proxy that the environment names for web pages.
    ("grpc.enable_http_proxy", 0),
    # This is the limit for one attempt to connect, by default 20 s.
    ("grpc.min_reconnect_backoff_ms", 2000),
)


def again(failure: EtcdError) -> EtcdError:
    """An equal error to raise once more: one that was raised holds the frames it went through."""
    equal = copy.copy(failure)
    equal.__cause__ = failure.__cause__
    return equal


class BaseTransport:
    """Calls to one endpoint: all of it that neither waits nor blocks."""

    def __init__(self, endpoint: Endpoint, timeout: float) -> None:
        self.closed = False
        self._endpoint = endpoint
        self._default = timeouts.limit(None, timeout)
        self._calls: dict[Method[Any, Any], Any] = {}

    def call(self, method: Method[Any, Any]) -> Any:
        """The gRPC callable for ``method``, made once.

        Closing the client forgets them all, so that only this slow way has to ask whether it did.
        """
        return self._calls.get(method) or self._bind(method)

    def seconds(self, method: Method[Any, Any], timeout: float | None) -> float | None:
        """How long a unary call may take."""
        if timeout is None:
            return None if method.blocking else self._default
        return timeouts.limit(timeout, None)

    def failure(
        self, method: Method[Any, Any], error: grpc.RpcError, *, late: bool = False
    ) -> EtcdError:
        """What the user sees of a failed call; ``late`` if it ended when its time was up."""
        code: grpc.StatusCode = error.code()
        if self.closed and code is grpc.StatusCode.CANCELLED:
            return self.closed_error(method, in_doubt=not method.read)
        text: str = error.details() or ""
        return error_from(code.value[0], text, method, self._endpoint.name, late=late)

    def closed_error(
        self, method: Method[Any, Any], *, in_doubt: bool = False
    ) -> ClientClosedError:
        """What the user sees of a call after ``close()``, or during it."""
        text, name = "the client is closed", self._endpoint.name
        return ClientClosedError(text, endpoint=name, method=method.name, in_doubt=in_doubt)

    def silence(self, method: Method[Any, Any], seconds: float) -> DeadlineExceededError:
        """What the user sees of a stream whose first response did not come in time."""
        text = f"no response within {seconds:g} s of waiting"
        return DeadlineExceededError(text, endpoint=self._endpoint.name, method=method.name)

    def ended_error(self, method: Method[Any, Any], how: str) -> StreamEndedError:
        """What the user sees of a stream that is over."""
        text = f"the stream is over: {how}"
        return StreamEndedError(text, endpoint=self._endpoint.name, method=method.name)

    def check_send(self, method: Method[Any, Any], request: Message, open_: bool) -> None:
        """Refuse what a stream cannot send, be it for its type or because it is over."""
        if not isinstance(request, method.request):
            raise ArgumentTypeError("request", f"pb.{method.request.DESCRIPTOR.name}", request)
        if self.closed:
            raise self.closed_error(method)
        if not open_:
            raise self.ended_error(method, "no request can be sent")

    def _bind(self, method: Method[Any, Any]) -> Any:
        if self.closed:
            raise self.closed_error(method)
        channel = self._open()
        make = {
            "unary": channel.unary_unary,
            "server_stream": channel.unary_stream,
            "bidi_stream": channel.stream_stream,
        }[method.kind]
        self._calls[method] = made = make(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        return made

    def _open(self) -> Any:
        """The channel of the flavour."""
        raise TypeError(f"{type(self).__name__} has no channel: use a class derived from it")

    def _credentials(self) -> grpc.ChannelCredentials | None:
        """TLS with the system's roots, for an endpoint that asks for it."""
        return grpc.ssl_channel_credentials() if self._endpoint.secure else None
