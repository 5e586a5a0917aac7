"""Which release a server is of, and what it is too old for.

A server ignores fields that it does not know. Where that would silently change what a call means,
the call is refused here instead.
"""

from __future__ import annotations

import re
from typing import Any

from google.protobuf.message import Message

from etcd_sdk_api.errors import OldClusterError, UnsupportedByServerError
from etcd_sdk_api.method import Method
from etcd_sdk_api.methods import RELEASE

OLDEST = "3.4"
"""The oldest release that the SDK talks to."""


def lacks(
    method: Method[Any, Any], request: Message | None, version: str, endpoint: str
) -> UnsupportedByServerError | None:
    """The error for a call that a server of that version would not understand, if it is one."""
    if _release(method.since) > _release(version):
        return _unsupported(method, method.name, method.since, version, endpoint)
    if request is not None and method.newer_fields:
        given = {field.name for field, _ in request.ListFields()}
        for name, since in method.newer_fields.items():
            if name in given and _release(since) > _release(version):
                feature = f"{method.name} with {name}"
                return _unsupported(method, feature, since, version, endpoint)
    return None


def too_old(version: str, endpoint: str) -> OldClusterError | None:
    """The error for a server that is more than one minor release behind, if it is."""
    major, minor = _release(RELEASE)
    if _release(version) >= (major, minor - 1):
        return None
    needs = f"{major}.{minor - 1}"
    return OldClusterError(
        f"the server is etcd {version}; reject_old_cluster wants {needs} or newer",
        endpoint=endpoint,
    )


def _release(version: str) -> tuple[int, int]:
    """``3.5.1`` as ``(3, 5)``; what is no version is older than all."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _unsupported(
    method: Method[Any, Any], feature: str, needs: str, version: str, endpoint: str
) -> UnsupportedByServerError:
    return UnsupportedByServerError(
        feature=feature,
        needs=needs,
        server_version=version,
        endpoint=endpoint,
        method=method.name,
    )
