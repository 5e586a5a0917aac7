"""What tests need in two kinds: calls that go on beside the test, and patience."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

ResultT = TypeVar("ResultT")


class Beside(Generic[ResultT]):
    """A call that runs beside the test."""

    def __init__(self, function: Callable[[], ResultT]) -> None:
        pool = ThreadPoolExecutor(max_workers=1)
        self._future = pool.submit(function)
        pool.shutdown(wait=False)

    def result(self) -> ResultT:
        """What it returns or raises, within ten seconds."""
        return self._future.result(10)


class Crowd:
    """Callers beside the test that each do the same again and again, until they are let go.

    A context manager: its end waits for all of them, and raises what one of them has raised.

    Args:
        number: How many there are.
        call: What each does; it is told which of them it is, from 0.

    Attributes:
        calls: How often that was done so far.
    """

    def __init__(self, number: int, call: Callable[[int], None]) -> None:
        self.calls = 0
        self._call = call
        self._leaving = False
        self._numbers = itertools.count(1)
        pool = ThreadPoolExecutor(max_workers=number)
        self._futures = [pool.submit(self._repeat, caller) for caller in range(number)]
        pool.shutdown(wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leaving = True
        for future in self._futures:
            future.result(20)

    def _repeat(self, caller: int) -> None:
        while not self._leaving:
            self._call(caller)
            self.calls = next(self._numbers)


def eventually(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until a condition holds, ten seconds at most unless said otherwise."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
