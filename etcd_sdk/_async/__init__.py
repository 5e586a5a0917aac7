"""The client and the services that users touch; the sync twins are derived from these files."""

from etcd_sdk._async.client import AsyncClient
from etcd_sdk._async.kv import AsyncKV, AsyncTransaction
from etcd_sdk_api import _async as _api
from etcd_sdk_api._async import *  # noqa: F403 - the facades, kept by their __all__

__all__ = ["AsyncClient", "AsyncKV", "AsyncTransaction"]
__all__ += _api.__all__
