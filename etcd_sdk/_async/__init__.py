"""The client and the services that users touch; the sync twins are derived from these files."""

from etcd_sdk._async.client import AsyncClient
from etcd_sdk._async.kv import AsyncKV, AsyncRangePieces, AsyncTransaction
from etcd_sdk._async.lease import AsyncHeldLease, AsyncKeptLease, AsyncLease, AsyncLeaseLoss
from etcd_sdk._async.watch import AsyncWatcher, AsyncWatchResponses

__all__: list[str] = [
    "AsyncClient",
    "AsyncHeldLease",
    "AsyncKV",
    "AsyncKeptLease",
    "AsyncLease",
    "AsyncLeaseLoss",
    "AsyncRangePieces",
    "AsyncTransaction",
    "AsyncWatchResponses",
    "AsyncWatcher",
]
