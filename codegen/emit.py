"""The model through the templates into files.

``templates/`` has the layout of what it makes: ``x.py.j2`` becomes ``x.py``, a name with
``%service%`` or ``%file%`` is rendered once for each, and a file without ``.j2`` is copied. The
templates import more than a file may need; ruff drops what is unused and lays everything out.
"""

from __future__ import annotations

import json
import keyword
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import jinja2
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from codegen import desync, docs, model, names, pbfiles, wire
from codegen.problems import CodegenError

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "templates"
PACKAGE = "etcd_sdk_api"
Files = dict[PurePosixPath, str]

_HEADER = "# Written by codegen from protos/ and {template}; do not edit.\n\n"
_TWIN_HEADER = "# Derived from {source} by codegen; do not edit.\n\n"
# How a generated file begins.
MARKS = tuple(header.partition("{")[0].encode() for header in (_HEADER, _TWIN_HEADER))


def package(
    api: model.Api, descriptors: list[FileDescriptorProto], shared: Mapping[str, str]
) -> Files:
    """All of ``etcd_sdk_api`` and ``api.json``, by path below the source root."""
    files = dict(_rendered(api, descriptors, shared))
    for name, stub in pbfiles.stubs(descriptors).items():
        files[PurePosixPath(name)] = stub
    files = tidied(files, compact=True)
    files |= twins(files)
    files[PurePosixPath("api.json")] = json.dumps(_json(api), indent=1, sort_keys=True) + "\n"
    return files


def twins(sources: Files) -> Files:
    """The sync twin of every ``_async/x.py`` and ``x_async.py`` among ``sources``."""
    derived: Files = {}
    for path, text in sources.items():
        twin = PurePosixPath(
            *(part.replace("_async", "_sync") for part in path.parts[:-1]), path.name
        )
        twin = twin.with_name(twin.name.replace("_async.py", ".py"))
        if twin != path and path.suffix == ".py":
            derived[twin] = _TWIN_HEADER.format(source=path) + desync.desync(_without_header(text))
    return tidied(derived)


