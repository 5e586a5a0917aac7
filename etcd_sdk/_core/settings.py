"""What a client is told when it is made: its options, checked once and never again."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypedDict

from etcd_sdk._core import endpoint, timeouts, tls
from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.events import CallEvent
from etcd_sdk._core.tls import TLS, TLSBytes
from etcd_sdk_api.errors import ArgumentTypeError, ArgumentValueError

__all__ = ["TLS", "ClientOptions", "Credentials", "Settings", "TLSBytes", "endpoints_of", "resolve"]

# What gRPC counts in milliseconds and in bytes has 31 bits.
_LONGEST = 2_000_000.0
_INT32 = 2**31
# What may stand in the metadata of a call.
_TOKEN = re.compile(r"[\x21-\x7e]+")
# gRPC would resend writes by itself, and nobody could tell whether they were applied twice.
_REFUSED_CHANNEL_OPTIONS = ("grpc.service_config", "grpc.service_config_disable_resolution")


class ClientOptions(TypedDict, total=False):
    """The options of ``Client`` and ``AsyncClient``; all may be left out.

    Args:
        timeout: Seconds that a call may take unless it is given a ``timeout`` of its own; 10.0.
            ``math.inf`` is no limit. Streams and calls that rightly wait (``Lock``, ``Campaign``)
            have no default.
        username: Log in as this user; needs ``password``.
        password: Its password; needs ``username``.
        token: A ready token, such as a JWT: sent as it is and never renewed. Excludes ``username``
            and ``password``.
        ca_cert: Certificates to trust: a file in PEM, or its contents as bytes; by default those
            that gRPC trusts. Certificates and keys in files are read again when they may have been
            renewed.
        client_cert: The client's own certificate, likewise; needs ``client_key``.
        client_key: Its private key, likewise and not encrypted; needs ``client_cert``.
        server_name: The name that the server's certificate must carry, if it is not the host of
            the endpoint, or ``localhost`` for a Unix socket. A mapping gives it by endpoint.
        connect_timeout: Seconds for one attempt to connect to an endpoint; 2.0.
        keepalive_time: Seconds of silence on a connection with calls under way before the server
            is asked whether it is there; 6.0. At least 1, ``math.inf`` for never. A server ends
            connections whose clients ask more often than its ``--grpc-keepalive-min-time`` says,
            by default every 5 seconds.
        keepalive_timeout: Seconds for its answer, or else the connection is given up; 3.0.
        max_request_bytes: The largest request to send; by default what the server takes, 1.5 MiB
            unless it is told otherwise.
        max_response_bytes: The largest response to take; by default there is no limit.
        max_attempts: How often a call may be made in all, the first time included; 100. With 1 no
            call is ever made again. Writes are made again only if the first attempt provably
            changed nothing.
        backoff: Seconds to wait before a further attempt; 0.025. They grow with the attempts.
        max_backoff: Seconds that they grow to; 1.0, or ``backoff`` if that is more.
        backoff_jitter: The part of the wait, from 0 to 1, by which it is made longer or shorter at
            random; 0.1.
        require_leader: Whether a member that has lost its leader is to refuse calls and end
            watches, rather than to let them wait; False.
        reject_old_cluster: Whether to refuse a cluster with a member that is older than the minor
            release before the one that this package is made for; False.
        sync_interval: Seconds between two refreshes of the endpoints from the list of members; by
            default they stay as they were given.
        channel_options: Options of gRPC's channels by name, which win over the client's own. Those
            that would let gRPC send writes again by itself are refused.
        observer: Called after each attempt of each call with what became of it. It must return
            soon and raise nothing.
    """

    timeout: float
    username: str
    password: str
    token: str
    ca_cert: str | os.PathLike[str] | bytes
    client_cert: str | os.PathLike[str] | bytes
    client_key: str | os.PathLike[str] | bytes
    server_name: str | Mapping[str, str]
    connect_timeout: float
    keepalive_time: float
    keepalive_timeout: float
    max_request_bytes: int | None
    max_response_bytes: int | None
    max_attempts: int
    backoff: float
    max_backoff: float
    backoff_jitter: float
    require_leader: bool
    reject_old_cluster: bool
    sync_interval: float | None
    channel_options: Mapping[str, int | str | bytes]
    observer: Callable[[CallEvent], None]


class Credentials(NamedTuple):
    """Who logs in."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Credentials({self.username!r}, …)"


