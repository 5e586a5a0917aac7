"""What a user may write for an endpoint, and what it means to gRPC."""

from __future__ import annotations

import re
import socket
from typing import NamedTuple

from etcd_sdk_api.errors import ArgumentTypeError, ArgumentValueError

_HOST = re.compile(r"(?!-)[A-Za-z0-9._-]{1,253}(?<!-)")
_FORMS = "write host:port, http://host:port, https://host:port or unix:///path"
# By scheme; None leaves it to the client's options.
_TLS = {"": None, "unix": None, "unixs": True, "http": False, "https": True}


class Endpoint(NamedTuple):
    """One address of the cluster."""

    name: str
    """As the user wrote it, and as errors name it."""
    target: str
    """As gRPC resolves it."""
    secure: bool
    """Whether it is to be reached over TLS."""

    @property
    def path(self) -> str:
        """Of a Unix socket; empty if it is none."""
        return self.target.removeprefix("unix:") if self.target.startswith("unix:") else ""

    @property
    def host(self) -> str:
        """Whom the server's certificate must name, unless the client is told another name."""
        if self.path:
            return "localhost"
        address = self.target.partition(":")[2].removeprefix("///")
        return address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """0 for a Unix socket."""
        return 0 if self.path else int(self.target.rpartition(":")[2])


def parse(argument: str, value: str, *, tls: bool = False) -> Endpoint:
    """The endpoint that ``value`` means.

    ``https`` and ``unixs`` are always reached over TLS, ``http`` never. What says neither,
    ``host:port`` and ``unix``, is where the client's options ask for it: ``tls``.

    Raises:
        ArgumentError: It is none; the error names ``argument`` and the forms that exist.
    """
    if not isinstance(value, str):
        raise ArgumentTypeError(argument, "str", value)
    scheme, separator, rest = value.partition("://")
    if not separator:
        scheme, _, rest = value.partition(":")
        scheme, rest = (scheme, rest) if scheme in {"unix", "unixs"} else ("", value)
    if scheme not in _TLS:
        raise _refuse(argument, value, "has an unknown scheme")
    by_scheme = _TLS[scheme]
    secure = tls if by_scheme is None else by_scheme
    if scheme in {"unix", "unixs"}:
        if not rest:
            raise _refuse(argument, value, "has no path")
        return Endpoint(value, f"unix:{rest}", secure)
    return Endpoint(value, _target(argument, value, rest), secure)


def is_host(text: str) -> bool:
    """Whether ``text`` is a host: a name or an address, without brackets."""
    ip = _is_ip(socket.AF_INET, text) or _is_ip(socket.AF_INET6, text)
    return ip or bool(_HOST.fullmatch(text))


def _target(argument: str, value: str, address: str) -> str:
    host, _, port = address.removesuffix("/").rpartition(":")
    if set("/@?#") & set(address.removesuffix("/")):
        raise _refuse(argument, value, "has more than a host and a port")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536) or not host:
        raise _refuse(argument, value, "does not end in a host and a port from 1 to 65535")
    if _is_ip(socket.AF_INET, host):
        return f"ipv4:{host}:{port}"
    if host[0] + host[-1] == "[]" and _is_ip(socket.AF_INET6, host[1:-1].partition("%")[0]):
        return f"ipv6:{host}:{port}"
    if not _HOST.fullmatch(host):
        raise _refuse(argument, value, f"has no host name in {host!r}")
    return f"dns:///{host}:{port}"


def _is_ip(family: socket.AddressFamily, host: str) -> bool:
    try:
        return bool(socket.inet_pton(family, host))
    except (OSError, ValueError):
        return False


def _refuse(argument: str, value: str, problem: str) -> ArgumentValueError:
    _, at, rest = value.rpartition("@")
    shown = f"…@{rest}" if at else value
    return ArgumentValueError(argument, f"{shown!r} {problem}; {_FORMS}")
