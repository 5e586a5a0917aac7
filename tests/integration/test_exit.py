"""Programs end when they are over, whatever is still under way, and at once on Ctrl-C."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack

import pytest

from etcd_sdk.testing import EtcdServer
from tests.faults.proxy import FaultProxy
from tests.integration.programs import Program

# Everything that a program might wait for takes a hundred seconds and more.
SOON_SECONDS = 5

COMMON = """
import asyncio, signal, sys, threading, time
from etcd_sdk import AsyncClient, Client, Watch, pb

ENDPOINT, DEAD = sys.argv[1:]
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it


def create():
    return pb.WatchRequest(create_request=Watch("a").build())


def opened(client):
    stream = client.rpc.watch.watch(timeout=1000)
    stream.send(create())
    assert next(stream).created
    return stream


async def async_opened(client):
    stream = client.rpc.watch.watch(timeout=1000)
    stream.send(create())
    assert (await anext(stream)).created
    return stream


def beside(function, *arguments):
    threading.Thread(target=function, args=arguments, daemon=True).start()


def tell_when_blocked():
    # Say so once the main thread has stood in one place for a while.
    main, last, times = threading.main_thread().ident, None, 0
    while times < 5:
        time.sleep(0.01)
        frame = sys._current_frames()[main]
        place = frame.f_code, frame.f_lasti
        last, times = place, times + 1 if place == last else 0
    print("blocked", flush=True)
"""

LEFT = {
    "a client": "client = Client(ENDPOINT); client.kv.get('a')",
    "streams": """
client = Client(ENDPOINT)
streams = [opened(client) for _ in range(3)]
silent = [client.rpc.watch.watch(timeout=1000) for _ in range(3)]
""",
    "streams that are read": """
client = Client(ENDPOINT)
for _ in range(3):
    beside(list, opened(client))
beside(list, client.rpc.watch.watch(timeout=1000))
""",
    "a watch that is read, and busy": """
client = Client(ENDPOINT)
watch = client.watch("a").__enter__()


def put():
    while True:
        client.kv.put("a", "1")


beside(put)
next(watch)
beside(list, watch)
""",
    "a lease": """
client = Client(ENDPOINT)
lease = client.lease.keep_alive(client.lease.grant(30).ID)
beside(lease.lost.wait)
""",
    "a probe": """
import logging
logging.disable()
client = Client([DEAD, ENDPOINT])
for _ in range(4):
    client.kv.get("a")
""",
    "a back-off": """
import logging
logging.disable()
failed = threading.Event()
client = Client(
    DEAD, backoff=100, max_backoff=100, timeout=1000, observer=lambda event: failed.set()
)
beside(client.kv.get, "a")
failed.wait()
""",
    "a worker that keeps endpoints in step": """
client = Client(ENDPOINT, sync_interval=0.001)
client.kv.get("a")
""",
    "everything async": """
import logging
logging.disable()


async def main():
    client = AsyncClient([DEAD, ENDPOINT], sync_interval=0.001)
    for _ in range(4):
        await client.kv.get("a")
    watch = await client.watch("a").__aenter__()
    lease = client.lease.keep_alive((await client.lease.grant(30)).ID)
    streams = [await async_opened(client) for _ in range(3)]
    silent = client.rpc.watch.watch(timeout=1000)
    tasks = [asyncio.ensure_future(anext(each)) for each in (watch, silent, *streams)]
    tasks.append(asyncio.ensure_future(lease.lost.wait()))
    tasks.append(asyncio.ensure_future(AsyncClient(DEAD, timeout=1000).kv.get("a")))
    await asyncio.sleep(0)
    return client, watch, lease, streams, silent


left = asyncio.run(main())
""",
    "an async client outside of any run": """
