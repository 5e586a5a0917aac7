"""Endpoints and options from URLs, files, variables and DNS."""

from __future__ import annotations

import json
import logging
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import cast
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import errors
from etcd_sdk._core import sources, written
from etcd_sdk._core.settings import ClientOptions, resolve
from etcd_sdk._core.sources import Source, Srv, SrvRecord, from_config_file, from_env, from_url

SECRET = "hunter2-0123456789"
NO_SCALARS = {"channel_options", "observer"}


def assert_silent(error: BaseException | None) -> None:
    """Neither the error nor what it came from shows the secret."""
    while error is not None:
        assert "hunter2" not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__


# URLs


@pytest.mark.parametrize(
    ("url", "endpoints", "options"),
    [
        ("http://h:2379", ["http://h:2379"], {}),
        ("http://h:2379/", ["http://h:2379"], {}),
        ("http://h:2379?", ["http://h:2379"], {}),
        ("https://[::1]:2379", ["https://[::1]:2379"], {}),
        ("http://h1:1,h2:2", ["http://h1:1", "http://h2:2"], {}),
        ("etcd://h1:1,h2:2/", ["h1:1", "h2:2"], {}),
        ("etcd://unixs:1", ["unixs:1"], {}),
        ("unix:///run/etcd.sock", ["unix:///run/etcd.sock"], {}),
        ("unix:///run/a@b.sock", ["unix:///run/a@b.sock"], {}),
        ("unixs://etcd%3F.sock?timeout=1", ["unixs://etcd?.sock"], {"timeout": 1.0}),
        ("unix://me:pw@/etcd.sock", ["unix:///etcd.sock"], {"username": "me", "password": "pw"}),
        ("http://me@h:1", ["http://h:1"], {"username": "me"}),
        ("http://me:@h:1", ["http://h:1"], {"username": "me", "password": ""}),
        (
            "https://user:password@h1:2379,h2:2379?timeout=5&ca_cert=/path",
            ["https://h1:2379", "https://h2:2379"],
            {"username": "user", "password": "password", "timeout": 5.0, "ca_cert": "/path"},
        ),
        (
            "http://a%40b:p%3Aq%2F%C3%A9@h:1",
            ["http://h:1"],
            {"username": "a@b", "password": "p:q/é"},
        ),
        ("http://me:p:/@#q@h:1", ["http://h:1"], {"username": "me", "password": "p:/@#q"}),
        ("http://h:1?keepalive_time=inf", ["http://h:1"], {"keepalive_time": math.inf}),
        ("http://h:1?max_attempts=1", ["http://h:1"], {"max_attempts": 1}),
        ("http://h:1?require_leader=true", ["http://h:1"], {"require_leader": True}),
        ("http://h:1?require_leader=0", ["http://h:1"], {"require_leader": False}),
        ("http://h:1?token=a%26b=c+d", ["http://h:1"], {"token": "a&b=c+d"}),
    ],
)
def test_urls(url: str, endpoints: list[str], options: ClientOptions) -> None:
    assert from_url(url) == Source(endpoints, None, options)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "has an unknown scheme"),
        ("h:2379", "has an unknown scheme"),
        (f"me:{SECRET}@h:2379", "has an unknown scheme"),
        (f"ftp://me:{SECRET}@h:2379", "has an unknown scheme"),
        ("http://", "has no endpoint in place 1 of 1"),
        ("http://h", "has no endpoint in place 1 of 1"),
        ("http://h:1,h2", "has no endpoint in place 2 of 2"),
        ("http://h:1,http://h2:1", "has no endpoint in place 2 of 2"),
        ("etcd://http://h:1", "has no endpoint in place 1 of 1"),
        ("http://h:1/v3", "has no endpoint in place 1 of 1"),
        ("unix://", "has no endpoint in place 1 of 1"),
        (f"http://me:{SECRET}", "has no endpoint in place 1 of 1"),
        (f"http://me:{SECRET}?x@h:1", "has no endpoint in place 1 of 1"),
        (f"http://me:12?{SECRET}@h:1", "has something in its query"),
        ("http://me:12?hunter2=3@h:1", "has something in its query"),
        (f"http://me:{SECRET}%ff@h:1", "has a part that is not UTF-8"),
        (f"http://h:1?token={SECRET}%ff", "has a part that is not UTF-8"),
        ("http://h:1?timeuot=5", "has 'timeuot' in its query, which is no option"),
        ("http://h:1?observer=print", "has 'observer' in its query, which is no option"),
        ("http://h:1?channel_options=a", "has 'channel_options' in its query"),
        ("http://h:1?timeout=5&", "has something in its query"),
        ("http://h:1?timeout=5&timeout=6", "gives timeout twice in its query"),
        ("http://h:1?timeout=5s", "has a bad query: timeout must be a number"),
        ("http://h:1?timeout", "has a bad query: timeout must be a number"),
        (f"http://h:1?timeout={SECRET}", "has a bad query: timeout must be a number"),
        ("http://h:1?max_attempts=1.5", "has a bad query: max_attempts must be a whole number"),
        ("http://h:1?require_leader=yes", "bad query: require_leader must be true or false"),
        (f"http://me:{SECRET}@h:1?username=you", "gives username twice, before the @ and in"),
    ],
)
def test_what_are_no_urls(url: str, problem: str) -> None:
    with pytest.raises(errors.ArgumentValueError, match=f"^url: .*{problem}") as caught:
        from_url(url)
    assert "write scheme://" in str(caught.value)
    assert_silent(caught.value)


