"""Programs that tests run in processes of their own, since what they do to a process is final."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from types import TracebackType
from typing import NamedTuple, Self

PATIENCE_SECONDS = 20.0

# What asyncio's debug mode says of 100 ms without a turn of the loop: that the machine is busy.
_SLOW = re.compile(r"Executing <.*> took \d+\.\d+ seconds$")


class Ended(NamedTuple):
    """How a program has ended."""

    code: int
    """Negative for a signal."""
    said: list[str]
    """The lines of its output."""
    complaints: str
    """What it wrote to stderr."""


class Program:
    """A program under way, in a process group of its own. Its first argument has the index 1.

    Everything that Python can complain of is an error, but that it has threads when it forks.
    """

    def __init__(self, source: str, *arguments: str) -> None:
        command = [sys.executable, "-X", "dev", "-W", "error", "-W", "ignore:This process"]
        self._process = subprocess.Popen(
            [*command, "-c", source, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # gRPC says on stderr that it lets forks be; what it has to say is not for users.
            env=os.environ | {"GRPC_VERBOSITY": "NONE"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def line(self) -> str:
        """The next line that it says."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip("\n")

    def interrupt(self) -> float:
        """Do what Ctrl-C does, and tell when."""
        self._process.send_signal(signal.SIGINT)
        return time.monotonic()

    def end(self) -> Ended:
        """Wait for its end, and that of its children."""
        try:
            output, complaints = self._process.communicate(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired as error:
            text = f"it does not end; it said {error.output!r} and complained {error.stderr!r}"
            raise AssertionError(text) from None
        lines = complaints.splitlines(keepends=True)
        complaints = "".join(line for line in lines if not _SLOW.match(line))
        return Ended(self._process.returncode, output.splitlines(), complaints)


def run(source: str, *arguments: str) -> Ended:
    """Run a program to its end."""
    with Program(source, *arguments) as program:
        return program.end()
