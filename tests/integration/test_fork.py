"""What becomes of clients when their process forks: the child is refused, the parent unharmed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from etcd_sdk.testing import EtcdServer
from tests.integration.programs import PATIENCE_SECONDS, run

COMMON = """
import asyncio, gc, os, sys, threading, time
from etcd_sdk import AsyncClient, Client, Watch, errors, pb

ENDPOINT, PREFIX = sys.argv[1:]


def said(name, function):
    # What came of a call, and whether it took its time.
    began = time.monotonic()
    try:
        result = function()
        if asyncio.iscoroutine(result):
            result = asyncio.run(result)
    except (errors.EtcdError, StopIteration, StopAsyncIteration) as error:
        outcome = type(error).__name__
    else:
        outcome = "works" if result is not None else "nothing"
    slowly = " slowly" if time.monotonic() - began > 5 else ""
    print(f"{name}: {outcome}{slowly}", flush=True)


def in_child(**calls):
    # Make calls in a child that ends as any program does.
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        for name, call in calls.items():
            said(name, call)
        sys.exit(0)
    ended(pid)
    if time.monotonic() - began > 5:
        print("slowly", flush=True)


def ended(pid):
    _, status = os.waitpid(pid, 0)
    print(f"child: {os.waitstatus_to_exitcode(status)}", flush=True)


def create(key):
    return pb.WatchRequest(create_request=Watch(key).build())
"""


def outcomes(program: str, server: EtcdServer, prefix: str) -> list[str]:
    ended = run(COMMON + program, server.endpoint, prefix)
    assert (ended.code, ended.complaints) == (0, ""), ended
    return ended.said


def test_a_client_that_was_used_is_refused_in_the_child(server: EtcdServer, prefix: str) -> None:
    program = """
client = Client(ENDPOINT)
view = client.with_options(timeout=3)
client.kv.put(PREFIX, "1")
in_child(
    get=lambda: client.kv.get(PREFIX),
    put=lambda: client.kv.put(PREFIX, "2"),
    view=lambda: view.kv.get(PREFIX),
    stream=lambda: client.rpc.watch.watch(),
    watch=lambda: client.watch(PREFIX).__enter__(),
    lease=lambda: client.lease.grant(10),
    status=lambda: client.maintenance.status(endpoint=ENDPOINT),
    close=client.close,
    again=lambda: client.kv.get(PREFIX),
)
print(client.kv.get(PREFIX).kvs[0].value)
"""
    refused = [
        f"{call}: ClientForkedError"
        for call in ("get", "put", "view", "stream", "watch", "lease", "status")
    ]
    after = ["close: nothing", "again: ClientForkedError", "child: 0", "b'1'"]
    assert outcomes(program, server, prefix) == refused + after


def test_what_is_under_way_stays_with_the_parent(server: EtcdServer, prefix: str) -> None:
    program = """
client = Client(ENDPOINT)
stream = client.rpc.watch.watch()
stream.send(create(PREFIX))
assert next(stream).created
watch = client.watch(PREFIX).__enter__()
lease = client.lease.keep_alive(client.lease.grant(30).ID)
in_child(
    next=lambda: next(stream),
    send=lambda: stream.send(create(PREFIX)),
    half_close=stream.half_close,
    cancel=stream.cancel,
    event=lambda: next(watch),
    progress=watch.progress,
    leave=lambda: watch.__exit__(None, None, None),
    wait=lease.lost.wait,
    stop=lambda: lease.close(revoke=True),
)
client.kv.put(PREFIX, "1", lease=lease.id)
print(next(stream).events[0].kv.value, next(watch).kv.value, lease.lost.is_set())
"""
    assert outcomes(program, server, prefix) == [
        "next: ClientForkedError",
        "send: ClientForkedError",
        "half_close: ClientForkedError",
        "cancel: nothing",
        "event: ClientForkedError",
        "progress: ClientForkedError",
        "leave: nothing",
        "wait: ClientForkedError",
        "stop: nothing",
        "child: 0",
        "b'1' b'1' False",
    ]


def test_a_lease_that_was_being_renewed_at_the_fork(server: EtcdServer, prefix: str) -> None:
    program = """
client = Client(ENDPOINT)
lease = client.lease.keep_alive(client.lease.grant(60).ID)
while not lease.ttl:
    time.sleep(0.01)
held, forked = threading.Event(), threading.Event()


def work():
    with lease._keeper.guard:
        held.set()
        forked.wait()


threading.Thread(target=work).start()
held.wait()
pid = os.fork()
if pid == 0:
    lease._kept.deadline = 0.0  # nobody renews it here
    print(lease.lost.reason, flush=True)
    sys.exit(0)
ended(pid)
forked.set()
print(lease.lost.reason)
lease.close(revoke=True)
"""
    assert outcomes(program, server, prefix) == ["LossReason.EXPIRED", "child: 0", "None"]


@pytest.mark.parametrize("are_read", [False, True])
def test_nothing_of_the_parent_is_torn_down_in_the_child(
    server: EtcdServer, prefix: str, are_read: bool
) -> None:
    """Objects of gRPC hold locks of threads that a child lacks, and connections that it shares.

    Nothing comes over these while there are two of them: what does, gRPC may read in either.
    """
    program = (
        f"are_read = {are_read}"
        + """
