# Derived from etcd_sdk/_async/__init__.py by codegen; do not edit.

"""The client and the services that users touch; the sync twins are derived from these files."""

from etcd_sdk._sync.client import Client
from etcd_sdk._sync.kv import KV, Transaction
from etcd_sdk_api import _sync as _api
from etcd_sdk_api._sync import *  # noqa: F403 - the facades, kept by their __all__

__all__ = ["Client", "KV", "Transaction"]
__all__ += _api.__all__
