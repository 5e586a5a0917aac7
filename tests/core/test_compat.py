"""Events and mailboxes, of which there may be many thousands: light, and nothing is missed."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from etcd_sdk._compat._async import AsyncEvent, AsyncLock, AsyncMailbox, AsyncWorker
from etcd_sdk._compat._sync import Event, Lock, Mailbox

PATIENCE = 10.0


async def test_an_event_lets_all_go_on_that_wait_for_it() -> None:
    event = AsyncEvent()
    waits = [asyncio.create_task(event.wait(timeout)) for timeout in (None, PATIENCE, None)]
    await asyncio.sleep(0)
    assert not event.is_set()
    event.set()
    event.set()
    assert await asyncio.gather(*waits) == [True, True, True]
    assert await event.wait(0)
    assert event.is_set()


async def test_waiting_for_an_event_has_an_end() -> None:
    event = AsyncEvent()
    assert not await event.wait(0)
    assert not await event.wait(-1)
    assert not await event.wait(0.01)
    event.set()
    assert await event.wait(0.01)


async def test_who_gives_up_waiting_for_an_event_leaves_the_others_alone() -> None:
    event = AsyncEvent()
    waits = [asyncio.create_task(event.wait(None)) for _ in range(3)]
    await asyncio.sleep(0)
    waits[1].cancel()
    await asyncio.sleep(0)
    event.set()
    results = await asyncio.gather(*waits, return_exceptions=True)
    assert results[0] is results[2] is True
    assert isinstance(results[1], asyncio.CancelledError)


async def test_a_worker_begins_after_the_lines_that_make_it() -> None:
    begun: list[bool] = []

    async def work() -> None:
        begun.append(True)

    def at_once(loop: asyncio.AbstractEventLoop, coroutine: Any, **_: object) -> Any:
        """As ``asyncio.eager_task_factory`` does, which Python 3.12 brought."""
        with suppress(StopIteration):
            coroutine.send(None)
        return asyncio.Task(asyncio.sleep(0), loop=loop)

    asyncio.get_running_loop().set_task_factory(at_once)
    AsyncWorker(work, "worker")
    assert begun == []
    asyncio.get_running_loop().set_task_factory(None)
    await asyncio.sleep(0)
    assert begun == [True]


async def read(mailbox: AsyncMailbox[int]) -> int:
    while (item := mailbox.take()) is None:
        await mailbox.filled()
    return item


async def test_a_mailbox_keeps_the_order() -> None:
    mailbox: AsyncMailbox[int] = AsyncMailbox()
    assert mailbox.take() is None
    got = []
    for number in range(0, 30, 3):
        for item in range(number, number + 3):
            mailbox.put(item)
        got += [await read(mailbox), await read(mailbox)]
    mailbox.close(None)
    mailbox.put(99)
    got += [await read(mailbox) for _ in range(10)]
    assert got == list(range(30))
    for _ in range(2):
        with pytest.raises(StopAsyncIteration):
            await read(mailbox)


@pytest.mark.parametrize("kind", [AsyncMailbox, Mailbox])
def test_each_reader_gets_an_error_of_his_own_with_its_cause(
    kind: type[AsyncMailbox[int]] | type[Mailbox[int]],
) -> None:
    mailbox, error = kind(), ValueError("broken")
    error.__cause__ = cause = OSError("reset")
    mailbox.close(error)
    seen = [error]
    for _ in range(2):
        with pytest.raises(ValueError, match="broken") as caught:
            mailbox.take()
        assert caught.value.__cause__ is cause
        assert all(caught.value is not each for each in seen)
        seen.append(caught.value)


async def test_a_reader_who_is_cancelled_takes_nothing_along() -> None:
    mailbox: AsyncMailbox[int] = AsyncMailbox()
    for number in range(100):
        reader = asyncio.create_task(read(mailbox))
        await asyncio.sleep(0)
        mailbox.put(number)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        assert await read(mailbox) == number


async def test_readers_who_give_up_leave_nothing_behind() -> None:
    mailbox: AsyncMailbox[int] = AsyncMailbox()
    for _ in range(100):
        reader = asyncio.create_task(read(mailbox))
        await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
    assert len(mailbox._waiters) == 1


async def test_tasks_take_turns() -> None:
    turn = AsyncLock()
    seen: list[int] = []

    async def work(number: int) -> None:
        for _ in range(3):
            async with turn:
                before = len(seen)
                await asyncio.sleep(0)
                assert len(seen) == before
                seen.append(number)

    await asyncio.gather(*map(work, range(4)))
    assert seen == [0, 1, 2, 3] * 3


@pytest.mark.parametrize("woken", [False, True])
async def test_a_task_that_is_cancelled_lets_the_next_one_have_its_turn(woken: bool) -> None:
    turn = AsyncLock()
    seen: list[int] = []

    async def work(number: int) -> None:
        async with turn:
            seen.append(number)

    async with turn:
        tasks = [asyncio.create_task(work(number)) for number in range(3)]
        await asyncio.sleep(0)
        if not woken:
            tasks[0].cancel()
    tasks[0].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert seen == [1, 2]
    async with asyncio.timeout(PATIENCE), turn:
        pass


async def test_a_lock_may_not_be_had_in_time() -> None:
    lock = AsyncLock()
    assert await lock.acquire_within(None)
    assert not await lock.acquire_within(0.01)
    lock.release()
    assert await lock.acquire_within(0.01)


async def test_readers_share_a_mailbox() -> None:
    mailbox: AsyncMailbox[int] = AsyncMailbox()
    readers = [asyncio.create_task(read(mailbox)) for _ in range(5)]
    await asyncio.sleep(0)
    for number in range(4):
        mailbox.put(number)
    mailbox.close(ValueError("over"))
    results = await asyncio.gather(*readers, return_exceptions=True)
    assert sorted(each for each in results if isinstance(each, int)) == [0, 1, 2, 3]
    assert [str(each) for each in results if isinstance(each, ValueError)] == ["over"]


def test_an_event_lets_all_threads_go_on_that_wait_for_it() -> None:
    for _ in range(200):
        event, happened = Event(), []
        threads = [
            threading.Thread(target=lambda: happened.append(event.wait(PATIENCE)))  # noqa: B023
            for _ in range(4)
        ]
        threads += [threading.Thread(target=event.set) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert happened == [True] * 4
        assert event.is_set()


def test_a_threads_wait_for_an_event_has_an_end() -> None:
    event = Event()
    begin = time.monotonic()
    assert not event.wait(0)
    assert not event.wait(-1)
    assert not event.wait(0.05)
    assert time.monotonic() - begin >= 0.05
    event.set()
    assert event.wait(None)


def test_threads_share_a_mailbox() -> None:
    mailbox: Mailbox[int] = Mailbox()
    turn = Lock()
    got: list[int] = []

    def take() -> int:
        with turn:
            while (item := mailbox.take()) is None:
                mailbox.filled()
            return item

    def take_all() -> None:
        with suppress(StopIteration):
            while True:
                got.append(take())

    threads = [threading.Thread(target=take_all) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1000):
        mailbox.put(number)
    mailbox.close(None)
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(got) == list(range(1000))
