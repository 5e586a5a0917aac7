"""What only threads and processes can do: share a client, be interrupted, exit."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from etcd_sdk import Client
from etcd_sdk.testing import EtcdServer

INTERRUPTED = """
import os, signal, sys, threading
from etcd_sdk import Client, Watch, errors, pb

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
client = Client(sys.argv[1])
stream = client.rpc.watch.watch()
stream.send(pb.WatchRequest(create_request=Watch("a").build()))
assert next(stream).created
timer = threading.Timer(0.05, os.kill, [os.getpid(), signal.SIGINT])
timer.start()
try:
    next(stream)
except KeyboardInterrupt:
    print("interrupted")
for _ in range(2):
    try:
        next(stream)
    except errors.StreamEndedError as error:
        print(type(error).__name__)
"""

LEFT_OPEN = """
import sys
from etcd_sdk import Client, Watch, pb

client = Client(sys.argv[1])
streams = [client.rpc.watch.watch(timeout=1000) for _ in range(10)]
for stream in streams[:5]:
    stream.send(pb.WatchRequest(create_request=Watch("a").build()))
    assert next(stream).created
print("done")
"""


def run(program: str, server: EtcdServer) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", program, server.endpoint]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_ctrl_c_ends_a_read_and_later_ones_say_so(server: EtcdServer) -> None:
    finished = run(INTERRUPTED, server)
    assert finished.stdout.split() == ["interrupted", "StreamEndedError", "StreamEndedError"]
    assert (finished.returncode, finished.stderr) == (0, "")


def test_an_interpreter_exits_with_streams_open(server: EtcdServer) -> None:
    finished = run(LEFT_OPEN, server)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "done\n", "")


def test_dropped_streams_leave_no_threads(server: EtcdServer) -> None:
    with Client(server.endpoint) as client:
        client.rpc.watch.watch(timeout=1000).cancel()
        before = threading.active_count()
        for _ in range(50):
            client.rpc.watch.watch(timeout=1000).cancel()
        timers = [t for t in threading.enumerate() if isinstance(t, threading.Timer)]
        assert timers == []
        assert threading.active_count() <= before + 50


def test_one_client_serves_many_threads(server: EtcdServer, prefix: str) -> None:
    with Client(server.endpoint) as client, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: client.kv.put(f"{prefix}{n % 7}", str(n)), range(400)))
        assert client.kv.get(prefix, prefix=True, count_only=True).count == 7
        versions = [kv.version for kv in client.kv.get(prefix, prefix=True).kvs]
        assert sum(versions) == 400


def get_when(ready: threading.Barrier, client: Client) -> None:
    ready.wait()
    client.kv.get("a")


def test_many_threads_may_make_the_first_call_at_once(server: EtcdServer) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(50):
            ready = threading.Barrier(8)
            with Client(server.endpoint) as client, ThreadPoolExecutor(8) as pool:
                first = [pool.submit(get_when, ready, client) for _ in range(8)]
            for each in first:
                each.result()
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("proxy", ["http_proxy", "grpc_proxy", "https_proxy"])
def test_the_web_proxy_of_the_environment_is_not_asked(
    server: EtcdServer, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    with Client(server.endpoint) as client:
        assert client.kv.get("a").header.revision
