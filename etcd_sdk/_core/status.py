"""A failed call's status into the error that the user sees.

The server's errors are told by their texts. What gRPC itself reports has no stable texts but a few
prefixes, which say for certain that a request never left; they decide whether a write is in doubt.
Which prefixes gRPC uses is held by a test at both ends of the supported range.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar

from etcd_sdk_api.errors import (
    BY_TEXT,
    AuthOldRevisionError,
    DeadlineExceededError,
    EmptyUserNameError,
    EtcdError,
    InvalidAuthTokenError,
    PermissionDeniedError,
    RequestCanceledError,
    RequestTooLargeError,
    ServerError,
    StatusCode,
    StatusError,
    UnavailableError,
    UnimplementedError,
    UnsupportedByServerError,
)
from etcd_sdk_api.method import Method

ErrorT = TypeVar("ErrorT", bound=Exception)

NEVER_SENT = (
    "failed to connect to all addresses",
    "errors resolving",
    "DNS resolution failed",
    "empty address list",
)

# What gRPC says of a peer that speaks HTTP and is no etcd.
_NO_GRPC = "Received http2 header with status"

# What grpc.aio says where a stream has ended while a request was being sent. The status that it was
# given is lost; a stream that the server refuses at once may end so every other time.
_UNTOLD = "Internal error from Core"

# What a server says when its context for the call ends, under whatever code: the Lock and Election
# services answer so, with UNKNOWN, when the deadline passes there first.
_OF_CONTEXT: Mapping[str, type[EtcdError]] = {
    "context deadline exceeded": DeadlineExceededError,
    "context canceled": RequestCanceledError,
}

# Up to etcd 3.5 the Maintenance service refuses callers in the words of the store of users, with
# UNKNOWN, where every other service has translated them.
_OF_AUTH_STORE: Mapping[str, type[ServerError]] = {
    "auth: invalid auth token": InvalidAuthTokenError,
    "auth: permission denied": PermissionDeniedError,
    "auth: revision in header is old": AuthOldRevisionError,
    "auth: user name is empty": EmptyUserNameError,
}

_BY_CODE: Mapping[StatusCode, type[EtcdError]] = {
    StatusCode.DEADLINE_EXCEEDED: DeadlineExceededError,
    StatusCode.UNAVAILABLE: UnavailableError,
    StatusCode.UNIMPLEMENTED: UnimplementedError,
}


def error_from(
    code: int, text: str, method: Method[Any, Any], endpoint: str, *, late: bool = False
) -> EtcdError:
    """The error for a call of ``method`` at ``endpoint`` that ended with ``code`` and ``text``.

    ``late`` says that its time was up. A server that sees the deadline first resets the stream,
    which arrives here as CANCELLED; nobody on this side cancelled.
    """
    known = BY_TEXT.get(text) or _OF_AUTH_STORE.get(text)
    if known is not None:
        in_doubt = known.may_have_applied and not method.read
        return known(text, endpoint=endpoint, method=method.name, in_doubt=in_doubt)
    status = StatusCode(code)
    if status is StatusCode.UNIMPLEMENTED and text.startswith(_NO_GRPC):
        status = StatusCode.UNAVAILABLE
    if late and status is StatusCode.CANCELLED:
        status, text = StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded"
    if status is StatusCode.RESOURCE_EXHAUSTED and "message larger than max" in text:
        # Whichever side found the message too large, it was not handed to etcd.
        return RequestTooLargeError(text, code=status, endpoint=endpoint, method=method.name)
    if status is StatusCode.UNIMPLEMENTED and method.since:
        return UnsupportedByServerError(
            feature=method.name, needs=method.since, endpoint=endpoint, method=method.name
        )
    if text == _UNTOLD:
        text = "the stream ended while a request was being sent; gRPC does not say why"
    kind = _OF_CONTEXT.get(text) or _BY_CODE.get(status, StatusError)
    return kind(
        text or f"the call failed with status {status.name}",
        code=kind.code if text in _OF_CONTEXT else status,
        endpoint=endpoint,
        method=method.name,
        in_doubt=not method.read and not never_sent(status, text),
    )


def explained(error: EtcdError, why: str) -> EtcdError:
    """The same error, which also says what was found out later."""
    fuller = again(error)
    fuller.message = f"{error.message} ({why})"
    fuller.args = (fuller.message,)
    return fuller


def again(error: ErrorT) -> ErrorT:
    """An equal error, to be kept or to be raised once more.

    An error that was raised holds the frames that it went through, and so all that they know. If
    one of these keeps the error, neither goes before the garbage collector comes: not the call, nor
    its connection. So what is kept is never what is raised, and its cause gives up its frames.
    """
    equal = copy.copy(error)
    equal.__cause__ = cause = error.__cause__
    if cause is not None:
        cause.__traceback__ = None  # not its context's: that is what the caller is handling
    return equal


def never_sent(code: StatusCode, text: str) -> bool:
    """Whether a call that ended so provably never reached a server."""
    refused = code is StatusCode.UNIMPLEMENTED
    return refused or (code is StatusCode.UNAVAILABLE and text.startswith(NEVER_SENT))
