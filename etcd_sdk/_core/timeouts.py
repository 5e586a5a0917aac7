"""Timeouts: seconds as users give them, seconds as gRPC takes them."""

from __future__ import annotations

from etcd_sdk_api.errors import ArgumentTypeError, ArgumentValueError

# Some thirty years. Clocks and gRPC overflow somewhere above.
_FOR_EVER = 1e9


def checked(argument: str, seconds: float) -> float:
    """``seconds``, if it is a time to wait; ``math.inf`` is one.

    Raises:
        ArgumentError: It is none; the error names ``argument``.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
        raise ArgumentTypeError(argument, "a number of seconds", seconds)
    if not seconds > 0:
        raise ArgumentValueError(argument, f"must be more than 0 seconds, not {seconds}")
    return seconds


def is_late(limit: float | None, elapsed: float) -> bool:
    """Whether a call that took ``elapsed`` seconds ended because its time was up.

    Its server watches the same deadline by a clock of its own, and may be first by a hair.
    """
    return limit is not None and elapsed >= limit - min(0.01, limit / 10)


def limit(timeout: float | None, default: float | None) -> float | None:
    """Seconds that a call may take, ``None`` for no limit.

    ``timeout`` is the caller's word, where ``None`` leaves it to ``default`` and ``math.inf`` is no
    limit; ``default`` is ``None`` for calls that may rightly take for ever.
    """
    seconds = default if timeout is None else checked("timeout", timeout)
    return None if seconds is None or seconds > _FOR_EVER else float(seconds)
