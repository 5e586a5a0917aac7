# Derived from etcd_sdk/_async/discovery.py by codegen; do not edit.

"""Endpoints that DNS knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from etcd_sdk._compat._sync import srv_records

if TYPE_CHECKING:
    from etcd_sdk._core.sources import Srv


def discovered(srv: Srv) -> list[str]:
    """The endpoints that DNS knows, those with TLS first.

    Raises:
        ImportError: dnspython is missing.
        UnavailableError: DNS does not answer.
    """
    from etcd_sdk._core import sources

    found: list[str] = []
    for scheme, name in sources.srv_names(srv.domain, srv.service_name, insecure=srv.insecure):
        found += sources.endpoints_from_srv(scheme, srv_records(name))
    return found
