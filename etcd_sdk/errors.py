"""Everything that can go wrong: ``EtcdError`` and the classes derived from it."""

from __future__ import annotations

from enum import Enum

from etcd_sdk_api import errors as _api
from etcd_sdk_api.errors import *  # noqa: F403 - all of it, kept by its __all__
from etcd_sdk_api.errors import CompactedError, EtcdError, StatusCode


class WatchCompactedError(CompactedError):
    """The next events of a watch have been compacted away, so it cannot go on.

    Attributes:
        compact_revision: The revision of the compaction: nothing older can be replayed. Read the
            keys afresh, and watch from the revision after that read.
    """

    def __init__(self, compact_revision: int, *, method: str = "", endpoint: str = "") -> None:
        super().__init__(self.text, method=method, endpoint=endpoint)
        self.compact_revision = compact_revision


class WatchOverflowError(EtcdError):
    """The reader of a watch is slower than its events come, and asked for an error then.

    Attributes:
        next_revision: Where a new watch has to start to miss nothing.
    """

    code: StatusCode = StatusCode.RESOURCE_EXHAUSTED

    def __init__(self, message: str, *, next_revision: int, method: str = "") -> None:
        super().__init__(message, method=method)
        self.next_revision = next_revision


class LossReason(Enum):
    """Why a lease is not kept alive any more."""

    EXPIRED = "expired"
    """Nobody could renew it in time."""
    REVOKED = "revoked"
    """The server does not know it any more, though its time was not up."""
    HALTED = "halted"
    """Its renewal was stopped: by ``close``, with the client, or because the user may not renew it.
    It lives on until its time is up.
    """


class LeaseLostError(EtcdError):
    """A lease is not there any more, or not kept alive.

    Attributes:
        lease_id: The lease.
        reason: Why.
    """

    code: StatusCode = StatusCode.NOT_FOUND

    def __init__(self, lease_id: int, reason: LossReason) -> None:
        super().__init__(f"lease {lease_id:x} is lost: {reason.value}")
        self.lease_id = lease_id
        self.reason = reason


__all__ = ["LeaseLostError", "LossReason", "WatchCompactedError", "WatchOverflowError"]
__all__ += _api.__all__
