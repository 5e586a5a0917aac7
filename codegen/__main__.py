"""The generator's command line.

python -m codegen generate              write everything that is generated in this repository
python -m codegen check                 does the disk hold just that? exit 1 and a diff if not
python -m codegen dump [--protos DIR]   print the model as JSON, for comparing two releases
python -m codegen generate --protos DIR --out DIR   a package from another tree of protos
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path, PurePosixPath

from codegen import contract, emit, pbfiles, reader, sources, tree
from codegen.overlay import Overlay
from codegen.problems import CodegenError, Report

PROTOS = emit.ROOT / "protos"
# The folders that hold hand-written async sources whose twins are generated, too.
_TWINNED = ("etcd_sdk/_async", "tests/_async", "tests/compat/programs", "tests/typing", "examples")
TWINNED = tuple(map(PurePosixPath, _TWINNED))
OWNED = tuple(map(PurePosixPath, ("generated", "etcd_sdk/_sync", "tests/_sync")))


def build(protos: Path, report: Report) -> emit.Files:
    """``api.json`` and the package ``etcd_sdk_api`` of a tree of protos."""
    overlay = Overlay()
    descriptors = sources.load(protos, overlay.ignored_packages)
    if (lock := protos / "LOCK.toml").exists() and protos == PROTOS:
        own = (file for file in descriptors.file if (protos / file.name).exists())
        contract.check_lock(lock, contract.contract(own))
    api = reader.read(descriptors, overlay, report)
    return emit.package(api, pbfiles.stripped(descriptors, api), overlay.docs)


def build_home() -> emit.Files:
    """Everything that is generated in this repository, by path below its root."""
    files = {"generated" / path: text for path, text in build(PROTOS, Report(strict=True)).items()}
    written = {
        PurePosixPath(path.relative_to(emit.ROOT).as_posix()): path.read_text(encoding="utf-8")
        for folder in TWINNED
        for path in sorted((emit.ROOT / folder).glob("*.py"))
    }
    return files | emit.twins(written)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command == "generate" and bool(options.protos) != bool(options.out):
        parser.error("--protos and --out go together, so that no other tree overwrites ours")
    try:
        return _run(options)
    except CodegenError as error:
        print(error, file=sys.stderr)
        return 1


def _run(options: argparse.Namespace) -> int:
    foreign = Report(strict=False)
    if options.command == "dump":
        report = foreign if options.protos else Report(strict=True)
        print(build(options.protos or PROTOS, report)[PurePosixPath("api.json")], end="")
    elif options.command == "check":
        differences = list(tree.differences(emit.ROOT, build_home(), OWNED, TWINNED))
        print(*differences, sep="", end="")
        return 1 if differences else 0
    elif options.protos:
        files = build(options.protos, foreign)
        tree.write(options.out, files, [PurePosixPath(emit.PACKAGE)])
    else:
        changed = tree.write(emit.ROOT, build_home(), OWNED, TWINNED)
        print(*(f"wrote {path}" for path in changed), sep="\n", end="\n" if changed else "")
    for line in foreign.lines:
        print(line, file=sys.stderr)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m codegen", description="Generate the SDK from etcd's protos."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write everything that is generated")
    commands.add_parser("check", help="compare the disk with what would be generated")
    dump = commands.add_parser("dump", help="print the model as JSON")
    for command in (generate, dump):
        command.add_argument("--protos", type=Path, metavar="DIR", help="another tree of protos")
    generate.add_argument("--out", type=Path, metavar="DIR", help="where that tree's package goes")
    parser.set_defaults(out=None)
    return parser


if __name__ == "__main__":
    sys.exit(main())
