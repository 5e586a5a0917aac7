"""Options of a client: what they mean, and what is refused before anything is sent."""

from __future__ import annotations

import base64
import inspect
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import errors
from etcd_sdk._core.endpoint import Endpoint
from etcd_sdk._core.events import CallEvent
from etcd_sdk._core.settings import (
    TLS,
    ClientOptions,
    Credentials,
    Settings,
    TLSBytes,
    endpoints_of,
    resolve,
)

SECRET = "hunter2-0123456789"


def pem(label: str, content: str = SECRET, headers: str = "") -> bytes:
    body = base64.b64encode(content.encode()).decode()
    return f"-----BEGIN {label}-----\n{headers}{body}\n-----END {label}-----\n".encode()


CERT = pem("CERTIFICATE")
KEY = pem("PRIVATE KEY")
PLAIN = "localhost:2379"


def options(**given: object) -> ClientOptions:
    """Options that a type checker would refuse, too."""
    return cast(ClientOptions, given)


def refused(problem: str, endpoints: object = PLAIN, **given: object) -> errors.ArgumentError:
    """The error that these arguments get."""
    with pytest.raises(errors.ArgumentError, match=problem) as caught:
        resolve(cast(str, endpoints), options(**given))
    chain: BaseException | None = caught.value
    while chain is not None:
        assert SECRET not in f"{chain} {chain!r} {chain.args}"
        chain = chain.__context__
    return caught.value


def test_defaults() -> None:
    assert resolve(PLAIN, {}) == Settings(
        endpoints=(Endpoint(PLAIN, "dns:///localhost:2379", False),),
        timeout=10.0,
        credentials=None,
        token=None,
        tls=None,
        server_names={},
        connect_timeout=2.0,
        keepalive_time=6.0,
        keepalive_timeout=3.0,
        max_request_bytes=None,
        max_response_bytes=None,
        max_attempts=100,
        backoff=0.025,
        max_backoff=1.0,
        backoff_jitter=0.1,
        require_leader=False,
        reject_old_cluster=False,
        sync_interval=None,
        channel_options={},
        observer=None,
    )


def observe(event: CallEvent) -> None:
    """Nothing comes of it."""


# Every option with a value that is not its default, and what it becomes in the settings.
GIVEN: Mapping[str, tuple[object, Mapping[str, object]]] = {
    "timeout": (5, {"timeout": 5.0}),
    "username": ("me", {"credentials": Credentials("me", SECRET)}),
    "password": (SECRET, {"credentials": Credentials("me", SECRET)}),
    "token": (SECRET, {"token": SECRET}),
    "ca_cert": (CERT, {"tls": TLS(CERT, None, None)}),
    "client_cert": (CERT, {"tls": TLS(None, CERT, KEY)}),
    "client_key": (KEY, {"tls": TLS(None, CERT, KEY)}),
    "server_name": ("etcd.example.com", {"server_names": "etcd.example.com"}),
    "connect_timeout": (0.5, {"connect_timeout": 0.5}),
    "keepalive_time": (30, {"keepalive_time": 30.0}),
    "keepalive_timeout": (0.5, {"keepalive_timeout": 0.5}),
    "max_request_bytes": (1000, {"max_request_bytes": 1000}),
    "max_response_bytes": (2000, {"max_response_bytes": 2000}),
    "max_attempts": (1, {"max_attempts": 1}),
    "backoff": (0.1, {"backoff": 0.1, "max_backoff": 1.0}),
    "max_backoff": (7, {"max_backoff": 7.0}),
    "backoff_jitter": (0, {"backoff_jitter": 0.0}),
    "require_leader": (True, {"require_leader": True}),
    "reject_old_cluster": (True, {"reject_old_cluster": True}),
    "sync_interval": (60, {"sync_interval": 60.0}),
    "channel_options": ({"grpc.x": b"y"}, {"channel_options": {"grpc.x": b"y"}}),
    "observer": (observe, {"observer": observe}),
}
BESIDE: Mapping[str, Mapping[str, object]] = {
    "username": {"password": SECRET},
    "password": {"username": "me"},
    "client_cert": {"client_key": KEY},
    "client_key": {"client_cert": CERT},
}


