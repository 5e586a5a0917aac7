"""What a user may write for an endpoint, and what it means to gRPC."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

from etcd_sdk_api.errors import ArgumentTypeError, ArgumentValueError

_HOST = re.compile(r"(?!-)[A-Za-z0-9._-]{1,253}(?<!-)")
_USER_INFO = re.compile(r"[^/@]*@")
_FORMS = "write host:port, http://host:port, https://host:port or unix:///path"


class Endpoint(NamedTuple):
    """One address of the cluster."""

    name: str
    """As the user wrote it, and as errors name it."""
    target: str
    """As gRPC resolves it."""
    secure: bool
    """Whether it is to be reached over TLS."""


def parse(argument: str, value: str) -> Endpoint:
    """The endpoint that ``value`` means.

    Raises:
        ArgumentError: It is none; the error names ``argument`` and the forms that exist.
    """
    if not isinstance(value, str):
        raise ArgumentTypeError(argument, "str", value)
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, rest = ("unix", value[5:]) if value.startswith("unix:") else ("", value)
    if scheme in {"unix", "unixs"}:
        if not rest:
            raise _refuse(argument, value, "has no path")
        return Endpoint(value, f"unix:{rest}", scheme == "unixs")
    if scheme not in {"", "http", "https"}:
        raise _refuse(argument, value, f"has the unknown scheme {scheme!r}")
    return Endpoint(value, _target(argument, value, rest), scheme == "https")


def _target(argument: str, value: str, address: str) -> str:
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refuse(argument, value, str(error)) from None
    if parts.username is not None or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise _refuse(argument, value, "has more than a host and a port")
    if not port:
        raise _refuse(argument, value, "has no port")
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(host):
            raise _refuse(argument, value, f"has no host name in {host!r}") from None
        return f"dns:///{host}:{port}"
    return f"ipv4:{ip}:{port}" if ip.version == 4 else f"ipv6:[{ip}]:{port}"


def _refuse(argument: str, value: str, problem: str) -> ArgumentValueError:
    shown = _USER_INFO.sub("…@", value)
    return ArgumentValueError(argument, f"{shown!r} {problem}; {_FORMS}")
