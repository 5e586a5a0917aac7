"""A project that depends on us, under its type checkers: it sees the wheel, not our settings.

The project is ``tests/typing``. Its wrong lines are suppressed one by one, and a suppression that
suppresses nothing is an error, so the checkers pass only if they find exactly the errors that are
expected. Were types-protobuf missing, every response would be ``Any`` and most of them be lost.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.compat.environments import ROOT, Environment
from tests.compat.result import Result

PROJECT = ROOT / "tests" / "typing"
CHECKER_SECONDS = 300
PYRIGHT = str(Path(sys.executable).with_name("pyright"))
PYRIGHT_SETTINGS = {
    "typeCheckingMode": "standard",
    "enableTypeIgnoreComments": False,
    "reportUnnecessaryTypeIgnoreComment": "error",
}


def check(environment: Environment, scratch: Path) -> Iterator[Result]:
    """Have mypy and pyright look at the project, and pyright at what we export."""
    project = scratch / environment.name
    shutil.copytree(
        ROOT / "tests" / "typing", project, ignore=shutil.ignore_patterns("__pycache__")
    )
    (project / "mypy.ini").write_text("[mypy]\n", encoding="utf-8")
    (project / "pyrightconfig.json").write_text(json.dumps(PYRIGHT_SETTINGS), encoding="utf-8")

    def run(what: str, *command: str) -> Result:
        return Result(environment.name, what, _complaints(environment, project, command))

    yield run("mypy --strict", str(environment.python), "-m", "mypy", "--strict", ".")
    yield run("pyright", PYRIGHT)
    yield run("pyright --verifytypes", PYRIGHT, "--verifytypes", "etcd_sdk", "--ignoreexternal")


def _complaints(environment: Environment, project: Path, command: tuple[str, ...]) -> str | None:
    done = subprocess.run(
        command,
        cwd=project,
        env=environment.variables(),
        capture_output=True,
        text=True,
        timeout=CHECKER_SECONDS,
        check=False,
    )
    return f"{done.stdout}{done.stderr}".strip() if done.returncode else None
