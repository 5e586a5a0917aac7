"""How channels are made, in either flavour."""

from __future__ import annotations

import grpc

from etcd_sdk._core.endpoint import Endpoint

OPTIONS: tuple[tuple[str, int], ...] = (
    # A replay of many events is one message, far above gRPC's default of 4 MiB.
    ("grpc.max_receive_message_length", -1),
    # gRPC would share connections, and their back-off, between channels with equal arguments.
    ("grpc.use_local_subchannel_pool", 1),
    # gRPC's own back-off grows to two minutes; a member that serves again is to be used at once.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # This is the limit for one attempt to connect, by default 20 s.
    ("grpc.min_reconnect_backoff_ms", 2000),
)


def credentials(endpoint: Endpoint) -> grpc.ChannelCredentials | None:
    """TLS with the system's roots for an endpoint that asks for it."""
    return grpc.ssl_channel_credentials() if endpoint.secure else None
