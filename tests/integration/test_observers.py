"""The ready-made observers, with the libraries that they feed and a real etcd."""

from __future__ import annotations

import asyncio
import importlib
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import Histogram, HistogramDataPoint, InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span, SpanKind, StatusCode
from prometheus_client import CollectorRegistry

from etcd_sdk import AsyncClient, CallEvent, Client, errors
from etcd_sdk.opentelemetry import OpenTelemetryObserver
from etcd_sdk.prometheus import PrometheusObserver
from etcd_sdk.testing import EtcdServer

FUTURE = 10**9
ATTEMPTS = 3
SECRET = "never-to-be-told"
# Wall clocks are set while monotonic ones run.
CLOCK_NS = 50_000_000


class Observer(Protocol):
    def __call__(self, event: CallEvent) -> None: ...


class Calls(Protocol):
    """What the tests let a client do, in either flavour."""

    def __call__(self, endpoint: str, key: str, observer: Observer) -> None:
        """Three reads and a write that go well, a read and a write that etcd refuses."""

    def to_nobody(self, endpoint: str, observer: Observer) -> None:
        """A read and a stream where nobody listens."""


class SyncCalls:
    def __call__(self, endpoint: str, key: str, observer: Observer) -> None:
        with Client(endpoint, observer=observer) as etcd:
            etcd.kv.put(key, SECRET)
            for _ in range(3):
                assert etcd.kv.get(key).kvs[0].value == SECRET.encode()
            with pytest.raises(errors.FutureRevisionError):
                etcd.kv.get(key, revision=FUTURE)
            with pytest.raises(errors.LeaseNotFoundError):
                etcd.kv.put(key, SECRET, lease=FUTURE)

    def to_nobody(self, endpoint: str, observer: Observer) -> None:
        with Client(endpoint, max_attempts=ATTEMPTS, observer=observer) as etcd:
            with pytest.raises(errors.UnavailableError):
                etcd.kv.get("key")
            with pytest.raises(errors.UnavailableError):
                next(iter(etcd.rpc.maintenance.snapshot()))


class AsyncCalls:
    """The same in an event loop, which inherits the context that it is run in."""

    def __call__(self, endpoint: str, key: str, observer: Observer) -> None:
        asyncio.run(self._calls(endpoint, key, observer))

    def to_nobody(self, endpoint: str, observer: Observer) -> None:
        asyncio.run(self._to_nobody(endpoint, observer))

    async def _calls(self, endpoint: str, key: str, observer: Observer) -> None:
        async with AsyncClient(endpoint, observer=observer) as etcd:
            await etcd.kv.put(key, SECRET)
            for _ in range(3):
                assert (await etcd.kv.get(key)).kvs[0].value == SECRET.encode()
            with pytest.raises(errors.FutureRevisionError):
                await etcd.kv.get(key, revision=FUTURE)
            with pytest.raises(errors.LeaseNotFoundError):
                await etcd.kv.put(key, SECRET, lease=FUTURE)

    async def _to_nobody(self, endpoint: str, observer: Observer) -> None:
        async with AsyncClient(endpoint, max_attempts=ATTEMPTS, observer=observer) as etcd:
            with pytest.raises(errors.UnavailableError):
                await etcd.kv.get("key")
            with pytest.raises(errors.UnavailableError):
                await anext(aiter(etcd.rpc.maintenance.snapshot()))


CALLS = pytest.mark.parametrize("calls", [SyncCalls(), AsyncCalls()], ids=["sync", "async"])
EXPECTED = {
    ("KV.Range", "OK"): 3,
    ("KV.Put", "OK"): 1,
    ("KV.Range", "OUT_OF_RANGE"): 1,
    ("KV.Put", "NOT_FOUND"): 1,
}


