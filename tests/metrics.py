"""What a server says of itself."""

from __future__ import annotations

import urllib.request

from etcd_sdk.testing import EtcdServer


def metric(server: EtcdServer, name: str, **labels: str) -> float:
    """The value of one of its metrics, summed up over the labels that are not given."""
    with urllib.request.urlopen(f"http://{server.endpoint}/metrics", timeout=10) as response:
        lines = response.read().decode().splitlines()
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    found = [
        float(line.rpartition(" ")[2])
        for line in lines
        if line.partition(" ")[0].partition("{")[0] == name and all(text in line for text in wanted)
    ]
    if not found:
        raise LookupError(f"{server!r} has no metric {name} with {labels}")
    return sum(found)


def renewals(server: EtcdServer) -> float:
    """How many leases it has renewed, each as often as that was."""
    return metric(server, "etcd_debugging_lease_renewed_total")


def renewal_streams(server: EtcdServer) -> float:
    """How many streams for renewals were opened so far."""
    return metric(server, "grpc_server_started_total", grpc_method="LeaseKeepAlive")


def open_streams(server: EtcdServer) -> float:
    """How many streams for renewals are open now."""
    ended = metric(server, "grpc_server_handled_total", grpc_method="LeaseKeepAlive")
    return renewal_streams(server) - ended


def watchers(server: EtcdServer) -> float:
    """How many watchers it has."""
    return metric(server, "etcd_debugging_mvcc_watcher_total")


def watch_streams(server: EtcdServer) -> float:
    """How many streams with watchers it has."""
    return metric(server, "etcd_debugging_mvcc_watch_stream_total")