@pytest.mark.parametrize("name", ClientOptions.__annotations__)
def test_every_option_reaches_the_settings(name: str) -> None:
    value, expected = GIVEN[name]
    resolved = resolve(PLAIN, options(**{name: value}, **BESIDE.get(name, {})))
    assert resolved == resolve(PLAIN, {})._replace(
        **cast(Any, dict({"tls": resolved.tls, "endpoints": resolved.endpoints}, **expected))
    )


def test_every_option_is_documented() -> None:
    doc = inspect.getdoc(ClientOptions) or ""
    assert re.findall(r"^    (\w+): ", doc, re.MULTILINE) == [*ClientOptions.__annotations__]


def test_an_unknown_option_is_what_python_says_of_one() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'time_out'"):
        resolve(PLAIN, options(time_out=1))


@pytest.mark.parametrize("name", sorted(GIVEN.keys() - {"observer", "channel_options"}))
def test_a_wrong_type_is_refused_by_name(name: str) -> None:
    beside = BESIDE.get(name, {})
    error = refused(f"^{name}: must be ", **{name: [SECRET]}, **beside)
    assert isinstance(error, errors.ArgumentTypeError)
    assert error.argument == name


MAY_BE_NONE = {"max_request_bytes", "max_response_bytes", "sync_interval", "observer"}


@pytest.mark.parametrize("name", sorted(GIVEN.keys() - MAY_BE_NONE))
def test_none_is_no_way_to_leave_an_option_out(name: str) -> None:
    refused(f"^{name}: must be ", **{name: None}, **BESIDE.get(name, {}))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"timeout": 0}, "^timeout: must be more than 0 seconds"),
        ({"timeout": math.nan}, "^timeout: must be more than 0 seconds"),
        ({"timeout": True}, "^timeout: must be a number of seconds"),
        ({"connect_timeout": -1}, "^connect_timeout: must be more than 0"),
        ({"connect_timeout": math.inf}, "^connect_timeout: must be at most 2,000,000 seconds"),
        ({"keepalive_time": 0.99}, "^keepalive_time: must be at least 1 second, or math.inf"),
        ({"keepalive_timeout": math.inf}, "^keepalive_timeout: must be at most"),
        ({"max_request_bytes": 0}, "^max_request_bytes: must be from 1 to 2,147,483,647"),
        ({"max_response_bytes": 2**31}, "^max_response_bytes: must be from 1"),
        ({"max_response_bytes": True}, "^max_response_bytes: must be int"),
        ({"max_attempts": 0}, "^max_attempts: must be from 1"),
        ({"max_attempts": 1.0}, "^max_attempts: must be int, not float"),
        ({"backoff": 0}, "^backoff: must be more than 0"),
        ({"backoff": 2, "max_backoff": 1}, "^max_backoff: must not be less than backoff"),
        ({"backoff_jitter": 1.1}, "^backoff_jitter: must be from 0 to 1, not 1.1"),
        ({"backoff_jitter": math.nan}, "^backoff_jitter: must be from 0 to 1"),
        ({"backoff_jitter": True}, "^backoff_jitter: must be a number from 0 to 1"),
        ({"require_leader": 1}, "^require_leader: must be bool, not int"),
        ({"sync_interval": 0}, "^sync_interval: must be more than 0"),
        ({"username": "me"}, "^password: is missing: username is given"),
        ({"password": SECRET}, "^username: is missing: password is given"),
        ({"username": "", "password": SECRET}, "^username: is empty"),
        ({"username": "me", "password": ""}, "^password: is empty"),
        ({"username": "me", "password": SECRET + "\ud800"}, "^password: has characters that UTF-8"),
        ({"token": ""}, "^token: is empty"),
        ({"token": SECRET + "\n"}, "^token: has characters that no token has"),
        ({"token": SECRET + "é"}, "^token: has characters that no token has"),
        ({"token": "t", "username": "me", "password": SECRET}, "^token: excludes username"),
        ({"client_cert": CERT}, "^client_key: is missing: client_cert is given"),
        ({"client_key": KEY}, "^client_cert: is missing: client_key is given"),
        ({"ca_cert": ""}, "^ca_cert: is empty"),
        ({"ca_cert": b""}, "^ca_cert: is empty"),
        ({"server_name": ""}, "^server_name: is empty"),
        ({"server_name": "https://etcd"}, "^server_name: 'https://etcd' is no host name"),
        ({"server_name": "etcd:2379"}, "^server_name: 'etcd:2379' is no host name"),
        ({"server_name": {"nowhere": "etcd"}}, "^server_name: 'nowhere' does not end in a host"),
        ({"server_name": {PLAIN: "a b"}}, "^server_name: 'a b' is no host name"),
        ({"server_name": {PLAIN: 5}}, "^server_name: must be str, not int"),
        ({"channel_options": []}, "^channel_options: must be a mapping"),
        ({"channel_options": {5: 5}}, "^channel_options: must be a mapping of str"),
        ({"channel_options": {"grpc.x": 1.5}}, r"^channel_options\['grpc.x'\]: must be int, str"),
        ({"channel_options": {"grpc.x": 2**31}}, r"^channel_options\['grpc.x'\]: is more than 32"),
        ({"channel_options": {"grpc.service_config": "{}"}}, "grpc.service_config is refused"),
        (
            {"channel_options": {"grpc.service_config_disable_resolution": 0}},
            "grpc.service_config_disable_resolution is refused",
        ),
        ({"observer": 5}, "^observer: must be a function of one CallEvent"),
    ],
)
def test_what_is_refused(given: dict[str, object], problem: str) -> None:
    refused(problem, **given)


