"""A cluster behind a network that fails on demand: a `FaultProxy` in front of each member."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from etcd_sdk.testing import EtcdCluster, EtcdServer
from tests.faults.proxy import FaultProxy


class ProxiedCluster:
    """Clients meet the proxies; the members meet one another without.

    Args:
        cluster: A running cluster.
    """

    def __init__(self, cluster: EtcdCluster) -> None:
        self._cluster = cluster
        self._proxies: dict[EtcdServer, FaultProxy] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        for member in self._cluster.members:
            proxy = FaultProxy(member.endpoint)
            self._proxies[member] = self._stack.enter_context(proxy)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def members(self) -> tuple[EtcdServer, ...]:
        return self._cluster.members

    @property
    def proxies(self) -> tuple[FaultProxy, ...]:
        """In the order of the members."""
        return tuple(self._proxies.values())

    @property
    def endpoints(self) -> list[str]:
        """Those of the proxies."""
        return [proxy.endpoint for proxy in self.proxies]

    def proxy_of(self, member: EtcdServer) -> FaultProxy:
        return self._proxies[member]

    def leader(self) -> EtcdServer:
        return self._cluster.leader()
