"""The ready-made observers, with the libraries that the extras name."""

from __future__ import annotations

from importlib.metadata import version

from prometheus_client import CollectorRegistry

from etcd_sdk import CallEvent, Client
from etcd_sdk.errors import StatusCode, UnavailableError
from etcd_sdk.opentelemetry import OpenTelemetryObserver
from etcd_sdk.prometheus import PrometheusObserver
from etcd_sdk.testing import EtcdServer


def check_prometheus(server: EtcdServer) -> str:
    registry = CollectorRegistry()
    with Client(server.endpoint, observer=PrometheusObserver(registry)) as etcd:
        etcd.kv.get("/compat")
    labels = {"method": "KV.Range", "endpoint": server.endpoint, "code": "OK"}
    assert registry.get_sample_value("etcd_client_attempts_total", labels) == 1
    return f"prometheus-client {version('prometheus-client')}"


def check_opentelemetry(server: EtcdServer) -> str:
    observer = OpenTelemetryObserver()
    error = UnavailableError("nobody is there")
    for code, problem in (StatusCode.OK, None), (StatusCode.UNAVAILABLE, error):
        # Called as a client does it, which would only log what it raises.
        observer(CallEvent("KV.Range", server.endpoint, 1, code, 0.01, problem))
    return f"opentelemetry-api {version('opentelemetry-api')}"
