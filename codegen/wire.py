"""What the descriptors say, in Python terms: messages, enums and RPCs with names, docs and ages.

Descriptors hold neither an element's file nor its comment, nor do they know ``versionpb``; all of
that is put together here, so that nothing behind this module sees a descriptor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
from codegen.overlay import MethodFacts, Overlay
from codegen.problems import CodegenError, Report

# The oldest release that the SDK talks to: what is no newer needs no asking after.
_OLDEST = "3.4"
_SINCE_EXTENSIONS = {f"etcd_version_{of}" for of in ("msg", "field", "enum", "enum_value")}


@dataclass(frozen=True, slots=True)
class Element:
    """Where something is defined: its names, its file, and its place in there."""

    full_name: str
    pb_name: str
    """Below the package."""
    file: FileDescriptorProto
    path: tuple[int, ...]

    @classmethod
    def of(cls, name: str, scope: str, file: FileDescriptorProto, path: tuple[int, ...]) -> Element:
        """The element ``name``, defined below ``scope`` in ``file``."""
        pb_name = f"{scope}.{name}".lstrip(".")
        return cls(f"{file.package}.{pb_name}".lstrip("."), pb_name, file, path)

    def child(self, name: str, tag: int, index: int) -> Element:
        """The element ``name`` inside this one."""
        path = (*self.path, tag, index)
        return Element(f"{self.full_name}.{name}", f"{self.pb_name}.{name}", self.file, path)


@dataclass(frozen=True, slots=True)
class Rpc:
    """One method of a service."""

    element: Element
    service: Element
    name: str
    """On the wire."""
    python_name: str
    facts: MethodFacts
    kind: str
    request: model.Message
    response: model.Message

    @property
    def constant(self) -> str:
        """Of ``methods``: ``KV_GET``."""
        return f"{names.snake_case(self.service.pb_name)}_{self.python_name}".upper()

    @property
    def dotted(self) -> str:
        """As users call it: ``kv.get``."""
        return f"{names.snake_case(self.service.pb_name)}.{self.python_name}"

    @property
    def since(self) -> str:
        """The release that brought it: no earlier than its messages, unless the overlay says so."""
        return later(self.facts.since or later(self.request.since, self.response.since))


class Wire:
    """Everything that services lead to, and nothing that only options need."""

    def __init__(self, descriptors: FileDescriptorSet, overlay: Overlay, report: Report) -> None:
        self._overlay = overlay
        self._report = report
        self._comments = _Comments(descriptors.file)
        self._since = _Since(descriptors.file)
        self._links: dict[str, str] = {}
        self._maps: dict[str, str] = {}
        self.files = _needed(descriptors.file)
        self.services = [
            (Element.of(service.name, "", file, (6, index)), service)
            for file in self.files
            for index, service in enumerate(file.service)
        ]
        # In this order: messages tell the maps, enums their names, and fields need both.
        found = list(self._messages())
        enums = list(self._enums((element, message) for element, message in found))
        self.enums = {enum.full_name: enum for enum in map(self._read_enum, enums)}
        self._links = self._link_names()
        self.messages = {element.full_name: self._read_message(element, m) for element, m in found}
        self.rpcs = [
            self._read_rpc(element, element.child(method.name, 2, index), method)
            for element, service in self.services
            for index, method in enumerate(service.method)
        ]

    def doc(self, element: Element, own_names: Mapping[str, str] | None = None) -> str:
        """What the comment of ``element`` says; ``own_names`` are those that only it knows."""
        doc = self._comments.of(element)
        if not doc:
            self._report.add(
                element.full_name,
                "has no comment to make a docstring from",
                f"write one above it in {element.file.name}",
            )
        return docs.link(doc or docs.UNDOCUMENTED, {**self._links, **(own_names or {})})

    def field_name(self, message: str, field: str) -> str:
        """The Python name of a field."""
        return self._overlay.fields.get(f"{message}.{field}").name or names.snake_case(field)

    def newer_fields(self, rpc: Rpc) -> tuple[tuple[str, str], ...]:
        """The fields whose being ignored changes what a call means, where a server may do so.

        A server that knows the call knows the fields that came with it.
        """
        return tuple(
            (field.name, field.since)
            for field in rpc.request.fields
            if is_newer(field.since)
            and release(field.since) > release(rpc.since)
            and not self._overlay.fields.get(f"{rpc.request.full_name}.{field.name}").ignorable
        )

    def proto_files(self) -> tuple[model.ProtoFile, ...]:
        """The files as ``pb`` carries them."""
        kept = {file.name for file in self.files}
        return tuple(
            model.ProtoFile(
                module(file.name),
                tuple(module(name) for name in file.dependency if name in kept),
                tuple(message.name for message in file.message_type),
                tuple(enum.name for enum in file.enum_type),
            )
            for file in self.files
        )

    def _messages(self) -> Iterator[tuple[Element, DescriptorProto]]:
        for file in self.files:
            for index, message in enumerate(file.message_type):
                yield from self._nested(Element.of(message.name, "", file, (4, index)), message)

    def _nested(
        self, element: Element, message: DescriptorProto
    ) -> Iterator[tuple[Element, DescriptorProto]]:
        yield element, message
        for index, inner in enumerate(message.nested_type):
            place = element.child(inner.name, 3, index)
            if inner.options.map_entry:
                self._maps[place.full_name] = _map_type(inner)
            else:
                yield from self._nested(place, inner)

    def _enums(
        self, messages: Iterable[tuple[Element, DescriptorProto]]
    ) -> Iterator[tuple[Element, EnumDescriptorProto]]:
        for element, message in messages:
            for index, enum in enumerate(message.enum_type):
                yield element.child(enum.name, 4, index), enum
        for file in self.files:
            for index, enum in enumerate(file.enum_type):
                yield Element.of(enum.name, "", file, (5, index)), enum

    def _read_enum(self, found: tuple[Element, EnumDescriptorProto]) -> model.Enum:
        element, enum = found
        values = tuple(
            model.EnumValue(
                value.name,
                value.number,
                self.doc(element.child(value.name, 2, index)),
                self._since.of(value.options),
            )
            for index, value in enumerate(enum.value)
        )
        return model.Enum(
            element.full_name,
            self._overlay.enums.get(element.full_name).name or enum.name,
            element.pb_name,
            self.doc(element),
            self._since.of(enum.options),
            values,
        )

    def _read_message(self, element: Element, message: DescriptorProto) -> model.Message:
        since = self._since.of(message.options)
        own = {f.name: self.field_name(element.full_name, f.name) for f in message.field}
        fields = tuple(
            self._read_field(element.child(field.name, 2, index), field, message, own, since)
            for index, field in enumerate(message.field)
        )
        doc = self.doc(element, own)
        return model.Message(element.full_name, element.pb_name, doc, since, fields)

    def _read_field(
        self,
        element: Element,
        field: FieldDescriptorProto,
        message: DescriptorProto,
        own: Mapping[str, str],
        since: str,
    ) -> model.Field:
        said = self._overlay.fields.get(element.full_name).doc
        in_oneof = field.HasField("oneof_index")
        return model.Field(
            field.name,
            field.number,
            self._maps.get(field.type_name[1:]) or _type_name(field, element.full_name),
            field.label == FieldDescriptorProto.LABEL_REPEATED,
            message.oneof_decl[field.oneof_index].name if in_oneof else "",
            docs.link(said, own) if said else self.doc(element, own),
            later(self._since.of(field.options), since),
        )

    def _read_rpc(self, service: Element, element: Element, method: MethodDescriptorProto) -> Rpc:
        facts = self._overlay.methods.get(element.full_name)
        return Rpc(
            element,
            service,
            method.name,
            facts.name or names.method_name(method.name, service.pb_name),
            facts,
            _method_kind(method, element),
            self.messages[method.input_type[1:]],
            self.messages[method.output_type[1:]],
        )

    def _link_names(self) -> dict[str, str]:
        """What a comment may name by its proto name, and what users know it by."""
        links = {enum.pb_name: enum.name for enum in self.enums.values()}
        links |= {enum.full_name: enum.name for enum in self.enums.values()}
        counted = Counter(method.name for _, service in self.services for method in service.method)
        for element, service in self.services:
            for method in service.method:
                facts = self._overlay.methods.get(f"{element.full_name}.{method.name}")
                name = facts.name or names.method_name(method.name, service.name)
                dotted = f"{names.snake_case(service.name)}.{name}"
                links[f"{service.name}.{method.name}"] = dotted
                if counted[method.name] == 1:
                    links[method.name] = dotted
        return links


class _Comments:
    """The comment above an element, else the one behind it."""

    def __init__(self, files: Iterable[FileDescriptorProto]) -> None:
        self._texts = {
            (file.name, tuple(place.path)): place.leading_comments or place.trailing_comments
            for file in files
            for place in file.source_code_info.location
        }

    def of(self, element: Element) -> str:
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
                return later(unknown[index].data.decode())
        return ""


def release(since: str) -> tuple[int, ...]:
    """A release in numbers, to be compared: 3.10 is later than 3.9."""
    return tuple(map(int, (since or "3.0").split(".")))


def later(*releases: str) -> str:
    """The latest of some releases; empty for 3.0, with which everything began."""
    latest = max(releases, key=release)
    return "" if latest == "3.0" else latest


def is_newer(since: str) -> bool:
    """Whether a server may be older than what came with a release."""
    return release(since) > release(_OLDEST)


def module(file_name: str) -> str:
    """The Python module of a proto file: ``etcd/api/mvccpb/kv.proto`` → ``kv_pb2``."""
    return file_name.rpartition("/")[2].removesuffix(".proto").replace("-", "_") + "_pb2"


def _needed(files: Iterable[FileDescriptorProto]) -> list[FileDescriptorProto]:
    """The files that services lead to: not those that only define options."""
    by_name = {file.name: file for file in files}
    home = {
        name: file.name
        for file in by_name.values()
        for name in _defined(file.message_type, file.enum_type, file.package)
    }
    pending = [file.name for file in by_name.values() if file.service]
    reached: set[str] = set()
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += [home[used] for used in _used(by_name[name])]
    return [file for file in by_name.values() if file.name in reached]


def _defined(
    messages: Iterable[DescriptorProto], enums: Iterable[EnumDescriptorProto], scope: str
) -> Iterator[str]:
    yield from (f"{scope}.{enum.name}" for enum in enums)
    for message in messages:
        yield f"{scope}.{message.name}"
        yield from _defined(message.nested_type, message.enum_type, f"{scope}.{message.name}")


def _used(file: FileDescriptorProto) -> Iterator[str]:
    for service in file.service:
        for method in service.method:
            yield from (method.input_type[1:], method.output_type[1:])
    pending = list(file.message_type)
    while pending:
        message = pending.pop()
        pending += message.nested_type
        yield from (field.type_name[1:] for field in message.field if field.type_name)


def _type_name(field: FieldDescriptorProto, full_name: str) -> str:
    if field.type == FieldDescriptorProto.TYPE_GROUP:
        raise CodegenError(full_name, "is a group", "groups are not of proto3; use a message")
    if field.type_name:
        return field.type_name[1:]
    return FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()


def _map_type(entry: DescriptorProto) -> str:
    key, value = (_type_name(field, field.name) for field in entry.field)
    return f"map<{key}, {value}>"


def _method_kind(method: MethodDescriptorProto, element: Element) -> str:
    if method.client_streaming and not method.server_streaming:
        raise CodegenError(
            element.full_name,
            "streams requests only, and etcd had no such call so far",
            "teach the Transport protocols and the facade template this kind",
        )
    if method.client_streaming:
        return "bidi_stream"
    return "server_stream" if method.server_streaming else "unary"