client = Client(ENDPOINT)
streams, counts = [], [0] * 3
for number in range(3):
    stream = client.rpc.watch.watch()
    stream.send(create(PREFIX))
    assert next(stream).created
    streams.append(stream)


def read(number):
    for response in streams[number]:
        counts[number] += len(response.events)


def drop():
    global client
    client = None
    streams.clear()
    gc.collect()


readers = [threading.Thread(target=read, args=[number], daemon=True) for number in range(3)]
if are_read:
    for reader in readers:
        reader.start()
puts = 0
for calls in [{}, {"drop": drop}] * 4:
    in_child(**calls)
    for _ in range(20):
        client.kv.put(PREFIX, "1")
        puts += 1
if not are_read:
    for reader in readers:
        reader.start()
deadline = time.monotonic() + 10
while counts != [puts] * 3 and time.monotonic() < deadline:
    time.sleep(0.01)
print(counts == [puts] * 3)
"""
    )
    said = outcomes(program, server, prefix)
    assert said == ["child: 0", "drop: nothing", "child: 0"] * 4 + ["True"]


def test_clients_of_the_childs_own(server: EtcdServer, prefix: str) -> None:
    """Also one that was made before the fork, if nobody has used it yet: it has no connections."""
    program = """
unused, unused_async = Client(ENDPOINT), AsyncClient(ENDPOINT)
in_child(
    unused=lambda: unused.kv.get(PREFIX),
    close=unused.close,
    unused_async=lambda: unused_async.kv.get(PREFIX),
    own=lambda: Client(ENDPOINT).kv.get(PREFIX),
    own_async=lambda: AsyncClient(ENDPOINT).kv.get(PREFIX),
)
said("parent", lambda: unused.kv.get(PREFIX))
said("parent_async", lambda: unused_async.kv.get(PREFIX))
with Client(ENDPOINT, sync_interval=60) as client:
    client.kv.get(PREFIX)
    in_child(after=lambda: Client(ENDPOINT).kv.get(PREFIX))
"""
    assert outcomes(program, server, prefix) == [
        "unused: works",
        "close: nothing",
        "unused_async: works",
        "own: works",
        "own_async: works",
        "child: 0",
        "parent: works",
        "parent_async: works",
        "after: works",
        "child: 0",
    ]


def test_an_async_client_is_refused_in_the_child(server: EtcdServer, prefix: str) -> None:
    program = """
import logging
# gRPC complains there of streams that were left open when their loop was closed.
logging.getLogger("asyncio").disabled = True
client = AsyncClient(ENDPOINT)
view = client.with_options(timeout=3)


async def use():
    await client.kv.put(PREFIX, "1")
    stream = client.rpc.watch.watch()
    stream.send(create(PREFIX))
    assert (await anext(stream)).created
    return stream, await client.watch(PREFIX).__aenter__()


async def watch_anew():
    return await client.watch(PREFIX).__aenter__()


stream, watch = asyncio.run(use())
in_child(
    get=lambda: client.kv.get(PREFIX),
    view=lambda: view.kv.get(PREFIX),
    next=stream.__anext__,
    cancel=stream.cancel,
    event=watch.__anext__,
    leave=lambda: watch.__aexit__(None, None, None),
    watch=watch_anew,
    close=client.close,
    drop=gc.collect,
)


async def fork_in_the_loop():
    await client.kv.get(PREFIX)
    pid = os.fork()
    if pid == 0:
        try:
            await client.kv.get(PREFIX)
        except errors.ClientForkedError:
            await client.close()
            os._exit(0)
        os._exit(1)
    await asyncio.to_thread(ended, pid)
    return await client.kv.get(PREFIX)


said("parent", fork_in_the_loop)
"""
    refused = ["get", "view", "next", "event", "watch"]
    done = {"drop": "works"} | dict.fromkeys(["cancel", "leave", "close"], "nothing")
    order = ["get", "view", "next", "cancel", "event", "leave", "watch", "close", "drop"]
    expected = [f"{c}: {'ClientForkedError' if c in refused else done[c]}" for c in order]
    assert outcomes(program, server, prefix) == [*expected, "child: 0", "child: 0", "parent: works"]


def test_processes_that_are_spawned_make_their_own(
    server: EtcdServer, prefix: str, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text("""
import multiprocessing, sys
from etcd_sdk import Client


def put(endpoint, key):
    with Client(endpoint) as client:
        return client.kv.put(key, "1").header.revision


if __name__ == "__main__":
    endpoint, prefix = sys.argv[1:]
    with Client(endpoint) as client:
        client.kv.get(prefix)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            revision = pool.apply(put, (endpoint, prefix))
        print(client.kv.get(prefix).kvs[0].mod_revision == revision)
""")
    command = [sys.executable, "-X", "dev", "-W", "error", str(program), server.endpoint, prefix]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "True\n", "")