def test_a_long_backoff_lifts_the_longest() -> None:
    assert resolve(PLAIN, {"backoff": 3.0}).max_backoff == 3.0


def test_infinity_is_no_limit_and_no_pings_and_no_refresh() -> None:
    resolved = resolve(
        PLAIN, {"timeout": math.inf, "keepalive_time": math.inf, "sync_interval": math.inf}
    )
    assert resolved.timeout is None
    assert resolved.keepalive_time == math.inf
    assert resolved.sync_interval is None
    assert resolve(PLAIN, {"keepalive_time": 1e9}).keepalive_time == math.inf


def test_settings_do_not_change_with_what_they_were_made_of() -> None:
    given: dict[str, int | str | bytes] = {"grpc.x": 1}
    names = {PLAIN: "etcd"}
    resolved = resolve(PLAIN, {"channel_options": given, "server_name": names})
    given["grpc.x"] = 2
    names[PLAIN] = "other"
    assert resolved.channel_options == {"grpc.x": 1}
    assert resolved.server_name(resolved.endpoints[0]) == "etcd"


# Endpoints


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("a:1", ["a:1"]),
        ("a:1,b:2", ["a:1", "b:2"]),
        ("a:1, b:2", ["a:1", "b:2"]),
        ("https://a:1,http://b:2", ["https://a:1", "http://b:2"]),
        (["a:1", "b:2", "a:1"], ["a:1", "b:2"]),
        (("a:1", "http://a:1", "b:2"), ["a:1", "b:2"]),
        (["https://a:1", "unix:///run/etcd.sock"], ["https://a:1", "unix:///run/etcd.sock"]),
        (["unix:/run/etcd.sock", "unix:///run/etcd.sock"], ["unix:/run/etcd.sock"]),
    ],
)
def test_endpoints(written: str | list[str], names: list[str]) -> None:
    assert [each.name for each in resolve(written, {}).endpoints] == names


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ([], "^endpoints: must be one or more, not an empty list"),
        ("", "^endpoints: '' does not end in a host"),
        ("a:1,", "^endpoints: '' does not end in a host"),
        (["a:1,b:2"], "^endpoints: .* no host name"),
        (2379, "^endpoints: must be str or a sequence of str, not int"),
        ({"a:1": 1}, "^endpoints: must be str or a sequence of str, not dict"),
        ([b"a:1"], "^endpoints: must be str, not bytes"),
        (["https://a:1", "b:2"], "'b:2' says neither http:// nor https:// beside 'https://a:1'"),
        (["b:2", "unixs:///s"], "'b:2' says neither http:// nor https:// beside 'unixs:///s'"),
    ],
)
def test_what_are_no_endpoints(written: object, problem: str) -> None:
    refused(problem, written)


