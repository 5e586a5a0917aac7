"""Each fault of the proxy, seen from both ends of a plain connection."""

from __future__ import annotations

import asyncio
import math
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from tests.faults.proxy import FaultProxy
from tests.twins._sync import eventually

QUIET_SECONDS = 0.05  # that nothing comes can only be seen by waiting


class Target:
    """A server whose ends of the connections are the test's own."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._listener.settimeout(10)
        self.endpoint = "{}:{}".format(*self._listener.getsockname())

    def accept(self) -> socket.socket:
        server, _ = self._listener.accept()
        server.settimeout(10)
        return self._stack.enter_context(server)

    def close(self) -> None:
        self._listener.close()

    def expect_nobody(self) -> None:
        self._listener.settimeout(QUIET_SECONDS)
        with pytest.raises(TimeoutError):
            self._listener.accept()
        self._listener.settimeout(10)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def target(stack: ExitStack) -> Target:
    return Target(stack)


@pytest.fixture
def proxy(stack: ExitStack, target: Target) -> FaultProxy:
    return stack.enter_context(FaultProxy(target.endpoint))


def connect(stack: ExitStack, proxy: FaultProxy) -> socket.socket:
    return stack.enter_context(socket.create_connection(address(proxy.endpoint), timeout=10))


def address(endpoint: str) -> tuple[str, int]:
    host, _, port = endpoint.rpartition(":")
    return host, int(port)


def pair(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> tuple[socket.socket, socket.socket]:
    """Both ends of a connection through the proxy that has carried a byte each way."""
    client = connect(stack, proxy)
    server = target.accept()
    exchange(client, server, b"-")
    return client, server


def exchange(client: socket.socket, server: socket.socket, data: bytes) -> None:
    client.sendall(data)
    assert received(server, len(data)) == data
    server.sendall(data)
    assert received(client, len(data)) == data


def received(end: socket.socket, count: int) -> bytes:
    """So many bytes, or what came before the end."""
    data = b""
    while len(data) < count and (chunk := end.recv(count - len(data))):
        data += chunk
    return data


def until_reset(end: socket.socket) -> int:
    """How many bytes come before the reset."""
    count = 0
    try:
        while chunk := end.recv(65536):
            count += len(chunk)
    except ConnectionResetError:
        return count
    pytest.fail("it ended without a reset")


def send_without_end(end: socket.socket) -> None:
    while True:
        end.sendall(b"x" * 1000)


def expect_nothing(*ends: socket.socket) -> None:
    """No data, no FIN and no RST."""
    for end in ends:
        end.settimeout(QUIET_SECONDS)
        with pytest.raises(TimeoutError):
            end.recv(1)
        end.settimeout(10)


def close_with_reset(end: socket.socket) -> None:
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


# --- without a fault ----------------------------------------------------------------------------


def test_passes_on_data_and_half_closes(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    client, server = pair(stack, proxy, target)
    client.sendall(b"question")
    client.shutdown(socket.SHUT_WR)
    assert received(server, 100) == b"question"
    server.sendall(b"a" * 150_000)  # more than the client's kernel takes unread
    server.close()
    eventually(lambda: proxy.open == 0)
    assert received(client, 200_000) == b"a" * 150_000
    assert (proxy.connections, proxy.resets, proxy.cuts) == (1, 0, 0)
    assert (proxy.bytes_to_server, proxy.bytes_to_client) == (9, 150_001)


def test_much_data_both_ways_to_slow_readers(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    client, server = pair(stack, proxy, target)
    up, down = os.urandom(12_000_000), os.urandom(12_000_000)
    with ThreadPoolExecutor() as pool:
        pool.submit(client.sendall, up)
        pool.submit(server.sendall, down)
        expected = {server: up, client: down}
        for end, data in expected.items():
            assert received(end, len(data)) == data
    assert (proxy.bytes_to_server, proxy.bytes_to_client) == (12_000_001, 12_000_001)


@pytest.mark.parametrize("client_resets", [True, False])
def test_passes_on_a_reset(
    stack: ExitStack, proxy: FaultProxy, target: Target, client_resets: bool
) -> None:
    client, server = pair(stack, proxy, target)
    close_with_reset(client if client_resets else server)
    assert until_reset(server if client_resets else client) == 0
    eventually(lambda: proxy.open == 0)
    assert proxy.resets == 0


def test_resets_who_wants_to_a_dead_target(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    target.close()
    with pytest.raises(ConnectionResetError):  # while it connects, or right after
        connect(stack, proxy).recv(1)
    assert (proxy.connections, proxy.resets) == (1, 0)


def test_leaves_no_thread_and_no_socket(stack: ExitStack, target: Target) -> None:
    threads, files = threading.active_count(), open_files()
    with FaultProxy(target.endpoint) as proxy:
        ends = [*pair(stack, proxy, target), *pair(stack, proxy, target)]
        silent = [connect(stack, proxy), target.accept()]
        assert proxy.open == 3
        assert threading.active_count() == threads + 1
    assert [until_reset(end) for end in ends + silent] == [0] * 6
    for end in ends + silent:
        end.close()
    assert (threading.active_count(), open_files()) == (threads, files)
    assert (proxy.connections, proxy.open, proxy.resets) == (3, 0, 0)
    with pytest.raises(ConnectionRefusedError):
        connect(stack, proxy)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# --- faults -------------------------------------------------------------------------------------


def test_refuse(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    ends = pair(stack, proxy, target)
    proxy.refuse()
    assert [until_reset(end) for end in ends] == [0, 0]
    assert (proxy.open, proxy.resets) == (0, 1)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            connect(stack, proxy)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(address(proxy.endpoint))
    proxy.refuse()  # without effect
    proxy.heal()
    exchange(*pair(stack, proxy, target), b"again")
    assert (proxy.connections, proxy.resets) == (2, 1)


def test_nobody_slips_in_while_the_others_go(proxy: FaultProxy) -> None:
    over = threading.Event()

    def storm() -> None:
        while not over.is_set():
            with suppress(OSError), socket.create_connection(address(proxy.endpoint), 10) as client:
                client.recv(1)

    with ThreadPoolExecutor(8) as pool:
        storms = [pool.submit(storm) for _ in range(8)]
        try:
            for _ in range(60):
                proxy.refuse()
                assert proxy.open == 0
                proxy.heal()
        finally:
            over.set()
            proxy.refuse()
    assert [each.result() for each in storms] == [None] * 8


def test_reset(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    ends = [*pair(stack, proxy, target), *pair(stack, proxy, target)]
    just_connected = connect(stack, proxy)
    assert proxy.reset() == 3
    assert (proxy.open, proxy.resets) == (0, 3)
    assert [until_reset(end) for end in (*ends, just_connected)] == [0] * 5
    assert proxy.reset() == 0
    other = Target(stack)  # the third may still wait at the first one, reset as it is
    proxy.retarget(other.endpoint)
    exchange(*pair(stack, proxy, other), b"again")
    assert (proxy.connections, proxy.resets) == (4, 3)


def test_reset_randomly(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    def lives() -> list[int]:
        proxy.reset_randomly(seed=7, least=10, most=20_000)
        return [life() for _ in range(25)]

    def life() -> int:
        client, server = connect(stack, proxy), target.accept()
        before = proxy.bytes_to_server
        client.sendall(b"123")
        received(server, 3)
        with pytest.raises(ConnectionError):
            send_without_end(server)
        count = until_reset(client)
        return count + proxy.bytes_to_server - before

    first = lives()
    assert all(10 <= count <= 20_000 for count in first)
    assert len(set(first)) == 25
    assert lives() == first
    assert proxy.resets == 50
    proxy.heal()
    exchange(*pair(stack, proxy, target), b"x" * 40_000)


def test_reset_randomly_takes_present_connections_too(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    client, server = pair(stack, proxy, target)
    proxy.reset_randomly(seed=1, least=3, most=3)
    client.sendall(b"12")
    assert received(server, 2) == b"12"
    server.sendall(b"34")
    assert until_reset(client) == 1
    assert until_reset(server) == 0
    assert proxy.resets == 1


def test_black_hole(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    client, server = pair(stack, proxy, target)
    proxy.black_hole()
    client.sendall(b"question")
    server.sendall(b"answer")
    expect_nothing(client, server)
    assert (proxy.bytes_to_server, proxy.bytes_to_client, proxy.open) == (1, 1, 1)
    proxy.heal()
    assert received(server, 8) == b"question"
    assert received(client, 6) == b"answer"
    exchange(client, server, b"again")
    assert proxy.resets == 0


def test_black_hole_swallows_ends_until_it_heals(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    finished, reset = pair(stack, proxy, target), pair(stack, proxy, target)
    proxy.black_hole()
    finished[0].sendall(b"last words")
    finished[0].close()
    close_with_reset(reset[1])
    expect_nothing(finished[1], reset[0])
    proxy.heal()
    assert received(finished[1], 100) == b"last words"
    assert until_reset(reset[0]) == 0


def test_black_hole_accepts_but_never_answers(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    proxy.refuse()
    proxy.black_hole()
    client = connect(stack, proxy)
    client.sendall(b"question")
    target.expect_nobody()
    expect_nothing(client)
    assert (proxy.connections, proxy.open) == (1, 1)
    proxy.heal()
    assert received(target.accept(), 8) == b"question"


def test_black_hole_can_be_reset(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    client, server = pair(stack, proxy, target)
    proxy.black_hole()
    late = connect(stack, proxy)
    assert proxy.reset() == 2
    assert [until_reset(end) for end in (client, server, late)] == [0, 0, 0]


def test_black_hole_takes_no_more_than_it_can_hold(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    client, _ = pair(stack, proxy, target)
    proxy.black_hole()
    client.settimeout(5 * QUIET_SECONDS)
    with pytest.raises(TimeoutError):
        client.sendall(b"x" * 100_000_000)
    assert proxy.bytes_to_server == 1


def test_delay(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    client, server = pair(stack, proxy, target)
    proxy.delay(0.1)
    begin = time.monotonic()
    exchange(client, server, b"x")
    assert time.monotonic() - begin >= 0.2
    # Its sixty chunks are held at the same time; one after the other they would take six seconds.
    data = os.urandom(4_000_000)
    begin = time.monotonic()
    with ThreadPoolExecutor() as pool:
        pool.submit(client.sendall, data)
        assert received(server, len(data)) == data
    assert 0.1 <= time.monotonic() - begin < 6


def test_heal_lets_go_what_is_delayed(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    client, server = pair(stack, proxy, target)
    proxy.delay(3600)
    client.sendall(b"question")
    expect_nothing(server)
    proxy.heal()
    assert received(server, 8) == b"question"
    exchange(client, server, b"again")


def test_cut_after(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    client, server = pair(stack, proxy, target)
    proxy.cut_after(10)
    server.sendall(b"01234")
    assert received(client, 5) == b"01234"
    server.sendall(b"5678901234")
    assert received(client, 100) == b"56789"
    client.sendall(b"still there?")
    assert received(server, 12) == b"still there?"
    client.close()
    assert received(server, 1) == b""
    server.close()
    eventually(lambda: proxy.open == 0)
    assert (proxy.cuts, proxy.resets) == (1, 0)
    exchange(*pair(stack, proxy, target), b"the next is not cut")


def test_cut_after_the_last_byte_needs_no_further_one(
    stack: ExitStack, proxy: FaultProxy, target: Target
) -> None:
    client, server = pair(stack, proxy, target)
    proxy.cut_after(5)
    server.sendall(b"01234")
    assert received(client, 100) == b"01234"


def test_cut_after_with_a_reset(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    client, server = pair(stack, proxy, target)
    proxy.cut_after(10, reset=True)
    client.sendall(b"what goes up does not count")
    assert len(received(server, 27)) == 27
    server.sendall(b"0123456789-")
    assert until_reset(client) == 10
    assert until_reset(server) == 0
    assert (proxy.cuts, proxy.resets, proxy.open) == (1, 1, 0)


@pytest.mark.parametrize(("times", "cut"), [(2, 2), (math.inf, 4), (0, 0)])
def test_cut_after_counts_each_connection(
    stack: ExitStack, proxy: FaultProxy, target: Target, times: float, cut: int
) -> None:
    idle, _ = pair(stack, proxy, target)
    proxy.cut_after(5, times=times)
    answers = []
    for _ in range(4):
        client, server = connect(stack, proxy), target.accept()
        server.sendall(b"0123456789")
        answers.append(len(received(client, 10)))
    assert answers == [5] * cut + [10] * (4 - cut)
    assert proxy.cuts == cut
    expect_nothing(idle)


def test_retarget(stack: ExitStack, proxy: FaultProxy, target: Target) -> None:
    other = Target(stack)
    present = pair(stack, proxy, target)
    proxy.retarget(other.endpoint)
    assert proxy.target == other.endpoint
    exchange(*pair(stack, proxy, other), b"new")
    exchange(*present, b"present")
    target.expect_nobody()


async def test_needs_nothing_from_an_event_loop(stack: ExitStack) -> None:
    """Both ends live in the loop that the proxy's methods hold up."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionResetError):
            while line := await reader.readline():
                writer.write(line)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server:
        endpoint = "{}:{}".format(*server.sockets[0].getsockname())
        proxy = stack.enter_context(FaultProxy(endpoint))
        reader, writer = await asyncio.open_connection(*address(proxy.endpoint))
        writer.write(b"one\n")
        assert await reader.readline() == b"one\n"
        proxy.black_hole()
        writer.write(b"two\n")
        await writer.drain()
        proxy.heal()
        assert await reader.readline() == b"two\n"
        assert proxy.reset() == 1
        with pytest.raises(ConnectionResetError):
            await reader.readline()
        writer.close()