@pytest.fixture
def nobody() -> Iterator[str]:
    """An endpoint that refuses connections for as long as the test runs."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


# --- Prometheus ---------------------------------------------------------------------------------


@CALLS
def test_prometheus_counts_and_times(server: EtcdServer, prefix: str, calls: Calls) -> None:
    registry = CollectorRegistry()
    begin = time.monotonic()
    calls(server.endpoint, prefix, PrometheusObserver(registry))
    passed = time.monotonic() - begin

    counts = samples(registry, "etcd_client_attempts_total", "method", "endpoint", "code")
    assert counts == {(method, server.endpoint, code): n for (method, code), n in EXPECTED.items()}
    assert samples(registry, "etcd_client_attempt_seconds_count", "method", "code") == EXPECTED
    took = samples(registry, "etcd_client_attempt_seconds_sum", "method", "code")
    assert all(seconds > 0 for seconds in took.values())
    assert sum(took.values()) < passed
    assert samples(registry, "etcd_client_retries_total", "method") == {}


@CALLS
def test_prometheus_counts_attempts_and_retries(nobody: str, calls: Calls) -> None:
    registry = CollectorRegistry()
    calls.to_nobody(nobody, PrometheusObserver(registry))

    counts = samples(registry, "etcd_client_attempts_total", "method", "endpoint", "code")
    methods = ("KV.Range", "Maintenance.Snapshot")
    assert counts == {(method, nobody, "UNAVAILABLE"): ATTEMPTS for method in methods}
    retries = samples(registry, "etcd_client_retries_total", "method")
    assert retries == {(method,): ATTEMPTS - 1 for method in methods}


def test_prometheus_serves_several_clients_and_one_observer_a_registry(
    server: EtcdServer, prefix: str
) -> None:
    registry = CollectorRegistry()
    observer = PrometheusObserver(registry)
    for calls in SyncCalls(), AsyncCalls():
        calls(server.endpoint, prefix, observer)
    counts = samples(registry, "etcd_client_attempts_total", "method", "code")
    assert counts == {labels: 2 * n for labels, n in EXPECTED.items()}
    with pytest.raises(ValueError, match="etcd_client_attempts"):
        PrometheusObserver(registry)


def samples(registry: CollectorRegistry, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """The values of a metric, by the values of its labels."""
    return {
        tuple(sample.labels[label] for label in labels): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name
    }


# --- OpenTelemetry ------------------------------------------------------------------------------


class Telemetry:
    """OpenTelemetry's SDK, which keeps all that it is told."""

    def __init__(self) -> None:
        self._exporter, self._reader = InMemorySpanExporter(), InMemoryMetricReader()
        tracers = TracerProvider(shutdown_on_exit=False)
        tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.tracer = tracers.get_tracer("test")
        self.observer = OpenTelemetryObserver(tracers, meters)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        """Those of the observer."""
        spans = self._exporter.get_finished_spans()
        return [span for span in spans if span.kind is SpanKind.CLIENT]

    @property
    def histogram(self) -> tuple[str, str | None, list[HistogramDataPoint]]:
        """Its name, its unit, and what it holds for each set of attributes."""
        data = self._reader.get_metrics_data()
        assert data is not None
        (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
        assert isinstance(metric.data, Histogram)
        return metric.name, metric.unit, list(metric.data.data_points)


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


@CALLS
def test_opentelemetry_spans(
    server: EtcdServer, prefix: str, calls: Calls, telemetry: Telemetry
) -> None:
    with telemetry.tracer.start_as_current_span("work") as work:
        calls(server.endpoint, prefix, telemetry.observer)

    host, _, port = server.endpoint.rpartition(":")
    put, *gets, future, lost = telemetry.spans
    assert len(gets) == 3
    for span in put, *gets, future, lost:
        assert_within(span, work)
        service, _, method = span.name.partition("/")
        assert (service, method) == ("etcdserverpb.KV", "Put" if span in (put, lost) else "Range")
    for span in put, *gets:
        assert span.status.status_code is StatusCode.UNSET
        assert span.attributes == {
            "rpc.system.name": "grpc",
            "rpc.method": span.name,
            "rpc.status_code": "OK",
            "server.address": host,
            "server.port": int(port),
            "etcd.attempt": 1,
        }
    assert future.status.status_code is StatusCode.ERROR
    text = "etcdserver: mvcc: required revision is a future revision"
    assert future.status.description == text
    assert attributes(future)["rpc.status_code"] == "OUT_OF_RANGE"
    assert attributes(future)["error.type"] == "OUT_OF_RANGE"
    assert lost.status.description == "etcdserver: requested lease not found"


@CALLS
def test_opentelemetry_tells_neither_keys_nor_values(
    server: EtcdServer, prefix: str, calls: Calls, telemetry: Telemetry
) -> None:
    calls(server.endpoint, prefix, telemetry.observer)
    told = "".join(span.to_json() for span in telemetry.spans) + str(telemetry.histogram)
    assert "KV/Put" in told
    assert prefix not in told
    assert SECRET not in told


@CALLS
def test_opentelemetry_durations(
    server: EtcdServer, prefix: str, calls: Calls, telemetry: Telemetry
) -> None:
    calls(server.endpoint, prefix, telemetry.observer)

    name, unit, points = telemetry.histogram
    assert (name, unit) == ("rpc.client.call.duration", "s")
    counts = {
        (attributes(point)["rpc.method"], attributes(point)["rpc.status_code"]): point.count
        for point in points
    }
    assert counts == {
        (f"etcdserverpb.{method.replace('.', '/')}", code): n
        for (method, code), n in EXPECTED.items()
    }
    spans = sum(end - start for start, end in map(times, telemetry.spans))
    assert sum(point.sum for point in points) == pytest.approx(spans / 1e9)
    assert all(point.min > 0 and 0.005 in point.explicit_bounds for point in points)
    failed = [point for point in points if "error.type" in attributes(point)]
    assert len(failed) == 2


@CALLS
def test_opentelemetry_has_a_span_for_each_attempt(
    nobody: str, calls: Calls, telemetry: Telemetry
) -> None:
    with telemetry.tracer.start_as_current_span("work") as work:
        calls.to_nobody(nobody, telemetry.observer)

    for name in "etcdserverpb.KV/Range", "etcdserverpb.Maintenance/Snapshot":
        spans = [span for span in telemetry.spans if span.name == name]
        assert len(spans) == ATTEMPTS
        for number, span in enumerate(spans, 1):
            assert_within(span, work)
            assert span.status.status_code is StatusCode.ERROR
            assert attributes(span)["etcd.attempt"] == number
            assert attributes(span)["error.type"] == "UNAVAILABLE"
            assert attributes(span)["server.port"] == int(nobody.rpartition(":")[2])


async def test_opentelemetry_parents_of_tasks_at_the_same_time(
    server: EtcdServer, prefix: str, telemetry: Telemetry
) -> None:
    async def work(name: str) -> Span:
        with telemetry.tracer.start_as_current_span(name) as span:
            for _ in range(3):
                await etcd.kv.get(f"{prefix}{name}")
            return span

    async with AsyncClient(server.endpoint, observer=telemetry.observer) as etcd:
        works = await asyncio.gather(*(work(str(number)) for number in range(5)))
    parents = [span.parent.span_id for span in telemetry.spans if span.parent]
    ids = [span.get_span_context().span_id for span in works]
    assert sorted(parents) == sorted(ids * 3)


@pytest.mark.parametrize(
    ("endpoint", "address", "port"),
    [
        ("10.0.0.1:2379", "10.0.0.1", 2379),
        ("http://etcd.example.com:2379", "etcd.example.com", 2379),
        ("https://etcd.example.com:443/", "etcd.example.com", 443),
        ("[::1]:2379", "::1", 2379),
        ("https://[fe80::1%eth0]:2379", "fe80::1%eth0", 2379),
        ("unix:///run/etcd.sock", "/run/etcd.sock", None),
        ("unixs:etcd.sock", "etcd.sock", None),
    ],
)
def test_opentelemetry_server_of_every_form_of_endpoint(
    endpoint: str, address: str, port: int | None, telemetry: Telemetry
) -> None:
    telemetry.observer(CallEvent("Lock.Lock", endpoint, 1, errors.StatusCode.OK, 0.25, None))
    (span,) = telemetry.spans
    assert span.name == "v3lockpb.Lock/Lock"
    assert attributes(span)["server.address"] == address
    assert attributes(span).get("server.port") == port
    start, end = times(span)
    assert end - start == 250_000_000


def assert_within(span: ReadableSpan, parent: Span) -> None:
    """The span belongs to ``parent``, and so does its time."""
    assert isinstance(parent, ReadableSpan)
    assert span.parent == parent.get_span_context()
    (start, end), (first, last) = times(span), times(parent)
    assert first - CLOCK_NS < start < end < last + CLOCK_NS


def times(span: ReadableSpan) -> tuple[int, int]:
    """When it started and ended, in nanoseconds."""
    assert span.start_time is not None
    assert span.end_time is not None
    return span.start_time, span.end_time


def attributes(of: ReadableSpan | HistogramDataPoint) -> dict[str, object]:
    return dict(of.attributes or {})


# --- any observer -------------------------------------------------------------------------------


@CALLS
def test_an_observer_that_raises_is_logged_and_breaks_no_call(
    server: EtcdServer, prefix: str, calls: Calls, caplog: pytest.LogCaptureFixture
) -> None:
    def observer(event: CallEvent) -> None:
        raise RuntimeError("no metrics today")

    calls(server.endpoint, prefix, observer)
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(logged) == sum(EXPECTED.values())
    for record in logged:
        assert record.name == "etcd_sdk"
        assert "the observer failed at CallEvent(method='KV." in record.message
        assert record.exc_info
        assert str(record.exc_info[1]) == "no metrics today"


def test_the_package_imports_neither_module_nor_library() -> None:
    extras = {"etcd_sdk.prometheus", "etcd_sdk.opentelemetry", "prometheus_client", "opentelemetry"}
    program = f"import etcd_sdk, sys; print({extras} & set(sys.modules))"
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "set()\n"


@pytest.mark.parametrize(
    ("extra", "library"),
    [("prometheus", "prometheus_client"), ("opentelemetry", "opentelemetry")],
)
def test_a_missing_library_is_told_with_the_extra(
    monkeypatch: pytest.MonkeyPatch, extra: str, library: str
) -> None:
    monkeypatch.delitem(sys.modules, f"etcd_sdk.{extra}")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf"pip install 'etcd-sdk\[{extra}\]'"):
        importlib.import_module(f"etcd_sdk.{extra}")
