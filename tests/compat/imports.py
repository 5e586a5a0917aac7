"""What ``from etcd_sdk import Client`` costs beyond the libraries that it needs.

The figure that counts is the difference between two programs, as a user feels it: it is told, but
on a busy machine it is no good for a verdict. The verdict is over the least time that the
interpreter itself reports for the import, of several, with room to spare.
"""

from __future__ import annotations

import subprocess
import time
from statistics import median

from tests.compat.environments import Environment
from tests.compat.result import Result

BUDGET_MS = 10.0
VERDICT_MS = 15.0
ROUNDS = 21
NEEDED = "import grpc, google.protobuf.descriptor_pool, google.protobuf.message_factory"
WITH_US = f"{NEEDED}; from etcd_sdk import Client"


def check(environment: Environment) -> Result:
    """Measure in alternation, so that both programs see the same machine."""
    rounds = [(_wall(environment, NEEDED), _wall(environment, WITH_US)) for _ in range(ROUNDS)]
    felt = median(ours for _, ours in rounds) - median(bare for bare, _ in rounds)
    least = min(_reported(environment) for _ in range(ROUNDS))
    what = f"importing Client costs {felt:.1f} ms by the clock, {least:.1f} ms at least"
    problem = f"more than {VERDICT_MS:g} ms; the budget is {BUDGET_MS:g} ms"
    return Result(environment.name, what, problem if least > VERDICT_MS else None)


def _wall(environment: Environment, program: str) -> float:
    start = time.perf_counter()
    _python(environment, "-c", program)
    return (time.perf_counter() - start) * 1e3


def _reported(environment: Environment) -> float:
    """What ``-X importtime`` says: of each import, microseconds with all that it imports."""
    lines = _python(environment, "-X", "importtime", "-c", WITH_US).splitlines()
    imports = (line.split("|") for line in lines[1:])
    # Those that the program makes are not indented; the other flavour is not among them.
    ours = [int(total) for _, total, module in imports if module.startswith(" etcd_sdk")]
    if not ours:
        raise RuntimeError("there is no line of etcd_sdk")
    return sum(ours) / 1e3


def _python(environment: Environment, *arguments: str) -> str:
    return subprocess.run(
        [str(environment.python), "-P", *arguments],
        env=environment.variables(),
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stderr
