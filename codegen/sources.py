"""Proto sources to one descriptor set, whatever the layout of the tree they come from.

Releases of etcd moved files, import third-party option files that are not in the tree, and keep
files beside the client API that would define its symbols twice (``raft_internal.proto``). So
nothing here relies on paths: the files that define a service are the roots, imports are resolved
by the longest matching tail of a path, and everything is staged under the names by which the
files import each other before protoc sees it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc_tools
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from codegen.problems import CodegenError

OPTION_STUBS = Path(__file__).parent / "option_stubs"
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"

_NOISE = re.compile(r"""//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", re.DOTALL)
_PACKAGE = re.compile(r"(?:^|;)\s*package\s+([\w.]+)\s*(?=;)", re.MULTILINE)
_SERVICE = re.compile(r"(?:^|[;}])\s*service\s+(\w+)\s*\{", re.MULTILINE)
_IMPORT = re.compile(
    r'(?:^|;)\s*import\s+(?:public\s+|weak\s+)?["\']([^"\']+)["\']\s*(?=;)', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    package: str
    services: tuple[str, ...]
    imports: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> _Source:
        text = _NOISE.sub(lambda match: match[1] or " ", path.read_text(encoding="utf-8"))
        package = _PACKAGE.search(text)
        return cls(
            path,
            package[1] if package else "",
            tuple(_SERVICE.findall(text)),
            tuple(_IMPORT.findall(text)),
        )


def load(tree: Path, ignored_packages: Collection[str] = ()) -> FileDescriptorSet:
    """Compile the client API found below ``tree``, comments included.

    Files that define no service are compiled when a file that does imports them. Packages in
    ``ignored_packages`` are not taken for roots: servers' own services, not the client's.
    """
    sources = [_Source.read(path) for path in sorted(_proto_files(tree))]
    roots = [s for s in sources if s.services and s.package not in ignored_packages]
    if not roots:
        raise CodegenError(
            str(tree), "holds no .proto file that defines a service", "name a tree of etcd protos"
        )
    _refuse_double_services(roots)
    return _compile(_stage_names(roots, sources, tree))


def _proto_files(tree: Path) -> Iterator[Path]:
    seen: set[Path] = set()
    for directory, below, files in os.walk(tree, followlinks=True):
        real = Path(directory).resolve()
        if real in seen:  # a checkout may hold a link to itself, for the sake of import paths
            below.clear()
            continue
        seen.add(real)
        yield from (Path(directory, name) for name in files if name.endswith(".proto"))


def _refuse_double_services(roots: list[_Source]) -> None:
    seen: dict[str, _Source] = {}
    for root in roots:
        for service in root.services:
            name = f"{root.package}.{service}"
            other = seen.setdefault(name, root)
            if other is not root:
                raise CodegenError(
                    name,
                    f"is defined by {other.path} and by {root.path}",
                    "name a tree that holds one release of etcd, once",
                )


def _stage_names(roots: list[_Source], sources: list[_Source], tree: Path) -> dict[str, Path]:
    """Every file to compile, under the one name that imports know it by."""
    names: dict[Path, str] = {}
    pending = list(roots)
    by_path = {source.path: source for source in sources}
    while pending:
        source = pending.pop()
        for name in source.imports:
            if (WELL_KNOWN / name).exists() or (OPTION_STUBS / name).exists():
                continue
            found = _resolve(name, source, sources)
            if names.setdefault(found, name) != name:
                raise CodegenError(
                    name,
                    f"is imported by {source.path}, and by another name, {names[found]!r}, too",
                    "import a file by one name only, or every symbol in it is defined twice",
                )
            if by_path[found] not in roots and by_path[found] not in pending:
                pending.append(by_path[found])
    for root in roots:
        names.setdefault(root.path, root.path.relative_to(tree).as_posix())
    return {name: path for path, name in names.items()}


def _resolve(name: str, importer: _Source, sources: list[_Source]) -> Path:
    def score(candidate: Path) -> int:
        tails = zip(reversed(candidate.parts), reversed(Path(name).parts), strict=False)
        return next((n for n, (a, b) in enumerate(tails) if a != b), len(Path(name).parts))

    wanted = min(2, len(Path(name).parts))
    best = max((score(s.path) for s in sources), default=0)
    matches = [s.path for s in sources if score(s.path) == best]
    if best < wanted:
        raise CodegenError(
            name,
            f"unresolved import in {importer.path}",
            "add the file to the tree or, where it only defines options, "
            f"a few lines for it below codegen/{OPTION_STUBS.name}/",
        )
    if len(matches) > 1:
        raise CodegenError(
            name,
            f"import in {importer.path} fits {' and '.join(map(str, matches))}",
            "name a tree that holds one release of etcd, once",
        )
    return matches[0]


def _compile(staged: dict[str, Path]) -> FileDescriptorSet:
    with tempfile.TemporaryDirectory() as scratch:
        stage = Path(scratch, "stage")
        for name, path in staged.items():
            (stage / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / name).symlink_to(path.resolve())
        output = Path(scratch, "set.binpb")
        command = [sys.executable, "-m", "grpc_tools.protoc"]
        command += [f"-I{directory}" for directory in (stage, OPTION_STUBS, WELL_KNOWN)]
        command += ["--include_imports", "--include_source_info", f"-o{output}", *sorted(staged)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise CodegenError(*_explain(run.stderr.replace(f"{stage}/", ""), staged))
        return FileDescriptorSet.FromString(output.read_bytes())


def _explain(stderr: str, staged: dict[str, Path]) -> tuple[str, str, str]:
    def lines() -> Iterator[str]:
        for line in stderr.strip().splitlines():
            name, colon, rest = line.partition(":")
            yield f"{staged.get(name, name)}{colon}{rest}"

    problem = "\n  ".join(line for line in lines() if "warning:" not in line)
    twice = re.search(r'"([\w.]+)" is already defined in file "([^"]+)"', stderr)
    if twice:
        return (
            twice[1],
            problem,
            f"define it in one file only; {staged.get(twice[2])} has it already",
        )
    return "protoc", problem, "mend the proto file at the line named"