@given(
    st.lists(
        st.sampled_from(["a:1", "b:2", "http://a:1", "unix:s", "http://c:3"]),
        min_size=1,
        max_size=9,
    )
)
def test_endpoints_are_distinct_and_in_order(written: list[str]) -> None:
    found = endpoints_of("endpoints", written, tls=False)
    assert len({(each.target, each.secure) for each in found}) == len(found)
    places = [written.index(each.name) for each in found]
    assert places == sorted(places)


# TLS


@pytest.mark.parametrize(
    "given",
    [
        {"ca_cert": CERT},
        {"client_cert": CERT, "client_key": KEY},
        {"server_name": "etcd"},
        {"server_name": {PLAIN: "etcd"}},
    ],
)
def test_tls_is_used_where_the_endpoint_does_not_say(given: dict[str, object]) -> None:
    written = [PLAIN, "http://b:1", "https://c:1", "unix:///s", "unixs:///t"]
    secure = [True, False, True, True, True]
    resolved = resolve(written, options(**given))
    assert [each.secure for each in resolved.endpoints] == secure
    assert resolved.tls is not None


def test_https_alone_needs_no_option() -> None:
    resolved = resolve("https://a:1", {})
    assert resolved.endpoints[0].secure
    assert resolved.tls is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"ca_cert": CERT}, "ca_cert"),
        ({"client_cert": CERT, "client_key": KEY}, "client_cert"),
        ({"server_name": "etcd"}, "server_name"),
    ],
)
def test_tls_options_for_nothing_are_refused(given: dict[str, object], name: str) -> None:
    refused(f"^{name}: is of no use: every endpoint is http://", "http://a:1,http://b:1", **given)


def test_server_names() -> None:
    one = resolve(PLAIN, {"server_name": "etcd"})
    assert one.server_name(one.endpoints[0]) == "etcd"
    none = resolve("https://a:1", {})
    assert none.server_name(none.endpoints[0]) is None
    some = resolve("https://a:1,https://b:1", {"server_name": {"a:1": "first"}})
    assert [some.server_name(each) for each in some.endpoints] == ["first", None]
    ip = resolve(PLAIN, {"server_name": "10.0.0.1"})
    assert ip.server_name(ip.endpoints[0]) == "10.0.0.1"


