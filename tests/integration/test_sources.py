"""Clients made from URLs, files, variables and DNS, against real servers of both kinds."""

from __future__ import annotations

import asyncio
import inspect
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from etcd_sdk import AsyncClient, Client, errors
from etcd_sdk.testing import EtcdServer, ServerTLS
from tests.certificates import Certificates
from tests.faults.proxy import FaultProxy


class Used(NamedTuple):
    """What a client that was made from a source has done."""

    value: bytes
    endpoints: list[str]


def use_sync(source: str, *arguments: Any, **options: Any) -> Used:
    with getattr(Client, source)(*arguments, **options) as client:
        client.kv.put("/alice/a", source)
        return Used(client.kv.get("/alice/a").kvs[0].value, client.endpoints)


def use_async(source: str, *arguments: Any, **options: Any) -> Used:
    async def use() -> Used:
        made = getattr(AsyncClient, source)(*arguments, **options)
        async with await made if inspect.isawaitable(made) else made as client:
            await client.kv.put("/alice/a", source)
            return Used((await client.kv.get("/alice/a")).kvs[0].value, client.endpoints)

    return asyncio.run(use())


Use = Callable[..., Used]
"""Make a client from a source, write and read with it, and close it."""


@pytest.fixture(params=[use_sync, use_async], ids=["sync", "async"])
def use(request: pytest.FixtureRequest) -> Use:
    made: Use = request.param
    return made


class DnsServer:
    """Answers for SRV records on a port of the loopback; whatever it does not know does not exist.

    Attributes:
        records: By name, what is known: ``priority weight port host``.
        broken: Whether it says that it has failed.
        silent: Whether it says nothing.
        asked: The names that it was asked for.
    """

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.broken = self.silent = False
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            query, asker = self._socket.recvfrom(4096)
            if not query:
                return
            answer = self._answer(query)
            if not self.silent:
                self._socket.sendto(answer, asker)

    def _answer(self, query: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(query))
        (question,) = response.question
        name = question.name.to_text(omit_final_dot=True)
        self.asked.append(name)
        if self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif name in self.records:
            found = dns.rrset.from_text(question.name, 60, "IN", "SRV", *self.records[name])
            response.answer.append(found)
        else:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@pytest.fixture
def dns_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    """What both flavours ask for names."""
    with DnsServer() as server:
        for module, kind in (
            (dns.resolver, dns.resolver.Resolver),
            (dns.asyncresolver, dns.asyncresolver.Resolver),
        ):
            resolver = kind(configure=False)
            resolver.nameservers, resolver.port = ["127.0.0.1"], server.port
            resolver.lifetime = 0.5
            monkeypatch.setattr(module, "default_resolver", resolver)
        yield server


def srv(server: EtcdServer | FaultProxy, priority: int = 0) -> str:
    return f"{priority} 0 {port(server)} localhost."


def port(server: EtcdServer | FaultProxy) -> str:
    return server.endpoint.rpartition(":")[2]


def test_a_url(server: EtcdServer, use: Use) -> None:
    used = use("from_url", f"http://{server.endpoint}?timeout=5&max_attempts=3")
    assert used == (b"from_url", [f"http://{server.endpoint}"])


def test_a_url_with_tls(certificates: Certificates, use: Use) -> None:
    tls = ServerTLS(certificates.server.cert, certificates.server.key)
    with EtcdServer(tls=tls) as server:
        url = f"{server.endpoint}?ca_cert={certificates.authority.cert}"
        assert use("from_url", url).value == b"from_url"


def test_a_config_file(server: EtcdServer, use: Use, tmp_path: Path) -> None:
    file = tmp_path / "etcd.yaml"
    file.write_text(f"""
endpoints: ["{server.endpoint}"]
insecure-transport: true
dial-timeout: 2000000000
""")
    assert use("from_config_file", file) == (b"from_config_file", [server.endpoint])


def test_variables(server: EtcdServer, use: Use) -> None:
    environ = {"ETCDCTL_ENDPOINTS": server.endpoint, "ETCDCTL_COMMAND_TIMEOUT": "5s"}
    assert use("from_env", environ) == (b"from_env", [server.endpoint])


