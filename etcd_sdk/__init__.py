"""A typed SDK for etcd v3, sync and async.

``Client`` and ``AsyncClient`` are the way in; both have the same methods, the latter awaitable.
What a call returns is protobuf's own message, typed by the stubs in ``etcd_sdk.pb``; what can go
wrong is a class in ``etcd_sdk.errors``. ``etcd_sdk.testing`` runs a real etcd for tests.
"""

import importlib
import logging
from typing import TYPE_CHECKING

from etcd_sdk import errors, pb
from etcd_sdk._core.events import CallEvent
from etcd_sdk._core.settings import ClientOptions
from etcd_sdk.errors import EtcdError
from etcd_sdk_api import enums as _enums
from etcd_sdk_api import ops as _ops
from etcd_sdk_api.enums import *  # noqa: F403 - here and below: the public names, kept by __all__
from etcd_sdk_api.method import Method
from etcd_sdk_api.ops import *  # noqa: F403

# A program that does not configure logging is not to find our warnings on its stderr.
logging.getLogger("etcd_sdk").addHandler(logging.NullHandler())

if TYPE_CHECKING:
    from etcd_sdk import _async, _sync
    from etcd_sdk._async import *  # noqa: F403
    from etcd_sdk._sync import *  # noqa: F403
    from etcd_sdk_api import _async as _async_api
    from etcd_sdk_api import _sync as _sync_api
    from etcd_sdk_api._async import *  # noqa: F403
    from etcd_sdk_api._sync import *  # noqa: F403

    __all__ = ["CallEvent", "ClientOptions", "EtcdError", "Method", "errors", "pb"]
    __all__ += _async.__all__
    __all__ += _sync.__all__
    __all__ += _async_api.__all__
    __all__ += _sync_api.__all__
    __all__ += _enums.__all__
    __all__ += _ops.__all__
else:
    # Nearly every program uses one flavour; the other one need not be loaded. So the names of both
    # are found when they are first asked for.
    _ASYNC = ("etcd_sdk._async", "etcd_sdk_api._async")
    _SYNC = ("etcd_sdk._sync", "etcd_sdk_api._sync")
    _EAGER = ["CallEvent", "ClientOptions", "EtcdError", "Method", "errors", "pb"]

    def __getattr__(name: str) -> object:
        if name == "__all__":
            modules = [importlib.import_module(module) for module in (*_ASYNC, *_SYNC)]
            return [
                *_EAGER,
                *(name for module in (*modules, _enums, _ops) for name in module.__all__),
            ]
        if not name.startswith("_"):
            for module in _ASYNC if name.startswith("Async") else _SYNC:
                loaded = importlib.import_module(module)
                if name in loaded.__all__:
                    globals()[name] = found = getattr(loaded, name)
                    return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __getattr__("__all__")
