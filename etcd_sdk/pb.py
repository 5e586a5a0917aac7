"""The messages of etcd's API, for annotations and for building them in tests."""

from etcd_sdk_api.pb import *  # noqa: F403 - all of it, kept by its __all__
from etcd_sdk_api.pb import __all__ as __all__
