# Derived from etcd_sdk_api/_async/__init__.py by codegen; do not edit.

"""The facades, one class a service."""

from __future__ import annotations

from etcd_sdk_api._sync.auth import AuthApi
from etcd_sdk_api._sync.cluster import ClusterApi
from etcd_sdk_api._sync.election import ElectionApi
from etcd_sdk_api._sync.kv import KVApi
from etcd_sdk_api._sync.lease import LeaseApi
from etcd_sdk_api._sync.lock import LockApi
from etcd_sdk_api._sync.maintenance import MaintenanceApi
from etcd_sdk_api._sync.transport import Responses, Stream, Transport
from etcd_sdk_api._sync.watch import WatchApi


class Api:
    """Every RPC of etcd, below the name of its service.

    This is the wire API with names and types, and nothing added.

    Attributes:
        kv: Reads, writes, transactions and compaction over one flat, ordered key space with
            history.
        watch: Streams of changes to keys, from now or from a past revision.
        lease: Leases: limited lifetimes for keys, kept up by whoever needs the keys.
        cluster: Members of the cluster: list, add, change, promote and remove them.
        maintenance: Care of the cluster and of its members: alarms, state, disk space, checks,
            backup, downgrade.
        auth: Users, roles and the switch that turns access control on.
        election: Elections whose waiting happens on the server, in one call, on the usual
            client port.
        lock: Locks whose waiting happens on the server, in one call, on the usual client port.
    """

    __slots__ = ("kv", "watch", "lease", "cluster", "maintenance", "auth", "election", "lock")

    def __init__(self, transport: Transport) -> None:
        self.kv: KVApi = KVApi(transport)
        self.watch: WatchApi = WatchApi(transport)
        self.lease: LeaseApi = LeaseApi(transport)
        self.cluster: ClusterApi = ClusterApi(transport)
        self.maintenance: MaintenanceApi = MaintenanceApi(transport)
        self.auth: AuthApi = AuthApi(transport)
        self.election: ElectionApi = ElectionApi(transport)
        self.lock: LockApi = LockApi(transport)


__all__ = [
    "Api",
    "KVApi",
    "WatchApi",
    "LeaseApi",
    "ClusterApi",
    "MaintenanceApi",
    "AuthApi",
    "ElectionApi",
    "LockApi",
    "Responses",
    "Stream",
    "Transport",
]