def test_a_url_is_text() -> None:
    with pytest.raises(errors.ArgumentTypeError, match=r"^url: must be str, not bytes"):
        from_url(b"http://h:1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_every_option_of_a_simple_type_can_stand_in_a_url() -> None:
    assert sources._QUERY.keys() == ClientOptions.__annotations__.keys() - NO_SCALARS


@given(st.text(min_size=1), st.text(), st.text())
def test_logins_and_texts_come_through_a_url(username: str, password: str, ca_cert: str) -> None:
    login = f"{quote(username, safe='')}:{quote(password, safe='')}"
    found = from_url(f"https://{login}@h:1?ca_cert={quote(ca_cert, safe='')}")
    assert found.endpoints == ["https://h:1"]
    assert found.options == {"username": username, "password": password, "ca_cert": ca_cert}


@given(st.text() | st.text().map("http://me:hunter2@".__add__))
def test_any_text_is_a_url_or_a_clear_error(text: str) -> None:
    try:
        from_url(text)
    except errors.ArgumentValueError as error:
        assert_silent(error)


@given(st.floats(min_value=0, allow_nan=False), st.integers(0, 2**40), st.booleans())
def test_numbers_and_truths_come_through_a_url(seconds: float, size: int, truth: bool) -> None:
    query = f"timeout={seconds}&max_request_bytes={size}&require_leader={truth}"
    assert from_url(f"http://h:1?{query}").options == {
        "timeout": seconds,
        "max_request_bytes": size,
        "require_leader": truth,
    }


def test_etcd_urls_use_tls_if_an_option_asks_for_it() -> None:
    for query, secure in (("", False), ("?server_name=etcd", True)):
        found = from_url(f"etcd://h:1{query}")
        assert found.endpoints
        assert resolve(found.endpoints, found.options).endpoints[0].secure is secure


# Config files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "etcd.yaml"


def test_a_whole_file(file: Path) -> None:
    file.write_text(
        f"""
        endpoints: ["https://a:2379", "https://b:2379"]
        auto-sync-interval: 60000000000
        dial-timeout: 5000000000
        dial-keep-alive-time: 30s
        dial-keep-alive-timeout: 1500ms
        MaxCallSendMsgSize: 1048576
        MaxCallRecvMsgSize: 2097152
        max-unary-retries: 7
        backoff-wait-between: 50000000
        backoff-jitter-fraction: 0.25
        username: root
        password: {SECRET}
        reject-old-cluster: true
        permit-without-stream: true
        trusted-ca-file: /ca.pem
        cert-file: /cert.pem
        key-file: /key.pem
        insecure-skip-tls-verify: false
        """
    )
    found = from_config_file(file)
    assert found == Source(
        ["https://a:2379", "https://b:2379"],
        None,
        {
            "sync_interval": 60.0,
            "connect_timeout": 5.0,
            "keepalive_time": 30.0,
            "keepalive_timeout": 1.5,
            "max_request_bytes": 1048576,
            "max_response_bytes": 2097152,
            "max_attempts": 7,
            "backoff": 0.05,
            "backoff_jitter": 0.25,
            "username": "root",
            "password": SECRET,
            "reject_old_cluster": True,
            "channel_options": {"grpc.keepalive_permit_without_calls": 1},
            "ca_cert": "/ca.pem",
            "client_cert": "/cert.pem",
            "client_key": "/key.pem",
        },
    )
    assert SECRET not in f"{found} {found!r}"


@pytest.mark.parametrize(
    ("config", "endpoints", "options"),
    [
        ({"endpoints": ["a:1"]}, ["https://a:1"], {}),
        ({"endpoints": ["http://a:1", "unix:s"]}, ["http://a:1", "unixs:s"], {}),
        ({"endpoints": ["unix:///s", "unixs:t"]}, ["unixs:///s", "unixs:t"], {}),
        ({"Endpoints": ["a:1"], "Insecure-Transport": True}, ["a:1"], {}),
        ({"endpoints": ["a:1"], "insecure-transport": True, "cert-file": "/c"}, ["a:1"], {}),
        (
            {
                "endpoints": ["a:1"],
                "insecure-transport": True,
                "insecure-skip-tls-verify": True,
            },
            ["a:1"],
            {},
        ),
        ({"endpoints": ["a:1"], "trusted-ca-file": "/c"}, ["https://a:1"], {"ca_cert": "/c"}),
        ({"endpoints": ["a:1"], "token": SECRET}, ["https://a:1"], {"token": SECRET}),
        (
            {
                "endpoints": ["a:1"],
                "username": "",
                "password": None,
                "ca-file": "",
                "dial-timeout": 0,
                "auto-sync-interval": "0s",
                "max-unary-retries": 0,
                "MaxCallSendMsgSize": 0,
                "backoff-jitter-fraction": 0,
                "dial-keep-alive-timeout": 0,
                "permit-without-stream": False,
            },
            ["https://a:1"],
            {},
        ),
        ({"endpoints": ["a:1"], "dial-keep-alive-time": 0}, None, {"keepalive_time": math.inf}),
        ({"endpoints": ["a:1"], "dial-keep-alive-time": 2 * 10**9}, None, {"keepalive_time": 10.0}),
        ({"endpoints": ["a:1"], "dial-keep-alive-time": "1m"}, None, {"keepalive_time": 60.0}),
    ],
)
def test_files(
    config: object, endpoints: list[str] | None, options: ClientOptions, file: Path
) -> None:
    file.write_text(json.dumps(config))
    assert from_config_file(str(file)) == Source(endpoints or ["https://a:1"], None, options)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "is no mapping of keys to values"),
        ("- a:1", "is no mapping of keys to values"),
        ("a: [", "is no YAML from line"),
        (f"password: {SECRET}\nendpoints: [a:1", "is no YAML from line"),
        (f"username: root\npassword:{SECRET}\nendpoints: [a]", "is no YAML from line"),
        (f"password: *{SECRET}", "is no YAML from line 1"),
        (f"password: !hunter2 {SECRET}", "is no YAML from line 1"),
        ("endpoints: \x01", "is no YAML"),
        ("endpoints: 2026-99-99", "is no YAML"),
        ("endpoints: [a:1]\n---\nendpoints: [a:1]", "is no YAML from line 2"),
        ("username: root", "endpoints must be a list"),
        ("endpoints: a:1", "endpoints must be a list"),
        ("endpoints: []", "endpoints must be a list"),
        ("endpoints: [1]", "endpoints must be a text"),
        ("endpoints: [a:1]\nendpoint: 5", "'endpoint' is no known key"),
        ("endpoints: [a:1]\ntls: {}", "'tls' is no known key"),
        ("endpoints: [a:1]\n5: 5", "'5' is no known key"),
        ("endpoints: [a:1]\nca-file: /ca", "ca-file is ignored by Go's client; write trusted-ca"),
        ("endpoints: [a:1]\ninsecure-skip-tls-verify: true", "gRPC for Python always verifies"),
        ("endpoints: [a:1]\npassword: 0123", "password must be a text; put it in quotes"),
        ("endpoints: [a:1]\ndial-timeout: 1.5", "dial-timeout must be a duration"),
        ("endpoints: [a:1]\ndial-timeout: 5 s", "dial-timeout must be a duration"),
        ("endpoints: [a:1]\ndial-timeout: true", "dial-timeout must be a duration"),
        ("endpoints: [a:1]\ndial-timeout: -1", "dial-timeout must be a time from 0 to 292 years"),
        ("endpoints: [a:1]\nmax-unary-retries: -1", "max-unary-retries must be a whole number"),
        ("endpoints: [a:1]\nmax-unary-retries: true", "max-unary-retries must be a whole number"),
        ("endpoints: [a:1]\nreject-old-cluster: 1", "reject-old-cluster must be true or false"),
        ("endpoints: [a:1]\nbackoff-jitter-fraction: [1]", "fraction must be a number"),
        ("endpoints: [a:1]\nbackoff-jitter-fraction: true", "fraction must be a number"),
    ],
)
def test_files_that_are_refused(content: str, problem: str, file: Path) -> None:
    file.write_text(content)
    with pytest.raises(errors.ArgumentValueError, match=r"^path: '.*etcd.yaml': ") as caught:
        from_config_file(file)
    assert problem in str(caught.value)
    assert_silent(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(errors.ArgumentValueError, match="cannot be read: No such file"):
        from_config_file(tmp_path / "missing.yaml")
    with pytest.raises(errors.ArgumentValueError, match="cannot be read: embedded null byte"):
        from_config_file("a\0b")


def test_without_pyyaml_the_error_says_what_to_install(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("endpoints: [a:1]")
    monkeypatch.setitem(sys.modules, "yaml", cast(ModuleType, None))
    with pytest.raises(ImportError, match=r"etcd-sdk\[yaml\]"):
        from_config_file(file)


# The environment of etcdctl


@pytest.mark.parametrize(
    ("environ", "endpoints", "options"),
    [
        ({}, ["127.0.0.1:2379"], {}),
        ({"PATH": "/bin", "ETCDCTL_ENDPOINTS": ""}, ["127.0.0.1:2379"], {}),
        ({"ETCDCTL_ENDPOINTS": "a:1, https://b:2"}, ["a:1", "https://b:2"], {}),
        ({"ETCDCTL_INSECURE_TRANSPORT": "false"}, ["https://127.0.0.1:2379"], {}),
        ({"ETCDCTL_INSECURE_TRANSPORT": "true"}, ["127.0.0.1:2379"], {}),
        (
            {"ETCDCTL_CACERT": "/ca", "ETCDCTL_CERT": "/cert", "ETCDCTL_KEY": "/key"},
            None,
            {"ca_cert": "/ca", "client_cert": "/cert", "client_key": "/key"},
        ),
        ({"ETCDCTL_USER": "me:p:w"}, None, {"username": "me", "password": "p:w"}),
        (
            {"ETCDCTL_USER": "m:e", "ETCDCTL_PASSWORD": "pw"},
            None,
            {"username": "m:e", "password": "pw"},
        ),
        ({"ETCDCTL_AUTH_JWT_TOKEN": "t"}, None, {"token": "t"}),
        ({"ETCDCTL_DIAL_TIMEOUT": "3s"}, None, {"connect_timeout": 3.0}),
        ({"ETCDCTL_DIAL_TIMEOUT": "0"}, None, {}),
        ({"ETCDCTL_COMMAND_TIMEOUT": "1m30s"}, None, {"timeout": 90.0}),
        ({"ETCDCTL_KEEPALIVE_TIME": "2s"}, None, {"keepalive_time": 10.0}),
        ({"ETCDCTL_KEEPALIVE_TIME": "0s"}, None, {"keepalive_time": math.inf}),
        ({"ETCDCTL_KEEPALIVE_TIMEOUT": "300ms"}, None, {"keepalive_timeout": 0.3}),
        (
            {"ETCDCTL_MAX_REQUEST_BYTES": "1000", "ETCDCTL_MAX_RECV_BYTES": "0"},
            None,
            {"max_request_bytes": 1000},
        ),
        (
            {"ETCDCTL_INSECURE_SKIP_TLS_VERIFY": "false", "ETCDCTL_DISCOVERY_SRV_NAME": "x"},
            None,
            {},
        ),
    ],
)
def test_environments(
    environ: Mapping[str, str], endpoints: list[str] | None, options: ClientOptions
) -> None:
    assert from_env(environ) == Source(endpoints or ["127.0.0.1:2379"], None, options)


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({}, Source(None, Srv("example.com", "", True), {})),
        ({"DISCOVERY_SRV_NAME": "blue"}, Source(None, Srv("example.com", "blue", True), {})),
        ({"ENDPOINTS": "a:1"}, Source(["a:1"], Srv("example.com", "", True), {})),
        (
            {"INSECURE_DISCOVERY": "false"},
            Source(None, Srv("example.com", "", False), {"server_name": "example.com"}),
        ),
    ],
)
def test_discovery(environ: Mapping[str, str], found: Source) -> None:
    given = {"DISCOVERY_SRV": "example.com", **environ}
    assert from_env({f"ETCDCTL_{name}": value for name, value in given.items()}) == found


