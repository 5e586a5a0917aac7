"""The wheel and the source distribution: that they can be built, and what is in them."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Generator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement

from tests.compat.environments import BUILD_BACKEND, DECLARED, EXTRAS, ROOT, lowest
from tests.compat.result import Result

PACKAGES = (ROOT / "etcd_sdk", ROOT / "generated" / "etcd_sdk_api")
BUILD_SECONDS = 300
WHERE = "distribution"


def check(scratch: Path) -> Generator[Result, None, Path | None]:
    """Build both and look inside; returns the wheel, or None where there is none."""
    backend = lowest(BUILD_BACKEND)
    try:
        sdist, wheel = _build("sdist", scratch), _build("wheel", scratch)
        again = _wheel_of(sdist, backend, scratch / "from-sdist")
    except subprocess.CalledProcessError as error:
        yield Result(WHERE, "build", f"{error.stdout}{error.stderr}".strip())
        return None
    same = f"the sdist builds the same wheel, by {backend}"
    yield Result(WHERE, same, _differences(wheel, again))
    yield Result(WHERE, "the wheel holds both packages, typed, and nothing else", _contents(wheel))
    yield Result(WHERE, "the wheel declares what pyproject.toml does", _declarations(wheel))
    return wheel


def _build(target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory"]
    _run([*command, str(folder)])
    (built,) = folder.glob({"sdist": "*.tar.gz", "wheel": "*.whl"}[target])
    return built


def _wheel_of(sdist: Path, backend: str, folder: Path) -> Path:
    """As pip does it for whoever installs from source, but with the oldest backend we declare."""
    folder.mkdir()
    constraint = folder / "constraint.txt"
    constraint.write_text(backend, encoding="utf-8")
    options = ["--no-deps", "--quiet", "--disable-pip-version-check"]
    options += ["--build-constraint", str(constraint), "--wheel-dir", str(folder)]
    _run([sys.executable, "-m", "pip", "wheel", *options, str(sdist)])
    (built,) = folder.glob("*.whl")
    return built


def _run(command: list[str]) -> None:
    subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=BUILD_SECONDS
    )


def _differences(one: Path, other: Path) -> str | None:
    """Files that are not in both or not alike; metadata may be written differently."""
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        ours, theirs = _checksums(first), _checksums(second)
    return ", ".join(sorted({name for name, _ in ours ^ theirs})) or None


def _checksums(archive: zipfile.ZipFile) -> set[tuple[str, int]]:
    generated = ("/METADATA", "/WHEEL", "/RECORD")
    files = (each for each in archive.infolist() if not each.filename.endswith(generated))
    return {(each.filename, each.CRC) for each in files}


def _contents(wheel: Path) -> str | None:
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}
    sources = {
        f"{package.name}/{file.relative_to(package).as_posix()}"
        for package in PACKAGES
        for file in package.rglob("*")
        if file.suffix in {".py", ".pyi", ".typed"}
    }
    stubs = {f"{name}i" for name in inside if name.endswith("_pb2.py")}
    needed = sources | stubs | {f"{package.name}/py.typed" for package in PACKAGES}
    problems = [f"{name} is missing" for name in needed - inside]
    problems += [f"{name} does not belong there" for name in inside - needed]
    return "; ".join(sorted(problems)) or None


def _declarations(wheel: Path) -> str | None:
    metadata = _metadata(wheel)
    requirements = {str(Requirement(text)) for text in metadata.get_all("Requires-Dist", [])}
    extras = {
        str(Requirement(f"{requirement}; extra == {name!r}"))
        for name, optional in EXTRAS.items()
        for requirement in optional
    }
    problems = []
    if requirements != {*map(str, DECLARED), *extras}:
        problems.append(f"Requires-Dist: {sorted(requirements)}")
    if metadata["Requires-Python"] != ">=3.11":
        problems.append(f"Requires-Python: {metadata['Requires-Python']}")
    if metadata["License-Expression"] != "Apache-2.0":
        problems.append(f"License-Expression: {metadata['License-Expression']}")
    return "; ".join(problems) or None


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return message_from_bytes(archive.read(name))
