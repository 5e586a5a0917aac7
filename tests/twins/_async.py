"""What tests need in two kinds: calls that go on beside the test, and patience."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Generic, Self, TypeVar

ResultT = TypeVar("ResultT")


class AsyncBeside(Generic[ResultT]):
    """A call that runs beside the test."""

    def __init__(self, function: Callable[[], Awaitable[ResultT]]) -> None:
        self._task = asyncio.ensure_future(function())

    async def result(self) -> ResultT:
        """What it returns or raises, within ten seconds."""
        return await asyncio.wait_for(self._task, 10)


class AsyncCrowd:
    """Callers beside the test that each do the same again and again, until they are let go.

    A context manager: its end waits for all of them, and raises what one of them has raised.

    Args:
        number: How many there are.
        call: What each does; it is told which of them it is, from 0.

    Attributes:
        calls: How often that was done so far.
    """

    def __init__(self, number: int, call: Callable[[int], Awaitable[None]]) -> None:
        self.calls = 0
        self._call = call
        self._leaving = False
        self._tasks = [asyncio.ensure_future(self._repeat(caller)) for caller in range(number)]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leaving = True
        for task in self._tasks:
            await asyncio.wait_for(task, 20)

    async def _repeat(self, caller: int) -> None:
        while not self._leaving:
            await self._call(caller)
            self.calls += 1


async def async_eventually(
    condition: Callable[[], bool | Awaitable[bool]], seconds: float = 10
) -> None:
    """Wait until a condition holds, ten seconds at most unless said otherwise."""
    async with asyncio.timeout(seconds):
        while True:
            asked = time.monotonic()
            found = condition()
            busy = time.monotonic() - asked
            if not isinstance(found, bool):
                found = await found
            if found:
                return
            # A condition that reads metrics keeps the loop from those whom it waits for.
            await asyncio.sleep(max(0.01, 3 * busy))
