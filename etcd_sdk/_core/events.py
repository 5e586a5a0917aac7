"""What a client tells its observer: metrics and traces then need no wrapper around the client."""

from __future__ import annotations

from typing import NamedTuple

from etcd_sdk_api.errors import EtcdError, StatusCode


class CallEvent(NamedTuple):
    """One attempt of one call is over; read its facts by their names, for more may be added.

    A call that is sent again makes an event for each attempt. Of a stream the event tells how it
    was opened: that its first response came, or that none did.

    Attributes:
        method: The RPC: ``KV.Range``.
        endpoint: The endpoint that was asked, as the user wrote it.
        attempt: Which attempt it was, from 1.
        code: How it ended; ``StatusCode.OK`` if well.
        seconds: How long it took.
        error: What the attempt failed with, without a traceback; ``None`` if it did not fail.
    """

    method: str
    endpoint: str
    attempt: int
    code: StatusCode
    seconds: float
    error: EtcdError | None
