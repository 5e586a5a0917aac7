"""An observer that traces and times calls for OpenTelemetry, so that nobody has to write one.

It needs ``etcd-sdk[opentelemetry]``; nothing else of the SDK imports this module::

    from etcd_sdk.opentelemetry import OpenTelemetryObserver

    etcd = Client(endpoint, observer=OpenTelemetryObserver())

Names and units are those of the semantic conventions for gRPC, stable since their version 1.45.
"""

from __future__ import annotations

import time
from functools import lru_cache

from etcd_sdk._core import endpoint
from etcd_sdk._core.events import CallEvent
from etcd_sdk_api import methods

try:
    from opentelemetry import metrics, trace
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import SpanKind, Status, StatusCode, TracerProvider
except ImportError as _missing:
    _hint = "etcd_sdk.opentelemetry needs opentelemetry-api: pip install 'etcd-sdk[opentelemetry]'"
    raise ImportError(_hint) from _missing

__all__ = ["OpenTelemetryObserver"]

_SCOPE = "etcd_sdk"
_SCHEMA = "https://opentelemetry.io/schemas/1.45.0"
# Those that the conventions ask for. The SDK's own are made for milliseconds.
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
# KV.Range: etcdserverpb.KV/Range
_FULL_NAMES = {method.name: method.path.removeprefix("/") for method in methods.ALL}


class OpenTelemetryObserver:
    """Makes a span and a measurement of each attempt; give it to a client as ``observer``.

    The span is of the kind ``CLIENT``, is named after the method (``etcdserverpb.KV/Range``) and
    belongs to the span in which the call was made. A failed one has the status ``ERROR`` with the
    server's words. Keys and values are never told. The measurement goes to the histogram
    ``rpc.client.call.duration``, in seconds.

    Both have the attributes ``rpc.system.name``, ``rpc.method``, ``rpc.status_code``,
    ``server.address``, ``server.port`` and, of what failed, ``error.type``: the status code. The
    span also has ``etcd.attempt``: which attempt of its call it was, from 1.

    Args:
        tracer_provider: Where the spans go; by default OpenTelemetry's global provider.
        meter_provider: Where the measurements go; by default OpenTelemetry's global provider.
    """

    __slots__ = ("_tracer", "_durations")

    def __init__(
        self,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        self._tracer = trace.get_tracer(_SCOPE, None, tracer_provider, _SCHEMA)
        self._durations = metrics.get_meter(_SCOPE, "", meter_provider, _SCHEMA).create_histogram(
            "rpc.client.call.duration",
            unit="s",
            description="Measures the duration of an outgoing Remote Procedure Call (RPC).",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )

    def __call__(self, event: CallEvent) -> None:
        """Trace and measure an attempt, which has just ended."""
        end = time.time_ns()
        name = _FULL_NAMES.get(event.method, event.method)
        attributes = _attributes(name, event)
        self._durations.record(event.seconds, attributes)
        span = self._tracer.start_span(
            name,
            kind=SpanKind.CLIENT,
            attributes={**attributes, "etcd.attempt": event.attempt},
            start_time=end - round(event.seconds * 1e9),
        )
        if event.error is not None:
            span.set_status(Status(StatusCode.ERROR, event.error.message))
        span.end(end)


def _attributes(method: str, event: CallEvent) -> dict[str, str | int]:
    """What the conventions want to know about a call."""
    code = event.code.name
    address, port = _server(event.endpoint)
    attributes: dict[str, str | int] = {
        "rpc.system.name": "grpc",
        "rpc.method": method,
        "rpc.status_code": code,
        "server.address": address,
    }
    if port is not None:
        attributes["server.port"] = port
    if event.error is not None:
        attributes["error.type"] = code
    return attributes


@lru_cache
def _server(name: str) -> tuple[str, int | None]:
    """The host and the port of an endpoint, or the path of its socket."""
    target = endpoint.parse("endpoint", name).target
    scheme, _, address = target.partition(":")
    if scheme == "unix":
        return address, None
    host, _, port = address.removeprefix("///").rpartition(":")
    return host.strip("[]"), int(port)
