# Written by codegen from protos/ and templates/etcd_sdk_api/_async/__init__.py.j2; do not edit.

"""The facades, one class a service."""

from __future__ import annotations

from etcd_sdk_api._async.auth import AsyncAuthApi
from etcd_sdk_api._async.cluster import AsyncClusterApi
from etcd_sdk_api._async.election import AsyncElectionApi
from etcd_sdk_api._async.kv import AsyncKVApi
from etcd_sdk_api._async.lease import AsyncLeaseApi
from etcd_sdk_api._async.lock import AsyncLockApi
from etcd_sdk_api._async.maintenance import AsyncMaintenanceApi
from etcd_sdk_api._async.transport import AsyncResponses, AsyncStream, AsyncTransport
from etcd_sdk_api._async.watch import AsyncWatchApi


class AsyncApi:
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

    def __init__(self, transport: AsyncTransport) -> None:
        self.kv: AsyncKVApi = AsyncKVApi(transport)
        self.watch: AsyncWatchApi = AsyncWatchApi(transport)
        self.lease: AsyncLeaseApi = AsyncLeaseApi(transport)
        self.cluster: AsyncClusterApi = AsyncClusterApi(transport)
        self.maintenance: AsyncMaintenanceApi = AsyncMaintenanceApi(transport)
        self.auth: AsyncAuthApi = AsyncAuthApi(transport)
        self.election: AsyncElectionApi = AsyncElectionApi(transport)
        self.lock: AsyncLockApi = AsyncLockApi(transport)


__all__ = [
    "AsyncApi",
    "AsyncKVApi",
    "AsyncWatchApi",
    "AsyncLeaseApi",
    "AsyncClusterApi",
    "AsyncMaintenanceApi",
    "AsyncAuthApi",
    "AsyncElectionApi",
    "AsyncLockApi",
    "AsyncResponses",
    "AsyncStream",
    "AsyncTransport",
]