@pytest.mark.parametrize(
    ("environ", "name", "problem"),
    [
        ({"DIAL_TIMEOUT": "5"}, "DIAL_TIMEOUT", "must be a duration such as 5s"),
        ({"DIAL_TIMEOUT": SECRET}, "DIAL_TIMEOUT", "must be a duration such as 5s"),
        ({"COMMAND_TIMEOUT": "-5s"}, "COMMAND_TIMEOUT", "must be a duration such as 5s"),
        ({"MAX_REQUEST_BYTES": "1k"}, "MAX_REQUEST_BYTES", "must be a whole number"),
        ({"INSECURE_TRANSPORT": "yes"}, "INSECURE_TRANSPORT", "must be true or false"),
        (
            {"DISCOVERY_SRV": "a", "INSECURE_DISCOVERY": SECRET},
            "INSECURE_DISCOVERY",
            "must be true or false",
        ),
        (
            {"INSECURE_SKIP_TLS_VERIFY": "true"},
            "INSECURE_SKIP_TLS_VERIFY",
            "cannot be done: gRPC for Python always verifies certificates; give ETCDCTL_CACERT",
        ),
        ({"USER": "me"}, "USER", "has no password; add it, or set ETCDCTL_PASSWORD"),
        ({"USER": "me:"}, "USER", "has no password; add it, or set ETCDCTL_PASSWORD"),
        ({"PASSWORD": SECRET}, "USER", "is missing: ETCDCTL_PASSWORD is given"),
        (
            {"USER": f"me:{SECRET}", "AUTH_JWT_TOKEN": SECRET},
            "AUTH_JWT_TOKEN",
            "excludes ETCDCTL_USER",
        ),
    ],
)
def test_variables_that_are_refused(environ: Mapping[str, str], name: str, problem: str) -> None:
    with pytest.raises(errors.ArgumentValueError) as caught:
        from_env({f"ETCDCTL_{key}": value for key, value in environ.items()})
    assert caught.value.argument == f"ETCDCTL_{name}"
    assert problem in str(caught.value)
    assert_silent(caught.value)


