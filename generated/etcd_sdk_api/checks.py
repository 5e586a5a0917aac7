# Written by codegen from protos/ and templates/etcd_sdk_api/checks.py; do not edit.

"""Arguments to wire values, refusing bad ones by name before anything is sent.

The checks take the argument's name first, because the error must name it. Keys follow etcd's
range algebra: a range is ``[key, range_end)``, and a ``range_end`` of one zero byte has no upper
bound.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from enum import IntEnum
from typing import Protocol, TypeVar

from google.protobuf.message import Message

from etcd_sdk_api.errors import ArgumentTypeError, ArgumentValueError

MessageT = TypeVar("MessageT", bound=Message)
ItemT = TypeVar("ItemT")

UNBOUNDED = b"\0"

NATURAL = range(2**63)
INT64 = range(-(2**63), 2**63)
UINT64 = range(2**64)
NATURAL32 = range(2**31)
INT32 = range(-(2**31), 2**31)
UINT32 = range(2**32)


class Ranged(Protocol):
    """A message with a key range."""

    key: bytes
    range_end: bytes


def to_bytes(name: str, value: str | bytes) -> bytes:
    """``value`` as bytes; text is UTF-8."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError as error:
            problem = f"is not encodable as UTF-8: {error.reason}"
        raise ArgumentValueError(name, problem)  # out there: the cause would carry a secret along
    raise ArgumentTypeError(name, "str or bytes", value)


def key(name: str, value: str | bytes) -> bytes:
    """``value`` as the bytes of one key, which etcd does not allow to be empty."""
    return to_bytes(name, value) or _refuse_empty(name)


def prefix_end(prefix: bytes) -> bytes:
    """The end of the range of all keys that start with ``prefix``.

    It is the least key above them: the prefix with its last byte raised, once bytes that can't be
    raised (0xff) are cut. Where nothing is left, the range has no upper bound.
    """
    head = prefix.rstrip(b"\xff")
    return head[:-1] + bytes((head[-1] + 1,)) if head else UNBOUNDED


def set_key_range(
    message: Ranged, start: str | bytes, prefix: bool, from_key: bool, range_end: str | bytes | None
) -> None:
    """Fill ``key`` and ``range_end`` of ``message``."""
    first = to_bytes("key", start)
    if prefix is False and from_key is False and range_end is None:
        message.key = first or _refuse_empty("key", " without prefix or from_key")
        return
    given = (flag("prefix", prefix), flag("from_key", from_key), range_end is not None)
    if sum(given) > 1:
        raise ArgumentValueError("prefix, from_key, range_end", "exclude each other")
    if prefix:
        message.key, message.range_end = first or UNBOUNDED, prefix_end(first)
    elif from_key:
        message.key, message.range_end = first or UNBOUNDED, UNBOUNDED
    else:
        message.key = first or _refuse_empty("key", " without prefix or from_key")
        message.range_end = b"" if range_end is None else to_bytes("range_end", range_end)


def text(name: str, value: str) -> str:
    """``value``, if it is text that UTF-8 can carry."""
    if not isinstance(value, str):
        raise ArgumentTypeError(name, "str", value)
    to_bytes(name, value)
    return value


def flag(name: str, value: bool) -> bool:
    """``value``, if it is a bool."""
    if value is True or value is False:
        return value
    raise ArgumentTypeError(name, "bool", value)


def integer(name: str, value: int, bounds: range) -> int:
    """``value``, if it is an integer within ``bounds``."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ArgumentTypeError(name, "int", value)
    number = operator.index(value)
    if number not in bounds:
        raise ArgumentValueError(name, f"must be from {bounds[0]} to {bounds[-1]}, not {number}")
    return number


def enum(name: str, value: int, kind: type[IntEnum]) -> int:
    """``value`` as the number of a member of ``kind``."""
    foreign = isinstance(value, (bool, IntEnum)) and not isinstance(value, kind)
    if foreign or not isinstance(value, int):
        raise ArgumentTypeError(name, kind.__name__, value)
    try:
        return kind(value).value
    except ValueError:
        known = f"{kind.__name__} ({', '.join(member.name for member in kind)})"
        raise ArgumentValueError(name, f"must be a {known}, not {value}") from None


def message(name: str, value: MessageT, kind: type[MessageT]) -> MessageT:
    """``value``, if it is a message of type ``kind``."""
    if not isinstance(value, kind):
        raise ArgumentTypeError(name, f"pb.{kind.DESCRIPTOR.name}", value)
    return value


def items(name: str, values: Iterable[ItemT], what: str) -> list[ItemT]:
    """``values`` as a list; a lone ``str`` or ``bytes`` is no list of anything."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise ArgumentTypeError(name, f"an iterable of {what}", values)
    return list(values)


def at_most_one(**values: object) -> None:
    """Refuse more than one of some arguments that exclude each other."""
    given = [name for name, value in values.items() if value is not None]
    if len(given) > 1:
        raise ArgumentValueError(", ".join(given), "exclude each other")


def _refuse_empty(name: str, unless: str = "") -> bytes:
    raise ArgumentValueError(name, f"must not be empty{unless}")
