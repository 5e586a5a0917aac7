# Derived from etcd_sdk/_async/__init__.py by codegen; do not edit.

"""The client and the services that users touch; the sync twins are derived from these files."""

from etcd_sdk._sync.client import Client
from etcd_sdk._sync.kv import KV, RangePieces, Transaction
from etcd_sdk._sync.lease import HeldLease, KeptLease, Lease, LeaseLoss
from etcd_sdk._sync.watch import Watcher, WatchResponses

__all__: list[str] = [
    "Client",
    "HeldLease",
    "KV",
    "KeptLease",
    "Lease",
    "LeaseLoss",
    "RangePieces",
    "Transaction",
    "WatchResponses",
    "Watcher",
]