def test_unknown_variables_are_warned_of_and_known_ones_are_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    silent = ("API", "DEBUG", "HEX", "WRITE_OUT", "WATCH_KEY", "WATCH_RANGE_END")
    with caplog.at_level(logging.DEBUG, "etcd_sdk"):
        found = from_env({"ETCDCTL_CACERTS": SECRET} | {f"ETCDCTL_{name}": "x" for name in silent})
    assert found == Source(["127.0.0.1:2379"], None, {})
    assert caplog.messages == ["the environment variable ETCDCTL_CACERTS is unknown"]
    assert caplog.records[0].levelno == logging.WARNING


# DNS


def test_names_to_ask_dns_for() -> None:
    assert sources.srv_names("example.com") == [
        ("https", "_etcd-client-ssl._tcp.example.com"),
        ("http", "_etcd-client._tcp.example.com"),
    ]
    assert sources.srv_names("example.com.", "blue") == [
        ("https", "_etcd-client-ssl-blue._tcp.example.com."),
        ("http", "_etcd-client-blue._tcp.example.com."),
    ]
    assert sources.srv_names("example.com", insecure=False) == [
        ("https", "_etcd-client-ssl._tcp.example.com"),
    ]


@pytest.mark.parametrize("domain", ["", ".", "a b", "a/b", "a:1"])
def test_what_are_no_domains(domain: str) -> None:
    with pytest.raises(errors.ArgumentValueError, match=r"^domain: "):
        sources.srv_names(domain)


