"""Certificates and keys for tests: good ones, and those that a careful client or server refuses."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import trustme

LOOPBACK = ("127.0.0.1", "::1", "localhost")
LONG_AGO = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate (with what leads to its authority) and its private key, in PEM files."""

    cert: Path
    key: Path

    @property
    def cert_pem(self) -> bytes:
        return self.cert.read_bytes()

    @property
    def key_pem(self) -> bytes:
        return self.key.read_bytes()

    def become(self, other: Pair) -> None:
        """Takes the contents of another pair, as when certificates are renewed in place."""
        self.cert.write_bytes(other.cert_pem)
        self.key.write_bytes(other.key_pem)


class Authority:
    """Issues certificates, all with files in its directory.

    Attributes:
        cert: Its own certificate, which those trust who trust it.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True)
        self._directory = directory
        self._ca = trustme.CA()
        self._issued = 0
        self.cert = directory / "ca.pem"
        self.cert.write_bytes(self.cert_pem)

    @property
    def cert_pem(self) -> bytes:
        return self._ca.cert_pem.bytes()

    def server(self, *names: str, expired: bool = False) -> Pair:
        """For a server at these names and addresses; without any, the loopback's."""
        return self._write(self._ca.issue_cert(*(names or LOOPBACK), not_after=_end(expired)))

    def client(self, common_name: str, *, expired: bool = False) -> Pair:
        """For a client; etcd can take the common name for the user's."""
        name = f"{common_name}.invalid"
        leaf = self._ca.issue_cert(name, common_name=common_name, not_after=_end(expired))
        return self._write(leaf)

    def rsa(self) -> Pair:
        """For signing: RSA, where everything else has elliptic curves."""
        return self._write(self._ca.issue_cert("rsa.invalid", key_type=trustme.KeyType.RSA))

    def _write(self, leaf: trustme.LeafCert) -> Pair:
        self._issued += 1
        stem = self._directory / str(self._issued)
        pair = Pair(stem.with_suffix(".pem"), stem.with_suffix(".key"))
        pair.cert.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        pair.key.write_bytes(leaf.private_key_pem.bytes())
        return pair


class Certificates:
    """What tests of TLS need, in files below a directory that is there for it.

    Attributes:
        authority: Whom servers and clients trust; makes further certificates.
        server: A server's, good for 127.0.0.1, ::1 and localhost.
        elsewhere: A server's, good for ``etcd.invalid`` alone.
        expired_server: A server's for the loopback, long expired.
        client: A client's, with the common name ``alice``.
        expired_client: The same, long expired.
        other_authority: Whom nobody has reason to trust.
        impostor: A server's for the loopback, from the other authority.
        stranger: A client's with the common name ``alice``, from the other authority.
    """

    def __init__(self, directory: Path) -> None:
        self.authority = Authority(directory / "authority")
        self.server = self.authority.server()
        self.elsewhere = self.authority.server("etcd.invalid")
        self.expired_server = self.authority.server(expired=True)
        self.client = self.authority.client("alice")
        self.expired_client = self.authority.client("alice", expired=True)
        self.other_authority = Authority(directory / "other-authority")
        self.impostor = self.other_authority.server()
        self.stranger = self.other_authority.client("alice")


def jwt_tokens(directory: Path, *, ttl: str = "5m") -> str:
    """A value for etcd's ``--auth-token``: tokens signed with a key in ``directory``.

    Args:
        directory: Where the key's files go; it must not exist.
        ttl: How long a token is valid, as etcd writes durations.
    """
    pair = Authority(directory).rsa()  # etcd takes the public key out of a certificate
    return f"jwt,pub-key={pair.cert},priv-key={pair.key},sign-method=RS256,ttl={ttl}"


def _end(expired: bool) -> datetime.datetime | None:
    return LONG_AGO if expired else None