class Settings(NamedTuple):
    """All that a client is told, checked; options that were left out have their defaults."""

    endpoints: tuple[Endpoint, ...]
    """At least one; no two are the same."""
    timeout: float | None
    """Seconds; ``None`` is no limit."""
    credentials: Credentials | None
    token: str | None
    tls: TLS | None
    """``None`` if no option asks for TLS: what endpoints without a scheme do then is plain, and
    those that say ``https`` are checked against the certificates that gRPC trusts."""
    server_names: str | Mapping[str, str]
    """One for all endpoints, or by their targets."""
    connect_timeout: float
    keepalive_time: float
    """Seconds; ``math.inf`` is never."""
    keepalive_timeout: float
    max_request_bytes: int | None
    max_response_bytes: int | None
    max_attempts: int
    backoff: float
    max_backoff: float
    backoff_jitter: float
    require_leader: bool
    reject_old_cluster: bool
    sync_interval: float | None
    channel_options: Mapping[str, int | str | bytes]
    observer: Callable[[CallEvent], None] | None

    def server_name(self, of: Endpoint) -> str | None:
        """The name that its certificate must carry; ``None`` if that is its host."""
        if isinstance(self.server_names, str):
            return self.server_names
        # What gRPC makes of a path is a name that no certificate can carry.
        return self.server_names.get(of.target, of.host if of.path else None)

    def __repr__(self) -> str:
        known = self._asdict() | {"token": self.token and "…"}
        known["channel_options"] = list(self.channel_options)
        return f"Settings({', '.join(f'{name}={value!r}' for name, value in known.items())})"


def resolve(endpoints: str | Sequence[str], options: ClientOptions) -> Settings:
    """What the arguments of a client mean, with certificates read once to show what is wrong.

    Raises:
        ArgumentError: An argument is bad, or contradicts another one; the error names it.
        TypeError: There is no such option.
    """
    for name in options:
        if name not in ClientOptions.__annotations__:
            raise TypeError(f"got an unexpected keyword argument {name!r}")
    asked = _tls(options)
    resolved = endpoints_of("endpoints", endpoints, tls=asked is not None)
    if asked and not any(each.secure for each in resolved):
        problem = "is of no use: every endpoint is http://, which is without TLS"
        raise ArgumentValueError(_first_tls_option(options), problem)
    if asked:
        asked.read()
    backoff = _seconds("backoff", options.get("backoff", 0.025))
    return Settings(
        endpoints=resolved,
        timeout=timeouts.limit(timeouts.checked("timeout", options.get("timeout", 10.0)), None),
        credentials=_credentials(options),
        token=_token(options),
        tls=asked,
        server_names=_server_names(options),
        connect_timeout=_seconds("connect_timeout", options.get("connect_timeout", 2.0)),
        keepalive_time=_keepalive_time(options.get("keepalive_time", 6.0)),
        keepalive_timeout=_seconds("keepalive_timeout", options.get("keepalive_timeout", 3.0)),
        max_request_bytes=_bytes("max_request_bytes", options.get("max_request_bytes")),
        max_response_bytes=_bytes("max_response_bytes", options.get("max_response_bytes")),
        max_attempts=_count("max_attempts", options.get("max_attempts", 100)),
        backoff=backoff,
        max_backoff=_max_backoff(backoff, options),
        backoff_jitter=_fraction("backoff_jitter", options.get("backoff_jitter", 0.1)),
        require_leader=_flag("require_leader", options.get("require_leader", False)),
        reject_old_cluster=_flag("reject_old_cluster", options.get("reject_old_cluster", False)),
        sync_interval=_sync_interval(options.get("sync_interval")),
        channel_options=_channel_options(options.get("channel_options", {})),
        observer=_observer(options),
    )


def endpoints_of(
    argument: str, endpoints: str | Sequence[str], *, tls: bool
) -> tuple[Endpoint, ...]:
    """The endpoints that a list, or one string with commas, means; each only once.

    ``tls`` says whether those that say neither ``http`` nor ``https`` are to be reached over TLS.

    Raises:
        ArgumentError: There is none, one is bad, or one says neither ``http`` nor ``https`` beside
            one that uses TLS: it would be plain, which hardly anybody means.
    """
    if isinstance(endpoints, str):
        endpoints = [each.strip() for each in endpoints.split(",")]
    if not isinstance(endpoints, Sequence):
        raise ArgumentTypeError(argument, "str or a sequence of str", endpoints)
    if not endpoints:
        raise ArgumentValueError(argument, "must be one or more, not an empty list")
    parsed = [endpoint.parse(argument, each, tls=tls) for each in endpoints]
    for each in parsed:
        if not each.secure and "://" not in each.name and not each.target.startswith("unix:"):
            _refuse_beside_tls(argument, each, parsed)
    distinct: dict[tuple[str, bool], Endpoint] = {}
    for each in parsed:
        distinct.setdefault((each.target, each.secure), each)
    return tuple(distinct.values())


def _refuse_beside_tls(argument: str, plain: Endpoint, others: Sequence[Endpoint]) -> None:
    for other in others:
        if other.secure:
            problem = f"{plain.name!r} says neither http:// nor https:// beside {other.name!r}"
            raise ArgumentValueError(argument, problem)


def _tls(options: ClientOptions) -> TLS | None:
    _both_or_neither(options, "client_cert", "client_key")
    asked = TLS(
        tls.check("ca_cert", options["ca_cert"]) if "ca_cert" in options else None,
        tls.check("client_cert", options["client_cert"]) if "client_cert" in options else None,
        tls.check("client_key", options["client_key"]) if "client_key" in options else None,
    )
    return asked if any(asked) or options.get("server_name") else None


