"""The environments that the wheel is tried in, as data, and how they come to be.

Both ends of a range come from ``pyproject.toml``: the low end from what the package declares, the
high end from the pins of the development group. An environment stays in ``.envs/compat`` and is
made anew when its requirements change; the wheel is installed again every time.
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from packaging.requirements import Requirement

from tests.compat.result import Result

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".envs" / "compat"
INSTALL_SECONDS = 600

Purpose = Literal["run", "end of range", "rivals", "consumer"]


class Environment(NamedTuple):
    """A virtual environment: what is in it beside the wheel, and what it is for."""

    name: str
    purpose: Purpose
    requirements: tuple[str, ...]

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    def variables(self) -> dict[str, str]:
        """Ours, changed as activating the environment would; nothing of this repository."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        path = f"{self.python.parent}{os.pathsep}{own.get('PATH', os.defpath)}"
        return own | {"VIRTUAL_ENV": str(self.folder), "PATH": path}


_PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DECLARED = tuple(map(Requirement, _PYPROJECT["project"]["dependencies"]))
EXTRAS = {
    name: tuple(map(Requirement, requirements))
    for name, requirements in _PYPROJECT["project"]["optional-dependencies"].items()
}
(BUILD_BACKEND,) = map(Requirement, _PYPROJECT["build-system"]["requires"])
PINS = {pin.name: pin for pin in map(Requirement, _PYPROJECT["dependency-groups"]["dev"])}


def lowest(requirement: Requirement) -> str:
    """The requirement, narrowed to the low end of its range."""
    (floor,) = (each.version for each in requirement.specifier if each.operator == ">=")
    return f"{requirement.name}=={floor}"


def newest(requirement: Requirement) -> str:
    """What the development group has pinned."""
    return str(PINS[requirement.name])


_OPTIONAL = tuple(itertools.chain.from_iterable(EXTRAS.values()))
_LOWEST = tuple(map(lowest, DECLARED))
_NEWEST = tuple(map(newest, DECLARED))
_MYPY = str(PINS["mypy"])

NEWEST = Environment("newest", "end of range", (*_NEWEST, *map(newest, _OPTIONAL)))
ALL = (
    Environment("lowest", "end of range", (*_LOWEST, *map(lowest, _OPTIONAL))),
    Environment(
        "protobuf-5",
        "run",
        ("grpcio==1.66.2", "protobuf==5.29.6", "types-protobuf==5.29.1.20250403"),
    ),
    Environment(
        "protobuf-6",
        "run",
        ("grpcio==1.76.0", "protobuf==6.33.6", "types-protobuf==6.32.1.20260221"),
    ),
    NEWEST,
    Environment("rivals", "rivals", (*_NEWEST, "aetcd==1.0.0", "etcd-sdk-python==0.0.7")),
    Environment("consumer-lowest", "consumer", (*_LOWEST, _MYPY)),
    Environment("consumer-newest", "consumer", (*_NEWEST, _MYPY)),
)


@contextlib.contextmanager
def lock() -> Iterator[None]:
    """Waits for another run that uses the environments."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(environment: Environment, wheel: Path) -> Result:
    """Make the environment unless it is there, install the wheel, have pip look at the whole."""
    what = f"install beside {', '.join(environment.requirements)}"
    try:
        _make(environment)
        pip(environment, "install", "--no-deps", "--force-reinstall", str(wheel))
        pip(environment, "check")
    except subprocess.CalledProcessError as error:
        return Result(environment.name, what, f"{error.stdout}{error.stderr}".strip())
    return Result(environment.name, what)


def pip(environment: Environment, command: str, *arguments: str) -> None:
    """Run this interpreter's pip for the environment, which needs none of its own."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(environment.python)),
            *("--quiet", "--disable-pip-version-check", command, *arguments),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
    )


def _make(environment: Environment) -> None:
    stamp = environment.folder / "stamp"
    wanted = "\n".join((sys.version, *environment.requirements))
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    shutil.rmtree(environment.folder, ignore_errors=True)
    venv.create(environment.folder, symlinks=True, with_pip=False)
    pip(environment, "install", *environment.requirements)
    stamp.write_text(wanted, encoding="utf-8")