def tidied(files: Files, *, compact: bool = False) -> Files:
    """The same files, unused imports dropped and laid out.

    ``compact`` ignores trailing commas, which templates put behind every item of a list.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for path, text in files.items():
            Path(scratch, path).parent.mkdir(parents=True, exist_ok=True)
            Path(scratch, path).write_text(text, encoding="utf-8")
        fix = ["check", "--fix-only", "--select=F401,I,UP037"]
        _ruff(scratch, *fix, "--config", "lint.per-file-ignores={}")
        _ruff(
            scratch,
            "format",
            "--config",
            f"format.skip-magic-trailing-comma={str(compact).lower()}",
        )
        return {path: Path(scratch, path).read_text(encoding="utf-8") for path in files}


def _ruff(folder: str, *arguments: str) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    settings = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), folder]
    run = subprocess.run([ruff, *arguments, *settings], capture_output=True, text=True, check=False)
    if run.returncode:
        remedy = "mend the template (or the async source) that this file comes from"
        raise CodegenError("ruff", run.stderr.replace(folder, ""), remedy)


def _without_header(text: str) -> str:
    start = _HEADER.partition("{")[0]
    return text.partition("\n\n")[2] if text.startswith(start) else text


def _rendered(
    api: model.Api, descriptors: list[FileDescriptorProto], shared: Mapping[str, str]
) -> Iterator[tuple[PurePosixPath, str]]:
    environment = _environment(api, descriptors, shared)
    for path in sorted((TEMPLATES / PACKAGE).rglob("*")):
        name = path.relative_to(TEMPLATES).as_posix()
        if path.is_dir() or path.name.startswith("_macros"):
            continue
        header = _HEADER.format(template=f"templates/{name}") if ".py" in path.name else ""
        if path.suffix != ".j2":
            yield PurePosixPath(name), header + path.read_text(encoding="utf-8")
            continue
        template = environment.get_template(name.removeprefix(f"{PACKAGE}/"))
        for target, item in _targets(name.removesuffix(".j2"), api):
            yield target, header + template.render(item)


def _targets(name: str, api: model.Api) -> Iterator[tuple[PurePosixPath, dict[str, object]]]:
    """What a template makes: one file, or one for each service or proto file."""
    for marker, each in (("service", api.services), ("file", api.files)):
        if f"%{marker}%" in name:
            for item in each:
                yield PurePosixPath(name.replace(f"%{marker}%", item.module)), {marker: item}
            return
    yield PurePosixPath(name), {}


def _environment(
    api: model.Api, descriptors: list[FileDescriptorProto], shared: Mapping[str, str]
) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES / PACKAGE),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the output is Python
    )
    environment.globals["api"] = api
    pb_enums = {enum.name: enum.pb_name for enum in api.enums}
    built = {request.builder: request for request in api.requests if request.builder}
    blobs = {wire.module(file.name): pbfiles.serialized(file) for file in descriptors}

    def builders(service: model.Service) -> str:
        found = [r.builder for r in api.requests if r.service == service.name and r.builder]
        return " or ".join(filter(None, [", ".join(found[:-1]), found[-1]]))

    environment.filters |= {
        "assigned": _assigned,
        "attribute_doc": lambda s, indent: _indented(f"{s.module}: {docs.summary(s.doc)}", indent),
        "builder_base": _builder_base,
        "builder_doc": lambda r, indent: docs.of_builder(r, f"{_purpose(r)}.", indent),
        "builder_request": lambda builder: built[builder].message.pb_name,
        "do_doc": lambda s, indent: docs.of_do(builders(s), shared, indent),
        "descriptor_literal": lambda file: _bytes_literal(blobs[file.module]),
        "documented": docs.of,
        "group_doc": lambda g, indent: docs.plain(docs.link(g.doc, {}), indent),
        "literal": json.dumps,
        "made_for": lambda r: f"``{r.facade}``" if r.facade else "the builder",
        "method_doc": lambda m, indent: docs.of_method(m, shared, indent),
        "op_names": builders,
        "parent": lambda path: path.rpartition(".")[0],
        "pb_enum": lambda name: pb_enums[name],
        "plain": docs.plain,
        "reached": _reached,
        "wrapper_function": lambda name: f"{names.snake_case(name)}_messages",
    }
    return environment


def _purpose(request: model.Request) -> str:
    return (
        f"The options of ``{request.facade}`` as a value"
        if request.facade
        else "The request as a value"
    )


def _builder_base(request: model.Request) -> str:
    message = f"pb.{request.message.pb_name}"
    if request.response is None:
        return f"Builder[{message}]"
    return f"{request.service}Op[{message}, pb.{request.response.pb_name}]"


def _reached(path: str) -> str:
    """The field at ``path`` of the request, as an expression: ``request.perm.key``."""
    parent, _, name = path.rpartition(".")
    owner = _reached(parent) if parent else "request"
    return f'getattr({owner}, "{name}")' if keyword.iskeyword(name) else f"{owner}.{name}"


def _assigned(path: str, value: str) -> str:
    """A statement that sets the field at ``path`` of the request."""
    parent, _, name = path.rpartition(".")
    if keyword.iskeyword(name):
        return f'setattr({_reached(parent) if parent else "request"}, "{name}", {value})'
    return f"{_reached(path)} = {value}"


def _indented(text: str, indent: int) -> str:
    return f"\n{' ' * (indent + 4)}".join(docs.wrapped(text, indent + 4))


def _bytes_literal(blob: bytes) -> str:
    return "\n".join(f"    {blob[start : start + 24]!r}" for start in range(0, len(blob), 24))


def _json(value: Any, *, at_home: bool = False) -> Any:
    """The model as JSON: each thing spelled out where it is at home, and named elsewhere."""
    if isinstance(value, model.Message | model.Enum) and not at_home:
        return value.full_name
    if isinstance(value, model.ErrorClass) and not at_home:
        return value.name
    if isinstance(value, tuple):
        return [_json(item, at_home=at_home) for item in value]
    if not is_dataclass(value):
        return value
    named = {"parameters"} if isinstance(value, model.Method | model.Group) else set()
    found = {f.name: getattr(value, f.name) for f in fields(value)}
    return {
        name: [p.name for p in item]
        if name in named
        else _json(item, at_home=isinstance(value, model.Api))
        for name, item in found.items()
        if item not in ("", (), None) and item is not False
    }
