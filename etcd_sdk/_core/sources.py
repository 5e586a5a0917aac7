"""Where a client's endpoints and options may stand instead of in the program.

A URL, the YAML file of Go's client, the environment of ``etcdctl``, DNS: whoever runs etcd has one
of them already. Each becomes what a caller would have written, so that options are checked in one
place. What Go and ``etcdctl`` read is read alike, but what they would silently leave out is
refused. Any value may be a secret in a wrong place: errors name it and do not show it.
"""

from __future__ import annotations

import logging
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias, TypeVar, cast
from urllib.parse import unquote_to_bytes

from etcd_sdk._core import endpoint, written
from etcd_sdk._core.settings import ClientOptions
from etcd_sdk_api.errors import ArgumentError, ArgumentTypeError, ArgumentValueError

logger = logging.getLogger("etcd_sdk")

_T = TypeVar("_T")
_Table: TypeAlias = Mapping[str, tuple[str, Callable[[object], object]]]
"""By the name that is written: the option that it means, and how its value is read.

What cannot be read is a ValueError; ``None`` says nothing.
"""


class Srv(NamedTuple):
    """Endpoints are to be looked up in DNS: see ``srv_names``."""

    domain: str
    service_name: str
    """Of the cluster, if the domain has several; else empty."""
    insecure: bool
    """Whether endpoints without TLS are to be taken, too."""


class SrvRecord(NamedTuple):
    """What a client needs to know of one answer from DNS."""

    host: str
    port: int
    priority: int
    """The lowest comes first."""


class Source(NamedTuple):
    """What was found: arguments for a client."""

    endpoints: list[str] | None
    """With ``srv`` what to take if DNS knows none; ``None`` if nothing names any."""
    srv: Srv | None
    options: ClientOptions

    def __repr__(self) -> str:
        return f"Source({self.endpoints!r}, {self.srv!r}, options: {', '.join(self.options)})"


def from_url(url: str) -> Source:
    """What a URL says: ``https://user:password@h1:2379,h2:2379?timeout=5&ca_cert=/etc/ca.pem``.

    The scheme goes for every endpoint: ``http``, ``https``, ``unix``, ``unixs``, or ``etcd`` for
    endpoints that use TLS if an option asks for it. The user, the password, the path of a socket
    and the query are percent-decoded. The query has options by their names: numbers (of seconds,
    for times), ``true`` and ``false``, or texts.

    Raises:
        ArgumentError: It is no such URL, or an option is unknown, given twice or none of a kind
            that can stand there.
    """
    if not isinstance(url, str):
        raise ArgumentTypeError("url", "str", url)
    scheme, _, rest = url.partition("://")
    if scheme not in {"http", "https", "etcd", "unix", "unixs"}:
        raise _bad_url("has an unknown scheme")
    address, _, query = rest.partition("?")
    # The path of a socket may have an @ of its own.
    login, at, address = ("", "", address) if address[:1] == "/" else address.rpartition("@")
    endpoints = _addressed(scheme, address)
    options = _from_login(login) if at else {}
    for name, value in _from_query(query).items():
        if name in options:
            raise _bad_url(f"gives {name} twice, before the @ and in its query")
        options[name] = value
    return Source(endpoints, None, cast(ClientOptions, options))


def from_config_file(path: str | os.PathLike[str]) -> Source:
    """What a YAML file in the form of Go's client says; JSON is YAML, too.

    It has ``endpoints`` and may have ``auto-sync-interval``, ``dial-timeout``,
    ``dial-keep-alive-time``, ``dial-keep-alive-timeout``, ``max-unary-retries``,
    ``backoff-wait-between``, ``backoff-jitter-fraction``, ``MaxCallSendMsgSize``,
    ``MaxCallRecvMsgSize``, ``username``, ``password``, ``token``, ``reject-old-cluster``,
    ``permit-without-stream``, ``trusted-ca-file``, ``cert-file``, ``key-file``,
    ``insecure-transport`` and ``insecure-skip-tls-verify``.

    Times are numbers of nanoseconds, as in Go, or texts such as ``5s``. As in Go, endpoints that
    say neither ``http`` nor ``https`` use TLS unless ``insecure-transport`` is true, the files of
    certificates go unread if it is, pings come 10 seconds apart at least, and zero, ``""`` and null
    say nothing. Unlike in Go, unknown keys are refused, and so are ``ca-file``, which Go ignores,
    and ``insecure-skip-tls-verify``, which gRPC for Python cannot do.

    Raises:
        ArgumentError: The file cannot be read, or is none of this form.
        ImportError: PyYAML is missing; ``etcd-sdk[yaml]`` installs it.
    """
    try:
        return _from_config(_config(path))
    except _Problem as problem:
        raise _bad_file(path, f"{problem.name} {problem.text}") from None


