"""One contestant in a process of its own: ``python -m benchmarks.worker CONTESTANT ENDPOINT``.

It reads commands from stdin and answers on stdout, one JSON object a line each:

- ``{"do": "open"}`` makes the client; ``{"do": "close"}`` closes it;
- ``{"do": "watch", "prefix": "/a/"}`` makes the watches that ``fanout`` and ``volley`` read;
- ``{"do": "get", "calls": 100, "at_once": 1, "clock": "elapsed"}`` does some work, and
  answers ``{"seconds": ...}``, of time or with ``"cpu"`` of this process;
- ``{"do": "crowd", "which": "watches", "count": 10}`` has a crowd do something, and
  answers what that returns;
- ``{"do": "recover"}`` gets until a get succeeds, and answers with the seconds that it took;
- ``{"do": "fork", "calls": 100}`` forks so many children while a thread calls; each of them makes
  a client of its own and gets. Sync contestants only.

The first answer, before any command, tells versions. A command that fails is answered with
``{"error": ...}``. The process ends with its stdin. It runs in environments where the SDK is not
installed, on whatever gRPC and protobuf they have.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.metadata
import json
import os
import platform
import signal
import sys
import threading
import time
from typing import Any

from benchmarks import works

CONTESTANTS = {
    "sdk": "benchmarks.clients.sdk:Sync",
    "sdk-async": "benchmarks.clients.sdk:Async",
    "sdk-crowd": "benchmarks.clients.crowd:Sync",
    "sdk-crowd-async": "benchmarks.clients.crowd:Async",
    "etcd3": "benchmarks.clients.etcd3_client:Sync",
    "etcd3-default": "benchmarks.clients.etcd3_client:SyncByDefault",
    "aetcd": "benchmarks.clients.aetcd_client:Async",
    "aetcd-default": "benchmarks.clients.aetcd_client:AsyncByDefault",
}


class Worker:
    """A contestant and what it is told to do."""

    def __init__(self, contestant: str, endpoint: str, runner: asyncio.Runner) -> None:
        module, _, name = CONTESTANTS[contestant].partition(":")
        self._make = getattr(importlib.import_module(module), name)
        self._asynchronous = name.startswith("Async")
        self._endpoint = endpoint
        self._runner = runner
        self._client: Any = None

    def open(self) -> None:
        async def make() -> Any:  # an async channel belongs to the loop that it is made in
            return self._make(self._endpoint)

        self._client = (
            self._runner.run(make()) if self._asynchronous else self._make(self._endpoint)
        )

    def close(self) -> None:
        closed = self._client.close()
        if self._asynchronous:
            self._runner.run(closed)

    def watch(self, prefix: str) -> None:
        watching = self._client.watch(prefix)
        if self._asynchronous:
            self._runner.run(watching)

    def crowd(self, command: dict[str, Any]) -> dict[str, Any]:
        arguments = {name: each for name, each in command.items() if name not in ("do", "which")}
        figures = getattr(self._client, command["which"])(**arguments)
        return dict(self._runner.run(figures) if self._asynchronous else figures)

    def batch(self, work: str, calls: int, at_once: int, clock: str = "elapsed") -> float:
        once = getattr(self._client, work)
        if self._asynchronous:
            return works.in_tasks(self._runner, once, at_once, works.CLOCKS[clock])(calls)
        return works.in_threads(once, at_once, works.CLOCKS[clock])(calls)

    def recover(self) -> float:
        begin = time.perf_counter()
        while True:
            try:
                self.batch("get", 1, 1)
            except Exception:
                if time.perf_counter() - begin > 60:
                    raise
                time.sleep(0.001)
            else:
                return time.perf_counter() - begin

    def fork(self, children: int) -> None:
        """Raise unless every child succeeds. What is feared is that this process does not live."""
        done = threading.Event()

        def call() -> None:
            while not done.is_set():
                self._client.get()

        caller = threading.Thread(target=call)
        caller.start()
        try:
            failed = sum(not self._child_succeeds() for _ in range(children))
        finally:
            done.set()
            caller.join()
        if failed:
            raise RuntimeError(f"{failed} of {children} children failed")

    def _child_succeeds(self) -> bool:
        child = os.fork()
        if child == 0:
            try:
                signal.alarm(5)  # ends it, should it hang
                self._make(self._endpoint).get()
                os._exit(0)
            finally:
                os._exit(1)
        return os.waitpid(child, 0)[1] == 0

    def answer(self, command: dict[str, Any]) -> dict[str, Any]:
        match command["do"]:
            case "open":
                self.open()
                return {}
            case "close":
                self.close()
                return {}
            case "watch":
                self.watch(command["prefix"])
                return {}
            case "crowd":
                return self.crowd(command)
            case "recover":
                return {"seconds": self.recover()}
            case "fork":
                self.fork(command["calls"])
                return {}
            case work:
                how = {name: value for name, value in command.items() if name != "do"}
                return {"seconds": self.batch(work, **how)}


def versions() -> dict[str, str]:
    """What this process runs on."""
    from google.protobuf.internal import api_implementation

    names = ("grpcio", "protobuf")
    found = {name: importlib.metadata.version(name) for name in names}
    found["protobuf"] += f" ({api_implementation.Type()})"
    return {"python": platform.python_version(), **found}


def main() -> None:
    with asyncio.Runner() as runner:
        try:
            worker = Worker(sys.argv[1], sys.argv[2], runner)
            _say(versions())
        except Exception as error:
            _say(_error(error))
            return
        for line in sys.stdin:
            try:
                _say(worker.answer(json.loads(line)))
            except Exception as error:
                _say(_error(error))


def _error(error: Exception) -> dict[str, str]:
    details = getattr(error, "details", str)  # the readable part of a gRPC error
    text = str(details() or error) if callable(details) else str(error)
    return {"error": ": ".join(filter(None, (type(error).__name__, " ".join(text.split()))))}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
