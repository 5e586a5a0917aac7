"""Everything that can go wrong: ``EtcdError`` and the classes derived from it."""

from etcd_sdk_api.errors import *  # noqa: F403 - all of it, kept by its __all__
from etcd_sdk_api.errors import __all__ as __all__