def from_env(environ: Mapping[str, str]) -> Source:
    """What the variables of ``etcdctl`` say, ``ETCDCTL_ENDPOINTS`` and so on.

    As there, empty variables say nothing, the endpoint is ``127.0.0.1:2379`` if nothing names one,
    endpoints that say neither ``http`` nor ``https`` use TLS if a certificate is given or
    ``ETCDCTL_INSECURE_TRANSPORT`` is false, pings come 10 seconds apart at least, and a variable
    that nobody knows is warned of. Those that concern output are left out.
    ``ETCDCTL_INSECURE_SKIP_TLS_VERIFY`` is refused, for gRPC for Python cannot do it.

    Raises:
        ArgumentError: A variable is bad; the error names it.
    """
    given = {
        name.removeprefix(_PREFIX): value
        for name, value in environ.items()
        if name.startswith(_PREFIX) and value
    }
    for name in sorted(given.keys() - _VARIABLES.keys() - _OTHER_VARIABLES):
        logger.warning("the environment variable %s%s is unknown", _PREFIX, name)
    try:
        return _from_environment(given)
    except _Problem as problem:
        raise ArgumentValueError(_PREFIX + problem.name, problem.text) from None


def srv_names(
    domain: str, service_name: str = "", *, insecure: bool = True
) -> list[tuple[str, str]]:
    """What to ask DNS for: schemes, and the names whose SRV records list endpoints of that scheme.

    Without ``insecure`` that is ``https`` alone.

    Raises:
        ArgumentError: ``domain`` or ``service_name`` cannot be part of a name.
    """
    if not endpoint.is_host(domain.removesuffix(".")):
        raise ArgumentValueError("domain", f"{domain!r} is no domain name")
    if service_name and not re.fullmatch("[A-Za-z0-9_-]{1,46}", service_name):
        raise ArgumentValueError("service_name", f"{service_name!r} cannot be part of a DNS name")
    suffix = f"-{service_name}" if service_name else ""
    secure = ("https", f"_etcd-client-ssl{suffix}._tcp.{domain}")
    return [secure, ("http", f"_etcd-client{suffix}._tcp.{domain}")] if insecure else [secure]


def endpoints_from_srv(scheme: str, records: Iterable[SrvRecord]) -> list[str]:
    """The endpoints that the answers from DNS name, each once, the lowest priority first."""
    ordered = sorted(records, key=lambda record: record.priority)
    # The host "." says that there is no such service.
    named = ((record.host.removesuffix("."), record.port) for record in ordered)
    return list(dict.fromkeys(f"{scheme}://{host}:{port}" for host, port in named if host))


