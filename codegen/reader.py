"""Descriptors and the overlay into the model: every decision about names and types is made here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)
from google.protobuf.message import Message as ProtoMessage
from google.protobuf.unknown_fields import UnknownFieldSet

from codegen import docs, model, names
from codegen.overlay import FieldFacts, MessageFacts, MethodFacts, Overlay, report_unused
from codegen.problems import CodegenError, Report

# Integer types, and the constants of ``checks`` that bound them. Most signed numbers of etcd
# (limits, revisions, TTLs) must not be negative; the overlay names those that may be.
_INTEGERS = {
    "int32": ("NATURAL32", "INT32"),
    "int64": ("NATURAL", "INT64"),
    "uint32": ("UINT32", "UINT32"),
    "uint64": ("UINT64", "UINT64"),
}
_SCALARS = {**dict.fromkeys(_INTEGERS, "int"), "bool": "bool", "string": "str", "bytes": "bytes"}
_ANNOTATIONS = {"bool": "bool", "int": "int", "str": "str", "bytes": "str | bytes"}
_DEFAULTS = {"bool": "False", "int": "0", "str": '""', "bytes": 'b""'}
# Names that generated code uses beside those from the protos, by what must not be named so.
_RESERVED = {
    "method": {"do"},
    "argument": {
        *("self", "timeout", "request"),
        *("requests", "methods", "checks", "pb", "cast", "conditions"),
    },
    "builder option": {"build", "method"},
    "class": {"Builder", "Op", "Method", "Compare", "Operand"},
    "service": {"transport"},
}
_SINCE_EXTENSIONS = {f"etcd_version_{of}" for of in ("msg", "field", "enum", "enum_value")}


def read(descriptors: FileDescriptorSet, overlay: Overlay, report: Report) -> model.Api:
    """The model of the API that ``descriptors`` define."""
    return _Reader(descriptors, overlay, report).api()


@dataclass(frozen=True, slots=True)
class _Element:
    """A descriptor with the two things that it does not hold itself: its file and its comment."""

    full_name: str
    pb_name: str
    file: FileDescriptorProto
    path: tuple[int, ...]


class _Comments:
    """The comment above an element, else the one behind it."""

    def __init__(self, files: Iterable[FileDescriptorProto]) -> None:
        self._texts = {
            (file.name, tuple(location.path)): location.leading_comments
            or location.trailing_comments
            for file in files
            for location in file.source_code_info.location
        }

    def of(self, element: _Element) -> str:
        return docs.clean(self._texts.get((element.file.name, element.path), ""))


class _Since:
    """The ``versionpb`` options, found by their names: their numbers may clash with a vendor's."""

    def __init__(self, files: Iterable[FileDescriptorProto]) -> None:
        self._numbers = {
            extension.number
            for file in files
            if file.package == "versionpb"
            for extension in file.extension
            if extension.name in _SINCE_EXTENSIONS
        }

    def of(self, options: ProtoMessage) -> str:
        unknown = UnknownFieldSet(options)
        for index in range(len(unknown)):
            if unknown[index].field_number in self._numbers:
                return _later(unknown[index].data.decode())
        return ""


def _later(*releases: str) -> str:
    """The latest of some releases; empty for 3.0, with which everything began."""
    latest = max(releases, key=lambda r: tuple(map(int, r.split("."))) if r else (0,))
    return "" if latest == "3.0" else latest


