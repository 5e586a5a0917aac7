# Derived from etcd_sdk/_async/client.py by codegen; do not edit.

"""The way in: a connection to etcd and the services over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, Unpack

from etcd_sdk._core import timeouts
from etcd_sdk._core.settings import ClientOptions, resolve
from etcd_sdk._core.watching import watch_request
from etcd_sdk._sync.connection import Connection
from etcd_sdk._sync.discovery import discovered
from etcd_sdk._sync.kv import KV
from etcd_sdk._sync.lease import Lease
from etcd_sdk._sync.pipeline import Pipeline
from etcd_sdk._sync.watch import Asked, Watcher
from etcd_sdk_api._sync import (
    Api,
    AuthApi,
    ClusterApi,
    MaintenanceApi,
)
from etcd_sdk_api.enums import FilterType
from etcd_sdk_api.errors import UnavailableError
from etcd_sdk_api.ops import Watch

if TYPE_CHECKING:
    from etcd_sdk._core.sources import Source


class Client:
    """A client of an etcd cluster.

    Making it does no I/O. It connects when the first call is made, and again whenever a connection
    broke. Calls go to the endpoints in turn; one that fails is left alone until it serves again.
    Close the client, or use it as a context manager.

    Args:
        endpoints: Where the members of the cluster serve clients: ``host:port``,
            ``http://host:port``, ``https://host:port`` or ``unix:///path``; a list, or one string
            with commas.
        options: See ``ClientOptions``: timeouts, TLS, authentication, retries and more.

    Attributes:
        kv: Reads, writes and transactions.
        lease: Limited lifetimes for keys.
        cluster: The members.
        maintenance: Alarms, state, disk space, backup of members.
        auth: Users, roles and the switch that turns access control on.
        rpc: Every RPC of etcd below its service's name: ``rpc.watch``, ``rpc.election`` …

    Raises:
        ArgumentError: An argument is bad.
    """

    rpc: Api
    kv: KV
    lease: Lease
    cluster: ClusterApi
    maintenance: MaintenanceApi
    auth: AuthApi

    def __init__(
        self,
        endpoints: str | Sequence[str] = "127.0.0.1:2379",
        **options: Unpack[ClientOptions],
    ) -> None:
        settings = resolve(endpoints, options)
        self._owns_connection = True
        self._connect(Connection(settings), settings.timeout, settings.require_leader)

    @classmethod
    def from_url(cls, url: str, **options: Unpack[ClientOptions]) -> Self:
        """A client for ``https://user:password@h1:2379,h2:2379?timeout=5&ca_cert=/etc/ca.pem``.

        Args:
            url: The scheme goes for every endpoint: ``http``, ``https``, ``unix``, ``unixs``, or
                ``etcd`` for endpoints that use TLS if an option asks for it. User, password, the
                path of a socket and the query are percent-decoded. The query has options by their
                names: numbers, ``true`` and ``false``, or texts.
            options: See ``ClientOptions``; they win over those of the URL.

        Raises:
            ArgumentError: The URL or an option is bad.
        """
        from etcd_sdk._core import sources  # here and below: only who needs it pays for it

        return cls._from_source(sources.from_url(url), None, options)

    @classmethod
    def from_config_file(
        cls, path: str | os.PathLike[str], **options: Unpack[ClientOptions]
    ) -> Self:
        """A client for what a YAML file in the form of Go's client says.

        Its keys are those of Go's ``clientv3.Config`` and of its ``yaml`` package: ``endpoints``,
        ``dial-timeout``, ``trusted-ca-file``, ``username`` … As there, times are nanoseconds (or
        texts such as ``5s``), and endpoints that say neither ``http`` nor ``https`` use TLS unless
        ``insecure-transport`` is true. Unknown keys are refused, and so is
        ``insecure-skip-tls-verify``, which gRPC for Python cannot do.

        Args:
            path: The file; JSON will do too. Reading it needs PyYAML: ``etcd-sdk[yaml]``.
            options: See ``ClientOptions``; they win over those of the file.

        Raises:
            ArgumentError: The file cannot be read, or something in it is bad.
            ImportError: PyYAML is missing.
        """
        from etcd_sdk._core import sources

        return cls._from_source(sources.from_config_file(path), None, options)

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] = os.environ, **options: Unpack[ClientOptions]
    ) -> Self:
        """A client for what the variables of ``etcdctl`` say, ``ETCDCTL_ENDPOINTS`` and so on.

        With ``ETCDCTL_DISCOVERY_SRV`` it asks DNS, see ``from_srv``.

        Args:
            environ: Where they stand; by default the environment of the process.
            options: See ``ClientOptions``; they win over the variables.

        Raises:
            ArgumentError: A variable or an option is bad; the error names it.
            ImportError: DNS is to be asked and dnspython is missing.
            UnavailableError: DNS does not answer, or knows no endpoint, and no variable names one.
        """
        from etcd_sdk._core import sources

        source = sources.from_env(environ)
        found = None if source.srv is None else discovered(source.srv)
        return cls._from_source(source, found, options)

    @classmethod
    def from_srv(
        cls,
        domain: str,
        *,
        service_name: str = "",
        insecure: bool = True,
        **options: Unpack[ClientOptions],
    ) -> Self:
        """A client for the endpoints that DNS knows: SRV records of ``_etcd-client-ssl._tcp``.

        Args:
            domain: Where they are: ``example.com``.
            service_name: Of the cluster, if the domain has several: ``_etcd-client-ssl-name._tcp``.
            insecure: Whether to take those of ``_etcd-client._tcp``, too, which are without TLS.
            options: See ``ClientOptions``.

        Raises:
            ArgumentError: An argument is bad.
            ImportError: dnspython is missing; ``etcd-sdk[srv]`` installs it.
            UnavailableError: DNS does not answer, or knows no endpoint.
        """
        from etcd_sdk._core.sources import Srv

        found = discovered(Srv(domain, service_name, insecure))
        if not found:
            raise _unknown(domain)
        return cls(found, **options)

    @classmethod
    def _from_source(cls, source: Source, found: list[str] | None, options: ClientOptions) -> Self:
        merged: ClientOptions = {**source.options, **options}
        endpoints = found or source.endpoints
        if endpoints is None and source.srv is not None:
            raise _unknown(source.srv.domain)
        return cls(**merged) if endpoints is None else cls(endpoints, **merged)

    def _connect(self, connection: Connection, timeout: float | None, require_leader: bool) -> None:
        self._connection = connection
        self._timeout = timeout
        self._require_leader = require_leader
        self._pipeline = Pipeline(connection, timeout, require_leader)
        self.rpc = Api(self._pipeline)
        self.kv = KV(self._pipeline)
        self.lease = Lease(self._pipeline)
        self.cluster = self.rpc.cluster
        self.maintenance = self.rpc.maintenance
        self.auth = self.rpc.auth

    def with_options(
        self, *, timeout: float | None = None, require_leader: bool | None = None
    ) -> Self:
        """A client with other defaults, over the same connection; it costs next to nothing.

        Closing it leaves the connection alone, which belongs to the client that was made first.

        Args:
            timeout: Seconds that a call may take; ``None`` keeps the default of this client,
                ``math.inf`` is no limit.
            require_leader: Whether a member that has lost its leader is to refuse calls; ``None``
                keeps what this client does.

        Raises:
            ArgumentError: An argument is bad.
        """
        view = object.__new__(type(self))
        view._owns_connection = False
        view._connect(
            self._connection,
            timeouts.limit(timeout, self._timeout),
            self._require_leader if require_leader is None else require_leader,
        )
        return view

    @property
    def endpoints(self) -> list[str]:
        """Where calls go, working or not."""
        return [channel.name for channel in self._connection.balancer.members]

    def set_endpoints(self, endpoints: str | Sequence[str]) -> None:
        """Call other endpoints from now on.

        Calls under way to endpoints that are left out go on.

        Args:
            endpoints: As of the client itself.

        Raises:
            ArgumentError: An endpoint is bad; nothing has changed.
        """
        self._connection.set_endpoints(self._connection.parsed("endpoints", endpoints))

    def watch(
        self,
        key: str | bytes | Watch,
        *,
        prefix: bool = False,
        from_key: bool = False,
        range_end: str | bytes | None = None,
        start_revision: int = 0,
        progress_notify: bool = False,
        filters: Iterable[FilterType] = (),
        prev_kv: bool = False,
        watch_id: int = 0,
        fragment: bool = False,
        buffer: int = 10_000,
        overflow: Literal["wait", "error"] = "wait",
        on_compaction: Callable[[int, int], None] | None = None,
        timeout: float | None = None,
    ) -> Watcher:
        """Watch a key or a range: ``with client.watch("/app/", prefix=True) as events``.

        Where auth is on, the caller needs read permission for the whole range. A client that
        requires a leader (``with_options(require_leader=True)``) has its watches end when no member
        has one; else they wait.

        Args:
            key: Key to watch, or first key of the range, or the prefix; or a ``Watch`` with all
                options up to ``fragment``, which then may not be given beside it.
            prefix: Watch every key that starts with ``key``; an empty key means all keys. Not
                together with ``from_key`` or ``range_end``.
            from_key: Watch every key from ``key`` on. Not together with ``prefix`` or
                ``range_end``.
            range_end: End of the range, itself left out.
            start_revision: First revision to deliver events of; 0 means only changes after the
                watch is entered. A revision in the future is waited for.
            progress_notify: Whether ``responses()`` tells now and then, while nothing happens, how
                far the watch has come.
            filters: Kinds of events to leave out.
            prev_kv: Whether events carry the key-value pair as it was before the change.
            watch_id: What ``responses()`` calls this watch; 0 leaves it to the client.
            fragment: Whether the server may split large responses. They are joined again here.
            buffer: How many events may wait for the reader.
            overflow: What happens at that limit. ``wait``: the server is told to stop, and asked to
                go on from there once the reader has caught up. ``error``: the watch ends with
                ``WatchOverflowError`` after what has arrived.
            on_compaction: If given, a watch whose next events are compacted away goes on with what
                is left, after the reader has called this with the first and the last revision that
                may be missing; it must not read the watch itself. Otherwise the watch ends with
                ``WatchCompactedError``.
            timeout: Seconds until the server must have acknowledged the watch. ``None`` is the
                client's default, ``math.inf`` no limit.

        Returns:
            A context manager and iterator of events; see ``Watcher``. Its reads raise:

        Raises:
            WatchCompactedError: The next events have been compacted away.
            PermissionDeniedError: The user may not read the whole range.
            NoLeaderError: A leader is required, and no member has one.
            WatchOverflowError: See ``overflow``.
            WatchCanceledError: The server has ended the watch for another reason; it is told.
            ClientClosedError: The client was closed.
            ArgumentError: An argument is bad; nothing was sent.
            EtcdError: It could not be created in time, or cannot go on.
        """
        options = {
            "prefix": prefix,
            "from_key": from_key,
            "range_end": range_end,
            "start_revision": start_revision,
            "progress_notify": progress_notify,
            "filters": filters,
            "prev_kv": prev_kv,
            "watch_id": watch_id,
            "fragment": fragment,
        }
        request = watch_request(key, options)
        return Watcher(self._pipeline, request, Asked(buffer, overflow, on_compaction, timeout))

    def sync_endpoints(self, *, timeout: float | None = None) -> None:
        """Call the members that the cluster has now.

        Learners are left out, and members that have not started yet.

        Args:
            timeout: Seconds the call may take. ``None`` is the client's default, ``math.inf`` no
                limit.

        Raises:
            EtcdError: The list of members could not be read; nothing has changed.
        """
        self._pipeline.sync_endpoints(timeout)

    def close(self) -> None:
        """End every call and the connection. Calls that wait get ``ClientClosedError``."""
        if self._owns_connection:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.endpoints))})"


def _unknown(domain: str) -> UnavailableError:
    return UnavailableError(f"DNS knows no etcd endpoint of {domain}")
