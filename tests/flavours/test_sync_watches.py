"""What only threads and signals can do to watches: meet in one, and interrupt whoever waits."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from etcd_sdk import Client, Watcher, errors
from etcd_sdk.testing import EtcdServer
from tests.integration.programs import run
from tests.metrics import watch_streams, watchers
from tests.twins._sync import Beside, eventually

COMMON = """
import os, signal, sys, threading
from etcd_sdk import Client

signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
client = Client(sys.argv[1])


def soon(number):
    threading.Timer(0.05, os.kill, [os.getpid(), number]).start()
"""

INTERRUPTED = """
with client, client.watch("a") as watch:
    for number in range(3):
        try:
            soon(signal.SIGINT)
            next(watch)
        except KeyboardInterrupt:
            print("interrupted")
        client.kv.put("a", str(number))
        print(next(watch).kv.value.decode())
print("over")
"""

CANCELLED = """
def put():
    while not over.is_set():
        client.kv.put("a", "1")


over = threading.Event()
writers = [threading.Thread(target=put) for _ in range(2)]
for each in writers:
    each.start()
with client:
    for buffer in (1, 1, 1000, 1000) * 3:
        watch = client.watch("a", buffer=buffer)
        signal.signal(signal.SIGTERM, lambda *_: watch.cancel())
        with watch:
            next(watch)
            soon(signal.SIGTERM)
            for event in watch:
                continue
    over.set()
    for each in writers:
        each.join()
print("over")
"""


def watch_threads() -> list[str]:
    return [each.name for each in threading.enumerate() if "etcd-sdk-watch" in each.name]


# --- signals ------------------------------------------------------------------------------------


def test_ctrl_c_ends_a_read_and_the_watch_goes_on(own_server: EtcdServer) -> None:
    ended = run(COMMON + INTERRUPTED, own_server.endpoint)
    assert ended.complaints == ""
    assert ended.said == ["interrupted", "0", "interrupted", "1", "interrupted", "2", "over"]
    assert ended.code == 0
    eventually(lambda: watchers(own_server) == 0)


def test_a_signal_may_cancel_what_its_thread_reads(own_server: EtcdServer) -> None:
    ended = run(COMMON + CANCELLED, own_server.endpoint)
    assert (ended.code, ended.said, ended.complaints) == (0, ["over"], "")


# --- threads ------------------------------------------------------------------------------------


def test_threads_come_and_go(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:

        def come_and_go(number: int) -> None:
            for _ in range(15):
                with client.watch(f"{number % 4}") as watch:
                    revision = client.kv.put(f"{number % 4}", "").header.revision
                    while next(watch).kv.mod_revision < revision:
                        continue

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(come_and_go, range(16)))
        eventually(lambda: not watch_threads())
        eventually(lambda: watch_streams(own_server) == 0)
        assert watchers(own_server) == 0


def test_threads_that_begin_one_watch_begin_it_once(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        for _ in range(10):
            watch = client.watch("a")
            start = threading.Barrier(8)

            def begin(watch: Watcher = watch, start: threading.Barrier = start) -> int:
                start.wait()
                return watch.__enter__().progress()

            with ThreadPoolExecutor(8) as pool:
                begun = [pool.submit(begin) for _ in range(8)]
            assert [each.result() for each in begun] == [1] * 8
            assert watchers(own_server) == 1
            watch.cancel()
            eventually(lambda: watchers(own_server) == 0)


def test_the_first_watches_share_a_stream(own_server: EtcdServer) -> None:
    with Client(own_server.endpoint) as client:
        start = threading.Barrier(16)

        def enter(number: int) -> Watcher:
            start.wait()
            return client.with_options(timeout=number + 5).watch("a").__enter__()

        with ThreadPoolExecutor(16) as pool:
            watches = list(pool.map(enter, range(16)))
        assert (watchers(own_server), watch_streams(own_server)) == (16, 1)
        assert watch_threads() == ["etcd-sdk-watch"]
        client.kv.put("a", "1")
        assert [next(watch).kv.value for watch in watches] == [b"1"] * 16
    eventually(lambda: not watch_threads())


def test_a_thread_that_closes_the_client_ends_those_that_read(server: EtcdServer) -> None:
    """They wait in each of the places where one may."""
    client = Client(server.endpoint)
    watch = client.watch("nobody writes this").__enter__()
    readers: list[Beside[object]] = [
        Beside(watch.__next__),
        Beside(watch.responses().__next__),
        Beside(watch.__next__),
    ]
    watch.progress()
    closing = [Beside(client.close) for _ in range(3)]
    for each in closing:
        each.result()
    for reader in readers:
        with pytest.raises(errors.ClientClosedError):
            reader.result()
    eventually(lambda: not watch_threads())
