"""What ``from etcd_sdk import Client`` costs beyond the libraries that it needs.

The figure that counts is the difference between two programs, as a user feels it: it is told, but
on a busy machine it is no good for a verdict. The verdict is a ratio within the same runs: of the
least times that the interpreter itself reports for our import and for those that it needs.
"""

from __future__ import annotations

import subprocess
import time
from statistics import median

from tests.compat.environments import Environment
from tests.compat.result import Result

BUDGET_MS = 10.0
VERDICT = 0.5
ROUNDS = 21
NEEDED = "import grpc, google.protobuf.descriptor_pool, google.protobuf.message_factory"
WITH_US = f"{NEEDED}; from etcd_sdk import Client"


def check(environment: Environment) -> Result:
    """Measure in alternation, so that both programs see the same machine."""
    rounds = [(_wall(environment, NEEDED), _wall(environment, WITH_US)) for _ in range(ROUNDS)]
    felt = median(ours for _, ours in rounds) - median(bare for bare, _ in rounds)
    ours, needed = map(min, zip(*(_reported(environment) for _ in range(ROUNDS)), strict=True))
    what = (
        f"importing Client costs {felt:.1f} ms by the clock (the budget is {BUDGET_MS:g} ms), "
        f"{ours / 1e3:.1f} ms at least, {ours / needed:.2f} of what gRPC and protobuf cost"
    )
    problem = f"more than {VERDICT:g} of it" if ours > VERDICT * needed else None
    return Result(environment.name, what, problem)


def _wall(environment: Environment, program: str) -> float:
    start = time.perf_counter()
    _python(environment, "-c", program)
    return (time.perf_counter() - start) * 1e3


def _reported(environment: Environment) -> tuple[int, int]:
    """What ``-X importtime`` says: microseconds of our import, and of those that it needs."""
    lines = _python(environment, "-X", "importtime", "-c", WITH_US).splitlines()
    # Imports that the program makes are not indented, and their times are those of all in them.
    rows = (line.split("|") for line in lines[1:])
    imports = [(module, int(total)) for _, total, module in rows]
    ours = sum(total for module, total in imports if module.startswith(" etcd_sdk"))
    needed = sum(total for module, total in imports if module.startswith((" grpc", " google")))
    if not ours or not needed:
        raise RuntimeError("there is no line of etcd_sdk, or none of what it needs")
    return ours, needed


def _python(environment: Environment, *arguments: str) -> str:
    return subprocess.run(
        [str(environment.python), "-P", *arguments],
        env=environment.variables(),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stderr