@pytest.mark.parametrize("name", ["a.b", "a b", "x" * 47])
def test_what_are_no_service_names(name: str) -> None:
    with pytest.raises(errors.ArgumentValueError, match=r"^service_name: "):
        sources.srv_names("example.com", name)


def test_endpoints_from_answers() -> None:
    answers = [
        SrvRecord("b.example.com.", 2379, 10),
        SrvRecord("a.example.com", 2379, 0),
        SrvRecord("b.example.com", 2379, 20),
        SrvRecord(".", 0, 0),
    ]
    found = ["https://a.example.com:2379", "https://b.example.com:2379"]
    assert sources.endpoints_from_srv("https", answers) == found
    assert sources.endpoints_from_srv("http", []) == []


# Values


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("0s", 0.0),
        ("5s", 5.0),
        ("+5s", 5.0),
        ("1m30s", 90.0),
        ("300ms", 0.3),
        ("700ms", 0.7),
        ("1.5h", 5400.0),
        (".5s", 0.5),
        ("5.s", 5.0),
        ("1h2m3s4ms5us6ns", 3723.004005006),
        ("3\u00b5s", 3e-6),
        ("3\u03bcs", 3e-6),
        ("1.9ns", 1e-9),
        ("1s1s", 2.0),
        ("2562047h", 2562047 * 3600.0),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert written.duration(text) == seconds


