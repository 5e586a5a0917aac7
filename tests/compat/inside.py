"""Runs programs inside an environment and reads what they report."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from etcd_sdk.testing import find_etcd
from tests import etcd_builds
from tests.certificates import Certificates, Pair
from tests.compat.environments import Environment
from tests.compat.result import Result

PROGRAMS = Path(__file__).with_name("programs")
PROGRAM_SECONDS = 180


def run(
    environment: Environment, programs: Sequence[str], variables: Mapping[str, str] | None = None
) -> Iterator[Result]:
    """Each check of the programs, done by one process in which every warning is an error."""
    extra = dict(variables or {})
    where = " ".join((environment.name, *extra.values()))
    try:
        done = _process(environment, programs, extra)
    except subprocess.TimeoutExpired:
        yield Result(where, ", ".join(programs), f"did not end within {PROGRAM_SECONDS} s")
        return
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    for report in reports:
        yield Result(where, report["check"], report["problem"], report["note"])
    yield Result(where, f"{', '.join(programs)}: no warnings, orderly end", _trouble(done))


def _process(
    environment: Environment, programs: Sequence[str], variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    files = [str(PROGRAMS / f"{name}.py") for name in programs]
    with tempfile.TemporaryDirectory() as elsewhere:
        # No environment has what makes certificates.
        certificates = json.dumps(_certificates(Path(elsewhere) / "certificates"))
        own = {"ETCD": _etcd(), "CERTIFICATES": certificates}
        return subprocess.run(
            [str(environment.python), "-P", "-W", "error", str(PROGRAMS / "runner.py"), *files],
            cwd=elsewhere,
            env={**environment.variables(), **own, **variables},
            capture_output=True,
            text=True,
            timeout=PROGRAM_SECONDS,
            check=False,
        )


def _certificates(directory: Path) -> dict[str, str]:
    """Files of certificates and keys, by their names among `tests.certificates.Certificates`."""
    made = Certificates(directory)
    files: dict[str, str] = {}
    for name, found in vars(made).items():
        files[name] = str(found.cert)
        if isinstance(found, Pair):
            files[f"{name}_key"] = str(found.key)
    return files


def _etcd() -> str:
    """What ``ETCD`` says, or the newest at hand, which has all RPCs."""
    binaries = etcd_builds.built()
    return str(find_etcd() if "ETCD" in os.environ or not binaries else [*binaries.values()][-1])


def _trouble(done: subprocess.CompletedProcess[str]) -> str | None:
    # gRPC's core logs there, too. A warning that nobody can catch is only told there.
    told = [line for line in done.stderr.splitlines() if "Warning" in line or "Exception" in line]
    if done.returncode or told:
        return f"exit code {done.returncode}\n{done.stderr.strip()}"
    return None
