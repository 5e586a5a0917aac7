"""What the two channels share: how gRPC is set up, and what a failed call means."""

from __future__ import annotations

import logging
from typing import Any, TypeAlias

import grpc

from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.settings import Settings
from etcd_sdk._core.status import error_from
from etcd_sdk._core.tls import Certificates
from etcd_sdk._grpc.diagnosis import diagnose
from etcd_sdk_api.errors import (
    ClientClosedError,
    DeadlineExceededError,
    EtcdError,
    StreamEndedError,
    UnavailableError,
)
from etcd_sdk_api.method import Method

logger = logging.getLogger("etcd_sdk")

Option: TypeAlias = tuple[str, int | str | bytes]


def channel_options(settings: Settings, endpoint: Endpoint) -> list[Option]:
    """How a channel to an endpoint is set up; later options win over earlier ones."""
    unlimited = -1
    milliseconds = {
        # This is the limit for one attempt to connect.
        "grpc.min_reconnect_backoff_ms": settings.connect_timeout,
        # gRPC's own back-off grows to two minutes; a member that serves again is to be used soon.
        "grpc.initial_reconnect_backoff_ms": 0.1,
        "grpc.max_reconnect_backoff_ms": 1.0,
        "grpc.keepalive_time_ms": settings.keepalive_time,
        "grpc.keepalive_timeout_ms": settings.keepalive_timeout,
        # Without this one, keepalive has been seen to miss a stopped server.
        "grpc.http2.ping_timeout_ms": settings.keepalive_timeout,
    }
    options: dict[str, int | str | bytes] = {
        # A replay of many events is one message, far above gRPC's default of 4 MiB.
        "grpc.max_receive_message_length": settings.max_response_bytes or unlimited,
        "grpc.max_send_message_length": settings.max_request_bytes or unlimited,
        # gRPC would share connections, and their back-off, between channels with equal arguments.
        "grpc.use_local_subchannel_pool": 1,
        # gRPC would send even 127.0.0.1 to the proxy that the environment names for web pages.
        "grpc.enable_http_proxy": 0,
        **{name: round(1000 * min(time, _LONGEST)) for name, time in milliseconds.items()},
    }
    if server_name := settings.server_name(endpoint):
        options["grpc.ssl_target_name_override"] = server_name
    return list((options | dict(settings.channel_options)).items())


# Seconds that gRPC can count in milliseconds.
_LONGEST = 2_000_000.0


class BaseChannel:
    """Calls to one endpoint, without any policy: all of it that neither waits nor blocks."""

    def __init__(self, endpoint: Endpoint, settings: Settings, certificates: Certificates) -> None:
        self.endpoint = endpoint
        self.name: str = endpoint.name
        self.version: str = ""
        """Of the server, if it was asked since the last failure."""
        self.trouble: str = ""
        """Why it was left alone; empty once it serves again."""
        self.closed = False
        self._settings = settings
        self._certificates = certificates
        self._tls = certificates.read() if endpoint.secure else None
        self._calls: dict[Method[Any, Any], Any] = {}

    def call(self, method: Method[Any, Any]) -> Any:
        """The gRPC callable for ``method``, made once a connection.

        Closing the client forgets them all, so that only this slow way has to ask whether it did.
        """
        return self._calls.get(method) or self._bind(method)

    def refresh(self) -> None:
        """After a failure: connect anew if the certificate files have changed since."""
        self.version = ""
        if self._tls is None or self.closed:
            return
        changed = self._certificates.read()
        if changed != self._tls:
            logger.info("%s: the certificate files have changed", self.name)
            self._tls = changed
            self._reopen()
            self._calls = {}

    def diagnosis(self, seconds: float) -> str:
        """Why it cannot connect, for what gRPC does not say; this blocks."""
        name = self._settings.server_name(self.endpoint) or self.endpoint.host
        return diagnose(self.endpoint, self._tls, name, seconds)

    def failure(
        self, method: Method[Any, Any], error: grpc.RpcError, *, late: bool = False
    ) -> EtcdError:
        """What the user sees of a failed call; ``late`` if it ended when its time was up."""
        code: grpc.StatusCode = error.code()
        if self.closed and code is grpc.StatusCode.CANCELLED:
            return self.closed_error(method, in_doubt=not method.read)
        text: str = error.details() or ""
        return error_from(code.value[0], text, method, self.name, late=late)

    def closed_error(
        self, method: Method[Any, Any], *, in_doubt: bool = False
    ) -> ClientClosedError:
        """What the user sees of a call after ``close()``, or during it."""
        text = "the client is closed"
        return ClientClosedError(text, endpoint=self.name, method=method.name, in_doubt=in_doubt)

    def silence(self, method: Method[Any, Any], seconds: float) -> DeadlineExceededError:
        """What the user sees of a stream whose first response did not come in time."""
        text = f"no response within {seconds:g} s of waiting"
        return DeadlineExceededError(text, endpoint=self.name, method=method.name)

    def ended_error(self, method: Method[Any, Any], how: str) -> StreamEndedError:
        """What the user sees of a stream that is over."""
        text = f"the stream is over: {how}"
        return StreamEndedError(text, endpoint=self.name, method=method.name)

    def ended_by_server(self, method: Method[Any, Any]) -> UnavailableError:
        """What becomes of a stream without end that the server has ended in good order."""
        text = "the server has ended the stream"
        return UnavailableError(text, endpoint=self.name, method=method.name)

    def _bind(self, method: Method[Any, Any]) -> Any:
        if self.closed:
            raise self.closed_error(method)
        calls = self._calls  # not those of the next channel, should this one be replaced meanwhile
        channel = self._open()
        make = {
            "unary": channel.unary_unary,
            "server_stream": channel.unary_stream,
            "bidi_stream": channel.stream_stream,
        }[method.kind]
        calls[method] = made = make(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        return made

    def _open(self) -> Any:
        """The channel of the flavour."""
        raise TypeError(f"{type(self).__name__} has no channel: use a class derived from it")

    def _reopen(self) -> None:
        """Let the next call have a new channel. The old one ends with the calls on it."""
        raise TypeError(f"{type(self).__name__} has no channel: use a class derived from it")

    def _credentials(self) -> grpc.ChannelCredentials | None:
        if self._tls is None:
            return None
        return grpc.ssl_channel_credentials(self._tls.ca, self._tls.key, self._tls.cert)
