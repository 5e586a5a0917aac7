"""What tests need in two kinds: something that goes on beside the test, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

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


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, ten seconds at most."""
    deadline = time.monotonic() + 10
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)
