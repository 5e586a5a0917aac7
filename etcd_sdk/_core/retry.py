"""Whether a failed call may be sent again, when, and what its failure says of the endpoint.

A write is sent twice only if the first provably had no effect: it never left, or the server's own
answer says so. A read changes nothing and may be repeated whenever the trouble is of a kind that
passes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from etcd_sdk_api.errors import (
    ClusterUnavailableError,
    CorruptClusterError,
    EtcdError,
    NotCapableError,
    NotSupportedForLearnerError,
    RequestCanceledError,
    ServerError,
    StatusCode,
    StatusError,
    UnavailableError,
)
from etcd_sdk_api.method import Method


class RetryPolicy(NamedTuple):
    """How often and how soon calls are repeated."""

    max_attempts: int
    backoff: float
    """Seconds to wait after every endpoint has failed once."""
    max_backoff: float
    """Seconds up to which that doubles, round by round."""
    jitter: float
    """The fraction by which waits are varied at random, so that clients do not march in step."""


def may_resend(method: Method[Any, Any], error: EtcdError) -> bool:
    """Whether a call that failed so may be sent again."""
    if isinstance(error, UnavailableError):
        return method.read or not error.in_doubt
    if isinstance(error, ServerError) and error.resend:
        return True
    if method.kind == "bidi_stream" and error.code is StatusCode.INTERNAL:
        return method.read  # HTTP/2 broke under a stream; a call would meet its own request again
    return method.read and _passes(error)


def _passes(error: EtcdError) -> bool:
    """Whether it is the trouble of a moment, or of one server."""
    if isinstance(error, RequestCanceledError | StatusError):
        # Nobody here cancelled: the server did, as one does that stops.
        return error.code is StatusCode.CANCELLED
    return isinstance(error, ServerError) and error.code is StatusCode.UNAVAILABLE


def blames(error: EtcdError) -> bool:
    """Whether the endpoint should be left alone until it is known to serve again.

    A deadline that ran out says nothing about it: the caller may just have been in a hurry.
    """
    if isinstance(error, ServerError):
        return error.code is StatusCode.UNAVAILABLE or isinstance(error, _UNFIT)
    return isinstance(error, UnavailableError)


def probe_wait(error: EtcdError, failures: int) -> float:
    """Seconds until an endpoint is probed again after the probe that ended with ``error``.

    gRPC connects by itself, at least once a second, and a probe waits for that. What is left are
    servers that answer that they can't serve yet; a learner may stay one for long.
    """
    longest = 10.0 if isinstance(error, NotSupportedForLearnerError) else 0.5
    return min(0.025 * 2.0 ** min(failures, 60), longest)


def _is_of_learner(error: EtcdError) -> bool:
    return isinstance(error, NotSupportedForLearnerError)


_UNFIT = (NotCapableError, NotSupportedForLearnerError, CorruptClusterError)


# Every change of users and roles makes tokens out of date, so one renewal may not be enough.
_MOST_RENEWALS = 5

TROUBLE_SECONDS = 1.0
"""How long what goes on for ever waits after what is no trouble of the moment."""


class Attempts:
    """The attempts of one call, within its timeout.

    Each round tries every endpoint that works once; between rounds there is a wait, which grows.
    """

    __slots__ = ("_policy", "deadline", "_waits", "causes", "number", "renewals", "tried")

    def __init__(self, policy: RetryPolicy, deadline: float) -> None:
        self._policy = policy
        self.deadline: float = deadline
        self._waits = 0
        self.causes: dict[str, EtcdError] = {}
        """How the last attempt at each endpoint ended."""
        self.number: int = 1
        """Of the attempt under way."""
        self.renewals: int = 0
        """How often the call has asked for a new token."""
        self.tried: set[str] = set()
        """The endpoints that have failed in this round."""

    def failed(self, error: EtcdError) -> None:
        """Note how an attempt ended."""
        if error.code is not StatusCode.INTERNAL or error.endpoint not in self.causes:
            self.causes[error.endpoint] = error  # else an earlier one says more
        self.tried.add(error.endpoint)
        self.number += 1

    def may_go_on(self) -> bool:
        """Whether the policy allows one more."""
        return self.number <= self._policy.max_attempts

    def may_renew(self) -> bool:
        """Whether it makes sense to ask for a new token once more."""
        self.renewals += 1
        return self.renewals <= _MOST_RENEWALS

    def next_round(
        self, now: float, uniform: Callable[[float, float], float] = random.uniform
    ) -> float | None:
        """Seconds to wait before all endpoints are tried again; ``None`` if that is of no use.

        Learners stay learners, and nothing is tried that could only end with the deadline: the
        last error says more.
        """
        if self.causes and all(map(_is_of_learner, self.causes.values())):
            return None
        policy = self._policy
        longest = min(policy.backoff * 2.0 ** min(self._waits, 60), policy.max_backoff)
        seconds = longest * uniform(1 - policy.jitter, 1 + policy.jitter)
        if now + seconds >= self.deadline:
            return None
        self._waits += 1
        self.tried = set()
        return seconds

    def verdict(self, error: EtcdError, endpoints: Sequence[str]) -> EtcdError:
        """What the user sees when there is no attempt after the one that ended with ``error``.

        If none of the ``endpoints`` could be reached, it names them all, each with its cause.
        """
        error = self.causes.get(error.endpoint, error)
        causes = [self.causes[name] for name in endpoints if name in self.causes]
        unreachable = all(type(cause) is UnavailableError for cause in causes)
        if len(endpoints) < 2 or len(causes) < len(endpoints) or not unreachable or error.in_doubt:
            return error
        each = "; ".join(f"{cause.endpoint}: {cause.message}" for cause in causes)
        return ClusterUnavailableError(
            f"no endpoint can be reached: {each}", causes=causes, method=error.method
        )