loop = asyncio.new_event_loop()
client = AsyncClient(ENDPOINT)
loop.run_until_complete(client.kv.get("a"))
stream = loop.run_until_complete(async_opened(client))
loop.close()
""",
}


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT.keys())
def test_a_program_ends_with_things_under_way(server: EtcdServer, left: str) -> None:
    source = COMMON + left + "\nprint('over', flush=True)\n"
    with FaultProxy(server.endpoint) as dead:
        dead.refuse()
        with Program(source, server.endpoint, dead.endpoint) as program:
            assert program.line() == "over"
            began = time.monotonic()
            ended = program.end()
            assert time.monotonic() - began < SOON_SECONDS
            assert (ended.code, ended.said, ended.complaints) == (0, [], "")


def test_programs_end_that_have_just_heard_of_something(server: EtcdServer) -> None:
    """Threads of gRPC may be stopped with a lock that is asked for later; one in four were."""
    source = (
        COMMON
        + """
client = Client(ENDPOINT)
stream = opened(client)
watch = client.watch("a").__enter__()
lease = client.lease.keep_alive(client.lease.grant(30).ID)
client.kv.put("a", "1")
next(stream), next(watch)
"""
    )
    with ExitStack() as stack:
        programs = [stack.enter_context(Program(source, server.endpoint, "")) for _ in range(10)]
        for program in programs:
            ended = program.end()
            assert (ended.code, ended.complaints) == (0, "")


BLOCKED = {
    "a call": "client.kv.get('a')",
    "a stream": "next(client.rpc.watch.watch())",
    "a stream with a limit": "next(client.rpc.watch.watch(timeout=1000))",
    "a watch": """
with client, client.watch("a") as watch:
    next(watch)
""",
    "what follows a login": """
client = Client(ENDPOINT, timeout=1000, username="alice", password="alice-pw")
beside(client.kv.get, "a")
while client._connection.logins.acquire_within(0.01):
    client._connection.logins.release()
client.kv.get("a")
""",
    "a login": "Client(ENDPOINT, timeout=1000, username='a', password='a').kv.get('a')",
    "a wait for a member": """
import logging
logging.disable()
Client(DEAD, timeout=1000, backoff=100, max_backoff=100).kv.get("a")
""",
    "an async call": "asyncio.run(AsyncClient(ENDPOINT, timeout=1000).kv.get('a'))",
    "an async stream": """
async def main():
    async with AsyncClient(ENDPOINT, timeout=1000) as client:
        await anext(client.rpc.watch.watch(timeout=1000))


asyncio.run(main())
""",
    "an async watch": """
async def main():
    async with AsyncClient(ENDPOINT, timeout=1000) as client, client.watch("a") as watch:
        await anext(watch)


asyncio.run(main())
""",
    "what follows an async login": """
async def main():
    client = AsyncClient(ENDPOINT, timeout=1000, username="alice", password="alice-pw")
    await asyncio.gather(client.kv.get("a"), client.kv.get("a"))


asyncio.run(main())
""",
    "an async wait for a member": """
import logging
logging.disable()
asyncio.run(AsyncClient(DEAD, timeout=1000, backoff=100, max_backoff=100).kv.get("a"))
""",
}


@pytest.mark.parametrize("blocked", BLOCKED.values(), ids=BLOCKED.keys())
def test_ctrl_c_ends_what_blocks(own_server: EtcdServer, blocked: str) -> None:
    before = "\nclient = Client(ENDPOINT, timeout=1000)\nbeside(tell_when_blocked)\n"
    if 'watch("a")' not in blocked:
        own_server.pause()
    with FaultProxy(own_server.endpoint) as dead:
        dead.refuse()
        with Program(COMMON + before + blocked, own_server.endpoint, dead.endpoint) as program:
            assert program.line() == "blocked"
            interrupted = program.interrupt()
            ended = program.end()
            assert time.monotonic() - interrupted < SOON_SECONDS
            assert ended.code == -signal.SIGINT
            assert ended.complaints.endswith("\nKeyboardInterrupt\n")
            assert "ignored" not in ended.complaints
            assert "never" not in ended.complaints
