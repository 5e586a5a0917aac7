"""Small trees of protos, and their way through the generator."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from codegen import emit, model, pbfiles, reader, sources
from codegen.overlay import OVERLAY, Overlay
from codegen.problems import Report

ROOT = Path(__file__).parents[2]

_OVERLAY = """\
ignored_packages = []
comparison = ""
[docs]
prefix = "Take the keys that start with it."
from_key = "Take the keys that are not less."
timeout = "Seconds."
timeout_blocking = "Seconds, without a default."
timeout_stream = "Seconds until the first response."
endpoint = "The member to ask."
raises_argument = "An argument is bad."
raises_any = "The call failed."
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Put ``files`` below ``folder``; returns the folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def toys(body: str) -> dict[str, str]:
    """A tree of one file, of package ``toys``."""
    return {"toys.proto": f'syntax = "proto3";\npackage toys;\n{body}'}


def overlay(folder: Path, tables: str = "") -> Overlay:
    """An overlay that holds ``tables`` beside what every overlay must hold."""
    path = folder / "overlay.toml"
    path.write_text(_OVERLAY + tables, encoding="utf-8")
    return Overlay(path)


def read(tree: Path, facts: Overlay | None = None, report: Report | None = None) -> model.Api:
    """The model of a tree of protos; what is not documented is let pass."""
    facts = facts or Overlay(OVERLAY)
    descriptors = sources.load(tree, facts.ignored_packages)
    return reader.read(descriptors, facts, report or Report(strict=False))


def package(tree: Path, facts: Overlay) -> emit.Files:
    """The generated package of a tree of protos."""
    descriptors = sources.load(tree, facts.ignored_packages)
    api = reader.read(descriptors, facts, Report(strict=False))
    return emit.package(api, pbfiles.stripped(descriptors, api), facts.docs)


def codegen(*arguments: str | Path, cwd: Path = ROOT, hash_seed: int = 0) -> Run:
    """Run the generator's command line."""
    return _run(["-m", "codegen", *map(str, arguments)], cwd, {"PYTHONHASHSEED": str(hash_seed)})


def python(source_root: Path, code: str) -> str:
    """What ``code`` prints where ``etcd_sdk_api`` is the one below ``source_root``."""
    run = _run(["-c", code], source_root, {"PYTHONPATH": str(source_root)})
    assert run.returncode == 0, run.stderr
    return run.stdout


def mypy(source_root: Path, *targets: str) -> str:
    """What ``mypy --strict`` says about ``targets``, relative to ``source_root``."""
    options = ["--strict", "--config-file=", "--explicit-package-bases", "--python-version=3.11"]
    options += ["--cache-dir=/dev/null"]
    return _run(["-m", "mypy", *options, *targets], source_root, {}).stdout


Run = subprocess.CompletedProcess[str]


def _run(arguments: list[str], cwd: Path, environment: Mapping[str, str]) -> Run:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
