# Written by codegen from protos/ and templates/etcd_sdk_api/enums.py.j2; do not edit.

"""The enums of the API, as ``IntEnum`` twins of the protobuf enums."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING


class ProtoEnum(IntEnum):
    """An enum whose members equal the plain numbers that protobuf messages hold.

    A message's enum field has a type of its own in the stubs. Declaring ``__eq__`` for any object
    lets ``event.type == EventType.PUT`` pass strict type checks; nothing changes at run time.
    """

    if TYPE_CHECKING:

        def __eq__(self, other: object) -> bool: ...

        __hash__ = int.__hash__


class PermissionType(ProtoEnum):
    """Kind of access that a permission gives."""

    READ = 0
    """Read only: ranges, watches, compares, previous values."""
    WRITE = 1
    """Write only: puts and deletes."""
    READWRITE = 2
    """Both reading and writing."""


class EventType(ProtoEnum):
    """What happened to the key."""

    PUT = 0
    """The key was created or got a new value; equal create and mod revisions mean created."""
    DELETE = 1
    """The key was deleted, by a delete, by a transaction, or because its lease ended."""


class SortOrder(ProtoEnum):
    """Direction of sorting."""

    NONE = 0
    """No explicit order: ascending by key, or by another ``sort_target`` with the caveat given
    there.
    """
    ASCEND = 1
    """Lowest first."""
    DESCEND = 2
    """Highest first."""


class SortTarget(ProtoEnum):
    """Property that the result is sorted by."""

    KEY = 0
    """The key, byte by byte."""
    VERSION = 1
    """Number of puts since the key was created."""
    CREATE = 2
    """Revision at which the key was created."""
    MOD = 3
    """Revision of the latest change to the key."""
    VALUE = 4
    """The value, byte by byte."""


class CompareResult(ProtoEnum):
    """Relation of the stored property to the operand."""

    EQUAL = 0
    """Stored property and operand are equal."""
    GREATER = 1
    """The stored property is above the operand."""
    LESS = 2
    """The stored property is below the operand."""
    NOT_EQUAL = 3
    """Stored property and operand differ.

    etcd 3.1 and later.
    """


class CompareTarget(ProtoEnum):
    """Property of the key that is compared."""

    VERSION = 0
    """Number of puts since the key was created; 0 for a missing key."""
    CREATE = 1
    """Revision at which the key was created; 0 for a missing key."""
    MOD = 2
    """Revision of the latest change to the key; 0 for a missing key."""
    VALUE = 3
    """The value, byte by byte; false for a missing key, whatever the relation."""
    LEASE = 4
    """ID of the lease of the key; 0 for none and for a missing key.

    etcd 3.3 and later.
    """


class FilterType(ProtoEnum):
    """Kinds of events to leave out.

    etcd 3.1 and later.
    """

    NOPUT = 0
    """Leave out puts."""
    NODELETE = 1
    """Leave out deletions."""


class AlarmAction(ProtoEnum):
    """What to do."""

    GET = 0
    """List the active alarms of all members."""
    ACTIVATE = 1
    """Raise an alarm; members do this themselves when they find a problem."""
    DEACTIVATE = 2
    """Clear an alarm.

    The server does not check that the cause is gone, and raises it again if not.
    """


class DowngradeAction(ProtoEnum):
    """What to do.

    etcd 3.5 and later.
    """

    VALIDATE = 0
    """Check that the cluster could be downgraded to the version, without starting it."""
    ENABLE = 1
    """Start the downgrade: the members accept the older version from now on."""
    CANCEL = 2
    """Stop a downgrade that was started."""


class AlarmType(ProtoEnum):
    """Kind of an alarm."""

    NONE = 0
    """No kind: stands for every kind when listing and for nothing in other actions."""
    NOSPACE = 1
    """The database of a member is over its quota.

    Puts, also those in transactions, and lease grants are refused in the whole cluster until space
    is freed and the alarm is cleared.
    """
    CORRUPT = 2
    """The data of a member differs from that of the others.

    Writes are refused in the whole cluster.

    etcd 3.3 and later.
    """


__all__ = [
    "PermissionType",
    "EventType",
    "SortOrder",
    "SortTarget",
    "CompareResult",
    "CompareTarget",
    "FilterType",
    "AlarmAction",
    "DowngradeAction",
    "AlarmType",
]
