"""Descriptors and the overlay into the model, refused as a whole where names clash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from codegen import model, names
from codegen.arguments import Arguments
from codegen.overlay import Overlay
from codegen.problems import CodegenError, Report
from codegen.wire import Rpc, Wire, is_newer, later

# Names that generated code uses beside those from the protos, by what must not be named so.
_RESERVED = {
    "method": {"do"},
    "argument": {
        *("self", "endpoint", "timeout", "request"),
        *("requests", "methods", "checks", "pb", "cast", "conditions"),
    },
    "builder option": {"build", "method"},
    "class": {"Builder", "Op", "Method", "Compare", "Operand"},
    "service": {"transport"},
}


def read(descriptors: FileDescriptorSet, overlay: Overlay, report: Report) -> model.Api:
    """The model of the API that ``descriptors`` define."""
    wire = Wire(descriptors, overlay, report)
    arguments = Arguments(wire, overlay, report)
    errors = tuple(_read_errors(overlay))
    api = model.Api(
        files=wire.proto_files(),
        services=tuple(
            _read_services(wire, arguments.requests, {error.name: error for error in errors})
        ),
        requests=tuple(arguments.requests.values()),
        wrappers=tuple(arguments.wrappers()),
        comparison=arguments.comparison(),
        enums=tuple(wire.enums.values()),
        messages=tuple(wire.messages.values()),
        errors=errors,
    )
    _refuse_clashes(api)
    overlay.report_unused(report)
    report.settle()
    return api


def _read_errors(overlay: Overlay) -> Iterator[model.ErrorClass]:
    for facts in overlay.errors:
        yield model.ErrorClass(
            name=facts.name,
            text=facts.text,
            code=facts.code,
            in_doubt=facts.in_doubt,
            resend=facts.resend,
            doc=facts.doc,
            since=later(facts.since),
        )


def _read_services(
    wire: Wire, requests: Mapping[str, model.Request], errors: Mapping[str, model.ErrorClass]
) -> Iterator[model.Service]:
    for element, service in wire.services:
        methods = tuple(
            _read_method(wire, rpc, requests, errors) for rpc in wire.rpcs if rpc.service == element
        )
        yield model.Service(
            element.full_name,
            service.name,
            names.snake_case(service.name),
            wire.doc(element),
            methods,
            any(r.service == service.name and r.builder for r in requests.values()),
        )


def _read_method(
    wire: Wire,
    rpc: Rpc,
    requests: Mapping[str, model.Request],
    errors: Mapping[str, model.ErrorClass],
) -> model.Method:
    made = requests.get(rpc.request.full_name) if rpc.kind != "bidi_stream" else None
    parameters = made.parameters if made else ()
    newer_fields = wire.newer_fields(rpc) if made else ()
    return model.Method(
        rpc=rpc.name,
        name=rpc.python_name,
        constant=rpc.constant,
        path=f"/{rpc.service.full_name}/{rpc.name}",
        kind=rpc.kind,
        request=rpc.request,
        response=rpc.response,
        function=made.function if made else "",
        parameters=parameters,
        read=_is_read(rpc),
        blocking=rpc.facts.blocking,
        member=rpc.facts.member,
        since=rpc.since,
        newer_fields=newer_fields,
        newer=is_newer(rpc.since) or bool(newer_fields),
        doc=wire.doc(rpc.element, {p.field: p.name for p in parameters}),
        raises=tuple(_error(name, rpc, errors) for name in rpc.facts.raises),
    )


def _is_read(rpc: Rpc) -> bool:
    if rpc.facts.retry not in {"read", "write"}:
        raise CodegenError(
            f'overlay: methods."{rpc.element.full_name}".retry',
            f"{rpc.facts.retry!r} is no retry class",
            'write "read" for a call that changes nothing, else leave it out',
        )
    return rpc.facts.retry == "read"


def _error(name: str, rpc: Rpc, errors: Mapping[str, model.ErrorClass]) -> model.ErrorClass:
    if name not in errors:
        raise CodegenError(
            f'overlay: methods."{rpc.element.full_name}".raises',
            f"{name!r} is no error of the [[errors]] table",
            "mend the spelling, or add the error",
        )
    return errors[name]


def _refuse_clashes(api: model.Api) -> None:
    rename = "give one of them a `name` in overlay.toml"
    for service in api.services:
        _refuse("method", service.full_name, (m.name for m in service.methods), rename)
    for request in api.requests:
        owner = request.message.full_name
        _refuse("argument", owner, (p.name for p in request.parameters), rename)
        options = [p.name for p in request.options] + [group.name for group in request.groups]
        _refuse("builder option", owner, options if request.builder else (), rename)
    builders = [r.builder for r in api.requests if r.builder] + [w.name for w in api.wrappers]
    builders += [f"{service.name}Op" for service in api.services if service.has_ops]
    _refuse("class", "generated enums", (enum.name for enum in api.enums), rename)
    _refuse("class", "generated builders", [*builders, *(e.name for e in api.enums)], rename)
    _refuse("class", "generated errors", (error.name for error in api.errors), rename)
    texts = (error.text for error in api.errors)
    _refuse("text", "overlay: errors", texts, "errors are told by their texts: keep one of them")
    functions = (request.function for request in api.requests)
    _refuse("function", "generated requests", functions, "keep both out of one package")
    modules = (service.module for service in api.services)
    _refuse("service", "generated services", modules, "keep both out of one package")
    exported = (name for file in api.files for name in (*file.messages, *file.enums))
    _refuse("message", "pb", exported, "keep both out of one generated package")
    _refuse("module", "pb", (file.module for file in api.files), "rename one of the files")


def _refuse(kind: str, owner: str, found: Iterable[str], remedy: str) -> None:
    for name, count in Counter(found).items():
        if count > 1 or name in _RESERVED.get(kind, ()):
            clash = "twice" if count > 1 else "is reserved"
            raise CodegenError(owner, f"name clash: {kind} {name!r} {clash}", remedy)
