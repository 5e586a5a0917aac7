# Derived from tests/_async/test_tls.py by codegen; do not edit.

"""TLS: whom the client trusts, what it shows of itself, and what it says when neither helps."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from etcd_sdk import (
    Client,
    ClientOptions,
    PermissionType,
    Watch,
    errors,
    pb,
)
from etcd_sdk.testing import EtcdCluster, EtcdServer, ServerTLS
from tests.certificates import Authority, Certificates, Pair
from tests.conftest import NEWEST, RELEASES, enable_auth, minor
from tests.twins._sync import Beside

OLDEST = next(iter(RELEASES.values()))
oldest_and_newest = pytest.mark.parametrize("etcd", [OLDEST, NEWEST], ids=["oldest", "newest"])


def serve(
    pair: Pair,
    client_ca: Authority | None = None,
    *,
    etcd: Path = NEWEST,
    unix_socket: bool = False,
) -> EtcdServer:
    client_certs = None if client_ca is None else client_ca.cert
    tls = ServerTLS(cert=pair.cert, key=pair.key, client_ca=client_certs)
    args = ["--bcrypt-cost=4"]
    return EtcdServer(etcd=etcd, tls=tls, unix_socket=unix_socket, extra_args=args)


def trusting(authority: Authority, pair: Pair | None = None) -> ClientOptions:
    """Options of a client, all from files."""
    if pair is None:
        return {"ca_cert": authority.cert}
    return {"ca_cert": authority.cert, "client_cert": pair.cert, "client_key": pair.key}


@pytest.fixture(scope="module")
def encrypted(certificates: Certificates) -> Iterator[EtcdServer]:
    """It takes every client."""
    with serve(certificates.server) as server:
        yield server


@pytest.fixture(scope="module")
def mutual(certificates: Certificates) -> Iterator[EtcdServer]:
    """It takes clients with a certificate only."""
    with serve(certificates.server, certificates.authority) as server:
        yield server


# --- what works ---------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["path", "str", "bytes"])
@pytest.mark.parametrize("scheme", ["https://", ""])
def test_whom_to_trust(
    encrypted: EtcdServer, certificates: Certificates, scheme: str, form: str, prefix: str
) -> None:
    authority = certificates.authority
    forms: dict[str, str | Path | bytes] = {
        "path": authority.cert,
        "str": str(authority.cert),
        "bytes": authority.cert_pem,
    }
    endpoint = encrypted.endpoint.replace("https://", scheme)
    with Client(endpoint, ca_cert=forms[form]) as client:
        client.kv.put(prefix, "1")
        assert (client.kv.get(prefix)).kvs[0].value == b"1"


@oldest_and_newest
def test_a_client_that_shows_who_it_is(etcd: Path, certificates: Certificates) -> None:
    alice, authority = certificates.client, certificates.authority
    with serve(certificates.server, authority, etcd=etcd) as server:
        with Client(server.endpoint, **trusting(authority, alice)) as client:
            client.kv.put("a", "1")
        with Client(
            server.endpoint,
            ca_cert=authority.cert_pem,
            client_cert=alice.cert_pem,
            client_key=alice.key_pem,
        ) as client:
            assert (client.kv.get("a")).kvs[0].value == b"1"


def test_the_name_that_the_servers_certificate_carries(
    encrypted: EtcdServer, certificates: Certificates
) -> None:
    trust = certificates.authority.cert
    with serve(certificates.elsewhere) as elsewhere:
        with Client(elsewhere.endpoint, ca_cert=trust, server_name="etcd.invalid") as client:
            client.kv.put("a", "1")
        with Client(
            [elsewhere.endpoint, encrypted.endpoint],
            ca_cert=trust,
            server_name={elsewhere.endpoint: "etcd.invalid"},
        ) as client:
            for server in (elsewhere, encrypted):
                status = client.maintenance.status(endpoint=server.endpoint)
                assert status.version == server.version


def test_streams(encrypted: EtcdServer, certificates: Certificates, prefix: str) -> None:
    with Client(encrypted.endpoint, **trusting(certificates.authority)) as client:
        with client.rpc.watch.watch(timeout=5) as stream:
            stream.send(pb.WatchRequest(create_request=Watch(prefix).build()))
            assert (next(stream)).created
            client.kv.put(prefix, "1")
            assert (next(stream)).events[0].kv.value == b"1"
        assert [part for part in client.rpc.maintenance.snapshot()]


@pytest.mark.skipif(list(RELEASES)[-1] < "3.6", reason="needs etcd 3.6")
def test_sockets_of_unix(certificates: Certificates) -> None:
    with EtcdServer(etcd=NEWEST, unix_socket=True) as plain:
        with Client(plain.unix_endpoint) as client:
            client.kv.put("a", "1")
        with Client(plain.endpoint) as client:
            assert (client.kv.get("a")).count == 1
    with serve(certificates.server, certificates.authority, unix_socket=True) as server:
        assert server.unix_endpoint.startswith("unixs:///")
        trust = trusting(certificates.authority, certificates.client)
        with Client(server.unix_endpoint, **trust) as client:
            client.kv.put("a", "1")
        with Client(server.endpoint, **trust) as client:
            assert (client.kv.get("a")).count == 1
        with Client(server.unix_endpoint, max_attempts=1) as client:
            with pytest.raises(errors.UnavailableError, match="unable to get local issuer"):
                client.kv.get("a")


def test_a_cluster(certificates: Certificates) -> None:
    pair, authority = certificates.server, certificates.authority
    tls = ServerTLS(cert=pair.cert, key=pair.key, client_ca=authority.cert)
    with EtcdCluster(etcd=NEWEST, tls=tls) as cluster:
        trust = trusting(authority, certificates.client)
        with Client(cluster.endpoints[0], **trust) as client:
            client.sync_endpoints()
            assert sorted(client.endpoints) == sorted(cluster.endpoints)
            client.kv.put("a", "1")
            cluster.leader().kill()
            for _ in cluster.members:
                assert (client.kv.get("a")).count == 1
            client.kv.put("a", "2")


# --- users by their certificates ----------------------------------------------------------------


@oldest_and_newest
def test_a_user_by_its_certificate(etcd: Path, certificates: Certificates) -> None:
    authority, alice = certificates.authority, certificates.client
    with serve(certificates.server, authority, etcd=etcd) as server:
        trust = trusting(authority, alice)
        with Client(server.endpoint, **trust) as setup:
            setup.auth.user_add("carol", no_password=True)
            enable_auth(setup)
            setup_root: ClientOptions = {**trust, "username": "root", "password": "root-pw"}
        with (
            Client(server.endpoint, **trust) as by_certificate,
            Client(server.endpoint, **trusting(authority, authority.client("carol"))) as carol,
            Client(server.endpoint, **setup_root) as root,
        ):
            by_certificate.kv.put("/alice/a", "1")
            with pytest.raises(errors.PermissionDeniedError):
                by_certificate.kv.put("/bob/a", "1")
            with pytest.raises(errors.PermissionDeniedError):
                carol.kv.get("/alice/a")
            # Who logs in is that user, whatever the certificate says.
            root.kv.put("/bob/a", "1")
            root.auth.user_grant_role("carol", "alice")
            assert (carol.kv.get("/alice/a")).count == 1


def test_a_user_by_its_certificate_while_roles_change(certificates: Certificates) -> None:
    authority = certificates.authority
    with serve(certificates.server, authority) as server:
        trust = trusting(authority, certificates.client)
        with Client(server.endpoint, **trust) as setup:
            enable_auth(setup)
        as_root: ClientOptions = {**trust, "username": "root", "password": "root-pw"}
        over = threading.Event()
        with (
            Client(server.endpoint, **trust) as alice,
            Client(server.endpoint, **as_root) as root,
        ):
            workers = [Beside(partial(work, alice, f"/alice/{n}", over)) for n in range(4)]
            for number in range(50):
                key = f"/{number}"
                root.auth.role_grant_permission("alice", PermissionType.READ, key)
            over.set()
            for worker in workers:
                assert worker.result()


def work(client: Client, key: str, over: threading.Event) -> int:
    """Writes until it is told to stop; how often."""
    number = 0
    while not over.is_set():
        client.kv.put(key, "1")
        number += 1
        assert (client.kv.get(key)).kvs[0].version == number
    return number


# --- what does not, and why ---------------------------------------------------------------------


def failed(endpoint: str, options: ClientOptions) -> str:
    """What a client says that cannot connect. Reads, writes and streams say the same."""
    once: ClientOptions = {**options, "max_attempts": 1}
    with Client(endpoint, **once) as client:
        with pytest.raises(errors.UnavailableError) as read:
            client.kv.get("a")
        with pytest.raises(errors.UnavailableError) as written:
            client.kv.put("a", "1")
        assert not written.value.in_doubt
        with pytest.raises(errors.UnavailableError) as streamed:
            next(client.rpc.watch.watch())
    found = [re.search(r"\(([^()]*)\) \[", str(each.value)) for each in (read, written, streamed)]
    (why,) = {each and each[1] for each in found}
    assert why is not None
    assert endpoint in str(written.value)
    return why


@oldest_and_newest
@pytest.mark.parametrize(
    ("pair", "trust", "why"),
    [
        ("server", "other_authority", "certificate is refused: unable to get local issuer"),
        ("expired_server", "authority", "certificate is refused: certificate has expired"),
        ("elsewhere", "authority", "certificate is refused: .* not valid for '127.0.0.1'"),
        ("impostor", None, "certificate is refused: unable to get local issuer"),
    ],
)
def test_a_server_that_is_not_trusted(
    etcd: Path, certificates: Certificates, pair: str, trust: str | None, why: str
) -> None:
    options: ClientOptions = {} if trust is None else trusting(getattr(certificates, trust))
    with serve(getattr(certificates, pair), etcd=etcd) as server:
        text = failed(server.endpoint, options)
    assert re.search(f"the server's {why}", text)


@oldest_and_newest
@pytest.mark.parametrize(
    ("cert", "key", "why", "why_of_old"),
    [
        (None, None, "wants a client certificate, and none is given", None),
        ("expired_client", "expired_client", "certificate: certificate expired", "bad certificate"),
        ("stranger", "stranger", "refuses the client certificate: unknown ca", "bad certificate"),
        ("client", "stranger", "cannot be used: key values mismatch", None),
    ],
)
def test_a_client_that_is_not_trusted(
    etcd: Path,
    certificates: Certificates,
    cert: str | None,
    key: str | None,
    why: str,
    why_of_old: str | None,
) -> None:
    authority = certificates.authority
    options = trusting(authority)
    if cert and key:
        options["client_cert"] = getattr(certificates, cert).cert
        options["client_key"] = getattr(certificates, key).key
    with serve(certificates.server, authority, etcd=etcd) as server:
        text = failed(server.endpoint, options)
        old = minor(server) < (3, 6)
    assert (why_of_old if old and why_of_old else why) in text


@oldest_and_newest
def test_a_server_that_speaks_otherwise(etcd: Path, certificates: Certificates) -> None:
    trust = trusting(certificates.authority)
    with serve(certificates.server, etcd=etcd) as server:
        bare = server.endpoint.removeprefix("https://")
        for endpoint in (bare, f"http://{bare}"):
            text = failed(endpoint, {})
            assert "the server speaks TLS; write https:// or give certificates" in text
    with EtcdServer(etcd=etcd) as server:
        text = failed(f"https://{server.endpoint}", {})
        assert "the server does not speak TLS" in text
        for endpoint in (server.endpoint, f"https://{server.endpoint}"):
            text = failed(endpoint, trust)
            assert "the server does not speak TLS" in text


# --- certificates are renewed -------------------------------------------------------------------


@pytest.fixture
def renewable(certificates: Certificates, tmp_path: Path) -> Pair:
    """A certificate and a key that may be overwritten."""
    pair = Pair(tmp_path / "renewable.pem", tmp_path / "renewable.key")
    pair.become(certificates.client)
    return pair


@pytest.fixture
def trusted(certificates: Certificates, tmp_path: Path) -> TextFile:
    """A file of trusted certificates that may be overwritten."""
    return TextFile(tmp_path / "ca.pem", certificates.authority.cert_pem)


class TextFile:
    """A file that changes."""

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        self.become(content)

    def become(self, content: bytes) -> None:
        self.path.write_bytes(content)

    def replace(self, content: bytes) -> None:
        """As careful people do."""
        TextFile(self.path.with_suffix(".new"), content).path.replace(self.path)


def test_a_server_of_a_new_authority(
    certificates: Certificates, renewable: Pair, trusted: TextFile
) -> None:
    renewable.become(certificates.server)
    with serve(renewable) as server:
        with Client(server.endpoint, ca_cert=trusted.path) as client:
            client.kv.put("a", "1")
            server.kill()
            renewable.become(certificates.impostor)
            server.start()
            for half in (b"-----BEGIN CERT", b""):
                with pytest.raises(errors.UnavailableError, match="unable to get local issuer"):
                    client.kv.put("a", "2", timeout=0.3)
                trusted.become(half)
            trusted.replace(certificates.other_authority.cert_pem)
            client.kv.put("a", "2")
            assert (client.kv.get("a")).kvs[0].version == 2


def test_a_client_certificate_that_is_renewed(certificates: Certificates, renewable: Pair) -> None:
    authority = certificates.authority
    renewable.become(certificates.expired_client)
    with serve(certificates.server, authority) as server:
        with Client(server.endpoint, **trusting(authority, renewable)) as client:
            with pytest.raises(errors.UnavailableError, match="refuses the client certificate"):
                client.kv.put("a", "1", timeout=0.3)
            TextFile(renewable.cert, certificates.client.cert_pem)  # the key comes later
            with pytest.raises(errors.UnavailableError, match="key values mismatch"):
                client.kv.put("a", "1", timeout=0.3)
            TextFile(renewable.key, b"")
            with pytest.raises(errors.UnavailableError, match="key values mismatch"):
                client.kv.put("a", "1", timeout=0.3)
            TextFile(renewable.key, certificates.client.key_pem)
            client.kv.put("a", "1")
            assert (client.kv.get("a")).kvs[0].version == 1


def test_files_that_cannot_be_read_any_more(
    encrypted: EtcdServer, mutual: EtcdServer, certificates: Certificates, renewable: Pair
) -> None:
    trust = trusting(certificates.authority, renewable)
    with Client(mutual.endpoint, **trust) as client:
        client.kv.get("a")
        renewable.key.unlink()
        TextFile(renewable.cert, b"-----BEGIN CERT")
        for server in (mutual, encrypted):
            status = client.maintenance.status(endpoint=server.endpoint)
            assert status.version == server.version
        client.set_endpoints([mutual.endpoint, encrypted.endpoint])
        for _ in range(2):
            client.kv.get("a")
        client.sync_endpoints()
        assert len(client.endpoints) == 1
        client.kv.get("a")


def test_a_private_key_never_shows(
    encrypted: EtcdServer,
    mutual: EtcdServer,
    certificates: Certificates,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[object] = []
    pairs = [certificates.client, certificates.stranger]
    for endpoint in (encrypted.endpoint, mutual.endpoint, "https://127.0.0.1:1"):
        for cert in pairs:
            for key in pairs:
                client = Client(
                    endpoint,
                    ca_cert=certificates.authority.cert_pem,
                    client_cert=cert.cert_pem,
                    client_key=key.key_pem,
                    max_attempts=1,
                    observer=shown.append,
                )
                with client:
                    shown += [client, client._connection.settings]
                    try:
                        client.kv.get("a")
                    except errors.UnavailableError as error:
                        shown += [error, error.__dict__, error.__cause__]
    shown += [record.__dict__ for record in caplog.records]
    secret = [line for pair in pairs for line in pair.key_pem.splitlines()[1:-1]]
    assert len(secret) > 2
    assert "left alone" in caplog.text
    for text in [f"{each} {each!r}" for each in shown]:
        assert not any(line.decode() in text for line in secret)
