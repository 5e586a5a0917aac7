# Derived from etcd_sdk/_async/client.py by codegen; do not edit.

"""The way in: a connection to etcd and the services over it."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from etcd_sdk._core import endpoint, timeouts
from etcd_sdk._grpc._sync import GrpcTransport
from etcd_sdk._sync.kv import KV
from etcd_sdk_api._sync import (
    Api,
    AuthApi,
    ClusterApi,
    LeaseApi,
    MaintenanceApi,
)
from etcd_sdk_api.errors import ArgumentTypeError, ArgumentValueError


class Client:
    """A client of an etcd cluster.

    It connects when the first call is made, and again whenever a connection broke. Close it, or use
    it as a context manager.

    Args:
        endpoints: Where etcd serves clients: ``host:port``, ``http://host:port``,
            ``https://host:port`` (TLS with the system's roots) or ``unix:///path``. One endpoint,
            alone or in a list.
        timeout: Seconds that a call may take unless it is given a ``timeout`` of its own;
            ``math.inf`` for no limit. Streams and calls that rightly wait (``Lock``, ``Campaign``)
            have no default.

    Attributes:
        kv: Reads, writes and transactions.
        lease: Limited lifetimes for keys.
        cluster: The members.
        maintenance: Alarms, state, disk space, backup of members.
        auth: Users, roles and the switch that turns access control on.
        rpc: Every RPC of etcd below its service's name: ``rpc.watch``, ``rpc.election`` …

    Raises:
        ArgumentError: An argument is bad.
    """

    def __init__(
        self, endpoints: str | Sequence[str] = "127.0.0.1:2379", *, timeout: float = 10.0
    ) -> None:
        self._endpoint = _only(endpoints)
        self._transport = GrpcTransport(self._endpoint, timeouts.checked("timeout", timeout))
        self.rpc: Api = Api(self._transport)
        self.kv: KV = KV(self._transport)
        self.lease: LeaseApi = self.rpc.lease
        self.cluster: ClusterApi = self.rpc.cluster
        self.maintenance: MaintenanceApi = self.rpc.maintenance
        self.auth: AuthApi = self.rpc.auth

    def close(self) -> None:
        """End every call and the connection. Calls that wait get ``ClientClosedError``."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._endpoint.name!r})"


def _only(endpoints: str | Sequence[str]) -> endpoint.Endpoint:
    if isinstance(endpoints, str):
        return endpoint.parse("endpoints", endpoints)
    if not isinstance(endpoints, Sequence):
        raise ArgumentTypeError("endpoints", "str or a sequence of str", endpoints)
    if len(endpoints) != 1:
        raise ArgumentValueError("endpoints", f"must be one endpoint, not {len(endpoints)}")
    return endpoint.parse("endpoints", endpoints[0])