NO_DURATIONS = """
+ 5 s .s 5S 5d -5s 1e3s 5s5 1.2.3s s5 1h-5s ++5s \u0665s 5\u00b5 5m,3s 2562048h
"""


@pytest.mark.parametrize(
    "text", [*NO_DURATIONS.split(), "", "5 s", " 5s", "5s\n", "9" * 99 + "h", "9" * 5000 + "s"]
)
def test_what_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be a (duration|time)"):
        written.duration(text)


UNITS = {"h": 3600 * 10**9, "m": 60 * 10**9, "s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


@given(st.lists(st.integers(0, 10**5), min_size=1, max_size=len(UNITS)))
def test_durations_add_up(numbers: list[int]) -> None:
    parts = [*zip(numbers, UNITS, strict=False)]
    text = "".join(f"{number}{unit}" for number, unit in parts)
    expected = sum(number * UNITS[unit] for number, unit in parts)
    assert written.duration(text) == expected / 10**9


@given(st.integers(0, 10**15), st.sampled_from([*UNITS]))
def test_fractions_are_cut_to_nanoseconds(thousandths: int, unit: str) -> None:
    text = f"{thousandths // 1000}.{thousandths % 1000:03}{unit}"
    if thousandths * UNITS[unit] // 1000 < 2**63:
        assert written.duration(text) == thousandths * UNITS[unit] // 1000 / 10**9


@given(st.text())
def test_any_text_is_a_duration_or_a_clear_error(text: str) -> None:
    try:
        assert written.duration(text) >= 0
    except ValueError as error:
        assert str(error).startswith("must be ")  # noqa: PT017 - most are errors


@given(st.integers(0, 2**63 - 1))
def test_numbers_are_nanoseconds(number: int) -> None:
    assert written.time(number) == number / 10**9
    assert written.time(f"{number}ns") == number / 10**9