class _Reader:
    def __init__(self, descriptors: FileDescriptorSet, overlay: Overlay, report: Report) -> None:
        self._overlay = overlay
        self._report = report
        self._comments = _Comments(descriptors.file)
        self._since = _Since(descriptors.file)
        self._files = [f for f in descriptors.file if f.message_type or f.enum_type or f.service]
        self._files = _needed(self._files)
        self._python_names: dict[str, str] = {}
        self._message_elements: dict[str, tuple[_Element, DescriptorProto]] = {}
        self._enum_elements: list[tuple[_Element, EnumDescriptorProto]] = []
        self._maps: dict[str, str] = {}
        for file in self._files:
            for index, message in enumerate(file.message_type):
                self._index(message, file, "", (4, index))
            for index, enum in enumerate(file.enum_type):
                self._enum_elements.append((_element(enum.name, "", file, (5, index)), enum))
        self.enums = {enum.full_name: enum for enum in self._read_enums()}
        self._python_names.update(self._link_names())
        self.messages = {name: self._read_message(name) for name in self._message_elements}
        self._called_with = set(self._arguments_of_calls())
        self.errors = {error.name: error for error in self._read_errors()}

    # -- the whole ------------------------------------------------------------------------------

    def api(self) -> model.Api:
        requests = self._read_requests()
        services = tuple(self._read_services(requests))
        api = model.Api(
            files=tuple(map(self._read_file, self._files)),
            services=services,
            requests=tuple(requests.values()),
            wrappers=tuple(self._read_wrappers(requests)),
            comparison=self._read_comparison(),
            enums=tuple(self.enums.values()),
            messages=tuple(self.messages.values()),
            errors=tuple(self.errors.values()),
        )
        self._refuse_clashes(api)
        self._overlay.report_unused(self._report)
        self._report.settle()
        return api

    def _refuse_clashes(self, api: model.Api) -> None:
        def refuse(kind: str, owner: str, found: Iterable[str], remedy: str) -> None:
            for name, count in Counter(found).items():
                if count > 1 or name in _RESERVED.get(kind, ()):
                    clash = "twice" if count > 1 else "is reserved"
                    raise CodegenError(owner, f"name clash: {kind} {name!r} {clash}", remedy)

        rename = "give one of them a `name` in overlay.toml"
        for service in api.services:
            refuse("method", service.full_name, (m.name for m in service.methods), rename)
        for request in api.requests:
            owner = request.message.full_name
            refuse("argument", owner, (p.name for p in request.parameters), rename)
            options = [p.name for p in request.options] + [group.name for group in request.groups]
            refuse("builder option", owner, options if request.builder else (), rename)
        builders = [r.builder for r in api.requests if r.builder] + [w.name for w in api.wrappers]
        builders += [f"{service.name}Op" for service in api.services if service.has_ops]
        refuse("class", "generated enums", (enum.name for enum in api.enums), rename)
        refuse("class", "generated builders", [*builders, *(e.name for e in api.enums)], rename)
        refuse("class", "generated errors", (error.name for error in api.errors), rename)
        texts = (error.text for error in api.errors)
        refuse("text", "overlay: errors", texts, "errors are told by their texts: keep one of them")
        functions = (request.function for request in api.requests)
        refuse("function", "generated requests", functions, "keep both out of one package")
        modules = (service.module for service in api.services)
        refuse("service", "generated services", modules, "keep both out of one package")
        exported = (name for file in api.files for name in (*file.messages, *file.enums))
        refuse("message", "pb", exported, "keep both out of one generated package")
        refuse("module", "pb", (file.module for file in api.files), "rename one of the files")

    # -- wire things ----------------------------------------------------------------------------

    def _index(
        self, message: DescriptorProto, file: FileDescriptorProto, scope: str, path: tuple[int, ...]
    ) -> None:
        element = _element(message.name, scope, file, path)
        self._message_elements[element.full_name] = element, message
        for index, nested in enumerate(message.nested_type):
            if nested.options.map_entry:
                self._maps[f"{element.full_name}.{nested.name}"] = _map_type(nested)
                continue
            self._index(nested, file, element.pb_name, (*path, 3, index))
        for index, enum in enumerate(message.enum_type):
            place = _element(enum.name, element.pb_name, file, (*path, 4, index))
            self._enum_elements.append((place, enum))

    def _doc(self, element: _Element, names_: Mapping[str, str] = {}) -> str:
        doc = self._comments.of(element)
        if not doc:
            self._report.add(
                element.full_name,
                "has no comment to make a docstring from",
                f"write one above it in {element.file.name}",
            )
        return docs.link(doc or docs.UNDOCUMENTED, {**self._python_names, **names_})

    def _link_names(self) -> dict[str, str]:
        links = {enum.pb_name: enum.name for enum in self.enums.values()}
        links |= {enum.full_name: enum.name for enum in self.enums.values()}
        rpcs = Counter(rpc.name for file in self._files for s in file.service for rpc in s.method)
        for file in self._files:
            for service in file.service:
                for rpc in service.method:
                    facts = self._overlay.methods.get(f"{file.package}.{service.name}.{rpc.name}")
                    name = (facts and facts.name) or names.method_name(rpc.name, service.name)
                    dotted = f"{names.snake_case(service.name)}.{name}"
                    links[f"{service.name}.{rpc.name}"] = dotted
                    if rpcs[rpc.name] == 1:
                        links[rpc.name] = dotted
        return links

    def _read_enums(self) -> Iterator[model.Enum]:
        for element, enum in self._enum_elements:
            facts = self._overlay.enums.get(element.full_name)
            values = tuple(
                model.EnumValue(
                    value.name,
                    value.number,
                    self._doc(_child(element, value.name, 2, index)),
                    self._since.of(value.options),
                )
                for index, value in enumerate(enum.value)
            )
            yield model.Enum(
                element.full_name,
                facts.name if facts else enum.name,
                element.pb_name,
                self._doc(element),
                self._since.of(enum.options),
                values,
            )

    def _read_message(self, full_name: str) -> model.Message:
        element, message = self._message_elements[full_name]
        since = self._since.of(message.options)
        own = {f.name: self._field_name(full_name, f.name) for f in message.field}
        fields = []
        for index, field in enumerate(message.field):
            place = _child(element, field.name, 2, index)
            facts = self._overlay.fields.get(place.full_name) or FieldFacts()
            doc = docs.link(facts.doc, own) if facts.doc else self._doc(place, own)
            fields.append(
                model.Field(
                    field.name,
                    field.number,
                    self._maps.get(field.type_name[1:]) or _type_name(field, place.full_name),
                    field.label == FieldDescriptorProto.LABEL_REPEATED,
                    message.oneof_decl[field.oneof_index].name
                    if field.HasField("oneof_index")
                    else "",
                    doc,
                    _later(self._since.of(field.options), since),
                )
            )
        return model.Message(
            full_name, element.pb_name, self._doc(element, own), since, tuple(fields)
        )

    def _read_file(self, file: FileDescriptorProto) -> model.ProtoFile:
        kept = {f.name for f in self._files}
        return model.ProtoFile(
            module(file.name),
            tuple(module(name) for name in file.dependency if name in kept),
            tuple(message.name for message in file.message_type),
            tuple(enum.name for enum in file.enum_type),
        )

    def _read_errors(self) -> Iterator[model.ErrorClass]:
        for facts in self._overlay.errors:
            since = _later(facts.since)
            yield model.ErrorClass(
                facts.name, facts.text, facts.code, facts.in_doubt, facts.doc, since
            )

    # -- requests -------------------------------------------------------------------------------

    def _read_requests(self) -> dict[str, model.Request]:
        """Every message that a caller makes from arguments, with the method that ``do`` calls."""
        found: dict[str, model.Request] = {}
        for service, rpc, _ in self._rpcs():
            message = self.messages[rpc.input_type[1:]]
            if rpc.client_streaming:
                for arm in self._arms(message):
                    found.setdefault(arm, self._read_request(self.messages[arm]))
                continue
            request = found.get(message.full_name) or self._read_request(message)
            if not rpc.server_streaming and not request.method:
                name = self._method_name(service, rpc)
                facade = f"{names.snake_case(service)}.{name}"
                constant = _constant(service, name)
                response = self.messages[rpc.output_type[1:]]
                request = replace(
                    request, service=service, method=constant, response=response, facade=facade
                )
            found[message.full_name] = request
        unary = {rpc.input_type[1:] for _, rpc, _ in self._rpcs() if not rpc.client_streaming}
        return {n: r for n, r in found.items() if r.builder or n in unary}

    def _arms(self, message: model.Message) -> list[str]:
        return [f.type for f in message.fields if f.oneof and f.type in self.messages]

    def _arguments_of_calls(self) -> Iterator[str]:
        """The messages that callers make: whole requests, and what a request stream carries."""
        for _, rpc, _ in self._rpcs():
            message = self.messages[rpc.input_type[1:]]
            yield from self._arms(message) if rpc.client_streaming else [message.full_name]

    def _read_request(self, message: model.Message) -> model.Request:
        facts = self._overlay.messages.get(message.full_name) or MessageFacts()
        parameters = tuple(self._parameters(message, facts.positional))
        named = {p.name: p for p in parameters}
        for name, group in facts.groups.items():
            for unknown in (p for p in group.parameters if p not in named):
                where = f'messages."{message.full_name}".groups.{name}'
                report_unused(self._report, f"{where}: {unknown}")
        groups = tuple(
            model.Group(name, group.doc, tuple(named[p] for p in group.parameters if p in named))
            for name, group in facts.groups.items()
        )
        has_options = any(not p.required for p in parameters)
        return model.Request(
            message,
            f"{names.snake_case(message.pb_name.removesuffix('Request'))}_request",
            parameters,
            self._builder_name(message) if has_options else "",
            service="",
            method="",
            response=None,
            facade="",
            groups=groups,
        )

    def _builder_name(self, message: model.Message) -> str:
        facts = self._overlay.messages.get(message.full_name) or MessageFacts()
        if isinstance(facts.builder, str):
            return facts.builder
        return message.pb_name.replace(".", "").removesuffix("Request") if facts.builder else ""

    def _parameters(
        self, message: model.Message, positional: tuple[str, ...]
    ) -> list[model.Parameter]:
        found = list(self._flat_parameters(message, positional, ""))
        for path in positional:
            if path not in {p.field for p in found}:
                raise CodegenError(
                    f'overlay: messages."{message.full_name}".positional',
                    f"{path!r} is no field of the message",
                    f"name one of {', '.join(p.field for p in found if p.kind != 'range_option')}",
                )
        order = {path: index for index, path in enumerate(positional)}
        return sorted(found, key=lambda p: order.get(p.field if p.required else "", len(order)))

    def _flat_parameters(
        self, message: model.Message, positional: tuple[str, ...], prefix: str
    ) -> Iterator[model.Parameter]:
        by_name = {field.name: field for field in message.fields}
        ranged = {"key", "range_end"} <= by_name.keys() and by_name["key"].type == "bytes"
        for field in message.fields:
            path = f"{prefix}{field.name}"
            facts = self._overlay.fields.get(f"{message.full_name}.{field.name}") or FieldFacts()
            if facts.hidden or (ranged and field.name == "range_end"):
                continue
            if facts.flatten:
                inner = self._flattened(message, field)
                yield from self._flat_parameters(inner, positional, f"{path}.")
                continue
            parameter = self._parameter(message, field, facts, path, required=path in positional)
            if field.name == "key" and field.type == "bytes":
                parameter = replace(parameter, kind="key_range" if ranged else "key")
            yield parameter
            if ranged and field.name == "key":
                yield from self._range_options(by_name["range_end"], path)

    def _flattened(self, message: model.Message, field: model.Field) -> model.Message:
        if field.type in self.messages and not field.repeated:
            return self.messages[field.type]
        raise CodegenError(
            f'overlay: fields."{message.full_name}.{field.name}".flatten',
            f"a {'repeated ' * field.repeated}{field.type} is no message",
            "flatten only what holds the arguments of the call itself",
        )

    def _range_options(self, range_end: model.Field, path: str) -> Iterator[model.Parameter]:
        """What any message with ``key`` and ``range_end`` gets, by rule."""
        for name in ("prefix", "from_key"):
            yield model.Parameter(
                name,
                "range_option",
                path,
                "bool",
                "False",
                self._overlay.docs[name],
                range_end.since,
            )
        doc, since = range_end.doc, range_end.since
        yield model.Parameter(
            "range_end", "range_option", path, "str | bytes | None", "None", doc, since
        )

    def _parameter(
        self,
        message: model.Message,
        field: model.Field,
        facts: FieldFacts,
        path: str,
        *,
        required: bool,
    ) -> model.Parameter:
        kind, annotation, default, refers = self._kind(message, field)
        if field.repeated:
            annotation, default = f"Iterable[{annotation}]", "()"
        elif facts.default:
            default = "True"
        elif field.oneof or kind == "message":
            annotation, default = annotation if required else f"{annotation} | None", "None"
        return model.Parameter(
            name=self._field_name(message.full_name, field.name),
            kind=kind,
            field=path,
            type=annotation,
            default="" if required else default,
            doc=field.doc,
            since=field.since,
            secret=facts.secret,
            repeated=field.repeated,
            bounds=_bounds(field, facts),
            refers=refers,
            oneof=field.oneof,
        )

    def _kind(self, message: model.Message, field: model.Field) -> tuple[str, str, str, str]:
        """Kind, annotation, default and the class referred to, of one value of a field."""
        if field.type in self.enums:
            enum = self.enums[field.type]
            return "enum", enum.name, f"{enum.name}.{enum.values[0].name}", enum.name
        if field.type == self._overlay.comparison and field.repeated:
            return "compare", "Compare", "()", "Compare"
        if field.type in self.messages:
            if field.repeated and (name := self._wrapper_name(field.type)):
                return "op", name, "()", name
            annotation = f"pb.{self.messages[field.type].pb_name}"
            return "message", annotation, "None", annotation
        if field.type in _SCALARS:
            kind = _SCALARS[field.type]
            return kind, _ANNOTATIONS[kind], _DEFAULTS[kind], ""
        raise CodegenError(
            f"{message.full_name}.{field.name}",
            f"a request field of type {field.type} has no Python form yet",
            "teach codegen/reader.py and templates/etcd_sdk_api/requests.py.j2 this type",
        )

    def _field_name(self, message: str, field: str) -> str:
        facts = self._overlay.fields.get(f"{message}.{field}")
        return (facts and facts.name) or names.snake_case(field)

    def _wrapper_name(self, full_name: str) -> str:
        """The union of builders that a message wraps, or empty if it wraps none."""
        fields = self.messages[full_name].fields
        if not fields or not all(f.oneof and self._has_builder(f.type) for f in fields):
            return ""
        facts = self._overlay.wrappers.get(full_name)
        return facts.name if facts else self.messages[full_name].pb_name

    def _has_builder(self, full_name: str) -> bool:
        """Whether a message is one that calls are made with, and has options to choose."""
        if full_name not in self._called_with:
            return False
        message = self.messages[full_name]
        facts = self._overlay.messages.get(full_name) or MessageFacts()
        options = {field.name for field in message.fields} - set(facts.positional)
        return bool(options and self._builder_name(message))

    def _read_wrappers(self, requests: Mapping[str, model.Request]) -> Iterator[model.Wrapper]:
        used = {p.refers for r in requests.values() for p in r.parameters if p.kind == "op"}
        for message in self.messages.values():
            if used and (name := self._wrapper_name(message.full_name)) in used:
                facts = self._overlay.wrappers.get(message.full_name)
                arms = tuple((requests[f.type].builder, f.name) for f in message.fields)
                yield model.Wrapper(name, message, facts.doc if facts else message.doc, arms)

    def _read_comparison(self) -> model.Comparison | None:
        message = self.messages.get(self._overlay.comparison)
        if message is None:
            if self._overlay.comparison:
                report_unused(self._report, "comparison")
            return None
        by_name = {field.name: field for field in message.fields}
        properties, results = (self.enums[by_name[name].type] for name in ("target", "result"))
        values = {value.name: value for value in properties.values}
        targets = []
        for field in (f for f in message.fields if f.oneof):
            facts = self._overlay.fields.get(f"{message.full_name}.{field.name}") or FieldFacts()
            target = values[field.name.partition("_")[0].upper()]
            annotation = _ANNOTATIONS[_SCALARS[field.type]]
            bounds = _bounds(field, facts)
            targets.append(
                model.Target(field.name, target.number, annotation, bounds, target.doc, field.since)
            )
        return model.Comparison(message, tuple(targets), properties, results)

    # -- services -------------------------------------------------------------------------------

    def _rpcs(self) -> Iterator[tuple[str, MethodDescriptorProto, _Element]]:
        for file in self._files:
            for number, service in enumerate(file.service):
                element = _element(service.name, "", file, (6, number))
                for index, rpc in enumerate(service.method):
                    yield service.name, rpc, _child(element, rpc.name, 2, index)

    def _method_name(self, service: str, rpc: MethodDescriptorProto) -> str:
        element = next(e for s, r, e in self._rpcs() if s == service and r.name == rpc.name)
        facts = self._overlay.methods.get(element.full_name)
        return (facts and facts.name) or names.method_name(rpc.name, service)

    def _read_services(self, requests: Mapping[str, model.Request]) -> Iterator[model.Service]:
        for file in self._files:
            for number, service in enumerate(file.service):
                element = _element(service.name, "", file, (6, number))
                methods = tuple(
                    self._read_method(element, rpc, _child(element, rpc.name, 2, index), requests)
                    for index, rpc in enumerate(service.method)
                )
                yield model.Service(
                    element.full_name,
                    service.name,
                    names.snake_case(service.name),
                    self._doc(element),
                    methods,
                    any(r.service == service.name and r.builder for r in requests.values()),
                )

    def _read_method(
        self,
        service: _Element,
        rpc: MethodDescriptorProto,
        element: _Element,
        requests: Mapping[str, model.Request],
    ) -> model.Method:
        facts = self._overlay.methods.get(element.full_name) or MethodFacts()
        request, response = self.messages[rpc.input_type[1:]], self.messages[rpc.output_type[1:]]
        made = requests.get(request.full_name)
        name = self._method_name(service.pb_name, rpc)
        return model.Method(
            rpc=rpc.name,
            name=name,
            constant=_constant(service.pb_name, name),
            path=f"/{service.full_name}/{rpc.name}",
            kind=_method_kind(rpc, element),
            request=request,
            response=response,
            function=made.function if made and not rpc.client_streaming else "",
            parameters=made.parameters if made and not rpc.client_streaming else (),
            read=self._is_read(facts, element),
            blocking=facts.blocking,
            since=_later(facts.since) if facts.since else _later(request.since, response.since),
            doc=self._doc(element, {p.field: p.name for p in made.parameters} if made else {}),
            raises=tuple(self._error(name, element) for name in facts.raises),
        )

    def _is_read(self, facts: MethodFacts, element: _Element) -> bool:
        if facts.retry not in {"read", "write"}:
            raise CodegenError(
                f'overlay: methods."{element.full_name}".retry',
                f"{facts.retry!r} is no retry class",
                'write "read" for a call that changes nothing, else leave it out',
            )
        return facts.retry == "read"

    def _error(self, name: str, element: _Element) -> model.ErrorClass:
        if name not in self.errors:
            raise CodegenError(
                f'overlay: methods."{element.full_name}".raises',
                f"{name!r} is no error of the [[errors]] table",
                "mend the spelling, or add the error",
            )
        return self.errors[name]