def _first_tls_option(options: ClientOptions) -> str:
    return next(name for name in ("ca_cert", "client_cert", "server_name") if name in options)


def _server_names(options: ClientOptions) -> str | Mapping[str, str]:
    given = options.get("server_name", {})
    if isinstance(given, str):
        return _host(given)
    if not isinstance(given, Mapping):
        raise ArgumentTypeError("server_name", "str or a mapping by endpoint", given)
    by_target = {endpoint.parse("server_name", key).target: _host(given[key]) for key in given}
    return MappingProxyType(by_target)


def _host(name: str) -> str:
    if not endpoint.is_host(_text("server_name", name)):
        raise ArgumentValueError("server_name", f"{name!r} is no host name and no address")
    return name


def _credentials(options: ClientOptions) -> Credentials | None:
    _both_or_neither(options, "username", "password")
    if "username" not in options or "password" not in options:
        return None
    return Credentials(
        _text("username", options["username"]), _text("password", options["password"])
    )


def _token(options: ClientOptions) -> str | None:
    if "token" not in options:
        return None
    if "username" in options:
        raise ArgumentValueError("token", "excludes username and password")
    if not _TOKEN.fullmatch(_text("token", options["token"])):
        problem = "has characters that no token has: a space, a line end or what is not ASCII"
        raise ArgumentValueError("token", problem)
    return options["token"]


def _both_or_neither(options: Mapping[str, object], one: str, other: str) -> None:
    for given, missing in ((one, other), (other, one)):
        if given in options and missing not in options:
            raise ArgumentValueError(missing, f"is missing: {given} is given")


def _text(argument: str, value: str) -> str:
    """``value``, if it is a text that can be sent; errors do not show it."""
    if not isinstance(value, str):
        raise ArgumentTypeError(argument, "str", value)
    if not value:
        raise ArgumentValueError(argument, "is empty")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ArgumentValueError(argument, "has characters that UTF-8 does not have")
    return value


def _seconds(argument: str, value: float) -> float:
    if timeouts.checked(argument, value) > _LONGEST:
        raise ArgumentValueError(argument, f"must be at most {_LONGEST:,.0f} seconds, not {value}")
    return float(value)


def _keepalive_time(value: float) -> float:
    if timeouts.checked("keepalive_time", value) < 1:
        problem = f"must be at least 1 second, or math.inf for never, not {value}"
        raise ArgumentValueError("keepalive_time", problem)
    return float(value) if value <= _LONGEST else math.inf


def _sync_interval(value: float | None) -> float | None:
    return None if value is None else timeouts.limit(timeouts.checked("sync_interval", value), None)


def _max_backoff(backoff: float, options: ClientOptions) -> float:
    longest = _seconds("max_backoff", options.get("max_backoff", max(1.0, backoff)))
    if longest < backoff:
        problem = f"must not be less than backoff, which is {backoff:g} seconds"
        raise ArgumentValueError("max_backoff", problem)
    return longest


def _fraction(argument: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ArgumentTypeError(argument, "a number from 0 to 1", value)
    if not 0 <= value <= 1:
        raise ArgumentValueError(argument, f"must be from 0 to 1, not {value}")
    return float(value)


def _count(argument: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ArgumentTypeError(argument, "int", value)
    if not 0 < value < _INT32:
        raise ArgumentValueError(argument, f"must be from 1 to {_INT32 - 1:,}, not {value:,}")
    return value


def _bytes(argument: str, value: int | None) -> int | None:
    return None if value is None else _count(argument, value)


def _flag(argument: str, value: bool) -> bool:
    if not isinstance(value, bool):
        raise ArgumentTypeError(argument, "bool", value)
    return value


def _channel_options(
    given: Mapping[str, int | str | bytes],
) -> Mapping[str, int | str | bytes]:
    if not isinstance(given, Mapping):
        raise ArgumentTypeError("channel_options", "a mapping of names to values", given)
    for name, value in given.items():
        if not isinstance(name, str):
            raise ArgumentTypeError("channel_options", "a mapping of str to values", name)
        if name in _REFUSED_CHANNEL_OPTIONS:
            problem = f"{name} is refused: by a service config gRPC would send writes again"
            raise ArgumentValueError("channel_options", problem)
        if not isinstance(value, (int, str, bytes)):
            raise ArgumentTypeError(f"channel_options[{name!r}]", "int, str or bytes", value)
        if isinstance(value, int) and not -_INT32 <= value < _INT32:
            raise ArgumentValueError(f"channel_options[{name!r}]", "is more than 32 bits hold")
    return MappingProxyType(dict(given))


def _observer(options: ClientOptions) -> Callable[[CallEvent], None] | None:
    observer = options.get("observer")
    if observer is not None and not callable(observer):
        raise ArgumentTypeError("observer", "a function of one CallEvent", observer)
    return observer