def test_options_win(auth_server: EtcdServer, use: Use, tmp_path: Path) -> None:
    """Each source has a password that is wrong."""
    file = tmp_path / "etcd.yaml"
    file.write_text(f"""
endpoints: ["{auth_server.endpoint}"]
insecure-transport: true
username: alice
password: wrong
""")
    environ = {"ETCDCTL_ENDPOINTS": auth_server.endpoint, "ETCDCTL_USER": "alice:wrong"}
    sources: dict[str, Any] = {
        "from_url": f"http://alice:wrong@{auth_server.endpoint}",
        "from_config_file": file,
        "from_env": environ,
    }
    for source, argument in sources.items():
        with pytest.raises(errors.AuthenticationFailedError):
            use(source, argument)
        assert use(source, argument, password="alice-pw").value == source.encode()


def test_dns(server: EtcdServer, use: Use, dns_server: DnsServer) -> None:
    with FaultProxy(server.endpoint) as dead:
        dead.refuse()
        dns_server.records = {"_etcd-client._tcp.example.com": [srv(server, 1), srv(dead)]}
        used = use("from_srv", "example.com", timeout=5.0)
        endpoints = [f"http://localhost:{port(each)}" for each in (dead, server)]
        assert used == (b"from_srv", endpoints)
    assert dns_server.asked == [
        "_etcd-client-ssl._tcp.example.com",
        "_etcd-client._tcp.example.com",
    ]


def test_dns_with_tls(certificates: Certificates, use: Use, dns_server: DnsServer) -> None:
    """Without the others' endpoints the domain says whom to trust."""
    pair = certificates.elsewhere
    with EtcdServer(tls=ServerTLS(pair.cert, pair.key)) as server:
        dns_server.records = {"_etcd-client-ssl-blue._tcp.etcd.invalid": [srv(server)]}
        environ = {
            "ETCDCTL_DISCOVERY_SRV": "etcd.invalid",
            "ETCDCTL_DISCOVERY_SRV_NAME": "blue",
            "ETCDCTL_INSECURE_DISCOVERY": "false",
            "ETCDCTL_CACERT": str(certificates.authority.cert),
        }
        used = use("from_env", environ)
        assert used == (b"from_env", [f"https://localhost:{port(server)}"])
    assert dns_server.asked == ["_etcd-client-ssl-blue._tcp.etcd.invalid"]


def test_dns_knows_none(server: EtcdServer, use: Use, dns_server: DnsServer) -> None:
    refused = "DNS knows no etcd endpoint of example.com"
    environ = {"ETCDCTL_DISCOVERY_SRV": "example.com"}
    with pytest.raises(errors.UnavailableError, match=refused):
        use("from_srv", "example.com")
    with pytest.raises(errors.UnavailableError, match=refused):
        use("from_env", environ)
    listed = {"ETCDCTL_ENDPOINTS": server.endpoint}
    assert use("from_env", environ | listed).endpoints == [server.endpoint]

    dns_server.records = {"_etcd-client._tcp.example.com": [srv(server)]}
    with pytest.raises(errors.UnavailableError, match=refused):
        use("from_srv", "example.com", insecure=False)
    assert use("from_env", environ | listed).endpoints == [f"http://localhost:{port(server)}"]


@pytest.mark.parametrize("how", ["broken", "silent"])
def test_dns_does_not_answer(use: Use, dns_server: DnsServer, how: str) -> None:
    setattr(dns_server, how, True)
    for source, argument in (
        ("from_srv", "example.com"),
        ("from_env", {"ETCDCTL_DISCOVERY_SRV": "example.com"}),
    ):
        began = time.monotonic()
        with pytest.raises(errors.UnavailableError, match=r"does not answer for _etcd-client-ssl"):
            use(source, argument)
        assert time.monotonic() - began < 5


def test_what_is_missing_is_named(
    use: Use, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "etcd.yaml"
    file.write_text("endpoints: [a:1]")
    for module in ("dns", "yaml"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"dnspython.*etcd-sdk\[srv\]"):
        use("from_srv", "example.com")
    with pytest.raises(ImportError, match=r"dnspython.*etcd-sdk\[srv\]"):
        use("from_env", {"ETCDCTL_DISCOVERY_SRV": "example.com"})
    with pytest.raises(ImportError, match=r"PyYAML.*etcd-sdk\[yaml\]"):
        use("from_config_file", file)
