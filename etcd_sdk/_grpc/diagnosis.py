"""Why no connection comes about, where gRPC does not say it.

gRPC reports most failures of TLS alike, as "Unwrap failed" or "Socket closed", and some releases
name no reason at all. Python's own TLS tells them apart, so before a call gives up on an endpoint
that cannot be reached, it is asked, with the same certificates.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import ssl

from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.settings import TLSBytes

# etcd answers when it has the preface of HTTP/2, by a frame of settings: a length, and this type.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5)
_SETTINGS = b"\x04"

# What gRPC says of handshakes, whichever release. What it says of ports and names is clear.
_UNCLEAR = re.compile(
    "handshake|Unwrap failed|Socket closed|Connection reset|empty address|peer certificate|Verif"
)

# OpenSSL names each alert after the version of TLS that brought it.
_ALERT = re.compile(r"^(SSL|TLS)V[0-9]+_ALERT_")


def is_unclear(text: str) -> bool:
    """Whether gRPC's text leaves open what is wrong."""
    return _UNCLEAR.search(text) is not None


def diagnose(endpoint: Endpoint, tls: TLSBytes | None, server_name: str, seconds: float) -> str:
    """What is wrong with an endpoint; empty if it cannot be told, or nothing is.

    It waits ``seconds`` for each step, of which there are a few.
    """
    try:
        context = None if tls is None else _context(tls)
    except (ssl.SSLError, ValueError) as error:
        return f"the certificates or the key cannot be used: {_reason(error)}"
    try:
        return _greeted(endpoint, context, server_name, seconds)
    except ssl.SSLCertVerificationError as error:
        return f"the server's certificate is refused: {error.verify_message}"
    except (ssl.SSLError, ConnectionError) as error:
        if _greets(endpoint, None, seconds):
            return "the server does not speak TLS"
        return _complaint(tls, _reason(error)) if isinstance(error, ssl.SSLError) else ""
    except OSError:
        return ""


def _greeted(
    endpoint: Endpoint, context: ssl.SSLContext | None, server_name: str, seconds: float
) -> str:
    """Connect as a client of etcd does; what is wrong if that goes well up to the greeting."""
    with _connected(endpoint, seconds) as raw:
        if context is None:
            if not _is_greeted(raw) and _greets(endpoint, _unchecked(), seconds):
                return "the server speaks TLS; write https:// or give certificates"
            return ""
        with context.wrap_socket(raw, server_hostname=server_name) as encrypted:
            # In TLS 1.3 a server says only after the handshake what it thinks of the client.
            _is_greeted(encrypted)
            return ""


def _complaint(tls: TLSBytes | None, reason: str) -> str:
    """What a server means that ends the handshake with an alert."""
    if "certificate" not in reason and reason != "unknown ca":
        return f"the server ends the handshake: {reason}"
    if tls is None or tls.cert is None:
        return "the server wants a client certificate, and none is given"
    return f"the server refuses the client certificate: {reason}"


def _greets(endpoint: Endpoint, context: ssl.SSLContext | None, seconds: float) -> bool:
    """Whether the endpoint is one of etcd's, seen with or without TLS."""
    try:
        with _connected(endpoint, seconds) as raw:
            if context is None:
                return _is_greeted(raw)
            with context.wrap_socket(raw):
                return True
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")  # it speaks TLS well enough to complain
    except OSError:
        return False


def _is_greeted(connection: socket.socket) -> bool:
    # A server that does not like what it gets may be gone before all of it is sent, or before it
    # is asked why; what it said can still be read.
    with contextlib.suppress(ConnectionError):
        connection.sendall(_PREFACE)
    with contextlib.suppress(ConnectionError):
        return connection.recv(9)[3:4] == _SETTINGS
    return False


def _connected(endpoint: Endpoint, seconds: float) -> socket.socket:
    if not endpoint.path:
        return socket.create_connection((endpoint.host, endpoint.port), seconds)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    connection.connect(endpoint.path)
    return connection


def _context(tls: TLSBytes) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=None if tls.ca is None else tls.ca.decode())
    context.set_alpn_protocols(["h2"])
    if tls.cert is not None and tls.key is not None:
        # The only way to load a key that is not in a file: one that no other process can open.
        with open(os.memfd_create("etcd-sdk"), "wb") as file:
            file.write(tls.cert + b"\n" + tls.key)
            file.flush()
            context.load_cert_chain(f"/proc/self/fd/{file.fileno()}", password="")
    return context


def _unchecked() -> ssl.SSLContext:
    """For a look at what a server speaks; nothing is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or str(error)
    return _ALERT.sub("", reason).replace("_", " ").lower()
