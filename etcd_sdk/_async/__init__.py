"""The client and the services that users touch; the sync twins are derived from these files."""

from etcd_sdk._async.client import AsyncClient
from etcd_sdk._async.kv import AsyncKV, AsyncRangePieces, AsyncTransaction
from etcd_sdk._async.watch import AsyncWatcher, AsyncWatchResponses

__all__ = [
    "AsyncClient",
    "AsyncKV",
    "AsyncRangePieces",
    "AsyncTransaction",
    "AsyncWatchResponses",
    "AsyncWatcher",
]
