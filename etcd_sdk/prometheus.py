"""An observer that counts and times calls for Prometheus, so that nobody has to write one.

It needs ``etcd-sdk[prometheus]``; nothing else of the SDK imports this module::

    from etcd_sdk.prometheus import PrometheusObserver

    etcd = Client(endpoint, observer=PrometheusObserver())
"""

from __future__ import annotations

from etcd_sdk._core.events import CallEvent

try:
    from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram
except ImportError as _missing:
    _hint = "etcd_sdk.prometheus needs prometheus-client: pip install 'etcd-sdk[prometheus]'"
    raise ImportError(_hint) from _missing

__all__ = ["PrometheusObserver"]

# From a read that one member answers from memory, to a call that waits for an election.
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class PrometheusObserver:
    """Keeps three metrics; give it to a client as ``observer``.

    - ``etcd_client_attempts_total``: attempts by ``method`` (``KV.Range``), ``endpoint`` (as it was
      given to the client) and ``code`` (``OK``, ``UNAVAILABLE``, …).
    - ``etcd_client_retries_total``: those of them that were not a call's first, by ``method``.
    - ``etcd_client_attempt_seconds``: how long attempts took, by ``method`` and ``code``.

    A registry takes each metric only once, so let all clients of a program share one observer,
    whether they are sync or async.

    Args:
        registry: Where the metrics are registered; by default prometheus-client's own ``REGISTRY``.

    Raises:
        ValueError: The registry has these metrics already.
    """

    __slots__ = ("_attempts", "_retries", "_seconds")

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = REGISTRY if registry is None else registry
        self._attempts = Counter(
            "etcd_client_attempts_total",
            "Attempts of calls to etcd.",
            ("method", "endpoint", "code"),
            registry=registry,
        )
        self._retries = Counter(
            "etcd_client_retries_total",
            "Attempts of calls to etcd that were not the first.",
            ("method",),
            registry=registry,
        )
        self._seconds = Histogram(
            "etcd_client_attempt_seconds",
            "How long attempts of calls to etcd took, in seconds.",
            ("method", "code"),
            registry=registry,
            buckets=_SECONDS,
        )

    def __call__(self, event: CallEvent) -> None:
        """Count an attempt."""
        code = event.code.name
        self._attempts.labels(event.method, event.endpoint, code).inc()
        if event.attempt > 1:
            self._retries.labels(event.method).inc()
        self._seconds.labels(event.method, code).observe(event.seconds)