def module(file_name: str) -> str:
    """The Python module of a proto file: ``etcd/api/mvccpb/kv.proto`` → ``kv_pb2``."""
    return file_name.rpartition("/")[2].removesuffix(".proto").replace("-", "_") + "_pb2"


def type_full_names(message: DescriptorProto) -> Iterator[str]:
    """The messages and enums that fields of ``message`` refer to, nested messages included."""
    for field in message.field:
        if field.type_name:
            yield field.type_name[1:]
    for nested in message.nested_type:
        yield from type_full_names(nested)


def _needed(files: list[FileDescriptorProto]) -> list[FileDescriptorProto]:
    """The files that services lead to: not those that only define options."""
    home = {
        name: file.name
        for file in files
        for name in _defined(file.message_type, file.enum_type, file.package)
    }
    by_name = {file.name: file for file in files}
    pending = [file.name for file in files if file.service]
    reached: set[str] = set()
    while pending:
        name = pending.pop()
        if name in reached:
            continue
        reached.add(name)
        file = by_name[name]
        wanted = {n for message in file.message_type for n in type_full_names(message)}
        wanted |= {
            n[1:] for s in file.service for m in s.method for n in (m.input_type, m.output_type)
        }
        pending += [home[n] for n in wanted if n in home]
    return [file for file in files if file.name in reached]


