"""What tests need in two kinds: something that goes on beside the test, and patience."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

ResultT = TypeVar("ResultT")


class AsyncBeside(Generic[ResultT]):
    """A call that runs beside the test."""

    def __init__(self, function: Callable[[], Awaitable[ResultT]]) -> None:
        self._task = asyncio.ensure_future(function())

    async def result(self) -> ResultT:
        """What it returns or raises, within ten seconds."""
        return await asyncio.wait_for(self._task, 10)


async def async_eventually(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until a condition holds, ten seconds at most."""
    async with asyncio.timeout(10):
        while not await _holds(condition):  # noqa: ASYNC110 - the condition is another process's
            await asyncio.sleep(0.01)


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    found = condition()
    return found if isinstance(found, bool) else await found
