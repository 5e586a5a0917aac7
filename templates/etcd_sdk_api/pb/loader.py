"""Descriptors into message classes, in the private pool."""

from __future__ import annotations

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.internal import enum_type_wrapper

_pool = descriptor_pool.DescriptorPool()


def load(namespace: dict[str, object], serialized: bytes) -> None:
    """Add one serialized file, and what it defines at top level to ``namespace``."""
    file = _pool.AddSerializedFile(serialized)
    module = namespace["__name__"]
    for name, message in file.message_types_by_name.items():
        namespace[name] = message_factory.GetMessageClass(message)
        _place(message, module)
    for name, enum in file.enum_types_by_name.items():
        namespace[name] = enum_type_wrapper.EnumTypeWrapper(enum)
        namespace.update((value.name, value.number) for value in enum.values)


def _place(message: Descriptor, module: object) -> None:
    """Tell the classes where they are at home, which pickling asks for."""
    kind = message_factory.GetMessageClass(message)
    kind.__module__ = str(module)
    kind.__qualname__ = message.full_name.removeprefix(f"{message.file.package}.")
    for nested in message.nested_types:
        _place(nested, module)
