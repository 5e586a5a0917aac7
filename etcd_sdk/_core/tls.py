"""Certificates and keys: where they come from, and whether gRPC can use them.

gRPC takes bytes without a look at them; what it cannot use shows in the first call, as an endpoint
that cannot be reached. So they are looked at here, as soon as they are named.
"""

from __future__ import annotations

import binascii
import logging
import os
import re
from typing import NamedTuple, TypeAlias

from etcd_sdk_api.errors import ArgumentError, ArgumentTypeError, ArgumentValueError

logger = logging.getLogger("etcd_sdk")

PEM: TypeAlias = str | os.PathLike[str] | bytes
"""A file, or what would stand in it."""

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
# Of old key files, before their contents.
_HEADER = re.compile(rb"^[A-Za-z0-9-]+:.*$", re.MULTILINE)


class TLSBytes(NamedTuple):
    """Certificates and a key as gRPC takes them, in PEM; ``None`` for what is not given."""

    ca: bytes | None
    cert: bytes | None
    key: bytes | None

    def __repr__(self) -> str:
        return f"TLSBytes({', '.join(name for name, pem in self._asdict().items() if pem)})"


class TLS(NamedTuple):
    """Where the certificates and the key come from; ``None`` for what is not given."""

    ca_cert: PEM | None
    client_cert: PEM | None
    client_key: PEM | None

    def read(self) -> TLSBytes:
        """What they are now: files are read anew, for certificates are renewed.

        Raises:
            ArgumentError: A file cannot be read, or there is nothing in it that gRPC can use; the
                error names the option and the file.
        """
        return TLSBytes(
            _certificates("ca_cert", self.ca_cert),
            _certificates("client_cert", self.client_cert),
            _key("client_key", self.client_key),
        )

    def __repr__(self) -> str:
        places = {
            name: "…" if isinstance(pem, bytes) else _shown(pem)
            for name, pem in self._asdict().items()
            if pem
        }
        return f"TLS({', '.join(f'{name}={place}' for name, place in places.items())})"


class Certificates:
    """Certificates and a key as they are, or as they last were when they could be read.

    While files are renewed half of them may be new, or none be there at all; and a process may have
    given up its right to read them.

    Args:
        source: Where they come from; ``None`` if the user named none.

    Raises:
        ArgumentError: They cannot be read from the start.
    """

    def __init__(self, source: TLS | None) -> None:
        self._source = source
        self._last = TLSBytes(None, None, None) if source is None else source.read()

    def read(self) -> TLSBytes:
        """What they are now, if that can be told."""
        if self._source is not None:
            try:
                self._last = self._source.read()
            except ArgumentError as error:
                logger.warning("what was read before is used on: %s", error)
        return self._last


def check(argument: str, pem: PEM) -> PEM:
    """``pem``, if it is a file's name or bytes.

    Raises:
        ArgumentError: It is neither; what it is stays untold, for it may be a key.
    """
    if not isinstance(pem, (str, bytes, os.PathLike)):
        raise ArgumentTypeError(argument, "a path or bytes", pem)
    if not isinstance(pem, bytes):
        path = os.fspath(pem)
        if not isinstance(path, str):
            raise ArgumentTypeError(argument, "a path of str", path)
        if "-----BEGIN" in path or "\n" in path:
            raise ArgumentValueError(argument, "is no path; give the PEM itself as bytes")
    if not pem:
        raise ArgumentValueError(argument, "is empty")
    return pem


def _certificates(argument: str, pem: PEM | None) -> bytes | None:
    if pem is None:
        return None
    found = _read(argument, pem)
    if not any(label == b"CERTIFICATE" for label, _ in _blocks(argument, pem, found)):
        raise ArgumentValueError(argument, f"{_shown(pem)} holds no certificate in PEM")
    return found


def _key(argument: str, pem: PEM | None) -> bytes | None:
    if pem is None:
        return None
    found = _read(argument, pem)
    keys = [block for block in _blocks(argument, pem, found) if block[0].endswith(b"PRIVATE KEY")]
    if not keys:
        raise ArgumentValueError(argument, f"{_shown(pem)} holds no private key in PEM")
    if any(b"ENCRYPTED" in label + headers for label, headers in keys):
        problem = "holds an encrypted key, which gRPC cannot use; decrypt it first"
        raise ArgumentValueError(argument, f"{_shown(pem)} {problem}")
    return found


def _blocks(argument: str, pem: PEM, found: bytes) -> list[tuple[bytes, bytes]]:
    """The label and the headers of each thing in ``found``, all of which must be whole."""
    blocks = _BLOCK.findall(found)
    for _, body in blocks:
        if not _is_base64(_HEADER.sub(b"", body)):
            raise ArgumentValueError(argument, f"{_shown(pem)} holds damaged PEM")
    return [(label, b"".join(_HEADER.findall(body))) for label, body in blocks]


def _is_base64(body: bytes) -> bool:
    try:
        return bool(binascii.a2b_base64(b"".join(body.split()), strict_mode=True))
    except binascii.Error:
        return False


def _read(argument: str, pem: PEM) -> bytes:
    if isinstance(pem, bytes):
        return pem
    try:
        with open(pem, "rb") as file:
            return file.read()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ArgumentValueError(argument, f"cannot read {_shown(pem)}: {reason}") from error


def _shown(pem: PEM) -> str:
    return "what was given" if isinstance(pem, bytes) else repr(os.fspath(pem))