def _defined(
    messages: Iterable[DescriptorProto], enums: Iterable[EnumDescriptorProto], scope: str
) -> Iterator[str]:
    yield from (f"{scope}.{enum.name}" for enum in enums)
    for message in messages:
        yield f"{scope}.{message.name}"
        yield from _defined(message.nested_type, message.enum_type, f"{scope}.{message.name}")


def _element(name: str, scope: str, file: FileDescriptorProto, path: tuple[int, ...]) -> _Element:
    pb_name = f"{scope}.{name}".lstrip(".")
    return _Element(f"{file.package}.{pb_name}".lstrip("."), pb_name, file, path)


def _child(parent: _Element, name: str, tag: int, index: int) -> _Element:
    path = (*parent.path, tag, index)
    return _Element(f"{parent.full_name}.{name}", f"{parent.pb_name}.{name}", parent.file, path)


def _type_name(field: FieldDescriptorProto, full_name: str) -> str:
    if field.type == FieldDescriptorProto.TYPE_GROUP:
        raise CodegenError(full_name, "is a group", "groups are not of proto3; use a message")
    if field.type_name:
        return field.type_name[1:]
    return FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()


def _map_type(entry: DescriptorProto) -> str:
    key, value = (_type_name(field, field.name) for field in entry.field)
    return f"map<{key}, {value}>"


def _method_kind(rpc: MethodDescriptorProto, element: _Element) -> str:
    if rpc.client_streaming and not rpc.server_streaming:
        raise CodegenError(
            element.full_name,
            "streams requests only, and etcd had no such call so far",
            "teach the Transport protocols and the facade template this kind",
        )
    if rpc.client_streaming:
        return "bidi_stream"
    return "server_stream" if rpc.server_streaming else "unary"


def _bounds(field: model.Field, facts: FieldFacts) -> str:
    natural, signed = _INTEGERS.get(field.type, ("", ""))
    return signed if facts.signed else natural


def _constant(service: str, method: str) -> str:
    return f"{names.snake_case(service)}_{method}".upper()
