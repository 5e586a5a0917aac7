"""Runs every check, one line each; the exit code is 1 if any failed."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.compat import consumer, distribution, environments, imports, inside
from tests.compat.environments import Environment
from tests.compat.result import Result

WORKS = ("package", "smoke_async", "smoke")
STATUSES = ("statuses_async", "statuses")
TLS = ("tls_async", "tls")
EXTRAS = ("observers",)
PURE_PYTHON = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
RIVALS = ("aetcd", "pyetcd")


def main() -> int:
    """Build, then try each environment in turn."""
    start = time.monotonic()
    counts = {True: 0, False: 0}
    with tempfile.TemporaryDirectory(prefix="etcd-sdk-compat-") as scratch, environments.lock():
        for result in results(Path(scratch)):
            print(result.line, flush=True)  # noqa: T201
            counts[result.passed] += 1
    print(f"{time.monotonic() - start:.0f} s")  # noqa: T201
    print(f"{counts[True]} passed, {counts[False]} failed")  # noqa: T201
    return 1 if counts[False] else 0


def results(scratch: Path) -> Iterator[Result]:
    """All checks, as they are done."""
    wheel = yield from distribution.check(scratch)
    if wheel is None:
        return
    for environment in environments.ALL:
        ready = environments.prepare(environment, wheel)
        yield ready
        if ready.passed:
            yield from checks(environment, scratch)


def checks(environment: Environment, scratch: Path) -> Iterator[Result]:
    """What is tried in one environment."""
    match environment.purpose:
        case "run":
            yield from inside.run(environment, WORKS)
        case "end of range":
            yield from inside.run(environment, (*WORKS, *STATUSES, *TLS, *EXTRAS))
            yield from inside.run(environment, WORKS, PURE_PYTHON)
        case "rivals":
            for rival in RIVALS:
                for order in ("etcd_sdk", rival), (rival, "etcd_sdk"):
                    yield from inside.run(environment, ("rivals",), {"ORDER": " ".join(order)})
        case "consumer":
            yield from consumer.check(environment, scratch)
    if environment == environments.NEWEST:
        yield imports.check(environment)


if __name__ == "__main__":
    sys.exit(main())
