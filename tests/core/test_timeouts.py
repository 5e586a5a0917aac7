"""Seconds as users give them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etcd_sdk import errors
from etcd_sdk._core import timeouts


@given(st.floats(0, 1e9, exclude_min=True) | st.integers(1, 10**9))
def test_a_timeout_of_the_call_wins(seconds: float) -> None:
    assert timeouts.limit(seconds, 7.0) == seconds


def test_none_is_the_default_and_infinity_no_limit() -> None:
    assert timeouts.limit(None, 7.0) == 7.0
    assert timeouts.limit(None, None) is None
    assert timeouts.limit(None, math.inf) is None
    assert timeouts.limit(math.inf, 7.0) is None
    assert timeouts.limit(1e10, 7.0) is None, "what clocks cannot hold is no limit either"
    assert timeouts.limit(10**400, 7.0) is None


@pytest.mark.parametrize("seconds", [0, -0.0, -1, -0.001, math.nan, -math.inf])
def test_times_that_are_none(seconds: float) -> None:
    with pytest.raises(errors.ArgumentValueError, match="timeout"):
        timeouts.limit(seconds, None)


@pytest.mark.parametrize("seconds", ["5", True, b"", [1]])
def test_things_that_are_no_times(seconds: float) -> None:
    with pytest.raises(errors.ArgumentTypeError, match="timeout: must be a number of seconds"):
        timeouts.limit(seconds, None)


def test_late_is_when_the_time_was_up_give_or_take_a_hair() -> None:
    assert timeouts.is_late(1.0, 1.0)
    assert timeouts.is_late(1.0, 0.995)
    assert not timeouts.is_late(1.0, 0.98)
    assert not timeouts.is_late(0.001, 0.0005)
    assert not timeouts.is_late(None, 1e9)
