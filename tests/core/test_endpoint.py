"""What is an endpoint, and what is none."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import AsyncClient, Client, errors
from etcd_sdk._core.endpoint import is_host, parse


@pytest.mark.parametrize(
    ("written", "target", "secure"),
    [
        ("127.0.0.1:2379", "ipv4:127.0.0.1:2379", False),
        ("localhost:2379", "dns:///localhost:2379", False),
        ("etcd-0.etcd_peers.svc:1", "dns:///etcd-0.etcd_peers.svc:1", False),
        ("[::1]:2379", "ipv6:[::1]:2379", False),
        ("[fe80::1%eth0]:2379", "ipv6:[fe80::1%eth0]:2379", False),
        ("http://127.0.0.1:2379", "ipv4:127.0.0.1:2379", False),
        ("http://127.0.0.1:2379/", "ipv4:127.0.0.1:2379", False),
        ("https://etcd.example.com:443", "dns:///etcd.example.com:443", True),
        ("unix:///run/etcd.sock", "unix:/run/etcd.sock", False),
        ("unix:/run/etcd.sock", "unix:/run/etcd.sock", False),
        ("unix:etcd.sock", "unix:etcd.sock", False),
        ("unixs:///run/etcd.sock", "unix:/run/etcd.sock", True),
        ("unixs:etcd.sock", "unix:etcd.sock", True),
    ],
)
def test_endpoints(written: str, target: str, secure: bool) -> None:
    assert parse("endpoints", written) == (written, target, secure)


@pytest.mark.parametrize(
    ("written", "secure"),
    [
        ("localhost:2379", True),
        ("[::1]:2379", True),
        ("unix:///run/etcd.sock", True),
        ("unix:etcd.sock", True),
        ("unixs:///run/etcd.sock", True),
        ("https://localhost:2379", True),
        ("http://localhost:2379", False),
    ],
)
def test_options_decide_where_the_scheme_does_not(written: str, secure: bool) -> None:
    assert parse("endpoints", written, tls=True).secure is secure


@pytest.mark.parametrize("host", ["etcd-0.example.com", "localhost", "10.0.0.1", "::1", "fe80::1"])
def test_hosts(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("text", ["", "a:1", "[::1]", "https://a", "a b", "-a", "a/b", "*.a"])
def test_what_is_no_host(text: str) -> None:
    assert not is_host(text)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "host and a port"),
        ("localhost", "host and a port"),
        (":2379", "host and a port"),
        ("localhost:", "host and a port"),
        ("localhost:0", "host and a port"),
        ("localhost:70000", "host and a port from 1 to 65535"),
        ("localhost:http", "host and a port"),
        ("localhost:\uff12", "host and a port"),
        ("two words:2379", "has no host name"),
        ("::1:2379", "no host name in '::1'"),
        ("[::1:2379", "no host name in '[::1'"),
        ("[localhost]:2379", "no host name in '[localhost]'"),
        ("ftp://localhost:2379", "unknown scheme"),
        ("http://localhost:2379/v3", "more than a host and a port"),
        ("http://user:secret@localhost:2379", "more than a host and a port"),
        ("localhost:2379,other:2379", "no host name"),
        ("http://user:sec/ret@localhost:2379", "more than a host and a port"),
        ("unix://", "has no path"),
    ],
)
def test_what_is_no_endpoint(written: str, problem: str) -> None:
    with pytest.raises(errors.ArgumentValueError, match="endpoints: ") as caught:
        parse("endpoints", written)
    assert problem in str(caught.value)
    assert "host:port" in str(caught.value)
    assert "sec" not in str(caught.value)


@given(st.text())
def test_any_text_is_an_endpoint_or_a_clear_error(written: str) -> None:
    with contextlib.suppress(errors.ArgumentValueError):
        assert parse("endpoints", written).name == written


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_clients_refuse_what_is_no_endpoint(kind: type[Client] | type[AsyncClient]) -> None:
    with pytest.raises(errors.ArgumentTypeError, match="endpoints: must be str"):
        kind(2379)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(errors.ArgumentTypeError, match="endpoints: must be str"):
        kind([b"localhost:1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    with pytest.raises(errors.ArgumentValueError, match="endpoints: must be one or more"):
        kind([])
    with pytest.raises(errors.ArgumentValueError, match="timeout"):
        kind(timeout=-1)
