"""The wire contract: what must not differ between two trees of protos for them to interoperate.

Names, numbers, types, labels, oneofs and method kinds; neither comments nor options. The contract
is a flat mapping, so that two of them are compared entry by entry, and its fingerprint says whether
``protos/`` still is what ``protos/LOCK.toml`` says it is.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

from codegen.problems import CodegenError

Contract = dict[str, str]


def contract(files: Iterable[FileDescriptorProto]) -> Contract:
    """Every element of ``files`` by its full name."""
    return dict(entry for file in files for entry in _file(file))


def fingerprint(wire: Contract) -> str:
    """A digest of a contract."""
    return hashlib.sha256(json.dumps(wire, sort_keys=True).encode()).hexdigest()


def check_lock(lock: Path, wire: Contract) -> None:
    """Refuse a tree whose contract is not the one that its lock file names."""
    locked = tomllib.loads(lock.read_text(encoding="utf-8"))
    if (found := fingerprint(wire)) != locked["fingerprint"]:
        raise CodegenError(
            str(lock.parent),
            f"no longer the wire contract of etcd {locked['release']}; its fingerprint is {found}",
            f"undo the change or, for a new release, write release and digest into {lock.name}",
        )


def _file(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    for message in file.message_type:
        yield from _message(message, file.package)
    for enum in file.enum_type:
        yield from _enum(enum, file.package)
    for service in file.service:
        for method in service.method:
            kind = "stream " * method.client_streaming, "stream " * method.server_streaming
            shape = f"{kind[0]}{method.input_type[1:]} -> {kind[1]}{method.output_type[1:]}"
            yield f"{file.package}.{service.name}/{method.name}", shape


def _message(message: DescriptorProto, scope: str) -> Iterator[tuple[str, str]]:
    full_name = f"{scope}.{message.name}"
    yield full_name, "message"
    for field in message.field:
        kind = field.type_name[1:] or FieldDescriptorProto.Type.Name(field.type)
        label = FieldDescriptorProto.Label.Name(field.label)
        oneof = message.oneof_decl[field.oneof_index].name if field.HasField("oneof_index") else "-"
        yield f"{full_name}.{field.name}", f"{field.number} {kind} {label} {oneof}"
    for nested in message.nested_type:
        yield from _message(nested, full_name)
    for enum in message.enum_type:
        yield from _enum(enum, full_name)


def _enum(enum: EnumDescriptorProto, scope: str) -> Iterator[tuple[str, str]]:
    full_name = f"{scope}.{enum.name}"
    yield full_name, "enum"
    for value in enum.value:
        yield f"{full_name}.{value.name}", str(value.number)