class _Problem(Exception):
    """What stands under a name is bad."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(name, text)
        self.name = name
        self.text = text


def _read(name: str, reader: Callable[[object], _T], value: object) -> _T:
    try:
        return reader(value)
    except ValueError as error:
        problem = str(error)
    # Raised here, so that nothing holds on to the value.
    raise _Problem(name, problem)


def _options(table: _Table, given: Mapping[str, object]) -> dict[str, object]:
    """The options that ``table`` finds."""
    options: dict[str, object] = {}
    for name, (option, reader) in table.items():
        value = _read(name, reader, given[name]) if name in given else None
        if value is not None:
            options[option] = value
    return options


def _is_true(given: Mapping[str, object], name: str, *, default: bool = False) -> bool:
    return _read(name, written.flag, given.get(name, default))


# URLs

_URL_FORM = (
    "write scheme://[user:password@]host:port[,host:port…][?option=value…], percent-encoded,"
    " with the scheme http, https, etcd, unix or unixs"
)
_QUERY: Mapping[str, Callable[[object], object]] = {
    "timeout": written.number,
    "username": written.text,
    "password": written.text,
    "token": written.text,
    "ca_cert": written.text,
    "client_cert": written.text,
    "client_key": written.text,
    "server_name": written.text,
    "connect_timeout": written.number,
    "keepalive_time": written.number,
    "keepalive_timeout": written.number,
    "max_request_bytes": written.count,
    "max_response_bytes": written.count,
    "max_attempts": written.count,
    "backoff": written.number,
    "max_backoff": written.number,
    "backoff_jitter": written.number,
    "require_leader": written.flag,
    "reject_old_cluster": written.flag,
    "sync_interval": written.number,
}


def _addressed(scheme: str, address: str) -> list[str]:
    if scheme in {"unix", "unixs"}:
        endpoints = [f"{scheme}://{_decoded(address)}"]
    else:
        web = "http" if scheme == "etcd" else scheme
        endpoints = [f"{web}://{each}" for each in address.removesuffix("/").split(",")]
    for number, each in enumerate(endpoints, 1):
        if not _is_endpoint(each):
            # Not shown: it may be the part of a password before a character that needs encoding.
            raise _bad_url(f"has no endpoint in place {number} of {len(endpoints)}")
    if scheme == "etcd":
        return [each.removeprefix("http://") for each in endpoints]
    return endpoints


def _is_endpoint(text: str) -> bool:
    try:
        endpoint.parse("url", text)
    except ArgumentError:
        return False
    return True


def _from_login(login: str) -> dict[str, object]:
    username, colon, password = login.partition(":")
    options: dict[str, object] = {"username": _decoded(username)}
    return options | {"password": _decoded(password)} if colon else options


def _from_query(query: str) -> dict[str, object]:
    options: dict[str, object] = {}
    for pair in query.split("&") if query else ():
        name, _, value = pair.partition("=")
        if name not in _QUERY:
            # An @ is a sign of a password with a ? that is not encoded.
            shown = repr(name) if name.isidentifier() and "@" not in query else "something"
            raise _bad_url(f"has {shown} in its query, which is no option that can stand there")
        if name in options:
            raise _bad_url(f"gives {name} twice in its query")
        try:
            options[name] = _read(name, _QUERY[name], _decoded(value))
        except _Problem as problem:
            raise _bad_url(f"has a bad query: {name} {problem.text}") from None
    return options


def _decoded(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError:
        pass
    # Raised here, for that error holds the text.
    raise _bad_url("has a part that is not UTF-8")


def _bad_url(problem: str) -> ArgumentValueError:
    return ArgumentValueError("url", f"{problem}; {_URL_FORM}")


# Go's YAML file and etcdctl's environment

_VERIFIES = "cannot be done: gRPC for Python always verifies certificates"


def _time(value: object) -> float | None:
    return written.time(value) or None


def _ping_time(value: object) -> float:
    # Go's gRPC makes it 10 seconds at least; many a file has less, which a server would punish.
    return max(10.0, written.time(value)) if written.time(value) else math.inf


def _count(value: object) -> int | None:
    return written.count(value) or None


def _number(value: object) -> float | None:
    return written.number(value) or None


_KEYS: _Table = {
    "auto-sync-interval": ("sync_interval", _time),
    "dial-timeout": ("connect_timeout", _time),
    "dial-keep-alive-time": ("keepalive_time", _ping_time),
    "dial-keep-alive-timeout": ("keepalive_timeout", _time),
    "max-unary-retries": ("max_attempts", _count),
    "backoff-wait-between": ("backoff", _time),
    "backoff-jitter-fraction": ("backoff_jitter", _number),
    "maxcallsendmsgsize": ("max_request_bytes", _count),
    "maxcallrecvmsgsize": ("max_response_bytes", _count),
    "username": ("username", written.text),
    "password": ("password", written.text),
    "token": ("token", written.text),
    "reject-old-cluster": ("reject_old_cluster", written.flag),
}
_TLS_KEYS: _Table = {
    "trusted-ca-file": ("ca_cert", written.text),
    "cert-file": ("client_cert", written.text),
    "key-file": ("client_key", written.text),
}
_OTHER_KEYS = {
    "endpoints",
    "insecure-transport",
    "insecure-skip-tls-verify",
    "permit-without-stream",
}
_PREFIX = "ETCDCTL_"
_VARIABLES: _Table = {
    "DIAL_TIMEOUT": ("connect_timeout", _time),
    "COMMAND_TIMEOUT": ("timeout", _time),
    "KEEPALIVE_TIME": ("keepalive_time", _ping_time),
    "KEEPALIVE_TIMEOUT": ("keepalive_timeout", _time),
    "MAX_REQUEST_BYTES": ("max_request_bytes", _count),
    "MAX_RECV_BYTES": ("max_response_bytes", _count),
    "CACERT": ("ca_cert", written.text),
    "CERT": ("client_cert", written.text),
    "KEY": ("client_key", written.text),
    "AUTH_JWT_TOKEN": ("token", written.text),
}
_OTHER_VARIABLES = {
    "ENDPOINTS",
    "USER",
    "PASSWORD",
    "INSECURE_TRANSPORT",
    "INSECURE_SKIP_TLS_VERIFY",
    "DISCOVERY_SRV",
    "DISCOVERY_SRV_NAME",
    "INSECURE_DISCOVERY",
    # Of no meaning to a client:
    "API",
    "DEBUG",
    "HEX",
    "WATCH_KEY",
    "WATCH_RANGE_END",
    "WRITE_OUT",
}


def _config(path: str | os.PathLike[str]) -> dict[str, object]:
    """What the file says, by keys in lower case: Go takes them in any."""
    try:
        with open(path, "rb") as file:
            content = file.read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise _bad_file(path, f"cannot be read: {reason}") from error
    config = _loaded(path, content)
    if not isinstance(config, dict):
        raise _bad_file(path, "is no mapping of keys to values")
    return {str(name).lower(): value for name, value in config.items() if value not in (None, "")}


def _loaded(path: str | os.PathLike[str], content: bytes) -> object:
    try:
        import yaml
    except ImportError as error:
        raise ImportError("a config file needs PyYAML: install etcd-sdk[yaml]") from error
    try:
        loaded: object = yaml.safe_load(content)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
    else:
        return loaded
    # Raised here, for that error shows what stands around the place.
    raise _bad_file(path, f"is no YAML from line {mark.line + 1} on" if mark else "is no YAML")


def _from_config(config: Mapping[str, object]) -> Source:
    if "ca-file" in config:
        raise _Problem("ca-file", "is ignored by Go's client; write trusted-ca-file")
    for name in sorted(config.keys() - _KEYS.keys() - _TLS_KEYS.keys() - _OTHER_KEYS):
        raise _Problem(repr(name), "is no known key")
    tls = not _is_true(config, "insecure-transport")
    if tls and _is_true(config, "insecure-skip-tls-verify"):
        raise _Problem("insecure-skip-tls-verify", f"{_VERIFIES}; give trusted-ca-file")
    options = _options(_KEYS, config) | (_options(_TLS_KEYS, config) if tls else {})
    if _is_true(config, "permit-without-stream"):
        options["channel_options"] = {"grpc.keepalive_permit_without_calls": 1}
    endpoints = _read("endpoints", written.texts, config.get("endpoints"))
    return Source(_with_tls(endpoints) if tls else endpoints, None, cast(ClientOptions, options))


def _bad_file(path: str | os.PathLike[str], problem: str) -> ArgumentValueError:
    return ArgumentValueError("path", f"{os.fspath(path)!r}: {problem}")


def _from_environment(given: Mapping[str, str]) -> Source:
    if _is_true(given, "INSECURE_SKIP_TLS_VERIFY"):
        raise _Problem("INSECURE_SKIP_TLS_VERIFY", f"{_VERIFIES}; give {_PREFIX}CACERT")
    options = _options(_VARIABLES, given) | _user(given)
    srv = _srv(given)
    if srv and not srv.insecure:
        # The domain, not whoever answers for DNS, says whom to trust.
        options["server_name"] = srv.domain
    listed = given.get("ENDPOINTS", "" if srv else "127.0.0.1:2379")
    endpoints = [each.strip() for each in listed.split(",")] if listed else None
    if endpoints and not _is_true(given, "INSECURE_TRANSPORT", default=True):
        endpoints = _with_tls(endpoints)
    return Source(endpoints, srv, cast(ClientOptions, options))


def _user(given: Mapping[str, str]) -> dict[str, object]:
    """Who logs in: ``name:password``, or a name with a password of its own."""
    user, password = given.get("USER", ""), given.get("PASSWORD", "")
    if not user and password:
        raise _Problem("USER", f"is missing: {_PREFIX}PASSWORD is given")
    if user and "AUTH_JWT_TOKEN" in given:
        raise _Problem("AUTH_JWT_TOKEN", f"excludes {_PREFIX}USER")
    if user and not password:
        user, _, password = user.partition(":")
        if not password:
            raise _Problem("USER", f"has no password; add it, or set {_PREFIX}PASSWORD")
    return {"username": user, "password": password} if user else {}


def _srv(given: Mapping[str, str]) -> Srv | None:
    if "DISCOVERY_SRV" not in given:
        return None
    insecure = _is_true(given, "INSECURE_DISCOVERY", default=True)
    return Srv(given["DISCOVERY_SRV"], given.get("DISCOVERY_SRV_NAME", ""), insecure)


def _with_tls(endpoints: Iterable[str]) -> list[str]:
    """The endpoints, with TLS where they say neither ``http`` nor ``https``."""
    with_tls = []
    for each in endpoints:
        if each.startswith("unix:"):
            each = f"unixs:{each.removeprefix('unix:')}"
        elif "://" not in each and not each.startswith("unixs:"):
            each = f"https://{each}"
        with_tls.append(each)
    return with_tls
