"""Descriptors into what ``pb`` ships: stripped serialized files, and stubs with the comments.

The files are renamed to where their modules live, so that mypy-protobuf writes the right imports.
Options are dropped (they would pull in descriptors that nobody needs at run time), and with them
imports that only options used.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)

from codegen import model
from codegen.problems import CodegenError
from codegen.wire import module

PACKAGE = "etcd_sdk_api/pb"

# mypy-protobuf narrows Message.DESCRIPTOR, which is sound here and which pyright calls unsound.
_STUB_HEADER = "# pyright: reportIncompatibleVariableOverride=false\n"


def stripped(descriptors: FileDescriptorSet, api: model.Api) -> list[FileDescriptorProto]:
    """The files that ``pb`` carries, imports first, without options and third-party imports."""
    modules = {file.module: file for file in api.files}
    return [
        _strip(file, modules[module(file.name)])
        for file in descriptors.file
        if module(file.name) in modules
    ]


def _strip(original: FileDescriptorProto, shape: model.ProtoFile) -> FileDescriptorProto:
    file = FileDescriptorProto()
    file.CopyFrom(original)
    file.name = _new_name(module(original.name))
    file.ClearField("options")
    file.ClearField("extension")
    file.ClearField("dependency")
    file.ClearField("public_dependency")
    file.ClearField("weak_dependency")
    file.dependency.extend(_new_name(name) for name in shape.imports)
    for message in file.message_type:
        _strip_message(message)
    for enum in file.enum_type:
        _strip_enum(enum)
    for service in file.service:
        service.ClearField("options")
        for method in service.method:
            method.ClearField("options")
    return file


def _new_name(python_module: str) -> str:
    return f"{PACKAGE}/{python_module.removesuffix('_pb2')}.proto"


def _strip_message(message: DescriptorProto) -> None:
    is_map = message.options.map_entry
    message.ClearField("options")
    if is_map:  # the one option that says what a message is
        message.options.map_entry = True
    message.ClearField("extension")
    for field in message.field:
        field.ClearField("options")
    for enum in message.enum_type:
        _strip_enum(enum)
    for nested in message.nested_type:
        _strip_message(nested)


def _strip_enum(enum: EnumDescriptorProto) -> None:
    enum.ClearField("options")
    for value in enum.value:
        value.ClearField("options")


def serialized(file: FileDescriptorProto) -> bytes:
    """What the loader adds to its pool: messages and enums, nothing else."""
    bare = FileDescriptorProto()
    bare.CopyFrom(file)
    bare.ClearField("source_code_info")
    bare.ClearField("service")
    return bare.SerializeToString(deterministic=True)


def stubs(files: list[FileDescriptorProto]) -> dict[str, str]:
    """What mypy-protobuf writes for ``files``: module file name to text."""
    request = CodeGeneratorRequest(
        file_to_generate=[file.name for file in files], proto_file=files, parameter="quiet"
    )
    plugin = Path(sys.executable).with_name("protoc-gen-mypy")
    run = subprocess.run(
        [plugin], input=request.SerializeToString(), capture_output=True, check=False
    )
    response = CodeGeneratorResponse.FromString(run.stdout) if not run.returncode else None
    if response is None or response.error:
        problem = response.error if response else run.stderr.decode()
        raise CodegenError("mypy-protobuf", problem, "install the pinned development tools")
    return {file.name: _STUB_HEADER + file.content for file in response.file}
