"""The proto descriptors inside an etcd binary.

Go registers what it generated from protos when a program starts, so every binary carries it: up to
etcd 3.6 as gzipped ``FileDescriptorProto``s, from 3.7 on as plain ones. Nothing says where they
are or where a plain one ends, so this looks for how they begin.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.message import DecodeError

_GZIP = re.compile(rb"\x1f\x8b\x08")
# A plain file begins with its name and its package: tag 1, length, "….proto", tag 2.
_NAME_END = re.compile(rb"\.proto\x12")
_LARGEST = 1 << 20
_LENGTH_DELIMITED = 2
_SYNTAX = 12


def carried(binary: Path) -> Iterator[FileDescriptorProto]:
    """Every descriptor that ``binary`` carries."""
    data = binary.read_bytes()
    for serialized in (*_gzipped(data), *_plain(data)):
        file = FileDescriptorProto()
        try:
            file.ParseFromString(serialized)
        except DecodeError:
            continue
        if file.name.endswith(".proto"):
            yield file


def _gzipped(data: bytes) -> Iterator[bytes]:
    for start in _GZIP.finditer(data):
        inflate = zlib.decompressobj(wbits=31)
        try:
            serialized = inflate.decompress(data[start.start() :][:_LARGEST], _LARGEST)
        except zlib.error:
            continue
        if inflate.eof:
            yield serialized


def _plain(data: bytes) -> Iterator[bytes]:
    for match in _NAME_END.finditer(data):
        end = match.end() - 1
        for length in range(1, 128):
            start = end - length - 2
            if data[start : start + 2] == bytes((0x0A, length)):
                if stop := _end(data, start):
                    yield data[start:stop]
                break


def _end(data: bytes, start: int) -> int | None:
    """Where the descriptor that starts at ``start`` ends: behind its syntax, which comes last."""
    position = start
    while position - start < _LARGEST:
        tag, position = _varint(data, position)
        number, kind = tag >> 3, tag & 7
        value, position = _varint(data, position)
        if number not in range(1, 15) or kind not in (0, _LENGTH_DELIMITED):
            return None
        position += value if kind == _LENGTH_DELIMITED else 0
        if number == _SYNTAX:
            return position
    return None


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position