def test_certificates_are_read_anew_each_time(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(CERT)
    (tmp_path / "cert.pem").write_bytes(CERT + KEY)
    (tmp_path / "key.pem").write_bytes(pem("EC PARAMETERS") + pem("EC PRIVATE KEY"))
    resolved = resolve(
        PLAIN,
        {
            "ca_cert": tmp_path / "ca.pem",
            "client_cert": str(tmp_path / "cert.pem"),
            "client_key": str(tmp_path / "key.pem"),
        },
    )
    assert resolved.tls
    assert resolved.tls.read() == TLSBytes(
        CERT, CERT + KEY, pem("EC PARAMETERS") + pem("EC PRIVATE KEY")
    )
    renewed = pem("CERTIFICATE", "renewed")
    (tmp_path / "ca.pem").write_bytes(renewed)
    assert resolved.tls.read().ca == renewed
    (tmp_path / "ca.pem").unlink()
    with pytest.raises(errors.ArgumentValueError, match=r"^ca_cert: cannot read '.*ca.pem': No "):
        resolved.tls.read()


ENCRYPTED = pem("ENCRYPTED PRIVATE KEY")
OLD_ENCRYPTED = pem("RSA PRIVATE KEY", headers="Proc-Type: 4,ENCRYPTED\nDEK-Info: AES,0A\n\n")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("ca_cert", b"", "holds no certificate in PEM"),
        ("ca_cert", KEY, "holds no certificate in PEM"),
        ("ca_cert", SECRET.encode(), "holds no certificate in PEM"),
        ("ca_cert", CERT.replace(b"-----END", b""), "holds no certificate in PEM"),
        ("ca_cert", CERT.replace(b"\n-----END", b"!\n-----END"), "holds damaged PEM"),
        ("ca_cert", CERT + pem("CERTIFICATE", ""), "holds damaged PEM"),
        ("client_cert", KEY, "holds no certificate in PEM"),
        ("client_key", CERT, "holds no private key in PEM"),
        ("client_key", KEY.replace(b"\n-----END", b"!\n-----END"), "holds damaged PEM"),
        ("client_key", ENCRYPTED, "holds an encrypted key"),
        ("client_key", OLD_ENCRYPTED, "holds an encrypted key"),
    ],
)
def test_files_that_are_not_what_they_should_be(
    name: str, content: bytes, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "some.pem"
    path.write_bytes(content)
    beside = {"client_cert": CERT, "client_key": KEY} if name != "ca_cert" else {}
    refused(f"^{name}: '.*some.pem' {problem}", **dict(beside, **{name: path}))
    if content:
        refused(f"^{name}: what was given {problem}", **dict(beside, **{name: content}))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/no/such/file", "cannot read '/no/such/file': No such file or directory"),
        ("/", "cannot read '/': Is a directory"),
        ("a\0b", r"cannot read 'a\\x00b': embedded null byte"),
        (CERT.decode(), "is no path; give the PEM itself as bytes"),
        (KEY.decode(), "is no path; give the PEM itself as bytes"),
    ],
)
def test_paths_that_lead_nowhere(path: str, problem: str) -> None:
    refused(f"^ca_cert: {problem}", ca_cert=path)
    refused(f"^client_key: {problem}", client_cert=CERT, client_key=path)


def test_old_keys_with_headers_are_keys(tmp_path: Path) -> None:
    key = pem("RSA PRIVATE KEY", headers="Comment: mine\n\n").replace(b"\n", b"\r\n")
    assert resolve(PLAIN, {"client_cert": CERT, "client_key": key}).tls == TLS(None, CERT, key)


# Secrets


def test_secrets_are_not_shown() -> None:
    encoded = base64.b64encode(SECRET.encode()).decode()
    for resolved in (
        resolve(
            PLAIN,
            {
                "username": "me",
                "password": SECRET,
                "ca_cert": CERT,
                "client_cert": CERT,
                "client_key": KEY,
                "channel_options": {"grpc.x": SECRET},
            },
        ),
        resolve(PLAIN, {"token": SECRET}),
    ):
        for shown in (resolved, resolved.credentials, resolved.tls):
            assert SECRET not in f"{shown!r} {shown}"
            assert encoded not in f"{shown!r} {shown}"
    assert encoded not in repr(TLSBytes(CERT, CERT, KEY))


def test_what_is_no_secret_is_shown() -> None:
    shown = repr(resolve(PLAIN, {"token": SECRET, "timeout": 5.5, "ca_cert": CERT}))
    assert "timeout=5.5" in shown
    assert "'localhost:2379'" in shown
    assert "token='…'" in shown
    assert repr(TLS("/ca.pem", CERT, None)) == "TLS(ca_cert='/ca.pem', client_cert=…)"
    assert repr(TLSBytes(CERT, None, KEY)) == "TLSBytes(ca, key)"


@given(st.text())
def test_any_password_is_kept_or_refused_unseen(password: str) -> None:
    try:
        resolved = resolve(PLAIN, {"username": "me", "password": password})
    except errors.ArgumentValueError as error:
        assert str(error) in {  # noqa: PT017 - most are no error
            "password: is empty",
            "password: has characters that UTF-8 does not have",
        }
    else:
        assert resolved.credentials == ("me", password)
        assert repr(resolved.credentials) == "Credentials('me', …)"
