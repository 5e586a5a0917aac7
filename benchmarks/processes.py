"""Workers from outside: their environments below ``.envs/``, and how to talk to them."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks import works
from benchmarks.measure import Batch, Contestant
from benchmarks.works import Case

_ROOT = Path(__file__).resolve().parents[1]
_ENVIRONMENTS = _ROOT / ".envs"
_INSTALL_SECONDS = 600
_ANSWER_SECONDS = 120


class FailedError(Exception):
    """A worker, or the making of its environment, failed; the text says how."""


def environment(name: str, requirements: Sequence[str]) -> Path:
    """The Python of a virtual environment that has ``requirements``, made on demand.

    Raises:
        FailedError: They cannot be installed.
    """
    directory = _ENVIRONMENTS / name
    python, done = directory / "bin" / "python", directory / "installed"
    wanted = "\n".join(requirements)
    if done.exists() and done.read_text() == wanted:
        return python
    _install([sys.executable, "-m", "venv", "--clear", str(directory)])
    _install([str(python), "-m", "pip", "install", "--quiet", *requirements])
    done.write_text(wanted)
    return python


def _install(command: list[str]) -> None:
    try:
        subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.output.splitlines() if line.startswith("ERROR")]
        raise FailedError(f"does not install: {(lines or ['no reason given'])[0]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FailedError(f"does not install: {error}") from error


class Process:
    """A worker and the way to talk to it; a context manager that ends it."""

    def __init__(
        self,
        contestant: str,
        endpoint: str,
        *,
        python: Path | str = sys.executable,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        paths = [str(_ROOT), str(_ROOT / "generated")]
        self._process = subprocess.Popen(
            [str(python), "-m", "benchmarks.worker", contestant, endpoint],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **(variables or {})},
        )
        self._buffer = b""
        try:
            self.versions: dict[str, str] = self.answer()
        except BaseException:
            self.end()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def tell(self, what: str, *, patience: float = _ANSWER_SECONDS, **arguments: object) -> float:
        """Have it do something, and return the seconds that it took.

        Raises:
            FailedError: It said so, ended, or did not answer in time; in the last case it is
                ended.
        """
        self.ask(what, **arguments)
        return float(self.answer(patience).get("seconds", 0))

    def ask(self, what: str, **arguments: object) -> None:
        """Have it begin to do something; `answer` is to follow.

        Raises:
            FailedError: It has ended.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": what, **arguments}).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError) as error:  # the pipe is broken, or closed by us
            raise FailedError("has ended") from error

    def answer(self, patience: float = _ANSWER_SECONDS) -> dict[str, Any]:
        """What it says of what it was asked for.

        Raises:
            FailedError: It said so, ended, or did not answer in time; in the last case it is
                ended.
        """
        answer: dict[str, Any] = json.loads(self._line(patience))
        if "error" in answer:
            raise FailedError(str(answer["error"]))
        return answer

    def contestant(self, case: Case, write: Callable[[str], None] | None = None) -> Contestant:
        """This worker doing some work, as `alternate` wants it: a new client in each context.

        Where the work is to see what is written meanwhile, ``write`` writes it, for one call and
        below the prefix that it is given: what other workers watch has another one.
        """
        prefix = f"{works.FANOUT_PREFIX}{self._process.pid}/"

        def batch(calls: int) -> float:
            self.ask(case.work, calls=calls, at_once=case.at_once, clock=case.clock)
            if write is not None:
                for _ in range(calls):
                    write(prefix)
            return float(self.answer()["seconds"])

        @contextmanager
        def client() -> Iterator[Batch]:
            self.tell("open")
            try:
                if case.work in works.LIVE:
                    self.tell("watch", prefix=prefix)
                yield batch
            finally:
                self.tell("close")

        return client

    def _line(self, patience: float) -> bytes:
        assert self._process.stdout is not None
        deadline = time.monotonic() + patience
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.end()
                    raise FailedError(f"no answer within {patience:g} s")
                chunk = os.read(self._process.stdout.fileno(), 65536)
                if not chunk:
                    raise FailedError("has ended")
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line
